"""What states, acts and effects of notices are called on their pages."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from receivables.words import audit_words

Words = str | Promise

STATES: dict[str, Words] = {
    "PROPOSED": pgettext_lazy("notice", "Waits for release"),
    "RELEASED": pgettext_lazy("notice", "Released"),
    "HANDED_OVER": pgettext_lazy("notice", "On its way"),
    "REACHED": pgettext_lazy("notice", "Sent"),
    "WITHDRAWN": pgettext_lazy("notice", "Withdrawn"),
}

ROLES: dict[str, Words] = {
    "sales_rep": _("Sales"),
    "collector": _("Collectors"),
    "sales_manager": _("Sales managers"),
    "finance_manager": _("Finance managers"),
    "cfo": _("CFO"),
}

EFFECTS: dict[str, Words] = {
    "hold": _("New orders on credit are held while it is unpaid."),
    "lower_class": _("The risk class is looked at and may be lowered."),
    "hand_over": _("The hand-over to a lawyer or agency is proposed."),
}

EVENTS: dict[str, Words] = {
    "run.decided": _("Decided by the night's run"),
    "notice.approved": _("Released"),
    "notice.handed_over": _("Handed to the outbox"),
    "notice.looked_at_again": _("Looked at again before it left"),
    "notice.not_reached": _("Did not arrive"),
    "notice.postponed": _("Put off"),
    "notice.reached": _("Reached"),
    "notice.withdrawn": _("Withdrawn"),
    "notice.written_by_hand": _("Written by hand"),
    "message.accepted": _("Taken by the provider"),
    "message.claimed": _("Being sent"),
    "message.rejected": _("Refused by the provider"),
    "message.not_done": _("Not taken, tried again later"),
    "message.in_doubt": _("In doubt"),
}

HEARD: dict[str, Words] = {
    "processed": _("In the provider's queue"),
    "delivered": _("Delivered"),
    "opened": _("Opened"),
    "clicked": _("Link opened"),
    "bounced": _("Came back"),
    "dropped": _("Thrown away by the provider"),
    "deferred": _("Delayed"),
    "complained": _("Marked as unwanted"),
    "unsubscribed": _("Asked us to stop"),
    "failed": _("Failed"),
}


def recipient(notice: Any) -> tuple[str, str]:
    """Who hears it, and at which address; a role stands for whoever holds it."""
    who = notice.contact.name if notice.contact else notice.user.shown if notice.user else ""
    kind, _colon, rest = notice.recipient.partition(":")
    if kind == "role":
        return str(ROLES.get(rest, rest.replace("_", " ").capitalize())), ""
    return who, "" if kind == "user" else notice.recipient


def effects(codes: Any) -> list[str]:
    """What a rung does beside its message."""
    return [str(EFFECTS[code]) for code in codes if code in EFFECTS]


def event(action: str) -> str:
    """An act of the story in words."""
    return str(EVENTS.get(action) or audit_words.action(action))


def heard(row: Any) -> dict[str, Any]:
    """What a provider told, as a line of a timeline."""
    return {
        "at": row.occurred_at or row.recorded_at,
        "text": str(HEARD.get(row.kind, row.kind)),
        "detail": row.reason,
    }
