"""The aging report in words: names of buckets and columns, choices of the filters, and the lines that say what was asked."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from receivables import localised
from receivables.models import Entry, LegalEntity
from receivables.rules.aging import Bucket, Buckets, SumProof
from receivables.rules.money import format_plain
from reports.aging_sql import Question

GROUPS = (
    ("customer", gettext_lazy("Customer")),
    ("rep", gettext_lazy("Sales rep")),
    ("region", gettext_lazy("Region")),
    ("entity", gettext_lazy("Legal entity")),
    ("currency", gettext_lazy("Currency")),
)
PRESETS = (
    ("30,60,90", gettext_lazy("30 / 60 / 90 days")),
    ("30,60,90,120,180", gettext_lazy("30 / 60 / 90 / 120 / 180 days")),
    ("document:30,60,90", gettext_lazy("30 / 60 / 90 days from the document date")),
    ("-31,-8,-1,0,7,30,60,90", gettext_lazy("By week, before and after due")),
    ("years", gettext_lazy("Years from the document date")),
)


def bucket(each: Bucket) -> str:
    """ "Not due", "1–30 days", "Over 90 days", "Up to 1 year", "Due in 8 to 31 days" …"""
    if each.key.endswith("y") and each.key != "today":
        if each.low is None:
            return _("Up to 1 year")
        if each.high is None:
            return _("Over %(years)s years") % {"years": each.low - 1}
        return _("%(low)s–%(high)s years") % {"low": each.low - 1, "high": each.high}
    if each.key == "not_due":
        return _("Not due")
    if each.low is None:
        return _("Due in over %(days)s days") % {"days": -(each.high or 0) - 1}
    if each.high is None:
        return _("Over %(days)s days") % {"days": each.low - 1}
    if each.high < 0:
        return _("Due in %(low)s–%(high)s days") % {"low": -each.high, "high": -each.low}
    if each.low == each.high == 0:
        return _("Due today")
    return _("%(low)s–%(high)s days") % {"low": each.low, "high": each.high}


def labels(buckets: Buckets) -> list[str]:
    """One name for each bucket, youngest first."""
    return [bucket(each) for each in buckets.buckets]


def early(buckets: Buckets) -> int:
    """How many of the first buckets are not overdue: they share the grey of the first."""
    if buckets.base != "due" or buckets.unit == "years":
        return 1
    return sum(1 for each in buckets.buckets if each.high is not None and each.high <= 0)


def column(name: str, buckets: Buckets) -> str:
    """The name of a column of the report by its key."""
    fixed = {
        "undated": _("No due date"),
        "unapplied": _("Unapplied"),
        "net": pgettext("balance", "Net"),
        "overdue": _("Overdue"),
        "disputed": _("Of which disputed"),
    }
    return fixed.get(name) or next((bucket(each) for each in buckets.buckets if each.key == name), name)


def group(key: str) -> str:
    return str(dict(GROUPS)[key])


def nobody(group_by: str) -> str:
    """What the group without a key is called."""
    return {"rep": _("No sales rep"), "region": _("No region")}.get(group_by, "–")


def kind(value: str) -> str:
    """A kind of entry in words."""
    words = {
        Entry.Kind.INVOICE: _("Invoice"),
        Entry.Kind.PAYMENT: _("Payment"),
        Entry.Kind.CREDIT_NOTE: _("Credit note"),
        Entry.Kind.REFUND: _("Refund"),
        Entry.Kind.REVERSAL: _("Reversal"),
        Entry.Kind.WRITE_OFF: _("Write-off"),
        Entry.Kind.RECOVERY: _("Recovery"),
        Entry.Kind.TRANSFER: _("Transfer"),
        Entry.Kind.DISCOUNT: _("Discount"),
        Entry.Kind.RESCHEDULE: _("New due date"),
        Entry.Kind.OPENING: _("Opening balance"),
    }
    return str(dict(words).get(Entry.Kind(value), value))


def asked(question: Question, now: datetime) -> list[tuple[str, Any]]:
    """What was asked, line by line, for the foot of an export and the print."""
    base = _("document date") if question.buckets.base == "document" else _("due date")
    lines: list[tuple[str, Any]] = [
        (_("As of"), question.as_of),
        (
            _("Known at"),
            _("audit number %(seq)s") % {"seq": question.known_at}
            if question.known_at is not None
            else _("now"),
        ),
        (_("Grouped by"), group(question.group_by)),
        (_("Buckets"), f"{question.buckets.to_text()} ({base})"),
    ]
    if question.entity_id:
        names = LegalEntity.objects.filter(pk=question.entity_id).values_list("name", flat=True)
        lines.append((_("Legal entity"), names.first() or ""))
    if question.currency:
        lines.append((_("Currency"), question.currency))
    if question.search:
        lines.append((_("Search"), question.search))
    return [*lines, (_("Created at"), timezone.localtime(now).strftime("%Y-%m-%d %H:%M %Z"))]


def proof(each: SumProof) -> str:
    """The sum-proof of one currency as a line of text, in plain figures."""
    plain = {
        name: format_plain(getattr(each, name), each.currency)
        for name in ("buckets_total", "undated", "unapplied", "net", "ledger", "difference")
    }
    text = _(
        "%(currency)s: buckets %(buckets_total)s + undated %(undated)s - unapplied %(unapplied)s = net %(net)s;"
        " ledger %(ledger)s; difference %(difference)s"
    )
    return text % {"currency": each.currency, **plain}


def known_words(question: Question, at: datetime | None) -> str:
    """Beside the as-of date: what was known."""
    if question.known_at is None:
        return _("as known now")
    if at is None:
        return _("as known at audit number %(seq)s") % {"seq": question.known_at}
    return _("as known on %(moment)s (audit number %(seq)s)") % {
        "moment": localised.moment(at),
        "seq": question.known_at,
    }
