"""Seeds the head of the audit chain and installs the triggers that refuse what must not change."""

from django.db import migrations

from receivables.migrations import _guards
from receivables.rules.chain import GENESIS


def install(apps, schema_editor):
    apps.get_model("receivables", "ChainHead").objects.get_or_create(
        pk=1, defaults={"seq": 0, "hash": GENESIS}
    )
    statements = _guards.sqlite() if schema_editor.connection.vendor == "sqlite" else _guards.postgresql()
    for statement in statements:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("receivables", "0001_initial")]
    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
