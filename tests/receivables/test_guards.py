"""What both databases refuse, whoever asks: facts that change, states without their audit row, counters beyond the amount."""

import pytest
from django.db import DatabaseError, connection, transaction

from receivables.migrations import _guards
from receivables.models import (
    Allocation,
    Audit,
    BankAccount,
    Entry,
    ImportFile,
    Invoice,
    Payment,
    Statement,
    StatementLine,
)
from receivables.rules.money import Money
from receivables.services import adjustments, cash, periods, rates, refunds, transfers, write_offs
from tests.fixtures.world import DAY_0

EUR = "EUR"


@pytest.fixture
def full(world):
    """One row at least in every table of facts."""
    now = {"now": world.at(DAY_0), "by": world.by}
    parent = world.customer("hengda")
    child = world.customer("acme", parent=parent)
    invoice = world.issue("acme", "100.00")
    world.pay(invoice, "10.00")
    note = adjustments.credit(
        invoice=invoice, amount=Money.of("5.00", EUR), on=DAY_0, reason_code="price", **now
    )
    adjustments.void(note=note, on=DAY_0, reason="mistake", **now)
    row = write_offs.write_difference(
        invoice=invoice, amount=Money.of("1.00", EUR), on=DAY_0, reason_code="small_difference", **now
    )
    write_offs.recover(
        write_off=row, payment=world.receive("acme", "1.00"), amount=Money.of("1.00", EUR), on=DAY_0, **now
    )
    other = write_offs.write_difference(
        invoice=invoice, amount=Money.of("1.00", EUR), on=DAY_0, reason_code="bank_fee", **now
    )
    write_offs.take_back(write_off=other, on=DAY_0, reason="mistake", **now)
    bounced = cash.reverse(payment=world.pay(invoice, "2.00"), reason="bounce", on=DAY_0, **now)
    cash.undo_reversal(reversal=bounced, on=DAY_0, **now)
    world.two_people(
        refunds.propose, payment=world.receive("acme", "3.00"), amount=Money.of("3.00", EUR), reason="asked"
    )
    transfers.move(
        credit=world.receive("hengda", "4.00").entry,
        to=child,
        amount=Money.of("4.00", EUR),
        reason="group",
        on=DAY_0,
        **now,
    )
    periods.lock(entity=world.entity, until=DAY_0.replace(month=1), reason="close", today=DAY_0, **now)
    rates.enter(base="USD", quote="EUR", rate="0.9", on=DAY_0, source="test", today=DAY_0, **now)
    return invoice


GUARDS = "facts and never change|never deleted|only entry.allocated|issued invoice|needs its audit row|bank line|over_allocated"


def refused(statement, *values):
    """Refused by a guard or by the counter's constraint, not by a slip in the statement."""
    with pytest.raises(DatabaseError, match=GUARDS), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def first_column(table):
    """A column of a fact that nothing else guards, and a value for it."""
    with connection.cursor() as cursor:
        names = {
            each.name
            for each in connection.introspection.get_table_description(cursor, f"receivables_{table}")
        }
    return "recorded_at" if "recorded_at" in names else "at" if "at" in names else "position"


