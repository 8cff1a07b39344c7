"""Notices as the list shows them: filtered, counted by state, with the rungs named. It changes nothing."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, F, Q

from dunning.models import Notice
from dunning.questions import in_force
from dunning.rules.audience import MESSAGES
from dunning.words import policy_words

STATES = ("PROPOSED", "RELEASED", "HANDED_OVER", "REACHED", "WITHDRAWN")
"""As people see them: what reached somebody stands apart from what is on its way."""
MOST_COUNTED = 100_000


def visible(user: Any, entity: int | None) -> Any:
    """Notices inside the user's scope, of one entity where one is chosen."""
    rows = Notice.objects.for_user(user)
    return rows.filter(entity=entity) if entity else rows


def narrowed(
    rows: Any,
    *,
    text: str = "",
    stage: str = "",
    channel: str = "",
    collector: int | None = None,
    customer: int | None = None,
) -> Any:
    """By what people filter for; an empty filter lets everything through."""
    if text:
        rows = rows.filter(
            Q(customer__legal_name__icontains=text)
            | Q(customer__code__iexact=text)
            | Q(number__iexact=text)
            | Q(recipient__icontains=text)
        )
    given = {"stage": stage, "channel": channel, "customer": customer}
    rows = rows.filter(**{name: value for name, value in given.items() if value})
    if collector:
        rows = rows.filter(
            customer__profiles__collector=collector,
            customer__profiles__entity=F("entity"),
            customer__profiles__valid_to__isnull=True,
        )
    return rows


def of_state(rows: Any, state: str) -> Any:
    """Those of one shown state; all of them for any other word."""
    if state == "REACHED":
        return rows.filter(state="HANDED_OVER", reached_on__isnull=False)
    if state == "HANDED_OVER":
        return rows.filter(state="HANDED_OVER", reached_on__isnull=True)
    return rows.filter(state=state) if state in STATES else rows


def counts(rows: Any) -> dict[str, int]:
    """How many of each shown state."""
    found = dict.fromkeys(STATES, 0)
    grouped = rows.order_by().values_list("state", Q(reached_on__isnull=False)).annotate(n=Count("pk"))
    for state, reached, n in grouped:
        found["REACHED" if state == "HANDED_OVER" and reached else state] += n
    return found


def shown_state(notice: Notice) -> str:
    """The state as people see it."""
    if notice.state == "HANDED_OVER" and notice.reached_on:
        return "REACHED" if notice.channel in MESSAGES else "OPENED"
    return str(notice.state)


def stage_names(codes: Iterable[str] = ()) -> dict[str, str]:
    """Rung code → its name, from all ladders in force; a code without one is said in words."""
    found = {code: code.replace("_", " ").capitalize() for code in codes}
    for ladder in in_force.active_ladders().values():
        for stage in ladder.stages:
            found[stage.code] = policy_words.name(stage.name) or stage.code.replace("_", " ").capitalize()
    return found


def waiting(rows: Any) -> Any:
    """What waits for a person, longest first."""
    return (
        rows.filter(state="PROPOSED").select_related("customer", "entity", "contact").order_by("due_at", "pk")
    )
