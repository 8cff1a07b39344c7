"""What both databases refuse about messages, charges, dunning and credit: facts never change, nothing of it is deleted, and
states move with their audit row only."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from dunning.models import Run
from receivables import audit
from receivables.models import Attempt, Charge, Message, ProviderEvent
from receivables.services import charges, consents
from tests.fixtures import foreign_rows
from tests.fixtures.world import DAY_0

LAWS = [
    ("receivables", import_module("receivables.migrations.0004_messages")),
    ("dunning", import_module("dunning.migrations.0002_guards")),
    ("credit", import_module("credit.migrations.0002_guards")),
]
FACTS = [(floor, table) for floor, law in LAWS for table in law.FACTS]
FACTS += [("dunning", "interestterms"), ("dunning", "rateentry")]
KEPT = [(floor, table) for floor, law in LAWS for table in law.KEPT]
STATES = [(floor, *state) for floor, law in LAWS for state in law.STATES] + [
    ("receivables", "message", "state")
]


@pytest.fixture
def full(world):
    """One row at least in every table."""
    for rows in (foreign_rows.collecting, foreign_rows.trusting, foreign_rows.writing):
        rows(world, world.entity, "acme", rows.__name__)
    customer, now = world.customer("acme"), world.at(DAY_0)
    consents.record(
        channel="email", address="x@y.example", given=False, source="person", note="x", now=now, by=world.by
    )
    charges.waive(charge=Charge.objects.get(), reason="kind", on=DAY_0, now=now, by=world.by)
    with transaction.atomic(), audit.line("test.planned", by=world.by, now=now) as line:
        told = {"recorded_at": now, "audit_seq": line.seq}
        who = {"customer": customer, "entity": world.entity}
        given = {
            "call": {**who, **told, "outcome": "reached", "called_at": now},
            "laddermove": {
                "entry": customer.entries.first(),
                "rank": 1,
                "moved_on": DAY_0,
                "reason": "x",
                **told,
            },
            "rateentry": {
                "series": "ECB",
                "from_on": DAY_0,
                "to_on": DAY_0,
                "rate": "2.15",
                "source": "x",
                **told,
            },
        }
        for name, values in given.items():
            apps.get_model("dunning", name).objects.create(**values)
        Run.objects.create(entity=world.entity, on=DAY_0, started_at=now)
        given = {
            "creditaccount": {**who, **told, "valid_from": DAY_0},
            "riskevent": {**who, **told, "key": "bounce 1", "kind": "bounce", "on": DAY_0},
            "episode": {**who, "started_on": DAY_0},
        }
        for name, values in given.items():
            model = apps.get_model("credit", name)
            if not model.objects.exists():
                model.objects.create(**values)
        Message.objects.update(tries=1, fence=1)
        message = Message.objects.get()
        attempt = Attempt.objects.create(
            message=message, entity=world.entity, channel="email", fence=1, token="t", provider="x",
            started_at=now, deadline_at=now, ended_at=now, state="NOT_DONE",
        )  # fmt: skip
        ProviderEvent.objects.create(message=message, attempt=attempt, provider="x", kind="delivered", **told)


def refused(statement, why):
    with pytest.raises(DatabaseError, match=why), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def holds_rows(floor, table):
    assert apps.get_model(floor, table).objects.exists(), f"no {table} to try"


@pytest.mark.parametrize(("floor", "table"), FACTS)
def test_003_42_a_fact_of_the_upper_floors_never_changes(full, floor, table):
    holds_rows(floor, table)
    refused(f"UPDATE {floor}_{table} SET recorded_at = recorded_at", "facts and never change")
    refused(f"DELETE FROM {floor}_{table}", "never deleted")


@pytest.mark.parametrize(("floor", "table"), KEPT)
def test_what_was_said_or_agreed_is_never_deleted(full, floor, table):
    holds_rows(floor, table)
    refused(f"DELETE FROM {floor}_{table}", "never deleted")


@pytest.mark.parametrize(("floor", "table", "column"), STATES)
def test_a_state_of_the_upper_floors_moves_with_its_audit_row_only(full, floor, table, column):
    holds_rows(floor, table)
    refused(f"UPDATE {floor}_{table} SET {column} = 'ELSE'", "needs its audit row")
    refused(f"UPDATE {floor}_{table} SET {column} = 'ELSE', audit_seq = audit_seq - 1", "needs its audit row")


@pytest.mark.django_db
def test_every_table_with_facts_or_a_life_of_its_own_is_guarded():
    """A noun that is `Recorded` has both guards (one that ends is only never deleted), and no `Tracked` one with a state does
    without."""
    from receivables.models.base import Recorded, Tracked

    standing, missing = triggers(), []
    for model in (each for floor in apps.get_app_configs() for each in floor.get_models()):
        name = model._meta.db_table
        short = name.removeprefix("receivables_")
        ends = any(field.name == "valid_to" for field in model._meta.fields)
        acts = ("delete",) if issubclass(model, Recorded) else ()
        acts += ("update",) if issubclass(model, Recorded) and not ends else ()
        acts += ("state",) if issubclass(model, Tracked) and hasattr(model, "State") else ()
        missing += [
            f"{name}: {act}" for act in acts if not {f"guard_{name}_{act}", f"guard_{short}_{act}"} & standing
        ]
    assert missing == []


def triggers():
    asked = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }
    with connection.cursor() as cursor:
        cursor.execute(asked[connection.vendor])
        return {name for (name,) in cursor.fetchall()}
