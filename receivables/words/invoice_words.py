"""What codes of invoices are called in the reader's language: channels, reasons, and each line of the audit trail."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Words = Mapping[str, str | Promise]

CHANNELS: Words = {
    "courier": _("Courier"),
    "email": _("E-mail"),
    "portal": _("Link to the customer"),
    "hand": pgettext_lazy("delivery", "Handed over"),
}
CREDIT_REASONS: Words = {
    "price": _("Price or quantity was wrong"),
    "quality": _("Goods or service were deficient"),
    "returned": _("Goods came back"),
    "wrong_title": _("Wrong buyer's name or tax ID"),
    "wrong_invoice": _("Invoiced by mistake or twice"),
    "goodwill": _("Goodwill"),
    "other": _("Something else (say what)"),
}
LOSS_REASONS: Words = {
    "insolvency": _("Insolvency"),
    "uncollectible": _("Cannot be collected"),
    "time_barred": _("Time-barred"),
    "settlement": _("Settlement agreed"),
    "cost_of_pursuit": _("Pursuit costs more than it brings"),
    "other": _("Something else (say what)"),
}
DIFFERENCES: Words = {
    "early_payment_discount": _("Early-payment discount"),
    "small_difference": _("Small difference"),
    "bank_fee": _("Bank fee"),
}
DISPUTE_REASONS: Words = {
    "not_received": _("Not received"),
    "quality": _("Quality"),
    "price": _("Price"),
    "quantity": _("Quantity"),
    "wrong_invoice": _("Wrong invoice"),
    "already_paid": _("Already paid"),
    "deduction": _("Deduction"),
    "other": _("Other"),
}
PAPERS: Words = {
    "contract": _("Contract"),
    "order": _("Order"),
    "delivery": _("Proof of delivery"),
    "red_letter": _("Red-letter notice"),
    "other": _("Other paper"),
}
WORK: Words = {
    "approval": _("Approval"),
    "issue": _("Issue the invoice"),
    "courier_number": _("Enter the courier's number"),
}
ACTIONS: Words = {
    "request.drafted": _("Request drafted"),
    "request.saved": _("Request changed"),
    "request.copied": _("Request copied from another"),
    "request.submitted": _("Request submitted"),
    "request.withdrawn": _("Request withdrawn"),
    "request.verified": _("Business verified"),
    "request.approved": _("Request approved"),
    "request.sent_back": _("Request sent back"),
    "request.to_person": _("Routed to a person"),
    "invoice.issued": _("Invoice issued"),
    "invoice.recorded": _("Invoice recorded from outside"),
    "invoice.posted": _("Sent to the customer"),
    "invoice.credited": _("Credit note written"),
    "invoice.cancelled": _("Invoice cancelled"),
    "invoice.reissued": _("Issued anew as a draft"),
    "invoice.rescheduled": _("New due dates agreed"),
    "invoice.difference_written_off": _("Difference given up"),
    "dispatch.tracked": _("Courier number entered"),
    "dispatch.received": _("Customer confirmed receipt"),
    "dispatch.link_revoked": _("Receipt link revoked"),
    "allocation.applied": _("Payment applied"),
    "allocation.undone": _("Allocation taken back"),
    "payment.discounted": _("Paid early, with discount"),
    "payment.received": _("Payment received"),
    "payment.reversed": _("Payment taken back by the bank"),
    "payment.reversal_undone": _("Chargeback won, money is back"),
    "credit_note.voided": _("Credit note voided"),
    "write_off.recovered": _("Money came for a write-off"),
    "write_off.taken_back": _("Write-off taken back"),
    "change.proposed": _("Proposed, waits for a second person"),
    "change.approved": _("Approved by a second person"),
    "change.rejected": _("Rejected by a second person"),
    "change.withdrawn": _("Proposal withdrawn"),
    "dispute.opened": _("Dispute opened"),
    "dispute.assigned": _("Dispute assigned"),
    "dispute.accepted": _("Dispute accepted"),
    "dispute.rejected": _("Dispute rejected"),
    "dispute.withdrawn": _("Dispute withdrawn"),
    "work.delegated": _("Work handed to a stand-in"),
    "work.reassigned": _("Work reassigned"),
    "work.escalated": _("Escalated"),
}
TONES: Mapping[str, str] = {
    "request.approved": "ok", "change.approved": "ok", "allocation.applied": "ok", "payment.discounted": "ok",
    "dispatch.received": "ok", "invoice.issued": "brand", "invoice.posted": "brand", "dispatch.tracked": "brand",
    "invoice.cancelled": "bad", "invoice.credited": "warn", "request.sent_back": "warn", "payment.reversed": "bad",
    "allocation.undone": "warn", "change.proposed": "warn", "change.rejected": "bad", "dispute.opened": "calm",
}  # fmt: skip


def word(words: Words, code: str) -> str:
    """The word of a code; an unknown code is shown as written, in plain letters."""
    found = words.get(code)
    return str(found) if found is not None else code.replace("_", " ").replace(".", " ").capitalize()


def reason(code: str) -> str:
    """The word of a reason given with a credit note, a write-off or a difference."""
    return word({**CREDIT_REASONS, **LOSS_REASONS, **DIFFERENCES}, code)