@pytest.mark.parametrize("table", sorted(_guards.FACTS))
def test_003_42_a_fact_is_neither_changed_nor_deleted(full, table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM receivables_{table}")
        assert cursor.fetchone()[0], f"no {table} to try"
    column = first_column(table)
    refused(f"UPDATE receivables_{table} SET {column} = {column}")
    refused(f"DELETE FROM receivables_{table}")


@pytest.mark.parametrize(
    "column", ["amount", "booked_on", "due_on", "currency", "reference", "audit_seq", "kind"]
)
def test_of_an_entry_only_the_counter_moves(full, column):
    value = {
        "amount": "amount + 1",
        "audit_seq": "audit_seq + 1",
        "booked_on": "'2020-01-01'",
        "due_on": "'2020-01-01'",
    }
    refused(f"UPDATE receivables_entry SET {column} = {value.get(column, chr(39) + 'XXX' + chr(39))}")
    refused("DELETE FROM receivables_entry")


def test_a_counter_never_leaves_its_bounds(full):
    refused("UPDATE receivables_entry SET allocated = ABS(amount) + 1")
    refused("UPDATE receivables_entry SET allocated = -1")


def test_a_state_cannot_be_set_without_its_audit_row(full):
    with pytest.raises(DatabaseError), transaction.atomic():
        Invoice.objects.filter(pk=full.pk).update(state="PAID")
    refused("UPDATE receivables_invoice SET state = 'CANCELLED'")
    refused("UPDATE receivables_change SET decision = 'REJECTED'")


@pytest.mark.parametrize(
    "change",
    ["gross = gross + 1", "number = 'X-1'", "invoice_on = '2020-01-01'", "customer_id = customer_id + 1",
     """snapshot = '{"a": 1}'""", """terms = '{"a": 1}'"""],
)  # fmt: skip
def test_an_issued_invoice_cannot_be_edited_or_deleted(full, change):
    refused(f"UPDATE receivables_invoice SET {change} WHERE number IS NOT NULL")
    refused("DELETE FROM receivables_invoice WHERE number IS NOT NULL")


def test_an_allocation_across_customers_or_currencies_does_not_fit(full, world):
    mine, foreign = world.issue("acme", "5.00"), world.issue("acme", "5.00", currency="USD")
    stranger = world.receive("globex", "5.00")
    for invoice in (mine, foreign):
        debit = invoice.instalments.get().entry
        with pytest.raises(DatabaseError), transaction.atomic():
            Allocation.objects.create(
                debit=debit,
                credit=stranger.entry,
                amount=1,
                booked_on=DAY_0,
                recorded_at=world.at(DAY_0),
                audit_seq=1,
            )


def test_an_opposite_row_of_another_amount_does_not_fit(full, world):
    row = Allocation.objects.in_force().first()
    with pytest.raises(DatabaseError), transaction.atomic():
        Allocation.objects.create(
            debit=row.debit, credit=row.credit, amount=-row.amount - 1, reverses=row, booked_on=DAY_0,
            recorded_at=world.at(DAY_0), audit_seq=1,
        )  # fmt: skip


def test_an_allocation_is_undone_once(full, world):
    row = Allocation.objects.filter(amount__lt=0).first()
    with pytest.raises(DatabaseError), transaction.atomic():
        Allocation.objects.create(
            debit=row.debit, credit=row.credit, amount=row.amount, reverses=row.reverses, booked_on=DAY_0,
            recorded_at=world.at(DAY_0), audit_seq=1,
        )  # fmt: skip


def test_P4_what_the_bank_told_us_is_neither_edited_nor_deleted(full, world):
    account = BankAccount.objects.create(entity=world.entity, name="Main", currency=EUR)
    file = ImportFile.objects.create(
        entity=world.entity,
        kind="bank",
        name="a.csv",
        sha256="0" * 64,
        state="DONE",
        taken_in_by="x",
        taken_in_at=world.at(DAY_0),
    )
    statement = Statement.objects.create(
        account=account,
        import_file=file,
        format="csv",
        currency=EUR,
        state="TAKEN_IN",
        recorded_at=world.at(DAY_0),
    )
    StatementLine.objects.create(
        account=account,
        statement=statement,
        booked_on=DAY_0,
        currency=EUR,
        amount=100,
        text_hash="1" * 64,
        state="NEW",
    )
    refused("UPDATE receivables_statementline SET amount = amount + 1")
    refused("UPDATE receivables_statementline SET text = 'other'")
    refused("UPDATE receivables_statementline SET state = 'IGNORED'")
    refused("DELETE FROM receivables_statementline")
    refused("DELETE FROM receivables_statement")


def test_every_fact_names_an_audit_row_that_exists(full):
    last = Audit.objects.order_by("-seq").first().seq
    for model in (Entry, Allocation, Payment):
        assert not model.objects.exclude(audit_seq__range=(1, last)).exists()
