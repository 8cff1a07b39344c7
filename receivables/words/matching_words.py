"""The reasons of a match as sentences, in the reader's language. Words only; the rules decide."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from receivables import localised
from receivables.rules.matching import Proposal

AMOUNTS = ("amount", "left")
REASONS: dict[str, str | Promise] = {
    "reference_exact": _("Quotes its invoices by number, and brings exactly what they owe."),
    "reference_found": _("Quotes %(number)s."),
    "reference_looks_alike": _("%(token)s looks like %(number)s."),
    "reference_customer": _("Quotes a document of this customer."),
    "exact_amount": _("The amount is exact."),
    "unique_amount": _("Only one open item has this amount."),
    "equal_candidates": _("%(count)s candidates fit equally well."),
    "several_customers": _("Quotes documents of %(count)s customers."),
    "several_invoices": _("Pays %(count)s items together."),
    "discount_taken": _("The early-payment discount of %(amount)s was taken in time."),
    "discount_expired": _("A discount of %(amount)s was taken, but its last day was %(until)s."),
    "disputed_withheld": _("The disputed %(amount)s is withheld."),
    "disputed": _("%(number)s is disputed over %(amount)s."),
    "bank_fee": _("%(amount)s less, as a bank fee would be."),
    "short_payment": _("%(amount)s less, within the tolerance."),
    "partial_payment": _("Pays a part; %(left)s stays open."),
    "remainder_on_account": _("%(amount)s is over and stays on account."),
    "on_account": _("The whole %(amount)s would stay on account."),
    "all_open": _("All %(count)s open items of the customer together."),
    "all_overdue": _("All %(count)s overdue items of the customer together."),
    "oldest_first": _("Fills the oldest items first."),
    "search_limited": _("There are too many items to try every sum."),
    "other_reference": _("But it quotes another number."),
    "payer_differs": _("The payer's account is known for another customer."),
    "alias": _("This payer was recognised before: %(value)s."),
    "name_similar": _("The payer's name is similar (%(score)s of 100)."),
    "name_in_text": _("The customer's name stands in the text."),
    "payment_taken_back": _("The bank took payment %(payment)s back."),
}
DIFFERENCES: dict[str, str | Promise] = {
    "none": _("No difference"),
    "discount": _("Early-payment discount"),
    "bank_fee": _("Bank fee"),
    "tolerance": _("Small difference"),
    "disputed": _("Disputed part withheld"),
    "partial": _("Part payment"),
    "over_payment": _("Over-payment"),
    "on_account": _("On account"),
}
ALLOCATED: dict[str, str | Promise] = {
    "matched": _("Matched with a bank line"),
    "cancelled": _("Invoice cancelled"),
    "mistake": _("Entered by mistake"),
    "overpayment": _("Overpayment kept"),
    "recovery": _("Recovery"),
    "refund": _("Refund"),
    "reschedule": _("New due date"),
    "transfer": _("Transfer"),
    "voided": _("Voided"),
}
SET_ASIDE: dict[str, str | Promise] = {
    "outgoing": _("Money out, not a customer's"),
    "zero": _("Nothing moved"),
    "repeated": _("Known from another statement"),
    "discarded": _("Its statement was discarded"),
    "interim": _("Interim report"),
    "notification": _("Notification"),
    "pending": _("Not booked yet"),
    "info": _("Between own pockets"),
    "void": _("Cancelled by the bank"),
}


def sentence(code: str, params: Mapping[str, Any], currency: str) -> str:
    """One reason in words; amounts come as minor units of `currency`. An unknown code is shown as it is."""
    words = REASONS.get(code)
    if words is None:
        return code
    given = {
        name: localised.money(int(value), currency) if name in AMOUNTS else value
        for name, value in params.items()
    }
    try:
        return str(words) % given
    except KeyError:
        return str(words)


def sentences(reasons: Iterable[Any], currency: str) -> list[str]:
    """Stored reasons, [code, params] each, in words and without doubles."""
    return list(dict.fromkeys(sentence(str(code), dict(params), currency) for code, params in reasons))


def of_proposal(proposal: Proposal, currency: str) -> list[str]:
    """A proposal's reasons in words."""
    return sentences(((reason.code, dict(reason.params)) for reason in proposal.reasons), currency)


def set_aside(reason: str) -> str:
    """Why a line is not matched: a known code in words, or what a person wrote."""
    return str(SET_ASIDE.get(reason, reason))
