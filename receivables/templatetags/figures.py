"""Tags for figures: money, numbers, small charts drawn as SVG (the page's policy forbids style attributes), and the sum-proof."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from receivables import localised
from receivables.rules.money import Money

register = template.Library()

BUCKET_LABELS = (
    gettext_lazy("Not due"),
    gettext_lazy("1 to 30 days"),
    gettext_lazy("31 to 60 days"),
    gettext_lazy("61 to 90 days"),
    gettext_lazy("Over 90 days"),
)
NOTHING = SafeString('<span class="mut">–</span>')


@register.simple_tag
def money(
    amount: int | Money | None, currency: str = "", sign: bool = False, bare: bool = False
) -> SafeString:
    """`{% money 123450 "EUR" %}` or `{% money a_money %}` → €1,234.50; None → a dash. `sign=True` shows a plus.

    `bare=True` leaves the currency out: only inside a table whose heading names its one currency.
    """
    if amount is None:
        return NOTHING
    minor, code = (amount.minor, amount.currency) if isinstance(amount, Money) else (amount, currency)
    text = localised.figure(minor, code) if bare else localised.money(minor, code, sign=sign)
    return format_html('<span class="money">{}</span>', text)


@register.simple_tag
def money_short(amount: int | Money | None, currency: str = "") -> SafeString:
    """For tiles only: €1.91M, with the exact amount for those who point at it or listen."""
    if amount is None:
        return NOTHING
    minor, code = (amount.minor, amount.currency) if isinstance(amount, Money) else (amount, currency)
    exact = localised.money(minor, code)
    return format_html('<span class="money" title="{}">{}</span>', exact, localised.money_short(minor, code))


@register.simple_tag
def number(value: int | Decimal | None) -> str:
    """`{% number 1284 %}` → 1,284."""
    return NOTHING if value is None else localised.number(value)


@register.simple_tag
def percent(part: int, whole: int) -> str:
    """`{% percent 191 1038 %}` → 18.4%."""
    return localised.percent(part, whole)


@register.simple_tag
def aging_bar(
    buckets: Sequence[int] | Mapping[str, int],
    currency: str,
    tall: bool = False,
    labels: Sequence[Any] = BUCKET_LABELS,
    early: int = 1,
) -> SafeString:
    """A bar of amounts in minor units (not due, 1–30, 31–60, 61–90, over 90; or one for each of `labels`, youngest first).

    Its words are the amounts; the five colours run from the youngest to the oldest, the first `early` of them not due.
    """
    amounts = list(buckets.values() if isinstance(buckets, Mapping) else buckets)
    drawn = [max(amount, 0) for amount in amounts]
    total, edge, pieces, words = sum(drawn), 0, [], []
    for index, (amount, label) in enumerate(zip(amounts, labels, strict=True)):
        if amount:
            words.append(f"{label} {localised.money(amount, currency)}")
        if drawn[index]:
            colour = shade(index, len(amounts), early)
            pieces.append((colour, _share(edge, total), _share(drawn[index], total)))
        edge += drawn[index]
    said = ", ".join(words) or _("Nothing open")
    return format_html(
        '<svg class="aging{}" role="img" aria-label="{}"><title>{}</title>{}</svg>',
        " tall" if tall else "", said, said,
        format_html_join("", '<rect class="b{}" x="{}%" y="0" width="{}%" height="100%"/>', pieces),
    )  # fmt: skip


@register.simple_tag
def aging_legend() -> SafeString:
    """The five buckets with their colours and words."""
    rows = format_html_join("", '<li><i class="b{}"></i>{}</li>', enumerate(BUCKET_LABELS))
    return format_html('<ul class="legend">{}</ul>', rows)


@register.simple_tag
def sparkline(values: Sequence[int]) -> SafeString:
    """A line of a dozen integers for a tile; decoration beside words, so it is hidden from screen readers."""
    if len(values) < 2:
        return SafeString("")
    low, span = min(values), max(max(values) - min(values), 1)
    points = " ".join(
        f"{index * 92 // (len(values) - 1)} {23 - (value - low) * 20 // span}"
        for index, value in enumerate(values)
    )
    return format_html(
        '<svg class="spark" viewBox="0 0 92 26" preserveAspectRatio="none" aria-hidden="true"><polyline points="{}"/></svg>',
        points,
    )


@register.inclusion_tag("components/proof.html")
def sum_proof(proofs: Iterable[Any], note: str = "") -> dict[str, Any]:
    """The line under every table of money, from `rules.aging.SumProof` rows (one per currency). Red when one does not hold."""
    rows = list(proofs)
    return {"proofs": rows, "broken": [row for row in rows if not row.holds], "note": note}


def shade(place: int, count: int, early: int = 1) -> int:
    """Which of the five colours of age the bucket at `place` of `count` has; the first `early` have that of not due."""
    late = max(place - early + 1, 0)
    return -(-late * 4 // max(count - early, 1))


def _share(part: int, total: int) -> str:
    """Per cent with two decimals, for SVG attributes."""
    hundredths = part * 10_000 // total
    return f"{hundredths // 100}.{hundredths % 100:02d}"
