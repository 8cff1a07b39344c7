"""Triggers that refuse what must not change on this floor."""

from django.db import migrations

from receivables.migrations import _guards

FACTS = ["riskevent"]
KEPT = ["creditaccount", "credithold", "episode"]
STATES = [("credithold", "state")]


def install(apps, schema_editor):
    _guards.install(schema_editor, "credit_", FACTS, KEPT, STATES)


class Migration(migrations.Migration):
    dependencies = [("credit", "0001_initial")]
    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
