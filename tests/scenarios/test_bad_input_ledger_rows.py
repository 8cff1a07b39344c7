"""Bad ledger files, rows 13 to 18, 25 and 26: dates, doubles, customer codes, currencies, names that mean harm."""

import pytest

from receivables.models import Customer, Entry, ImportFile, Invoice
from tests.fixtures.ledger_desk import HEAD, row


@pytest.fixture(params=("page", "command"))
def give(request, ledger_desk):
    return getattr(ledger_desk, request.param)


def text(*rows, head=HEAD):
    return (head + "".join(rows)).encode()


@pytest.mark.parametrize(
    "on",
    ["02/03/2026", "2026-02-30", "29.02.2027", "45000", "1900-02-29", "0026-01-01", "9999-12-31", "soon", ""],
)
def test_bad_input_13_dates_that_are_none_or_have_two_readings(give, on):
    answer = give(text(row(day=on)))
    assert (answer.status, answer.invoices, Entry.objects.count()) == (422, 0, 0)


@pytest.mark.parametrize(
    ("on", "order", "iso"),
    [
        ("2026-3-5", "ISO", "2026-03-05"),
        ("02/03/2026", "DMY", "2026-03-02"),
        ("02/03/2026", "MDY", "2026-02-03"),
        ("45000", "EXCEL1900", "2023-03-15"),
        ("43538", "EXCEL1904", "2023-03-15"),
    ],
)
def test_bad_input_13_the_order_of_the_import_decides(give, on, order, iso):
    assert give(text(row(day=on)), date_order=order).status == 200
    assert Invoice.objects.get().invoice_on.isoformat() == iso


def test_bad_input_13_due_before_the_invoice_or_ten_years_on_is_taken_over_with_a_warning(give):
    answer = give(text(row("A1", due="2025-12-01"), row("A2", due="2046-01-05"), row("A3", due="2026-02-05")))
    assert (answer.status, answer.invoices) == (200, 3)
    assert "2 warnings" in answer.text


def test_bad_input_15_the_same_row_twice_is_one_invoice(give):
    answer = give(text(row("A1"), row("A1"), row("A2")))
    assert (answer.status, answer.invoices) == (200, 2)


def test_bad_input_16_the_same_number_with_another_amount_is_a_conflict_and_changes_nothing(give, world):
    world.issue("acme", "10.00", on=world.today, number="A1")
    answer = give(text(row("A1", amount="99.00"), row("A2")))
    assert (answer.invoices, Invoice.objects.get(number="A1").gross) == (2, 1000)
    assert "A1" in answer.text
    assert ImportFile.objects.get().rows_failed == 1


@pytest.mark.parametrize("code", ["ACME", "ac me", "ａｃｍｅ"])
def test_bad_input_17_customer_codes_match_exactly_and_look_alikes_are_said(ledger_desk, world, code):
    world.customer("acme")
    answer = ledger_desk.page(text(row(customer=code)))
    assert answer.status == 200 and "looks like" in answer.text and "acme" in answer.text
    assert Customer.objects.filter(code__in=["acme", code]).count() == 2


@pytest.mark.parametrize("currency", ["XXX", "RMB", "¥", "", "EURO", "$"])
def test_bad_input_18_unknown_currencies(give, currency):
    head = HEAD.strip() + ",ccy\n"
    answer = give(
        text(row().strip() + f"{currency}\n", head=head).replace(b",ccy", b",ccy"),
        columns={"currency": "ccy"},
    )
    assert (answer.status, answer.invoices) == (422, 0)


def test_bad_input_18_rmb_is_cny_only_where_the_import_says_so(ledger_desk):
    data = text(row().strip() + ",RMB\n", head=HEAD.strip() + ",ccy\n")
    assert ledger_desk.page(data, columns={"currency": "ccy"}, aliases="RMB=CNY").status == 200
    assert Invoice.objects.get().currency == "CNY"


@pytest.mark.parametrize("name", ["Acme\x00Tools", "Acme\x07", "Acme\x1bTools"])
def test_bad_input_25_control_characters_are_row_errors(give, name):
    answer = give(text(row(name=name)))
    assert (answer.status, answer.invoices) == (422, 0)


def test_bad_input_25_direction_overrides_and_zero_width_marks_are_stripped(give):
    assert give(text(row(customer="k1", name="Ac\u202eme\u200b Tools"))).status == 200
    assert Customer.objects.get(code="k1").legal_name == "Acme Tools"


NAMES = ["X", "🦆 GmbH", "مؤسسة", "'; DROP TABLE receivables_customer;--"]
NAMES += ["<script>alert(1)</script>", "{{7*7}}", "=cmd|'/C calc'!A0"]


def test_bad_input_26_names_are_kept_as_they_are_and_escaped_where_shown(ledger_desk):
    rows = [f'A{n},k{n},"{name}",2026-01-05,,1.00,\n' for n, name in enumerate(NAMES)]
    answer = ledger_desk.page(text(*rows))
    assert answer.status == 200
    assert (
        list(
            Customer.objects.filter(code__startswith="k")
            .order_by("code")
            .values_list("legal_name", flat=True)
        )
        == NAMES
    )
    page = ledger_desk.client.get("/aging/").content.decode()
    assert (
        "<script>alert" not in page and "&lt;script&gt;" in page and "49" not in page.split("{{7*7}}")[0][-5:]
    )
    rows_out = b"".join(ledger_desk.client.get("/aging/export.csv").streaming_content).decode()
    assert "'=cmd" in rows_out


def test_bad_input_26_a_name_that_is_too_long_or_smuggles_a_header_line_is_a_row_error(give):
    assert give(text(row(name="x" * 301))).status == 422
    assert give(text(row(name='"Acme\r\nBcc: x@y"'))).status == 422
    assert Invoice.objects.count() == 0
