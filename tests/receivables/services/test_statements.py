"""Statements come in whole and once: what is flagged, what is known already, what is kept apart."""

from datetime import timedelta

import pytest

from receivables.models import ImportFile, Payment, Statement, StatementLine
from receivables.rules.refusals import Refused
from receivables.services import matching, statement_decisions
from tests.fixtures.bank import csv, mt940
from tests.fixtures.world import DAY_0

FIRST = [
    (DAY_0, "100.00", "Invoice NL-0001"),
    (DAY_0, "100.00", "Invoice NL-0001"),
    (DAY_0, "50.00", "thanks"),
]


def state(taken):
    return [s.state for s in Statement.objects.filter(import_file=taken.file).order_by("pk")]


def codes(taken):
    return [problem["code"] for problem in taken.statements[0].problems]


def test_pitfall_115_the_same_file_again_adds_nothing_and_says_so(bank):
    first = bank.take_in(mt940(FIRST))
    again = bank.take_in(mt940(FIRST), name="renamed.txt")
    assert (first.lines_new, again.known, again.lines_new, again.lines_known) == (3, True, 0, 3)
    assert (StatementLine.objects.count(), ImportFile.objects.count()) == (3, 1)


def test_two_legitimately_equal_lines_of_a_day_are_both_kept(bank):
    bank.take_in(mt940(FIRST))
    assert sorted(StatementLine.objects.values_list("amount", "k")) == [(5000, 1), (10000, 1), (10000, 2)]


def test_an_overlapping_statement_adds_only_its_new_lines(bank):
    bank.take_in(mt940(FIRST))
    more = [*FIRST, (DAY_0 + timedelta(days=1), "7.00", "new")]
    taken = bank.take_in(mt940(more, number="2/1"))
    assert (taken.lines_new, taken.lines_known, state(taken)) == (1, 3, ["TAKEN_IN"])
    assert "overlap" in codes(taken)


def test_equal_lines_in_two_halves_of_a_day_are_told_apart_by_the_balance(bank):
    bank.take_in(mt940(FIRST[:1], number="1/1"))
    taken = bank.take_in(mt940(FIRST[1:2], opening="100.00", number="2/1"))
    assert taken.lines_new == 1
    assert bank.take_in(mt940(FIRST, number="3/1")).lines_new == 1


def test_AL_25_P5_bad_input_27_a_wrong_closing_balance_is_flagged_with_the_arithmetic(bank):
    taken = bank.take_in(mt940([(DAY_0, "60.00", "x")], opening="50.00", closing="150.00"))
    [statement] = taken.statements
    assert (statement.state, statement.difference) == ("FLAGGED", 4000)
    assert "50.00" in statement.problems[0]["message"] and "40.00" in statement.problems[0]["message"]
    assert statement.lines.get().state == "HELD"
    matching.match_new_lines(account=bank.account, now=bank.world.at(DAY_0), by=bank.world.by)
    assert not Payment.objects.exists()
    whole = bank.take_in(
        mt940([(DAY_0, "60.00", "x"), (DAY_0, "40.00", "y")], opening="50.00", closing="150.00")
    )
    assert state(whole) == ["TAKEN_IN"] and whole.lines_new == 2


def test_bad_input_27_a_missing_number_waits_for_a_person_and_a_gap_warns(bank):
    assert state(bank.take_in(mt940(FIRST, number=""))) == ["FLAGGED"]
    bank.take_in(mt940(FIRST, number="1/1"))
    later = [(DAY_0 + timedelta(days=3), "5.00", "z")]
    taken = bank.take_in(mt940(later, opening="275.00", number="3/1"))
    assert state(taken) == ["TAKEN_IN"] and codes(taken) == ["gap"]
    assert "25.00" in taken.statements[0].problems[0]["message"]


