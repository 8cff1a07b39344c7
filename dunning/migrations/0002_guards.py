"""Triggers that refuse what must not change on this floor."""

from django.db import migrations

from receivables.migrations import _guards

FACTS = ["call", "laddermove", "interestnote"]
KEPT = [
    "notice",
    "noticeitem",
    "promisetopay",
    "promiseitem",
    "paymentplan",
    "dunningblock",
    "handover",
    "handoveritem",
    "run",
]
STATES = [("notice", "state"), ("promisetopay", "state"), ("paymentplan", "state")]


def install(apps, schema_editor):
    _guards.install(schema_editor, "dunning_", FACTS, KEPT, STATES)


class Migration(migrations.Migration):
    dependencies = [("dunning", "0001_initial")]
    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
