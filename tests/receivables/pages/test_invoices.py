"""The invoice pages: list, filters, sums, export, detail, scope and rights."""

import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse

from receivables.models import Invoice
from receivables.rules.money import Money
from receivables.services import adjustments, dispatch
from tests.fixtures.world import DAY_0

TODAY = DAY_0


@pytest.fixture
def books(world, monkeypatch):
    """Four invoices: one open, one overdue, one paid, one in another currency; it is always DAY_0."""
    monkeypatch.setattr("receivables.clock.today", lambda entity=None: TODAY)
    rows = {
        "open": world.issue("acme", "119.00", due_on=TODAY + timedelta(days=10), tax="19.00", number="A-1"),
        "late": world.issue("globex", "200.00", due_on=TODAY - timedelta(days=40), number="G-1"),
        "paid": world.issue("acme", "50.00", due_on=TODAY - timedelta(days=5), number="A-2"),
        "yuan": world.issue(
            "hengda", "7000.00", due_on=TODAY + timedelta(days=3), currency="CNY", number="H-1"
        ),
    }
    world.pay(rows["paid"], on=TODAY - timedelta(days=5))
    world.pay(rows["late"], "20.00", on=TODAY - timedelta(days=1))
    return rows


def page(client, name, *args, **query):
    return client.get(reverse(f"receivables:{name}", args=args), query)


def numbers(answer):
    return [row.number for row in answer.context["page"].rows]


def test_the_list_shows_what_is_filtered_and_sums_exactly_that_per_currency(books, login):
    client = login("accountant")
    answer = page(client, "invoices")
    assert sorted(numbers(answer)) == ["A-1", "A-2", "G-1", "H-1"]
    assert [
        (t.currency, t.invoiced, t.settled, t.open_amount, t.difference) for t in answer.context["totals"]
    ] == [
        ("CNY", 700000, 0, 700000, 0),
        ("EUR", 36900, 7000, 29900, 0),
    ]
    assert "Ties to the ledger" in answer.content.decode()
    assert numbers(page(client, "invoices", overdue="yes")) == ["G-1"]
    assert numbers(page(client, "invoices", state="PAID")) == ["A-2"]
    assert numbers(page(client, "invoices", currency="CNY")) == ["H-1"]
    assert numbers(page(client, "invoices", q="globex")) == ["G-1"]
    assert numbers(page(client, "invoices", due_from=str(TODAY + timedelta(days=5)))) == ["A-1"]
    assert numbers(page(client, "invoices", customer=books["late"].customer_id)) == ["G-1"]
    late = page(client, "invoices", overdue="yes").context["totals"]
    assert [(t.currency, t.open_amount) for t in late] == [("EUR", 18000)]


def test_pages_follow_each_other_by_key_and_lose_nothing(books, login, monkeypatch):
    monkeypatch.setattr("receivables.paging.page.__kwdefaults__", {"size": 3})
    client = login("accountant")
    first = page(client, "invoices", sort="-amount")
    second = page(client, "invoices", sort="-amount", after=first.context["page"].next_key)
    assert numbers(first) + numbers(second) == ["H-1", "G-1", "A-1", "A-2"]
    back = page(client, "invoices", sort="-amount", before=second.context["page"].prev_key)
    assert numbers(back) == numbers(first)
    assert (first.context["page"].prev_key, second.context["page"].next_key) == (None, None)


def test_a_key_or_filter_that_cannot_be_read_is_no_error(books, login):
    client = login("accountant")
    for query in (
        {"after": "x"},
        {"after": "1.d99"},
        {"sort": "nonsense"},
        {"issued_from": "yesterday"},
        {"customer": "x"},
    ):
        assert page(client, "invoices", **query).status_code == 200


def test_the_export_is_the_filtered_list_with_numbers_as_numbers(books, login):
    client = login("accountant")
    answer = page(client, "invoices_export", "csv", overdue="yes")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert [(row["Number"], row["Amount"], row["Open"], row["Currency"]) for row in rows] == [
        ("G-1", "200.00", "180.00", "EUR")
    ]
    assert page(client, "invoices_export", "xlsx").content[:2] == b"PK"
    assert page(login("sales_rep"), "invoices_export", "csv").status_code == 403


def test_bad_input_67_a_customer_named_like_a_formula_is_neutral_in_the_export(world, login):
    invoice = world.issue("acme", "1.00", due_on=TODAY)
    invoice.customer.legal_name = "=1+1"
    invoice.customer.save()
    answer = page(login("accountant"), "invoices_export", "csv")
    assert "'=1+1" in b"".join(answer.streaming_content).decode()


