"""Sample bank files taken in whole through the service: no line dropped or doubled, the figures as told, the wrong ones
flagged.
"""

import json
from decimal import Decimal
from itertools import count

import pytest

from integrations.banking.port import BankOptions, read
from integrations.errors import Unreadable
from receivables.models import BankAccount, Statement, StatementLine
from receivables.rules.refusals import Refused
from receivables.services import statements

FOLDERS = ("mt940", "camt", "bai2", "ofx")


@pytest.fixture
def take(world):
    numbers = count(1)

    def run(path, currency):
        account = BankAccount.objects.create(
            entity=world.entity, name=f"account {next(numbers)}", currency=currency
        )
        return statements.take_in(
            raw=path.read_bytes(),
            name=path.name,
            account=account,
            now=world.at(world.today),
            today=world.today,
            by=world.by,
        )

    return run


def test_every_sample_file_is_taken_in_with_all_its_lines_and_again_with_none(world, shared, take):
    files = 0
    for folder in FOLDERS:
        for path in sorted((shared / "samples" / "bank" / folder).iterdir()):
            _format, raw = read(path.read_bytes(), name=path.name, options=BankOptions())
            told = sum(len(statement.lines) for statement in raw)
            if not raw:
                with pytest.raises(Refused, match="no statement"):
                    take(path, "EUR")
                continue
            taken = take(path, raw[0].currency)
            stored = StatementLine.objects.filter(statement__in=taken.statements).count()
            assert stored + taken.lines_known == told == taken.lines_new + taken.lines_known, path.name
            assert taken.lines_known == 0, path.name
            again = statements.take_in(
                raw=path.read_bytes(), name="again", account=taken.statements[0].account,
                accounts=list(BankAccount.objects.all()), now=world.at(world.today), today=world.today, by=world.by,
            )  # fmt: skip
            assert (again.known, again.lines_new) == (True, 0), path.name
            files += 1
    assert files >= 20


def test_mt940_samples_are_flagged_exactly_where_they_do_not_balance(shared, take):
    expected = json.loads((shared / "samples" / "expected.json").read_text("utf-8"))["mt940"]
    for name, wanted in expected.items():
        if isinstance(wanted, dict):
            continue
        taken = take(shared / "samples" / "bank" / "mt940" / name, "EUR")
        for statement, figures in zip(taken.statements, wanted, strict=True):
            assert statement.lines_total == int(Decimal(figures["sum"]).scaleb(2)), name
            assert statement.difference == int(Decimal(figures.get("difference", "0")).scaleb(2)), name
            stopped = "does_not_close" in [p["code"] for p in statement.problems]
            assert stopped is not figures["balances"], name
            if stopped:
                assert statement.state == Statement.State.FLAGGED
                assert not statement.lines.filter(state="NEW").exists()


def test_an_interim_sample_is_shown_and_nothing_of_it_can_be_posted(shared, take):
    taken = take(shared / "samples" / "bank" / "mt940" / "mt940_mt942.sta", "EUR")
    assert {line.state for line in StatementLine.objects.filter(statement__in=taken.statements)} == {"INFO"}


def test_a_file_that_is_no_statement_leaves_nothing(world, bank):
    for raw in (b"%PDF-1.7 x", b"", b"\x00\x01\x02", b"<html><body>x</body></html>"):
        with pytest.raises(Refused):
            bank.take_in(raw)
    assert not Statement.objects.exists()
    with pytest.raises(Unreadable):
        read(b"%PDF-1.7 x", name="x")
