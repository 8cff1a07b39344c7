"""Charges in words: their standing, and the steps of a derivation as sentences and as lines of a table.

A step is (code, figures) with plain decimals and ISO days; nothing is computed here.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from receivables import localised
from receivables.rules.money import Money
from receivables.rules.refusals import Refused

Steps = Iterable[Any]
LINES = ("line_per_year", "line_per_day")


def standing(code: str) -> tuple[str, str]:
    """Word and tone."""
    return {"open": (_("Open"), "warn"), "paid": (_("Paid"), "ok"), "waived": (_("Waived"), "off")}[code]


def lines(steps: Steps, currency: str) -> list[dict[str, Any]]:
    """The steps that are days at a base and a rate, for a table."""
    made = []
    for code, figures in steps:
        if code in LINES:
            made.append(
                {
                    "from_on": date.fromisoformat(figures["from"]),
                    "to_on": date.fromisoformat(figures["to"]),
                    "days": figures["days"],
                    "base": _money(figures["base"], currency),
                    "rate": rate(code, figures),
                    "rate_of": _rate_of(figures),
                    "basis": figures["day_basis"] if code == "line_per_year" else "",
                    "source": figures.get("source", ""),
                    "exact": figures["exact"],
                }
            )
    return made


def sentences(steps: Steps, currency: str) -> list[str]:
    """The other steps, one sentence each."""
    return [
        said for code, figures in steps if code not in LINES and (said := sentence(code, figures, currency))
    ]


def rate(code: str, figures: dict[str, Any]) -> str:
    """ "11.27 % a year"."""
    pattern = _("%(rate)s %% a day") if code == "line_per_day" else _("%(rate)s %% a year")
    return pattern % {"rate": figures["rate"]}


def sentence(code: str, figures: dict[str, Any], currency: str) -> str:
    """One step in words; nothing for a step nobody has named."""
    said = SENTENCES.get(code)
    if said is None:
        return ""
    return str(said()) % {name: _figure(name, value, figures, currency) for name, value in figures.items()}


SENTENCES: dict[str, Any] = {
    "debt": lambda: _("%(principal)s was due on %(due_on)s. Reckoned up to %(up_to)s."),
    "payment": lambda: _("%(on)s: %(amount)s paid."),
    "days_left_out": lambda: _("%(from)s to %(to)s is left out: a dispute of that time was found valid."),
    "charged_before": lambda: _("Up to %(through)s interest was claimed before."),
    "interest": lambda: _("%(days)s days, together %(exact)s, rounded once: %(interest)s."),
    "fixed_sum": lambda: _("Fixed sum for the costs of recovery: %(amount)s (%(citation)s)."),
    "converted": lambda: _("%(of)s %(of_currency)s at %(rate)s (%(source)s, %(on)s) are %(amount)s."),
    "law": lambda: _("Ground: %(citation)s."),
}
_DAYS = ("on", "due_on", "up_to", "from", "to", "through")
_AMOUNTS = ("principal", "amount", "interest")


def _figure(name: str, value: Any, figures: dict[str, Any], currency: str) -> Any:
    if name in _DAYS:
        return localised.day(date.fromisoformat(value))
    if name in _AMOUNTS:
        return _money(value, str(figures.get("currency", currency)))
    return value


def _rate_of(figures: dict[str, Any]) -> str:
    """How a rate is made up: "2.27 + 9"."""
    return f"{figures['reference']} + {figures['margin']}" if "reference" in figures else ""


def _money(plain: str, currency: str) -> str:
    try:
        return localised.money(Money.of(plain, currency).minor, currency)
    except Refused:
        return f"{plain} {currency}"
