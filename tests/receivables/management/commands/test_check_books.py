"""`manage.py check_books`: what it prints and with what it ends; and `import_rates`."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from receivables import books
from receivables.models import ExchangeRate


def asked(*arguments):
    out = StringIO()
    code = 0
    try:
        call_command("check_books", *arguments, stdout=out)
    except SystemExit as end:
        code = end.code
    return code, out.getvalue()


def test_whole_books_end_with_nothing_found(world):
    world.pay(world.issue("acme", "100.00"))
    code, said = asked("--json")
    answer = json.loads(said)
    assert (code, answer["ok"], answer["findings"]) == (0, True, [])
    assert answer["asked"] == books.rules()


def test_broken_books_end_with_one_and_name_the_document(world, broken_books):
    invoice = world.issue("acme", "100.00")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE receivables_entry SET allocated = 1")
    code, said = asked()
    assert code == 1
    assert f"invoice {invoice.number}" in said


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("UPDATE receivables_numberseries SET last_number = last_number + 1", "series_gap_free"),
        ("UPDATE receivables_chainhead SET seq = seq + 1", "chain_verifies"),
        (
            "UPDATE receivables_invoice SET state = 'PAID', audit_seq = audit_seq + 1",
            "paid_means_nothing_open",
        ),
        (
            "UPDATE receivables_invoice SET state = 'WRITTEN_OFF', audit_seq = audit_seq + 1",
            "written_off_has_its_document",
        ),
        (
            "UPDATE receivables_invoice SET state = 'CANCELLED', audit_seq = audit_seq + 1",
            "cancelled_has_its_credit_note",
        ),
    ],
)
def test_each_kind_of_damage_has_its_name(world, broken_books, statement, rule):
    from receivables.services import invoicing

    world.issue("acme", "100.00")
    invoicing.take_number(world.entity, "INV")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE receivables_numberseries SET last_number = 0")
        cursor.execute(statement)
    assert rule in {each.rule for each in books.check()}


def test_reference_rates_are_taken_over_by_command(db):
    out = StringIO()
    call_command("import_rates", "--since", "2025-01-01", stdout=out)
    assert "ECB" in out.getvalue()
    assert ExchangeRate.objects.filter(base="EUR", quote="USD").exists()
