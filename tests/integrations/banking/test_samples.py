"""Every sample bank file is read whole; the figures are those of expected.json, and those of the expected ledgers for tables."""

import json
import re
from collections import Counter
from decimal import Decimal

import pytest

from integrations.banking.port import BankOptions, arithmetic, read
from integrations.errors import Unreadable

FOLDERS = {"mt940": "mt940", "camt": "camt", "bai2": "bai2", "ofx": "ofx"}


@pytest.fixture(scope="module")
def expected(shared):
    return json.loads((shared / "samples" / "expected.json").read_text("utf-8"))


def take(shared, folder, name, **options):
    raw = (shared / "samples" / "bank" / folder / name).read_bytes()
    chosen, statements = read(raw, name=name, options=BankOptions(**options))
    return chosen, statements


def minor(text: str, digits: int = 2) -> int:
    return int(Decimal(text.split(maxsplit=1)[0]).scaleb(digits))


def test_every_bank_sample_is_recognised_and_loses_no_line(shared):
    count = 0
    for folder, adapter in FOLDERS.items():
        for file in sorted((shared / "samples" / "bank" / folder).iterdir()):
            chosen, statements = take(shared, folder, file.name)
            assert chosen == adapter, file.name
            lines = [line for s in statements for line in s.lines]
            text = file.read_text("utf-8", errors="replace")
            marks = {
                "mt940": len(re.findall(r"^:61:", text, re.MULTILINE)),
                "camt": len(re.findall(r"<Ntry>", text)),
                "bai2": len(re.findall(r"^16,", text, re.MULTILINE)),
                "ofx": len(re.findall(r"<STMTTRN>", text)),
            }
            assert len(lines) == marks[folder], file.name
            assert [line.problem for line in lines if line.problem] == [], file.name
            count += 1
    assert count >= 21


def test_mt940_samples_give_the_expected_figures(shared, expected):
    for name, wanted in expected["mt940"].items():
        _, statements = take(shared, "mt940", name)
        if isinstance(wanted, dict):
            continue
        assert len(statements) == len(wanted), name
        for statement, figures in zip(statements, wanted, strict=True):
            compare(statement, figures, name)


def compare(statement, figures, name):
    sums = arithmetic(statement)
    found = (len(statement.lines), sums.opening, sums.movement, sums.closing, sums.closes)
    moved = figures.get("sum", figures.get("net"))
    wanted = (
        figures["n"],
        minor(figures["open"]),
        minor(moved),
        minor(figures["close"]),
        figures["balances"],
    )
    assert found == wanted, name
    difference = minor(figures.get("difference", "0"))
    assert sums.difference == difference, name
    flags = [p for p in statement.problems if p.code == "does_not_close"]
    assert [p.value for p in flags] == ([str(difference)] if difference else []), name


def test_the_long_mt940_sample_gives_26_statements_and_97_lines(shared, expected):
    wanted = expected["mt940"]["betterplace_sepa_mt9401.sta"]
    _, statements = take(shared, "mt940", "betterplace_sepa_mt9401.sta")
    assert len(statements) == wanted["statements"]
    assert sum(len(s.lines) for s in statements) == wanted["transactions_total"]
    assert all(arithmetic(s).closes for s in statements)
    compare(statements[0], wanted["first"], "first")


def test_the_mt942_sample_is_an_interim_report_without_balances(shared):
    _, [report] = take(shared, "mt940", "mt940_mt942.sta")
    assert (report.kind, report.opening, report.closing) == ("interim", None, None)


def test_camt_samples_give_the_expected_figures(shared, expected):
    for name, wanted in expected["camt"].items():
        _, statements = take(shared, "camt", name)
        if not isinstance(wanted, list) or "net" not in wanted[0]:
            continue
        assert [s.currency for s in statements] == [f["ccy"] for f in wanted]
        for statement, figures in zip(statements, wanted, strict=True):
            compare(statement, figures, name)


@pytest.mark.parametrize("version", ["v2.minimal", "v4", "v8"])
def test_four_balances_in_four_currencies_are_not_added_together(version, shared):
    _, [statement] = take(shared, "camt", f"genkgo_camt053.{version}.xml")
    assert {(b.amount, b.currency) for b in statement.balances} == {
        (1_815, "EUR"),
        (-2_700, "SEK"),
        (3_500, "CHF"),
        (-2_700, "JPY"),
    }
    sums = arithmetic(statement)
    assert (statement.opening, statement.closing, sums.difference, sums.closes) == (1_815, None, None, False)
    assert "balances_mixed" in [p.code for p in statement.problems]


def test_the_notification_keeps_its_batch_as_one_line_with_three_details(shared):
    _, [notice] = take(shared, "camt", "genkgo_camt054.v4.xml")
    [line] = notice.lines
    assert (notice.kind, line.amount, line.currency, len(line.details)) == (
        "notification",
        -20_000_000,
        "SEK",
        3,
    )
    assert [(d.amount, d.currency, d.reference[:3]) for d in line.details] == [
        (310, "CHF", "ISR"),
        (320, "CHF", "ISR"),
        (320, "CHF", "Ref"),
    ]


