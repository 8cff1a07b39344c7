"""A call that is still to be made takes in what falls due meanwhile."""

import django.db.models.deletion
from django.db import migrations, models

from receivables.migrations import _guards

aside = []


def put_aside(apps, schema_editor):
    aside[:] = _guards.put_aside(schema_editor)


def bring_back(apps, schema_editor):
    for statement in aside:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("dunning", "0006_notice_on_its_way"),
        ("receivables", "0006_notification_unread"),
    ]

    operations = [
        migrations.RunPython(put_aside, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="notice",
            name="work_item",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notices",
                to="receivables.workitem",
            ),
        ),
        migrations.RunPython(bring_back, migrations.RunPython.noop),
    ]
