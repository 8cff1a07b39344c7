"""A request from draft to submission: sums, guards with code and field, drafts that survive, copies, the fast lane."""

import pytest

from receivables.models import Audit, Invoice, WorkItem
from receivables.rules.refusals import Refused
from receivables.services import requesting
from receivables.services.requesting import Content


def refused(code, call, *args, **options):
    with pytest.raises(Refused) as caught:
        call(*args, **options)
    assert caught.value.code == code, caught.value
    return caught.value


def test_003_08_a_rep_saves_an_incomplete_draft_and_submits_it_when_it_is_complete(desk):
    customer = desk.customer("acme", po_required=True)
    options = {"entity": desk.world.entity, "customer": customer, "today": desk.today, "now": desk.now}
    invoice = requesting.draft(content=Content(), by=desk.by(desk.rep), **options)
    assert (invoice.state, invoice.gross) == ("DRAFT", 0)
    said = refused("lines_missing", desk.submit, invoice)
    assert [p["code"] for p in said.figures["problems"]] == [
        "lines_missing",
        "amount_not_positive",
        "po_number_missing",
    ]
    assert WorkItem.objects.count() == 0
    content = desk.content(("Consulting", "3", "33.33", "19"), po_number="PO-1")
    saved = requesting.save_draft(
        invoice=invoice, content=content, version=1, today=desk.today, now=desk.now, by=desk.by(desk.rep)
    )
    assert (saved.net, saved.tax, saved.gross) == (9999, 1900, 11899)
    submitted = desk.submit(saved)
    assert (submitted.state, submitted.requested_by, submitted.flow.version) == ("REQUESTED", desk.rep, 1)
    assert list(Audit.objects.order_by("seq").values_list("action", flat=True))[-3:] == [
        "request.drafted",
        "request.saved",
        "request.submitted",
    ]


def test_003_03_a_customer_who_wants_po_number_and_contract_gets_neither_invoice_without_them(desk):
    desk.customer("acme", po_required=True, contract_required=True)
    invoice = desk.draft(po_number="")
    said = refused("po_number_missing", desk.submit, invoice)
    assert said.field == "po_number"
    assert [p["code"] for p in said.figures["problems"]] == ["po_number_missing", "contract_missing"]
    requesting.save_draft(
        invoice=invoice,
        content=desk.content(po_number="PO-7"),
        version=1,
        today=desk.today,
        now=desk.now,
        by=desk.by(desk.rep),
    )
    assert refused("contract_missing", desk.submit, invoice).field == "attachments"
    desk.attach(invoice, kind="order")
    refused("contract_missing", desk.submit, invoice)
    desk.attach(invoice, kind="contract")
    assert desk.submit(invoice).state == "REQUESTED"


def test_003_08_a_special_vat_invoice_rests_on_a_contract_or_an_order(desk):
    invoice = desk.draft(kind="special_vat")
    assert refused("attachment_missing", desk.submit, invoice).field == "attachments"
    desk.attach(invoice, kind="order")
    assert desk.submit(invoice).state == "REQUESTED"


def test_an_incomplete_customer_is_refused_with_what_is_missing(desk):
    invoice = desk.draft("vandelay")
    said = refused("customer_incomplete", desk.submit, invoice)
    assert said.field == "customer"
    assert "tax ID" in said.message


def test_000_03_a_limit_per_currency_blocks_with_both_figures(desk, settings):
    settings.REQUEST_AMOUNT_MAX = {"EUR": "1000.00"}
    invoice = desk.draft(amount="840.35")
    said = refused("amount_over_limit", desk.submit, invoice)
    assert "€1,000.02" in said.message
    assert "€1,000.00" in said.message
    assert desk.submit(desk.draft(amount="840.33")).gross == 99_999