def test_bai2_samples_give_the_expected_totals(shared, expected):
    for name, wanted in expected["bai2"].items():
        _, statements = take(shared, "bai2", name)
        totals = statements[0].totals
        assert totals["file_control"] == wanted["file_control_total"]
        assert (totals["file_groups"], totals["file_records"]) == (wanted["groups"], wanted["records"])
        groups = dict.fromkeys(s.totals["group_control"] for s in statements)
        assert list(groups) == wanted.get("group_totals", [wanted.get("group_total")])
        assert not [p for s in statements for p in s.problems if p.code.startswith("control")], name
    _, statements = take(shared, "bai2", "moov_sample1.bai")
    wanted = expected["bai2"]["moov_sample1.bai"]
    assert [s.totals["control"] for s in statements] == wanted["accounts"]
    for sign, key in ((1, "credits_minor"), (-1, "debits_minor")):
        sums = [sum(x.amount * sign for x in s.lines if x.amount * sign > 0) for s in statements]
        assert sums == wanted[key]


def test_ofx_samples_give_the_expected_figures(shared, expected):
    for name, wanted in expected["ofx"].items():
        _, statements = take(shared, "ofx", name)
        if wanted.get("accounts") == 0:
            assert statements == []
            continue
        [statement] = statements
        assert (statement.currency, len(statement.lines)) == (wanted["ccy"], wanted["n"])
        assert arithmetic(statement).movement == minor(wanted["sum"])
        assert statement.closing == minor(wanted["ledger_balance"])
        if "available" in wanted:
            assert [b.amount for b in statement.balances if b.code == "AVAILBAL"] == [
                minor(wanted["available"])
            ]


TABLES = {
    "ca_td_noheader.csv": ("td_canada", "DebitCard:TDChequing"),
    "cn_cmb_debit.csv": ("", "DebitCard:CMB"),
    "cn_icbc_debit_v1.csv": ("", "Bank:CN:ICBC"),
    "hk_hsbc_debit.csv": ("", "Bank:HK:HSBC"),
}


def postings(text: str) -> list[tuple[str, list[tuple[str, Decimal, str]]]]:
    """(day, [(account, amount, currency)]) of each entry of an expected ledger."""
    found = []
    for block in re.split(r"\n\s*\n", text):
        head = re.match(r"\s*(\d{4}-\d{2}-\d{2}) \*", block)
        if head:
            legs = re.findall(r"^\s+([A-Z]\w+(?::\w+)*)\s+(-?[\d.]+) ([A-Z]{3})", block, re.MULTILINE)
            found.append((head[1], [(a, Decimal(n), c) for a, n, c in legs]))
    return found


@pytest.mark.parametrize("name", TABLES)
def test_bank_tables_move_the_account_as_the_expected_ledger_says(name, shared):
    preset, account = TABLES[name]
    _, statements = take(shared, "csv", name, preset=preset)
    text = (shared / "samples" / "bank" / "csv" / name.replace(".csv", ".expected.beancount")).read_text(
        "utf-8"
    )
    # the converter that wrote the ledgers leaves out rows of kinds it was told to ignore; none may move differently
    wanted = Counter(
        (day, int(n * 100), c) for day, legs in postings(text) for a, n, c in legs if account in a
    )
    lines = [line for s in statements for line in s.lines]
    found = Counter((str(x.booked_on), x.amount, x.currency) for x in lines)
    assert wanted
    assert wanted - found == Counter()
    assert all(x.status == "booked" and not x.problem for x in lines)
    assert len({s.currency for s in statements}) == len(statements)


@pytest.mark.parametrize("name", ["cn_alipay.csv", "cn_wechat.csv", "cn_wechat.xlsx"])
def test_wallet_exports_have_the_amounts_of_the_expected_ledger(name, shared):
    _, [statement] = take(shared, "csv", name)
    stem = name.rpartition(".")[0]
    text = (shared / "samples" / "bank" / "csv" / f"{stem}.expected.beancount").read_text("utf-8")
    wanted = Counter((day, int(sum(n for _, n, _ in legs if n > 0) * 100)) for day, legs in postings(text))
    lines = [line for line in statement.lines if line.status != "void"]
    assert Counter((str(x.booked_on), abs(x.amount)) for x in lines) == wanted
    assert not any(x.problem for x in statement.lines)


@pytest.mark.parametrize("name", ["bsp_csv_european_decimals.csv", "bsp_csv_french_headers.csv"])
def test_european_tables_add_up(name, shared):
    _, [statement] = take(shared, "csv", name)
    assert [line.amount for line in statement.lines] == [-123_456, 350_000, -450]


def test_split_columns_add_up(shared):
    _, [statement] = take(shared, "csv", "bsp_split_amounts.csv")
    assert [line.amount for line in statement.lines] == [125_050, -20_025]


def test_a_table_without_header_is_not_guessed(shared):
    with pytest.raises(Unreadable) as caught:
        take(shared, "csv", "ca_td_noheader.csv")
    assert caught.value.code == "format_unknown"
