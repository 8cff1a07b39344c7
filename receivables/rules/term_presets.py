"""Shipped payment terms by code, a starting point for settings; nothing in the rules depends on a code."""

from decimal import Decimal
from fractions import Fraction

from receivables.rules.due_rules import Step
from receivables.rules.terms import EarlyPayment, Line, Terms


def _whole(*due: Step) -> Terms:
    return Terms((Line("percent", Fraction(100), due),))


def _parts(*parts: tuple[int | Fraction, int]) -> Terms:
    return Terms(tuple(Line("percent", Fraction(percent), (("days", days),)) for percent, days in parts))


def _early(percent: str, within: int, net: int) -> Terms:
    return Terms(Terms.net(net).lines, EarlyPayment(Decimal(percent), within))


PRESETS: dict[str, Terms] = {
    "IMMEDIATE": _whole(),
    **{f"NET{days}": Terms.net(days) for days in (7, 10, 14, 15, 30, 45, 60, 90)},
    "EOM": _whole(("end_of_month", 0)),
    "EOM30": _whole(("end_of_month", 0), ("days", 30)),
    "EOM45": _whole(("end_of_month", 0), ("days", 45)),
    "NET30EOM": _whole(("days", 30), ("end_of_month", 0)),
    "NEXT_EOM": _whole(("months", 1), ("end_of_month", 0)),
    "FIRST_OF_NEXT_MONTH": _whole(("end_of_month", 0), ("days", 1)),
    "MONTHLY_25": _whole(("months", 1), ("day", 25)),
    "1/15_NET45": _early("1", 15, 45),
    "2/10_NET30": _early("2", 10, 30),
    "3/7_NET30": _early("3", 7, 30),
    "50/50": _parts((50, 0), (50, 30)),
    "30/70": _parts((30, 15), (70, 45)),
    "30/50/20": _parts((30, 30), (50, 60), (20, 90)),
    "THIRDS": _parts((Fraction(100, 3), 30), (Fraction(100, 3), 60), (Fraction(100, 3), 90)),
}
"""MONTHLY_25: the 25th of the month after the invoice (monthly settlement). EOM30: end of month, then 30
days."""
