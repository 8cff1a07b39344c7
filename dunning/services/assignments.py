"""Whom a policy speaks about: set and taken back, each with its audit line. Which one wins is decided in `rules/precedence`.

An exemption stops what is on its way to the customers it means; another policy does not, and never repeats what was said.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from dunning.models import Assignment, Policy
from receivables import audit, posting
from receivables.actor import Actor
from receivables.models import Customer, CustomerProfile, LegalEntity
from receivables.rules import text_hygiene
from receivables.rules.refusals import Refused

CLASSES = ("A", "B", "C", "N")
SEGMENT_MAX, REASON_MAX = 40, 200


@transaction.atomic
def assign(
    *,
    track: str,
    policy: Policy | None,
    entity: LegalEntity | None = None,
    segment: str = "",
    risk_class: str = "",
    customer: Customer | None = None,
    reason: str = "",
    now: datetime,
    by: Actor,
) -> Assignment:
    """Says which policy of a track speaks about a group (`policy` empty: none, they are exempt), in place of the former.

    Refuses reason_missing, track_mismatch, no_active_version, scope_mixed, class_unknown, no_change.
    """
    reason = text_hygiene.one_line(reason, field="reason", limit=REASON_MAX)
    segment = text_hygiene.one_line(segment, field="segment", limit=SEGMENT_MAX)
    _refuse_unclear(track, policy, segment, risk_class, customer, reason)
    _refuse_beyond(entity, by)
    scope = Q(
        track=track, entity=entity, segment__iexact=segment, risk_class=risk_class, customer=customer,
        removed_at__isnull=True,
    )  # fmt: skip
    if policy is None:
        posting.lock(*_meant(entity, segment, risk_class, customer).values_list("pk", flat=True))
    former = list(Assignment.objects.select_for_update(no_key=True).filter(scope).order_by("pk"))
    if any(row.policy_id == (policy.pk if policy else None) and row.reason == reason for row in former):
        raise Refused("no_change", _("It is like this already."))
    what = policy.code if policy else "exempt"
    with audit.line("policy.assigned", by=by, now=now, entity=entity, reason=reason) as line:
        for row in former:
            row.removed_at = now
            row.save(update_fields=["removed_at"])
            line.touch("assignment", row.pk, "removed")
        made = Assignment.objects.create(
            track=track, policy=policy, entity=entity, segment=segment, risk_class=risk_class, customer=customer,
            reason=reason, set_by=by.name, set_at=now,
        )  # fmt: skip
        line.subject = f"customer:{customer.pk}" if customer else f"assignment:{made.pk}"
        line.before = {"policies": [row.policy.code if row.policy else "exempt" for row in former]}
        line.after = {"policy": what, "track": track, "segment": segment, "risk_class": risk_class}
        line.touch("assignment", made.pk, what, track, segment, risk_class, customer.pk if customer else None)
        if policy is None:
            posting.stop(_meant(entity, segment, risk_class, customer))
    return made


@transaction.atomic
def remove(*, assignment: Assignment, reason: str = "", now: datetime, by: Actor) -> Assignment:
    """Takes an assignment back; a wider one speaks again, or keeps silent: what is on its way is looked at again.

    Refuses already_undone, and last_default (somebody must be meant)."""
    scope = (assignment.entity, assignment.segment, assignment.risk_class, assignment.customer)
    default = not any(scope)
    if not default:
        posting.lock(*_meant(*scope).values_list("pk", flat=True))
    row: Assignment = (
        Assignment.objects.select_for_update(no_key=True, of=("self",))
        .select_related("policy", "entity", "customer")
        .get(pk=assignment.pk)
    )
    _refuse_beyond(row.entity, by)
    if row.removed_at:
        raise Refused("already_undone", _("This assignment was taken back already."))
    if not (row.entity_id or row.segment or row.risk_class or row.customer_id):
        raise Refused(
            "last_default", _("Everybody else hangs on this one. Assign another policy in its place instead.")
        )
    what = row.policy.code if row.policy else "exempt"
    subject = f"customer:{row.customer_id}" if row.customer_id else f"assignment:{row.pk}"
    reason = text_hygiene.one_line(reason, field="reason", limit=REASON_MAX)
    with audit.line(
        "policy.unassigned", by=by, now=now, subject=subject, entity=row.entity, reason=reason
    ) as line:
        row.removed_at = now
        row.save(update_fields=["removed_at"])
        line.before = {"policy": what, "track": row.track}
        line.touch("assignment", row.pk, "removed")
        posting.stop(_meant(*scope))
    return row


def _meant(
    entity: LegalEntity | None, segment: str, risk_class: str, customer: Customer | None
) -> "QuerySet[Customer]":
    """The customers an exemption may mean; too many are no harm, since stopping only makes us look again."""
    if customer is not None:
        return Customer.objects.filter(pk=customer.pk)
    profiles = CustomerProfile.objects.filter(valid_to__isnull=True)
    if entity is not None:
        profiles = profiles.filter(entity=entity)
    if segment:
        profiles = profiles.filter(segment__iexact=segment)
    return Customer.objects.filter(pk__in=profiles.values("customer_id")).order_by("pk")


def _refuse_unclear(
    track: str, policy: Policy | None, segment: str, risk_class: str, customer: Customer | None, reason: str
) -> None:
    if track not in Policy.Track.values:
        raise Refused("track_unknown", _("A track is chase or alert."), field="track")
    if policy is None and not reason:
        raise Refused("reason_missing", _("Say why nobody speaks to them."), field="reason")
    if policy is not None and policy.track != track:
        raise Refused("track_mismatch", _("This policy is of the other kind of track."), field="policy")
    if policy is not None and not policy.versions.filter(active=True).exists():
        raise Refused("no_active_version", _("This policy has no version in force yet."), field="policy")
    if sum(1 for each in (segment, risk_class, customer) if each) > 1:
        raise Refused(
            "scope_mixed",
            _("Choose a segment, a class or one customer, not several of them."),
            field="segment",
        )
    if risk_class and risk_class not in CLASSES:
        raise Refused("class_unknown", _("A class is A, B, C or N."), field="risk_class")


def _refuse_beyond(entity: LegalEntity | None, by: Actor) -> None:
    """Who sees some entities only does not speak for those of others."""
    if by.user is None or by.user.scope.all_entities:
        return
    if entity is None or entity.pk not in by.user.scope.entity_ids:
        raise Refused(
            "forbidden",
            _("You may decide for your own legal entities only. Choose one of them."),
            field="entity",
        )
