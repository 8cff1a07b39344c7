"""Who may act on a step, and who should: the rows of staff, roles and delegations put before `rules/workflow.holder`.

A question; it changes nothing. Accounts of one human count as one, so nobody approves through a second account.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import cast

from django.db.models import Count, Q, QuerySet

from receivables import access
from receivables.models import Delegation, Invoice, LegalEntity, User, WorkItem
from receivables.rules import workflow
from receivables.rules.workflow import Holder, Step

NOBODY = 0


@dataclass(frozen=True)
class Staffing:
    """The people of one legal entity on one day: role → user ids (who has least to do first), and who stands in for whom."""

    roles: dict[str, list[int]]
    people: dict[int, User]
    delegations: tuple[workflow.Delegation, ...]
    on: date

    def holder(self, step: Step, outsiders: Iterable[int], *, breached: bool) -> Holder:
        """Who holds the step. `outsiders`: accounts of those who asked for the request; they never do."""
        away = set(outsiders)
        roles = {role: [NOBODY if i in away else i for i in ids] for role, ids in self.roles.items()}
        gone = [
            workflow.Delegation(
                NOBODY if d.from_person in away else d.from_person,
                NOBODY if d.to_person in away else d.to_person,
                d.starts_on,
                d.ends_on,
            )
            for d in self.delegations
        ]
        return workflow.holder(step, roles, gone, self.on, requester=NOBODY, breached=breached)

    def name(self, person: int | None) -> str:
        """The name to show for a user id, "" for nobody."""
        user = self.people.get(person or NOBODY)
        return (user.get_full_name() or user.username) if user else ""

    def is_away(self, person: int) -> bool:
        """Whether somebody's work goes elsewhere on that day."""
        return any(d.from_person == person for d in self.delegations)


def of(entity: LegalEntity, on: date) -> Staffing:
    """The staffing of an entity on a day: three queries."""
    here = Q(all_entities=True) | Q(entities=entity)
    busy = Count("work_items", filter=Q(work_items__state=WorkItem.State.OPEN), distinct=True)
    users = User.objects.filter(here, is_active=True).distinct().annotate(busy=busy).order_by("busy", "pk")
    roles: dict[str, list[int]] = {}
    people: dict[int, User] = {}
    for user in cast("QuerySet[User]", users.prefetch_related("roles")):
        people[user.pk] = user
        for role in user.roles.all():
            roles.setdefault(role.code, []).append(user.pk)
    in_force = Delegation.objects.in_force(on).filter(to_user__is_active=True).order_by("pk")
    gone = tuple(workflow.Delegation(d.from_user_id, d.to_user_id, d.starts_on, d.ends_on) for d in in_force)
    for one in User.objects.filter(pk__in={d.to_person for d in gone} - set(people)):
        people[one.pk] = one
    return Staffing(roles, people, gone, on)


def outsiders(invoice: Invoice) -> set[int]:
    """Every account of the humans who drafted or submitted the request: they decide nothing about it."""
    askers = [user for user in (invoice.created_by, invoice.requested_by) if user is not None]
    humans = {user.human for user in askers}
    twins = User.objects.filter(Q(person__in=humans) | Q(username__in=humans, person="")).values_list(
        "pk", flat=True
    )
    return {user.pk for user in askers} | set(twins)


def may_act(
    staffing: Staffing, step: Step, invoice: Invoice, item: WorkItem, user: User, *, breached: bool
) -> bool:
    """Whether this user may decide the step now: a holder, or the one it was handed to while still entitled."""
    outside = outsiders(invoice)
    if user.pk in outside or not user.is_active:
        return False
    if user.pk in staffing.holder(step, outside, breached=breached).people:
        return True
    return item.assignee_id == user.pk and entitled(user)


def entitled(user: User) -> bool:
    """Whether the user's own roles let them decide on requests at all: who may be handed an item."""
    return access.may(user, "request.verify") or access.may(user, "request.approve")


def names_of(accounts: Iterable[str]) -> dict[str, str]:
    """How the people behind these user names are called; a name nobody logs in with is left out."""
    return {user.username: user.shown for user in User.objects.filter(username__in=set(accounts))}
