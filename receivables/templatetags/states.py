"""Words in colour: what the state of each noun is called and how loud it is. Colour never stands without its word."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

register = template.Library()

QUIET, BRAND, OK, WARN, BAD, CALM, OFF = "", "brand", "ok", "warn", "bad", "calm", "off"
Words = Mapping[str, tuple[str | Promise, str]]

STATES: dict[str, Words] = {
    "invoice": {
        "DRAFT": (_("Draft"), QUIET),
        "REQUESTED": (_("Requested"), BRAND),
        "VERIFIED": (_("Verified"), BRAND),
        "APPROVED": (_("Approved"), BRAND),
        "ISSUED": (_("Issued"), BRAND),
        "SENT": (_("Sent"), BRAND),
        "PAID": (_("Paid"), OK),
        "CANCELLED": (_("Cancelled"), OFF),
        "WRITTEN_OFF": (_("Written off"), BAD),
    },
    "message": {
        "PLANNED": (pgettext_lazy("message", "Planned"), BRAND),
        "IN_FLIGHT": (pgettext_lazy("message", "In the air"), BRAND),
        "UNCERTAIN": (pgettext_lazy("message", "In doubt"), WARN),
        "ACCEPTED": (pgettext_lazy("message", "Sent"), OK),
        "PARKED": (pgettext_lazy("message", "Needs you"), BAD),
        "SUPPRESSED": (pgettext_lazy("message", "Held back"), OFF),
        "CANCELLED": (pgettext_lazy("message", "Cancelled"), OFF),
    },
    "attempt": {
        "IN_FLIGHT": (pgettext_lazy("message", "In the air"), BRAND),
        "UNCERTAIN": (pgettext_lazy("message", "In doubt"), WARN),
        "ACCEPTED": (pgettext_lazy("attempt", "Taken"), OK),
        "NOT_DONE": (pgettext_lazy("attempt", "Not taken"), QUIET),
        "REJECTED": (pgettext_lazy("attempt", "Refused"), BAD),
    },
    "dispute": {
        "OPEN": (_("Disputed"), CALM),
        "ACCEPTED": (_("Dispute accepted"), OK),
        "REJECTED": (_("Dispute rejected"), QUIET),
        "WITHDRAWN": (_("Dispute withdrawn"), QUIET),
    },
    "work": {
        "OPEN": (_("To do"), WARN),
        "DONE": (_("Done"), OK),
        "CANCELLED": (pgettext_lazy("work", "Cancelled"), OFF),
    },
    "change": {
        "": (_("Waits for a second person"), WARN),
        "OPEN": (_("Waits for a second person"), WARN),
        "APPROVED": (_("Approved"), OK),
        "REJECTED": (_("Rejected"), BAD),
        "WITHDRAWN": (_("Withdrawn"), QUIET),
    },
    "line": {
        "HELD": (_("Held with its statement"), WARN),
        "NEW": (_("To apply"), WARN),
        "APPLIED": (_("Applied"), OK),
        "ON_ACCOUNT": (_("On account"), CALM),
        "IGNORED": (_("Not ours"), QUIET),
        "UNREADABLE": (_("Unreadable"), BAD),
        "INFO": (_("For information"), QUIET),
    },
    "statement": {
        "FLAGGED": (_("Does not add up"), BAD),
        "TAKEN_IN": (_("Taken in"), OK),
        "DISCARDED": (_("Discarded"), OFF),
    },
    "import": {
        "STAGED": (_("Ready to post"), BRAND),
        "REFUSED": (_("Refused"), BAD),
        "POSTING": (_("Posting"), WARN),
        "DONE": (_("Done"), OK),
    },
    "batch": {
        "STAGED": (_("Ready to submit"), BRAND),
        "REFUSED": (_("Refused"), BAD),
        "POSTING": (_("Being submitted"), WARN),
        "DONE": (_("Done"), OK),
    },
    "customer": {
        "INCOMPLETE": (_("Incomplete"), WARN),
        "ACTIVE": (_("Active"), OK),
        "CLOSED": (_("Closed"), OFF),
    },
    "promise": {
        "OPEN": (pgettext_lazy("promise", "Open"), CALM),
        "DUE_TODAY": (_("Due today"), WARN),
        "KEPT": (pgettext_lazy("promise", "Kept"), OK),
        "PARTLY_KEPT": (pgettext_lazy("promise", "Partly kept"), WARN),
        "BROKEN": (pgettext_lazy("promise", "Broken"), BAD),
        "REPLACED": (pgettext_lazy("promise", "Replaced"), OFF),
        "ACTIVE": (pgettext_lazy("plan", "On track"), CALM),
        "CANCELLED": (pgettext_lazy("plan", "Cancelled"), OFF),
    },
    "notice": {
        "PROPOSED": (pgettext_lazy("notice", "Waits for release"), WARN),
        "RELEASED": (pgettext_lazy("notice", "Released"), BRAND),
        "HANDED_OVER": (pgettext_lazy("notice", "On its way"), BRAND),
        "REACHED": (pgettext_lazy("notice", "Sent"), OK),
        "OPENED": (pgettext_lazy("notice", "To-do opened"), OK),
        "WITHDRAWN": (pgettext_lazy("notice", "Withdrawn"), OFF),
    },
    "fact": {
        "OVERDUE": (_("Overdue"), WARN),
        "PARTLY_PAID": (_("Partly paid"), BRAND),
        "UNAPPLIED": (pgettext_lazy("cash", "Unapplied"), CALM),
        "ON_HOLD": (_("On hold"), WARN),
        "LEGAL": (_("In legal hands"), BAD),
        "BREACHED": (_("Deadline missed"), BAD),
    },
}


@register.simple_tag
def tag(words: str, tone: str = QUIET) -> SafeString:
    """`{% tag "Promise broken" "bad" %}`; tones: brand, ok, warn, bad, calm, off, or none."""
    return format_html('<span class="tag{}">{}</span>', f" {tone}" if tone else "", words)


@register.simple_tag
def state_tag(state: Any, kind: str = "invoice") -> SafeString:
    """The state of a noun in words: `{% state_tag invoice.state %}`, `{% state_tag d.state "dispute" %}`; kinds in STATES."""
    words, tone = STATES[kind].get(str(state).upper(), (str(state), QUIET))
    return tag(str(words), tone)


@register.simple_tag
def state_words(state: Any, kind: str = "invoice") -> str:
    """The words alone, for sentences and select boxes."""
    return str(STATES[kind].get(str(state).upper(), (str(state), QUIET))[0])


@register.inclusion_tag("components/flow.html")
def state_flow(nodes: Iterable[Mapping[str, Any]], label: str = "") -> dict[str, Any]:
    """A document's way, left to right. A node: {"label", "status": done|current|ahead|off, "note": who and when, or ""}."""
    return {"nodes": list(nodes), "label": label}


def way(
    path: Iterable[str], current: str, kind: str = "invoice", notes: Mapping[str, str] | None = None
) -> list[dict[str, str]]:
    """Nodes for `state_flow` from the main path of states: those before `current` are done, those after it ahead.

    A current state outside the path (cancelled, written off) follows the states that have a note, and ends the way.
    """
    steps, known = list(path), notes or {}
    if current not in steps:
        steps = [step for step in steps if step in known] + [current]
    at = steps.index(current)
    return [
        {
            "label": state_words(step, kind),
            "status": "done" if index < at else "current" if index == at else "ahead",
            "note": known.get(step, ""),
        }
        for index, step in enumerate(steps)
    ]
