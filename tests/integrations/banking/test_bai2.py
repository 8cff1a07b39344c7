"""BAI2: continuations, funds types, control totals."""

import pytest

from integrations.banking.bai2 import Adapter
from integrations.banking.port import BankOptions


def read(text, **options):
    return Adapter().read(text.encode(), name="x.bai", options=BankOptions(**options))


def report(*records, total, header="03,ACC,,010,0,,,015,0,,", currency="USD"):
    count = len(records) + 2
    return "\n".join(
        [
            "01,BANK,US,260305,0800,9,80,1,2/",
            f"02,US,BANK,1,260305,,{currency},2/",
            header + "/",
            *records,
            f"49,{total},{count}/",
            f"98,{total},1,{count + 2}/",
            f"99,{total},1,{count + 4}/",
        ]
    )


@pytest.mark.parametrize(
    "funds",
    ["", "0", "1", "2", "Z", "V,260307,", "V,260307,0900", "S,100,50,50", "D,2,0,100,1,100"],
)
def test_every_funds_type_leaves_the_references_in_place(funds):
    [found] = read(report(f"16,165,200,{funds},BREF,CREF,ACME, paid, INV-7/", total=200))
    [line] = found.lines
    assert (line.amount, line.bank_id, line.reference, line.text) == (
        200,
        "BREF",
        "CREF",
        "ACME, paid, INV-7",
    )
    assert [p.code for p in found.problems] == ["does_not_close"]
    assert str(line.value_on) == ("2026-03-07" if funds.startswith("V") else "2026-03-05")


def test_text_runs_over_continuation_records():
    [found] = read(report("16,165,200,Z,B,C,ACME paid/", "88,INV-7 and/", "88,INV-8, thanks/", total=200))
    assert found.lines[0].text == "ACME paid INV-7 and INV-8, thanks"
    assert not [p for p in found.problems if p.code.startswith("control")]


def test_balances_run_over_continuation_records():
    [found] = read(
        report("88,-500,,,100,300,1,/", "16,165,300,Z,B,C,x/", total=100, header="03,ACC,,010,0,,,015")
    )
    assert (found.opening, found.closing, found.totals["credits"]) == (0, -500, 300)


@pytest.mark.parametrize(("code", "amount"), [("100", 5), ("399", 5), ("400", -5), ("699", -5)])
def test_type_codes_give_the_sign(code, amount):
    [found] = read(report(f"16,{code},5,Z,B,C,x/", total=5))
    assert found.lines[0].amount == amount


@pytest.mark.parametrize(
    "record", ["16,999,5,Z,B,C,x/", "16,165,five,Z,B,C,x/", "16,165,5,V,269999,,B,C,x/", "16,,5,Z,B,C,x/"]
)
def test_lines_that_cannot_be_read_are_kept(record):
    [found] = read(report(record, total=5))
    assert found.lines[0].problem
    assert found.lines[0].original


def test_loan_and_information_records_do_not_count():
    [found] = read(report("16,720,5,Z,B,C,loan/", "16,890,,,B,C,just text/", total=5))
    assert [x.status for x in found.lines] == ["info", "info"]


def test_bad_input_27_wrong_control_totals_are_told_with_the_difference():
    [found] = read(report("16,165,200,Z,B,C,x/", total=150))
    told = [p for p in found.problems if p.code == "control_total"]
    assert [p.value for p in told] == ["150"]
    assert "difference -50" in told[0].message


def test_a_file_without_trailer_is_cut():
    text = report("16,165,200,Z,B,C,x/", total=200).rsplit("\n", 1)[0]
    assert "file_cut" in [p.code for p in read(text)[0].problems]


def test_details_must_agree_with_the_counted_credits():
    header = "03,ACC,,010,0,,,015,300,,,100,300,2,"
    [found] = read(report("16,165,200,Z,B,C,x/", total=800, header=header))
    assert "details_incomplete" in [p.code for p in found.problems]


def test_deletions_and_tests_are_told_and_yen_has_no_decimals():
    text = report("16,165,200,Z,B,C,x/", total=200, currency="JPY").replace("BANK,1,", "BANK,4,")
    [found] = read(text)
    assert ("group_status" in [p.code for p in found.problems], found.currency, found.lines[0].amount) == (
        True,
        "JPY",
        200,
    )


def test_equal_lines_stay_apart():
    [found] = read(report("16,165,5,Z,B,C,x/", "16,165,5,Z,B,C,x/", total=10))
    assert [x.source_line for x in found.lines] == [4, 5]
