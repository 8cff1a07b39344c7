"""What a role may do and who holds it: both change by two people. Accounts themselves stand in `staff`.

The eight shipped roles take their rights from code; composed roles are rows, without rights until two people gave them some.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from receivables import access, audit
from receivables.access_table import ROLES, VERBS
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import Change, LegalEntity, Role, User
from receivables.rules import text_hygiene
from receivables.rules.refusals import Refused
from receivables.services import changes

LABELS = {
    "sales_rep": "Sales rep",
    "sales_manager": "Sales manager",
    "collector": "Collector",
    "accountant": "Accountant",
    "finance_manager": "Finance manager",
    "cfo": "CFO",
    "auditor": "Auditor",
    "admin": "Administrator",
}


@transaction.atomic
def ship_roles(*, now: datetime, by: Actor) -> list[Role]:
    """The rows of the shipped roles, as far as they are missing. Doing it twice changes nothing."""
    missing = [code for code in ROLES if not Role.objects.filter(code=code, shipped=True).exists()]
    if not missing:
        return []
    with audit.line("roles.shipped", by=by, now=now, subject="roles") as line:
        rows = [
            Role.objects.update_or_create(code=c, defaults={"label": LABELS[c], "shipped": True})[0]
            for c in missing
        ]
        for row in rows:
            line.touch("role", row.pk, row.code)
    return rows


def propose_roles(
    *,
    user: User,
    roles: Sequence[Role],
    all_entities: bool,
    entities: Sequence[LegalEntity],
    reason: str,
    now: datetime,
    by: Actor,
) -> Change:
    """Proposes which roles and legal entities an account has; another administrator decides."""
    proposal = {
        "roles": sorted(role.code for role in roles),
        "all_entities": all_entities,
        "entities": sorted(entity.code for entity in entities),
    }
    return changes.propose(
        kind="staff.roles",
        subject=f"user:{user.pk}",
        before=held(user),
        proposal=proposal,
        reason=reason,
        now=now,
        by=by,
    )


def held(user: User) -> dict[str, object]:
    """Roles and legal entities of an account as a proposal shows them."""
    return {
        "roles": sorted(user.roles.values_list("code", flat=True)),
        "all_entities": user.all_entities,
        "entities": sorted(user.entities.values_list("code", flat=True)),
    }


def apply_roles(line: Line, *, change: Change, today: date, by: Actor) -> None:
    """The approved roles. Refuses four_eyes for one's own account, and stale when they changed meanwhile."""
    user = User.objects.select_for_update(no_key=True).get(pk=int(change.subject.partition(":")[2]))
    if by.user and (user.pk == by.user.pk or user.human == by.user.human):
        raise Refused("four_eyes", _("Nobody decides about their own roles."))
    if held(user) != change.before:
        raise Refused(
            "stale", _("What this change started from has changed since. Reject it and propose it anew.")
        )
    user.roles.set(Role.objects.filter(code__in=change.proposal["roles"]))
    user.entities.set(LegalEntity.objects.filter(code__in=change.proposal["entities"]))
    user.all_entities = change.proposal["all_entities"]
    user.save(update_fields=["all_entities"])
    line.touch("user", user.pk, *change.proposal["roles"])


@transaction.atomic
def compose(*, code: str, label: str, now: datetime, by: Actor) -> Role:
    """A new role without rights. Refuses role_code_invalid and duplicate."""
    code = text_hygiene.one_line(code, field="code", limit=40, required=True).lower().replace(" ", "_")
    if not code.replace("_", "").isalnum() or not code.isascii():
        raise Refused(
            "role_code_invalid",
            _("A role's code is letters, digits and _. Example: key_accounts."),
            field="code",
        )
    label = text_hygiene.one_line(label, field="label", limit=80, required=True)
    with audit.line("role.composed", by=by, now=now, subject=f"role:{code}") as line:
        if code in ROLES or Role.objects.filter(code=code).exists():
            raise Refused("duplicate", _("There is a role of this code."), field="code")
        role = Role.objects.create(code=code, label=label)
        line.touch("role", role.pk, code)
    return role


def propose_verbs(
    *, role: Role, verbs: Iterable[str], own_customers_only: bool, reason: str, now: datetime, by: Actor
) -> Change:
    """Proposes what a composed role may do. Refuses shipped (code owns those) and verb_unknown."""
    if role.shipped:
        raise Refused(
            "shipped", _("The rights of the shipped roles are part of the program. Compose a role instead.")
        )
    wanted = sorted(set(verbs))
    unknown = [verb for verb in wanted if verb not in all_verbs()]
    if unknown:
        raise Refused(
            "verb_unknown", _("There is no right %(verb)s.") % {"verb": unknown[0][:60]}, field="verbs"
        )
    return changes.propose(
        kind="role.verbs",
        subject=f"role:{role.code}",
        before={"verbs": sorted(role.verbs), "own_customers_only": role.own_customers_only},
        proposal={"verbs": wanted, "own_customers_only": own_customers_only},
        reason=reason,
        now=now,
        by=by,
    )


def apply_verbs(line: Line, *, change: Change, today: date, by: Actor) -> None:
    """The approved rights of a composed role. Refuses four_eyes for a role one holds, and stale."""
    role = Role.objects.select_for_update(no_key=True).get(
        code=change.subject.partition(":")[2], shipped=False
    )
    if by.user and role.users.filter(pk=by.user.pk).exists():
        raise Refused("four_eyes", _("Nobody decides about a role they hold."))
    if {"verbs": sorted(role.verbs), "own_customers_only": role.own_customers_only} != change.before:
        raise Refused(
            "stale", _("What this change started from has changed since. Reject it and propose it anew.")
        )
    role.verbs, role.own_customers_only = change.proposal["verbs"], change.proposal["own_customers_only"]
    role.save(update_fields=["verbs", "own_customers_only"])
    line.touch("role", role.pk, *role.verbs)


def all_verbs() -> frozenset[str]:
    """Every right that a composed role can hold: this floor's, and those the upper floors' tables name."""
    named = frozenset().union(*access.table().verbs.values())
    return VERBS | {verb for verb in named if not verb.endswith("*")}