def test_000_03_a_twin_is_named_and_passes_only_when_confirmed(desk):
    first = desk.request(po_number="PO-9")
    twin = desk.draft(po_number="PO-9")
    said = refused("duplicate_suspected", desk.submit, twin)
    assert (said.field, str(first) in said.message) == ("duplicate_confirmed", True)
    assert desk.submit(twin, duplicate_confirmed=True).state == "REQUESTED"
    assert Audit.objects.order_by("-seq").first().after["duplicate_confirmed"] is True
    assert desk.request(po_number="PO-10").state == "REQUESTED"


def test_000_03_another_buyers_name_on_the_order_is_refused_with_the_expected_one(desk):
    said = refused("title_mismatch", desk.draft, buyer_title="Acme Tolls GmbH")
    assert said.figures == {"given": "Acme Tolls GmbH", "expected": "Acme Tools GmbH"}
    assert desk.draft(buyer_title="ACME  tools GmbH.").pk


def test_terms_that_lead_into_the_past_are_refused_for_a_new_request_bad_input_45(desk):
    customer = desk.customer("acme")
    customer.profiles.update(terms={"lines": [{"percent": "100", "due": [{"days": -5}]}]})
    assert refused("due_in_the_past", desk.submit, desk.draft()).field == "customer"
    customer.profiles.update(terms={})
    refused("terms_invalid", desk.submit, desk.draft())


def test_003_22_a_draft_saved_by_somebody_else_meanwhile_is_not_overwritten(desk):
    invoice = desk.draft()
    options = {"invoice": invoice, "today": desk.today, "now": desk.now, "by": desk.by(desk.rep)}
    requesting.save_draft(content=desk.content(("A", "1", "5", "0")), version=1, **options)
    refused("stale", requesting.save_draft, content=desk.content(("B", "1", "6", "0")), version=1, **options)
    assert Invoice.objects.get(pk=invoice.pk).gross == 500


def test_a_submitted_request_cannot_be_edited_or_submitted_again_bad_input_43(desk):
    invoice = desk.request()
    options = {"today": desk.today, "now": desk.now, "by": desk.by(desk.rep)}
    refused("state", requesting.save_draft, invoice=invoice, content=desk.content(), version=1, **options)
    refused("state", desk.submit, invoice)
    refused("state", desk.attach, invoice)


def test_copy_from_takes_lines_and_references_but_neither_po_number_nor_papers(desk):
    source = desk.draft(contract_ref="C-1", po_number="PO-1")
    desk.attach(source)
    copy = requesting.copy_from(invoice=source, today=desk.today, now=desk.now, by=desk.by(desk.rep))
    assert (copy.gross, copy.contract_ref, copy.po_number, copy.copied_from) == (
        source.gross,
        "C-1",
        "",
        source,
    )
    assert copy.attachments.count() == 0


def test_001_11_the_fast_lane_needs_a_reason_has_its_own_limit_and_a_quota(desk):
    assert (
        refused("urgent_reason_missing", desk.submit, desk.draft(urgent_reason="now!")).field
        == "urgent_reason"
    )
    for n in range(5):
        desk.request(amount=f"{n + 1}.00", urgent_reason="customer's books close today")
    said = refused(
        "urgent_quota_spent", desk.submit, desk.draft(urgent_reason="customer's books close today")
    )
    assert (said.figures["problems"][0]["code"], "5" in said.message) == ("urgent_quota_spent", True)
    urgent = WorkItem.objects.order_by("pk").first()
    assert (urgent.due_at - urgent.opened_at).total_seconds() == 3600
    desk.later(days=31)
    assert desk.request(urgent_reason="customer's books close today").state == "REQUESTED"


def test_a_request_is_withdrawn_by_its_requester_only_and_its_to_do_ends(desk):
    invoice = desk.request()
    refused(
        "forbidden", requesting.withdraw, invoice=invoice, reason="no", now=desk.now, by=desk.by(desk.manager)
    )
    back = requesting.withdraw(invoice=invoice, reason="price changed", now=desk.now, by=desk.by(desk.rep))
    assert (back.state, back.round, WorkItem.objects.get().state) == ("DRAFT", 2, "CANCELLED")
    assert desk.submit(back).round == 2
