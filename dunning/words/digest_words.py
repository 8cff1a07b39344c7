"""What our own people read in one mail about many customers: the words of the digest, in the language of its reader."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from receivables.notice_values import day, shown
from receivables.rules.money import Money


@dataclass(frozen=True, slots=True)
class Row:
    """One customer at one rung in one currency."""

    rung: str
    offset: int
    customer: str
    code: str
    items: int
    total: Money
    oldest: date
    days: int


def subject(rows: Iterable[Row], entity: str, language: str) -> str:
    """How many customers it is about."""
    many = len({row.code for row in rows})
    with translation.override(language):
        said = ngettext("%(n)s customer to look at", "%(n)s customers to look at", many) % {"n": many}
        return f"{entity}: {said}"


def body(rows: Iterable[Row], language: str) -> str:
    """A heading for each rung, the most urgent first; one line a customer, the largest amount of a currency first."""
    with translation.override(language):
        parts = [_("Good morning,")]
        for rung, group in _by_rung(rows):
            lines = "\n".join(f"- {_line(row, language)}" for row in group)
            parts.append(f"**{_safe(rung)}**\n\n{lines}\n\n{_sums(group, language)}")
        parts.append(_("You find each of them in Duebook with everything that was said so far."))
        return "\n\n".join(parts)


def _by_rung(rows: Iterable[Row]) -> list[tuple[str, list[Row]]]:
    found: dict[tuple[int, str], list[Row]] = {}
    for row in rows:
        found.setdefault((-row.offset, row.rung), []).append(row)
    return [
        (rung, sorted(group, key=lambda row: (row.total.currency, -row.total.minor, row.code)))
        for (_offset, rung), group in sorted(found.items())
    ]


def _line(row: Row, language: str) -> str:
    figures = {
        "customer": f"{_safe(row.customer)} ({_safe(row.code)})",
        "total": shown(row.total, language),
        "day": day(row.oldest, language),
        "days": row.days,
    }
    items = ngettext("%(n)s invoice", "%(n)s invoices", row.items) % {"n": row.items}
    if row.days > 0:
        said = _("%(customer)s: %(total)s, %(days)s days overdue, since %(day)s") % figures
    else:
        said = _("%(customer)s: %(total)s, due on %(day)s") % figures
    return f"{said} · {items}"


def _sums(group: list[Row], language: str) -> str:
    sums: dict[str, Money] = {}
    for row in group:
        sums[row.total.currency] = sums.get(row.total.currency, Money.zero(row.total.currency)) + row.total
    return _("Together: %(sums)s") % {"sums": " + ".join(shown(total, language) for total in sums.values())}


def _safe(text: str) -> str:
    """Names are no placeholders and no markup."""
    return text.replace("{", "(").replace("}", ")").replace("*", "·")
