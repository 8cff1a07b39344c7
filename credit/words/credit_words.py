"""Credit in words: why an order is held, the ways out, risk events. Codes and figures come from the rules."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from credit.models import CreditHold, RiskEvent
from credit.rules.order_check import Verdict, Way
from receivables import localised

REASONS: dict[str, str | Promise] = {
    "prepaid": gettext_lazy("Paid in advance: nothing is trusted."),
    "delivered": gettext_lazy("The goods left already: holding the invoice would help nobody."),
    "no_limit": gettext_lazy("No limit was set for this customer."),
    "within_limit": gettext_lazy("Within the limit."),
    "near_limit": gettext_lazy("Within the limit, but more than 90 percent of it is used then."),
    "limit_in_other_currency": gettext_lazy(
        "The limit is in another currency; it says nothing about this order."
    ),
    "nothing_on_credit": gettext_lazy("Nothing goes on credit for this customer."),
    "over_limit": gettext_lazy("The order passes the limit."),
    "overdue": gettext_lazy("Orders are held: something is long overdue."),
    "limit": gettext_lazy("Orders are held: the limit was exceeded."),
    "broken_promise": gettext_lazy("Orders are held: a promise was broken."),
    "legal": gettext_lazy("Orders are held: the matter was handed over."),
    "other": gettext_lazy("Orders are held."),
}
TONES = {"OK": "ok", "WARN": "warn", "HOLD": "bad"}
SHOWN = 5


def answer(code: str) -> str:
    """OK, WARN or HOLD as a person says it."""
    return {"OK": _("May go on credit"), "WARN": _("May go, with a warning"), "HOLD": _("Hold")}[code]


def reason(code: str) -> str:
    """Why."""
    return str(REASONS.get(code, code))


def ways(verdict: Verdict) -> list[str]:
    """The ways out, as the rule orders them."""
    return [way(each) for each in verdict.ways]


def way(each: Way) -> str:
    """One way out: "Pay INV-17 and INV-21 (EUR 500.00)."."""
    money = localised.money(each.amount, each.currency) if each.currency else ""
    if each.kind == "pay":
        named = [item.reference for item in each.items[:SHOWN]]
        more = len(each.items) - len(named)
        listed = (
            _and(named)
            if not more
            else _("%(named)s and %(more)s more") % {"named": ", ".join(named), "more": more}
        )
        if each.amount < sum(item.left for item in each.items):
            return _("Pay %(amount)s of %(items)s.") % {"amount": money, "items": listed}
        return _("Pay %(items)s (%(amount)s).") % {"amount": money, "items": listed}
    if each.kind == "prepay":
        return _("Let the customer pay %(amount)s in advance.") % {"amount": money}
    if each.kind == "raise":
        return _("Ask finance for a higher limit; two people decide.")
    return _("Ask finance to release the hold, with a reason and an end.")


def _and(named: list[str]) -> str:
    if len(named) < 2:
        return "".join(named)
    return _("%(first)s and %(last)s") % {"first": ", ".join(named[:-1]), "last": named[-1]}


def event(row: RiskEvent) -> str:
    """A risk event with its figures."""
    figures: Mapping[str, Any] = row.figures
    kind = RiskEvent.Kind(row.kind).label if row.kind in RiskEvent.Kind.values else row.kind
    if row.kind in ("class_lowered", "class_set"):
        return f"{kind}: {figures.get('from', '')} → {figures.get('to', '')}"
    if row.kind == "overdue_30":
        sums = ", ".join(
            localised.money(amount, currency) for currency, amount in figures.get("amounts", {}).items()
        )
        return _("%(sums)s up to %(days)s days overdue") % {"sums": sums, "days": figures.get("days", "")}
    if row.kind == "hold_placed" and figures.get("reason") in CreditHold.Reason.values:
        return f"{kind}: {CreditHold.Reason(figures['reason']).label}"
    return str(kind)
