"""What needs two people: one proposes, another decides, and only then it happens. Nothing here knows a particular subject.

Each kind names, by dotted string, the writer that carries it out under the decision's audit line. The decision is bound to
the SHA-256 of what was shown; the requester, and any other account of the same person, cannot decide.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from receivables import access, audit, posting
from receivables.actor import Actor
from receivables.models import Change, Customer, LegalEntity, User
from receivables.rules import chain
from receivables.rules.refusals import Refused


@dataclass(frozen=True)
class Kind:
    """One kind of change. `propose` and `decide` are verbs of the access matrix, asked again at the moment they are used.

    `apply` is "module.function" called as f(line, change=Change, today=date, by=Actor), under the open audit line; `prepare`
    (optional) as f(change=Change, today=date) before the line opens, to take row locks and to refuse early.
    """

    label: str | Promise
    propose: str
    decide: str
    apply: str
    prepare: str = ""


_SERVICES = "receivables.services"

KINDS: dict[str, Kind] = {
    "customer.tax_id": Kind(
        gettext_lazy("Tax id"),
        "customer.change_propose",
        "customer.change_decide",
        f"{_SERVICES}.sensitive.apply_tax_id",
    ),
    "customer.bank_account": Kind(
        gettext_lazy("Bank account"),
        "customer.change_propose",
        "customer.change_decide",
        f"{_SERVICES}.sensitive.apply_bank_account",
    ),
    "customer.terms": Kind(
        gettext_lazy("Payment terms"),
        "customer.change_propose",
        "customer.change_decide",
        f"{_SERVICES}.sensitive.apply_terms",
    ),
    "staff.roles": Kind(
        gettext_lazy("Roles of a person"), "staff.admin", "staff.admin", f"{_SERVICES}.roles.apply_roles"
    ),
    "payment.refund": Kind(
        gettext_lazy("Refund"),
        "payment.refund_propose",
        "payment.refund_decide",
        f"{_SERVICES}.refunds.carry_out",
        f"{_SERVICES}.refunds.prepare",
    ),
    "invoice.write_off": Kind(
        gettext_lazy("Write-off"),
        "invoice.write_off_propose",
        "invoice.write_off_decide",
        f"{_SERVICES}.losses.write_off",
        f"{_SERVICES}.losses.prepare_write_off",
    ),
    "invoice.write_off_undo": Kind(
        gettext_lazy("Write-off taken back"),
        "invoice.write_off_propose",
        "invoice.write_off_decide",
        f"{_SERVICES}.losses.take_back",
        f"{_SERVICES}.losses.prepare_take_back",
    ),
    "credit_note.void": Kind(
        gettext_lazy("Credit note voided"),
        "invoice.cancel",
        "invoice.write_off_decide",
        f"{_SERVICES}.losses.void",
        f"{_SERVICES}.losses.prepare_void",
    ),
    "payment.keep": Kind(
        gettext_lazy("Keeping an overpayment"),
        "payment.refund_propose",
        "payment.refund_decide",
        f"{_SERVICES}.overpayments.carry_out",
        f"{_SERVICES}.overpayments.prepare",
    ),
    "entity.bank_details": Kind(
        gettext_lazy("Our bank details"),
        "entity.admin",
        "customer.change_decide",
        f"{_SERVICES}.entity_settings.apply_bank_details",
        f"{_SERVICES}.entity_settings.prepare_bank_details",
    ),
    "role.verbs": Kind(
        gettext_lazy("Rights of a role"), "staff.admin", "staff.admin", f"{_SERVICES}.roles.apply_verbs"
    ),
}
"""Every kind there is. Rooms of this floor add their row here; upper floors add theirs when their app is ready."""


@transaction.atomic
def propose(
    *,
    kind: str,
    subject: str,
    proposal: dict[str, Any],
    reason: str,
    now: datetime,
    by: Actor,
    before: dict[str, Any] | None = None,
    customer: Customer | None = None,
    entity: LegalEntity | None = None,
) -> Change:
    """Writes a change down; nothing else happens until another person approves it.

    Refuses forbidden, reason_missing, no_change (proposal equals `before`) and already_open (one per kind and subject).
    """
    rules, user = _kind(kind), _person(by)
    access.require(user, rules.propose)
    reason = reason.strip()
    if not reason:
        raise Refused("reason_missing", _("Say why: the second person reads it."), field="reason")
    if before is not None and before == proposal:
        raise Refused("no_change", _("Nothing would change."), field="proposal")
    if customer is not None:
        posting.lock(customer.pk)
    _refuse_second(kind, subject)
    change = Change(
        kind=kind,
        subject=subject,
        entity=entity,
        customer=customer,
        before=before or {},
        proposal=proposal,
        reason=reason[:300],
        content_hash=content_hash(kind, subject, before or {}, proposal),
        requested_by=user,
        requested_person=user.human,
        requested_at=now,
    )
    with audit.line(
        "change.proposed", by=by, now=now, subject=subject, entity=entity, reason=change.reason
    ) as line:
        change.audit_seq = line.seq
        change.save(force_insert=True)
        line.before, line.after = change.before, {"kind": kind, "change": change.pk, "proposal": proposal}
        line.touch("change", change.pk, kind, subject, change.content_hash)
    return change


@transaction.atomic
def decide(
    *, change: Change, approve: bool, content_hash: str, today: date, now: datetime, by: Actor, note: str = ""
) -> Change:
    """Approves (and carries out, in the same transaction) or rejects. `content_hash` is the one that was shown.

    Refuses already_decided, forbidden, four_eyes (requester or the same person), stale (the content is another one), note_missing
    for a rejection, and whatever the kind's own writer refuses: then nothing is decided.
    """
    change = _locked(change)
    rules, user = _kind(change.kind), _person(by)
    access.require(user, rules.decide)
    if user.pk == change.requested_by_id or user.human == change.requested_person:
        raise Refused("four_eyes", _("You proposed this yourself; another person has to decide."))
    if content_hash != change.content_hash or content_hash != hash_of(change):
        raise Refused("stale", _("This is not what was shown to you. Reload the page and look again."))
    if not approve and not note.strip():
        raise Refused("note_missing", _("Say why you reject it: the requester reads it."), field="note")
    if approve and rules.prepare:
        import_string(rules.prepare)(change=change, today=today)
    action = "change.approved" if approve else "change.rejected"
    with audit.line(
        action,
        by=by,
        now=now,
        subject=change.subject,
        entity=change.entity,
        reason=note.strip()[:300] or change.reason,
    ) as line:
        line.before, line.after = (
            change.before,
            {"kind": change.kind, "change": change.pk, "proposal": change.proposal},
        )
        _close(line, change, Change.Decision.APPROVED if approve else Change.Decision.REJECTED, user, note)
        if approve:
            import_string(rules.apply)(line, change=change, today=today, by=by)
    return change


@transaction.atomic
def withdraw(*, change: Change, now: datetime, by: Actor, note: str = "") -> Change:
    """The requester takes a change back before anybody decided. Refuses already_decided and not_yours."""
    change = _locked(change)
    user = _person(by)
    if user.pk != change.requested_by_id:
        raise Refused("not_yours", _("Only the person who proposed it can withdraw it."))
    with audit.line(
        "change.withdrawn",
        by=by,
        now=now,
        subject=change.subject,
        entity=change.entity,
        reason=note.strip()[:300],
    ) as line:
        _close(line, change, Change.Decision.WITHDRAWN, user, note)
    return change


def content_hash(kind: str, subject: str, before: dict[str, Any], proposal: dict[str, Any]) -> str:
    """SHA-256 (64 hex digits) of the canonical JSON of what the second person is shown."""
    shown = {"kind": kind, "subject": subject, "before": before, "proposal": proposal}
    return hashlib.sha256(chain.canonical(shown)).hexdigest()


def hash_of(change: Change) -> str:
    """The content hash of a row as it stands now."""
    return content_hash(change.kind, change.subject, change.before, change.proposal)


def label(kind: str) -> str:
    """A kind in words."""
    return str(KINDS[kind].label) if kind in KINDS else kind


def may_decide(user: User, change: Change) -> bool:
    """Whether the person could decide this change now: open, not their own, and a role that allows it."""
    rules = KINDS.get(change.kind)
    return bool(
        rules
        and change.decision == ""
        and user.pk != change.requested_by_id
        and user.human != change.requested_person
        and access.may(user, rules.decide)
    )


def _close(line: audit.Line, change: Change, decision: str, user: User, note: str) -> None:
    change.decision = decision
    change.decided_by, change.decided_person, change.decided_at = user, user.human, line.now
    change.decided_note = note.strip()[:300]
    line.stamp(change)
    change.save(
        update_fields=["decision", "decided_by", "decided_person", "decided_at", "decided_note", "audit_seq"]
    )


def _locked(change: Change) -> Change:
    if change.customer_id:
        posting.lock(change.customer_id)
    row: Change = Change.objects.select_for_update(no_key=True).get(pk=change.pk)
    if row.decision:
        raise Refused("already_decided", _("Somebody has decided this before."), decision=row.decision)
    return row


def _refuse_second(kind: str, subject: str) -> None:
    waiting = Change.objects.open().filter(kind=kind, subject=subject).select_related("requested_by").first()
    if waiting:
        raise Refused(
            "already_open",
            _(
                "A change of this kind, proposed by %(who)s, waits for a decision. It has to be decided or withdrawn first."
            )
            % {"who": waiting.requested_by.get_full_name() or waiting.requested_by.username},
            change=waiting.pk,
        )


def _kind(kind: str) -> Kind:
    if kind not in KINDS:
        raise Refused(
            "kind_unknown", _("There is no change of the kind %(kind)s.") % {"kind": kind[:40]}, field="kind"
        )
    return KINDS[kind]


def _person(by: Actor) -> User:
    """Rules and the engine neither propose nor decide (DECISIONS 6)."""
    if by.user is None:
        raise Refused("forbidden", _("This takes a person; a rule cannot do it."))
    return by.user