def test_bad_input_27_another_account_in_the_file_is_flagged_and_an_unknown_one_refused(bank):
    other = mt940(FIRST, iban="NL91ABNA0417164300")
    assert codes(bank.take_in(other)) == ["account_differs"]
    with pytest.raises(Refused, match="NL91ABNA0417164300") as refused:
        bank.take_in(
            mt940(FIRST, iban="NL91ABNA0417164300", number="9/1"), account=None, accounts=[bank.account]
        )
    assert refused.value.code == "account_unknown"
    assert (
        bank.take_in(mt940(FIRST, number="8/1"), account=None, accounts=[bank.account]).statements[0].account
        == bank.account
    )


def test_a_released_statement_may_be_matched_and_a_discarded_one_may_come_again(bank):
    raw = mt940(FIRST, closing="1.00")
    taken = bank.take_in(raw)
    decide = {"now": bank.world.at(DAY_0), "by": bank.world.by}
    with pytest.raises(Refused, match="why"):
        statement_decisions.release(statement=taken.statements[0], reason=" ", **decide)
    statement_decisions.discard(statement=taken.statements[0], reason="typing error at the bank", **decide)
    assert StatementLine.objects.filter(state="IGNORED").count() == 3
    again = bank.take_in(raw)
    assert (again.known, again.lines_new) == (False, 3)
    statement_decisions.release(statement=again.statements[0], reason="seen on paper", **decide)
    assert again.statements[0].lines.filter(state="NEW").count() == 3
    with pytest.raises(Refused) as refused:
        statement_decisions.release(statement=again.statements[0], reason="twice", **decide)
    assert refused.value.code == "state"


def test_lines_held_while_a_clean_statement_brought_them_are_not_doubled_by_a_release(bank):
    held = bank.take_in(mt940(FIRST, closing="1.00"))
    assert bank.take_in(mt940(FIRST, number="2/1")).lines_new == 3
    statement_decisions.release(
        statement=held.statements[0], reason="late", now=bank.world.at(DAY_0), by=bank.world.by
    )
    assert StatementLine.objects.filter(state="NEW").count() == 3


def test_bad_input_28_zero_lines_and_unreadable_lines_are_kept_and_shown(bank):
    rows = [
        (f"{DAY_0}", "0.00", "nothing", "", ""),
        (f"{DAY_0}", "12,5x", "broken", "", ""),
        (f"{DAY_0}", "3.00", "ok", "", ""),
    ]
    taken = bank.take_in(csv(rows), name="x.csv")
    found = {
        line.text.split(" | ")[-1] if line.problem else line.text: line.state
        for line in StatementLine.objects.all()
    }
    assert sorted(found.values()) == ["HELD", "HELD", "UNREADABLE"]
    assert state(taken) == ["FLAGGED"] and "lines_unread" in codes(taken)
    assert "12,5x" in StatementLine.objects.get(state="UNREADABLE").text


def test_an_interim_report_is_shown_and_never_posted_and_does_not_double_later(bank):
    interim = f":20:X\r\n:25:{bank.account.iban}\r\n:28C:1/1\r\n:34F:EUR0,\r\n:13D:2603021200+0100\r\n"
    interim += ":61:2603020302C100,00NTRFNONREF\r\n:86:Invoice NL-0001\r\n:90C:1EUR100,00\r\n-\r\n"
    taken = bank.take_in(interim.encode())
    assert (taken.statements[0].kind, StatementLine.objects.get().state) == ("interim", "INFO")
    assert bank.take_in(mt940(FIRST)).lines_new == 3


@pytest.mark.parametrize("name", ["../../etc/passwd", "a\0.csv", "x" * 500, "=cmd.csv", "CON"])
def test_bad_input_31_a_file_name_is_for_the_eye_only(bank, name):
    file = bank.take_in(mt940(FIRST), name=name).file
    assert "/" not in file.name and "\0" not in file.name and len(file.name) <= 200
    assert file.stored_as.startswith("bank/") and len(file.stored_as) == 40