def test_003_07_the_page_draws_the_way_with_the_current_station_lit(books, login):
    answer = page(login("accountant"), "invoice", books["open"].pk)
    nodes = answer.context["nodes"]
    assert [(n["label"], n["status"]) for n in nodes if n["status"] == "current"] == [("Sent", "current")]
    assert 'aria-current="step"' in answer.content.decode()
    paid = page(login("accountant"), "invoice", books["paid"].pk).context["nodes"]
    assert [n["label"] for n in paid if n["status"] == "current"] == ["Paid"]


def test_003_07_a_cancelled_invoice_ends_its_way_there(books, world, login):
    adjustments.cancel(invoice=books["open"], on=TODAY, reason_code="price", now=world.at(TODAY), by=world.by)
    nodes = page(login("accountant"), "invoice", books["open"].pk).context["nodes"]
    assert (nodes[-1]["label"], nodes[-1]["status"]) == ("Cancelled", "current")
    assert "Paid" not in [node["label"] for node in nodes]


def test_the_balance_is_original_less_everything_and_ties(books, world, login):
    invoice = books["late"]
    amount = Money.of("30.00", "EUR")
    adjustments.credit(
        invoice=invoice, amount=amount, on=TODAY, reason_code="price", now=world.at(TODAY), by=world.by
    )
    picture = page(login("accountant"), "invoice", invoice.pk).context["p"]
    b = picture.balance
    assert (b.original, b.credits, b.payments, b.write_offs, b.open_amount, b.difference) == (
        20000,
        3000,
        2000,
        0,
        15000,
        0,
    )
    assert (picture.days_past_due, picture.dues[0].age, picture.overdue) == (40, 2, 15000)


def test_003_47_three_milestones_are_three_lines_each_with_its_own_due_date_and_age(
    world, login, monkeypatch
):
    monkeypatch.setattr("receivables.clock.today", lambda entity=None: TODAY)
    terms = {"lines": [{"percent": p, "due": [{"days": d}]} for p, d in (("30", 0), ("40", 30), ("30", 100))]}
    invoice = world.issue("acme", "1000.00", on=TODAY - timedelta(days=40), terms=terms)
    picture = page(login("collector"), "invoice", invoice.pk).context["p"]
    assert [(due.amount, due.days, due.age) for due in picture.dues] == [
        (30000, 40, 2),
        (40000, 10, 1),
        (30000, -60, 0),
    ]
    assert len({due.instalment.entry_id for due in picture.dues}) == 3
    world.pay(invoice, "300.00", on=TODAY)
    after = page(login("collector"), "invoice", invoice.pk).context["p"]
    assert (after.overdue, after.due_on) == (40000, TODAY - timedelta(days=10))


def test_a_foreign_invoice_and_none_at_all_answer_the_same(books, world, login):
    elsewhere = world.legal_entity("XX", "Other", "EUR", "UTC", "DE")
    stranger = login("accountant", username="stranger", all_entities=False)
    rep = login("sales_rep")
    for name in ("invoice", "invoice_paper", "invoice_send", "invoice_credit", "invoice_issue"):
        foreign, absent = (page(stranger, name, pk) for pk in (books["open"].pk, 999_999))
        assert (foreign.status_code, absent.status_code) in ((404, 404), (403, 403))
    assert page(rep, "invoice", books["open"].pk).status_code == 404
    assert numbers(page(stranger, "invoices")) == []
    assert elsewhere.pk


def test_the_sheet_for_paper_reads_the_snapshot_and_not_todays_name(books, login):
    Invoice.objects.get(pk=books["open"].pk).customer.__class__.objects.filter(code="acme").update(
        legal_name="New Name AG"
    )
    answer = page(login("accountant"), "invoice_paper", books["late"].pk)
    assert answer.status_code == 200 and "Print or save as PDF" in answer.content.decode()


def test_003_25_the_collector_sees_on_the_invoice_who_confirmed_receipt_and_when(books, world, login):
    sent = dispatch.send(
        invoice=books["open"], channel="hand", contact=None, now=world.at(TODAY), by=world.by
    )
    dispatch.confirm_receipt(token=sent.receipt_token, name="Li Wei", now=world.at(TODAY, 14), by=world.by)
    answer = page(login("collector"), "invoice", books["open"].pk)
    assert answer.context["p"].receipt.received_by == "Li Wei"
    assert "Receipt confirmed" in answer.content.decode() and "Li Wei" in answer.content.decode()
