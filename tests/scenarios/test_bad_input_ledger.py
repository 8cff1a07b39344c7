"""Bad ledger files, rows 1 to 12 of the catalogue, by page and by command: each has its answer, and nothing is half done."""

import pytest

from receivables.models import Customer, Entry, Invoice
from tests.fixtures.ledger_desk import COLUMNS, HEAD, row

DOORS = ("page", "command")


@pytest.fixture(params=DOORS)
def give(request, ledger_desk):
    """Gives a file to one of the two doors."""
    return getattr(ledger_desk, request.param)


def text(*rows, head=HEAD):
    return (head + "".join(rows)).encode()


def refused(answer, *words):
    """Not an error of ours, nothing in the books, and a reason in words."""
    assert 400 <= answer.status < 500, answer
    assert answer.invoices == 0 and Entry.objects.count() == 0
    for word in words:
        assert word in answer.text, answer.text[-1500:]


@pytest.mark.parametrize("data", [b"", HEAD.encode(), b"\xef\xbb\xbf", b"\n\n \n"])
def test_bad_input_01_a_file_without_rows(give, data):
    refused(give(data), "no rows")


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-8", "utf-8-sig"])
def test_bad_input_02_other_alphabets_round_trip(give, encoding):
    rows = [row(f"A{n}", f"c{n}", "广州恒达物流集团有限公司 café") for n in range(3)]
    assert give(text(*rows).decode().encode(encoding)).status == 200
    assert set(Customer.objects.filter(code__in=["c0", "c1", "c2"]).values_list("legal_name", flat=True)) == {
        "广州恒达物流集团有限公司 café"
    }


def test_bad_input_02_windows_1252_round_trips(give):
    answer = give(
        text(*(row(f"A{n}", f"c{n}", "Café Müller für Straße") for n in range(5))).decode().encode("cp1252")
    )
    names = set(Customer.objects.filter(code__startswith="c").values_list("legal_name", flat=True))
    assert (answer.status == 200 and names == {"Café Müller für Straße"}) or (
        answer.status == 422 and not names
    )


def test_bad_input_03_line_ends_and_a_byte_order_mark_make_no_difference(give):
    mixed = (
        b"\xef\xbb\xbf"
        + HEAD.strip().encode()
        + b"\r\n"
        + row("A1").strip().encode()
        + b"\r"
        + row("A2").encode()
    )
    assert give(mixed).invoices == 2


def test_bad_input_04_invalid_bytes_are_told_with_their_offset(give):
    rows = b"".join(row(f"A{n}").encode() for n in range(4998))
    data = HEAD.encode() + rows + b"B1,acme,caf\xff\xfe,2026-01-05,,1.00,\n"
    answer = give(data)
    refused(answer)
    where = str(data.index(b"\xff"))
    assert any(where in str(p) for p in answer.problems) or where in answer.text


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_bad_input_05_separators_are_found_out(give, separator):
    data = text(row("A1"), row("A2")).decode().replace(",", separator).encode()
    assert give(data).invoices == 2


def test_bad_input_05_a_quoted_line_break_stays_in_its_cell_and_an_open_quote_names_its_line(give):
    quoted = row("A1").replace("acme,,", 'acme,"Acme\n Tools",')
    answer = give(text(row("A0"), quoted, row("A2")))
    refused(answer, "line break")
    answer = give(text(row("A0"), row("A1").replace("acme,,", 'acme,"Acme,'), row("A2")))
    refused(answer)
    assert "line 3" in answer.text or any(p["line"] == 3 for p in answer.problems)


@pytest.mark.parametrize("bad", ["A1,acme,,2026-01-05\n", "A1,acme,,2026-01-05,,10.00,,99,17\n"])
def test_bad_input_06_too_few_or_many_cells_never_shift(give, bad):
    refused(give(text(row("A0"), bad)), "cells")


@pytest.mark.parametrize(
    ("head", "word"),
    [
        (HEAD.replace("amount", "betrag"), "amount"),
        (HEAD.strip() + ",amount\n", "appears 2 times"),
        (HEAD.replace("invoice_date", "发票日期"), "invoice_date"),
    ],
)
def test_bad_input_07_a_header_that_is_not_there_or_twice_is_named(give, head, word):
    cells = row() if head.count(",") == HEAD.count(",") else row().strip() + ",1\n"
    refused(give(text(cells, head=head)), word)


def test_bad_input_07_blanks_and_case_of_a_header_do_not_matter(give):
    assert give(text(row(), head=HEAD.replace("amount", "  Amount "))).status == 200


@pytest.mark.parametrize(
    ("amount", "minor"),
    [("1.234,56", 123456), ("1 234,56", 123456), ("12,00", 1200), ("€1.234,50", 123450), ("１２３", 12300)],
)
def test_bad_input_08_amounts_follow_the_locale_of_the_import(give, amount, minor):
    data = (
        text(row("A1").replace("10.00", amount))
        .decode()
        .replace(",", ";")
        .replace(amount.replace(",", ";"), amount)
    )
    assert give(data.encode(), decimal_mark=",").status == 200
    assert Invoice.objects.get().gross == minor


@pytest.mark.parametrize("amount", ["1,234", "1.234"])
def test_bad_input_08_an_ambiguous_amount_is_never_guessed(give, amount):
    refused(give(text(row(amount=f'"{amount}"'))), "can mean")


@pytest.mark.parametrize("amount", ["(12.00)", "12.00-", "-5.00", "0.00", "0"])
def test_bad_input_12_negative_and_zero_invoices_are_refused_rows(give, amount):
    refused(give(text(row(amount=amount))), "more than zero")


@pytest.mark.parametrize(
    "amount", ["NaN", "Infinity", "1e309", "0x10", "1_000", "", "-0", "١٢٣", "12..0", "1,2,3"]
)
def test_bad_input_09_what_is_no_amount(give, amount):
    refused(give(text(row(amount=f'"{amount}"'))), "amount")


@pytest.mark.parametrize(("currency", "amount"), [("EUR", "1.005"), ("JPY", "1.5"), ("KWD", "1.0005")])
def test_bad_input_10_more_decimals_than_the_currency_has(give, currency, amount):
    refused(give(text(row(amount=amount)), currency=currency, decimal_mark="."), "decimals")


@pytest.mark.parametrize("amount", [str(10**16) + ".01", "1" * 40, "99999999999999999.99"])
def test_bad_input_11_amounts_too_large_to_be_true(give, amount):
    refused(give(text(row(amount=amount))), "amount")


def test_bad_input_11_a_sum_beyond_any_amount_is_still_exact(give):
    largest = "9999999999999.99"
    answer = give(text(*(row(f"A{n}", amount=largest) for n in range(50))))
    assert answer.invoices == 50
    assert sum(Invoice.objects.values_list("gross", flat=True)) == 50 * 999999999999999


def test_a_mapping_without_an_amount_is_refused(give):
    assert give(text(row()), columns={**COLUMNS, "amount": ""}).status == 422
