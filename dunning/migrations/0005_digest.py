"""Notices to our own people may share one mail."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dunning", "0004_notice_text"),
        ("receivables", "0005_tally"),
    ]

    operations = [
        migrations.AddField(
            model_name="notice",
            name="digest",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="digested",
                to="receivables.message",
            ),
        ),
    ]
