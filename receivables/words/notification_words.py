"""What our own people are told, one sentence a fact with its figures. The fact is stored; the sentence is made for its reader.

A kind without a sentence is told by its name: a new one must never break the bell. Nothing is decided here.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from receivables import localised
from receivables.words import message_words

SENTENCES: dict[str, str | Promise] = {
    "rep7": gettext_lazy("%(customer)s: %(money)s falls due within a week (%(items)s)."),
    "rep3": gettext_lazy("%(customer)s: %(money)s falls due within three days (%(items)s)."),
    "escalate": gettext_lazy(
        "%(customer)s: %(money)s is more than two weeks overdue (%(items)s). Step in."
    ),
    "management": gettext_lazy("%(customer)s: %(money)s is more than a month overdue (%(items)s)."),
    "handover": gettext_lazy("%(customer)s: %(money)s is due to be handed over (%(items)s)."),
    "dunning": gettext_lazy("%(customer)s: %(money)s reached the stage “%(stage)s” (%(items)s)."),
    "class_lowered": gettext_lazy("%(customer)s: lowered from class %(from)s to %(to)s."),
    "hold_placed": gettext_lazy("%(customer)s: orders on credit are held at %(entity)s."),
    "hold_released": gettext_lazy("%(customer)s: orders on credit pass again at %(entity)s."),
    "broken_promise": gettext_lazy("%(customer)s: the promise to pay %(money)s by %(due_on)s was broken."),
    "undeliverable": gettext_lazy("%(customer)s: messages to %(contact)s come back."),
    "message_parked": gettext_lazy("A message to %(recipient)s needs you. %(reason)s"),
    "work_assigned": gettext_lazy("%(customer)s: a to-do is yours now."),
    "request_approved": gettext_lazy("%(customer)s: your request over %(money)s is approved."),
    "request_sent_back": gettext_lazy("%(customer)s: your request over %(money)s came back. %(note)s"),
    "invoice_issued": gettext_lazy("%(customer)s: invoice %(number)s over %(money)s is issued."),
    "invoice_paid": gettext_lazy("%(customer)s: invoice %(number)s over %(money)s is paid."),
    "dispute_opened": gettext_lazy(
        "%(customer)s: %(number)s is in dispute over %(money)s. It is yours to settle."
    ),
    "dispute_settled": gettext_lazy("%(customer)s: the dispute about %(number)s over %(money)s is settled."),
}
TITLES: dict[str, str | Promise] = {
    "request_approved": gettext_lazy("Request approved"),
    "request_sent_back": gettext_lazy("Request sent back"),
    "invoice_issued": gettext_lazy("Invoice issued"),
    "invoice_paid": gettext_lazy("Invoice paid"),
    "message_parked": gettext_lazy("A message needs you"),
    "broken_promise": gettext_lazy("Promise broken"),
    "class_lowered": gettext_lazy("Class lowered"),
    "hold_placed": gettext_lazy("Orders held"),
    "hold_released": gettext_lazy("Orders pass again"),
    "dispute_opened": gettext_lazy("Dispute to settle"),
    "dispute_settled": gettext_lazy("Dispute settled"),
    "undeliverable": gettext_lazy("Messages come back"),
    "work_assigned": gettext_lazy("A to-do for you"),
    "dunning": gettext_lazy("Overdue items"),
}
_DAYS = ("on", "due_on", "until")


class _Gaps(dict[str, str]):
    """A figure that a fact lacks is a dash, never an error."""

    def __missing__(self, key: str) -> str:
        return "–"


def title(kind: str) -> str:
    """A kind in a few words: the subject of a mail."""
    return str(TITLES.get(kind, kind.replace("_", " ").capitalize()))


def sentence(kind: str, figures: Mapping[str, Any], customer: str = "") -> str:
    """One sentence in the active language. `customer` names whom it is about, where the figures do not."""
    given = dict(figures)
    if customer:
        given.setdefault("customer", customer)
    key = str(given.get("stage", kind)) if kind == "dunning" else kind
    words = SENTENCES.get(key) or SENTENCES.get(kind)
    if words is None:
        about = str(given.get("customer", ""))
        return f"{about}: {title(kind)}" if about else title(kind)
    return (str(words) % _Gaps(_values(given))).strip()


def _values(given: Mapping[str, Any]) -> dict[str, str]:
    """Figures as people read them: money, dates, counts; everything else as it is."""
    found = {name: str(value) for name, value in given.items() if value not in (None, "")}
    amount, currency = given.get("total", given.get("amount")), given.get("currency")
    if isinstance(amount, int) and isinstance(currency, str):
        found["money"] = localised.money(amount, currency)
    if isinstance(given.get("items"), int):
        count = given["items"]
        found["items"] = ngettext("%(n)s item", "%(n)s items", count) % {"n": localised.number(count)}
    for name in _DAYS:
        found |= _day(name, given.get(name))
    if given.get("parked"):
        found["reason"] = message_words.reason(str(given["parked"]))
    if "note" not in found:
        found["note"] = ""
    if "customer" not in found:
        found["customer"] = _("A customer")
    return found


def _day(name: str, value: Any) -> dict[str, str]:
    try:
        return {name: localised.day(date.fromisoformat(str(value)))}
    except ValueError:
        return {}
