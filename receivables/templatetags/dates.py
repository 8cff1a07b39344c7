"""Tags for dates: local or ISO by the person's choice, always with the machine's form beside it in `<time datetime>`."""

from datetime import date, datetime
from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from receivables import localised
from receivables.rules.aging import days_past_due
from receivables.templatetags.figures import NOTHING

register = template.Library()


@register.simple_tag(takes_context=True)
def day(context: Context, on: date | None, style: str = "") -> SafeString:
    """`{% day invoice.due_on %}` → 21 Nov 2026; `style="iso"` forces 2026-11-21; None → a dash."""
    if on is None:
        return NOTHING
    return format_html(
        '<time datetime="{}">{}</time>', on.isoformat(), localised.day(on, iso=_iso(context, style))
    )


@register.simple_tag(takes_context=True)
def moment(context: Context, at: datetime | None, style: str = "") -> SafeString:
    """`{% moment audit.at %}` → 21 Nov 2026, 10:42 in the active time zone."""
    if at is None:
        return NOTHING
    return format_html(
        '<time datetime="{}">{}</time>', at.isoformat(), localised.moment(at, iso=_iso(context, style))
    )


@register.simple_tag
def since_due(due_on: date | None, as_of: date) -> str:
    """Words for days past due as of a date: "21 days overdue", "due today", "due in 3 days"."""
    if due_on is None:
        return _("No due date")
    late = days_past_due(due_on, as_of)
    if late > 0:
        return ngettext("%(days)s day overdue", "%(days)s days overdue", late) % {
            "days": localised.number(late)
        }
    if late == 0:
        return _("Due today")
    return ngettext("Due in %(days)s day", "Due in %(days)s days", -late) % {"days": localised.number(-late)}


def _iso(context: Context, style: str) -> bool:
    shell: Any = context.get("shell")
    return style == "iso" or (style == "" and getattr(shell, "dates", "") == "iso")
