"""Row locks that cannot stand in a circle: they leave foreign keys alone, and come before the chain's."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from receivables.models import Reversal, StatementLine
from receivables.services import bounces, line_choices, statement_decisions
from tests.house import files

LOCK = re.compile(r"select_for_update\((?P<options>[^)]*\)?[^)]*)\)")


def test_no_row_lock_blocks_the_foreign_keys_of_others():
    """FOR UPDATE also stops rows that only refer to the locked one: an import would hold the chain and wait for a customer
    whose holder waits for the chain. FOR NO KEY UPDATE does not."""
    wrong = []
    for path in files.paths():
        if path.endswith(".py") and not path.startswith("tests/"):
            text = (files.ROOT / path).read_text()
            wrong += [path for each in LOCK.finditer(text) if "no_key=True" not in each["options"]]
            wrong += (
                [path] if "FOR UPDATE" in text.replace("FOR NO KEY UPDATE", "") and "services" in path else []
            )
    assert wrong == []


@pytest.fixture
def taken_back(world, bank):
    """A statement whose line of money out took a payment of globex back."""
    payment = world.pay(world.issue("globex", "100"))
    [line] = bank.lines(("-100.00", "returned"))
    accountant = world.person("accountant")
    bounces.accept(line=line, payment=payment, reason="bounce", now=world.at(world.today), by=accountant)
    return StatementLine.objects.get(pk=line.pk), accountant


def locks_in_order(asked) -> list[str]:
    """Which of customer and chain was read for a lock, in order; on SQLite the same statements without the lock's words."""
    found = []
    for query in asked:
        for table in ("receivables_customer", "receivables_chainhead"):
            if f'FROM "{table}"' in query["sql"] and "ORDER BY" in query["sql"] + "ORDER BY" * (
                "head" in table
            ):
                found.append(table.removeprefix("receivables_"))
    return found


def test_undoing_a_line_that_took_money_back_locks_the_customer_before_the_line(world, taken_back):
    line, accountant = taken_back
    with CaptureQueriesContext(connection) as asked:
        line_choices.undo(line=line, now=world.at(world.today), by=accountant)
    assert locks_in_order(asked)[0] == "customer"
    first = next(q["sql"] for q in asked if "INNER JOIN" in q["sql"] and "bankaccount" in q["sql"])
    sql = [q["sql"] for q in asked]
    assert sql.index(first) > next(i for i, s in enumerate(sql) if 'FROM "receivables_customer"' in s)
    assert not Reversal.objects.filter(undone__isnull=True).exists()


def test_cancelling_a_statement_locks_the_customers_of_money_taken_back_before_the_chain(world, taken_back):
    line, accountant = taken_back
    with CaptureQueriesContext(connection) as asked:
        statement_decisions.cancel(
            statement=line.statement, reason="double", now=world.at(world.today), by=accountant
        )
    assert locks_in_order(asked)[0] == "customer"
    assert not Reversal.objects.filter(undone__isnull=True).exists()
