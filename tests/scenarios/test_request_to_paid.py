"""A diary: what Acme ordered becomes a request, is checked under two clocks over a weekend, is issued, and the money comes."""

from datetime import UTC, date, datetime, timedelta

from receivables import posting
from receivables.actor import Actor
from receivables.models import Audit, Invoice, WorkItem
from receivables.services import invoicing, work


def test_from_a_friday_request_to_a_paid_invoice(desk):
    world = desk.world
    # Friday 6 March 2026, 16:30 in Berlin: Rita drafts and submits with the contract that Acme wants to see.
    desk.now = datetime(2026, 3, 6, 15, 30, tzinfo=UTC)
    desk.customer("acme", po_required=True, contract_required=True)
    draft = desk.draft("acme", "1000.00", po_number="PO-2026-00417")
    desk.attach(draft, kind="contract")
    request = desk.submit(draft)
    assert desk.item(request).due_at == datetime(
        2026, 3, 9, 9, 30, tzinfo=UTC
    )  # Monday 10:30: half an hour was left on Friday

    # Monday 11:00: nobody looked; the engine escalates once, and the finance manager steps in.
    desk.now = datetime(2026, 3, 9, 10, 0, tzinfo=UTC)
    assert len(work.escalate_breached(now=desk.now, by=Actor.system("engine"))) == 1
    desk.verify(request, user=desk.finance)

    # 12:00: finance sends it back, Rita corrects, and both steps pass on the same day.
    desk.later(hours=1)
    back = desk.send_back(request, "wrong_tax", user=desk.finance, note="19 %")
    again = desk.submit(back)
    desk.verify(again)
    desk.later(hours=2)
    approved = desk.approve(again)
    assert (approved.state, approved.round, approved.approved_by) == ("APPROVED", 2, desk.finance)

    # The accountant issues it the same day; the debt exists from now on.
    today = date(2026, 3, 9)
    invoice = invoicing.issue(
        invoice=approved, on=today, now=desk.now, by=desk.by(world.user("accountant", "anna"))
    )
    assert (invoice.state, invoice.number) == ("ISSUED", "NL-INV-000001")
    assert (world.open(invoice), invoice.instalments.get().due_on) == ("1190.00", today + timedelta(days=30))

    # 8 April: the money comes.
    world.pay(invoice, on=date(2026, 4, 8))
    assert (world.state(invoice), posting.open_amount(Invoice.objects.get(pk=invoice.pk))) == ("PAID", 0)

    # Every stage has its times, and one line in the log for each call.
    outcomes = list(WorkItem.objects.order_by("pk").values_list("round", "step", "outcome"))
    assert outcomes == [
        (1, "VERIFY", "passed"),
        (1, "APPROVE", "sent_back"),
        (2, "VERIFY", "passed"),
        (2, "APPROVE", "passed"),
    ]
    said = (
        Audit.objects.filter(subject=f"invoice:{invoice.pk}").order_by("seq").values_list("action", flat=True)
    )
    assert list(said)[:8] == [
        "request.drafted", "attachment.added", "request.submitted", "request.verified", "request.sent_back",
        "request.submitted", "request.verified", "request.approved",
    ]  # fmt: skip
    assert "invoice.issued" in said
