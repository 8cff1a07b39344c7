"""Versions of dunning policies: drafted, edited and rehearsed, put in force by a second person, never changed then.

Whom a policy speaks about is in `assignments`. A new version never repeats what was said: rungs are remembered by their code.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from dunning.models import Assignment, Policy, PolicyVersion
from dunning.rules import ladder_json
from dunning.rules.default_ladders import DEFAULTS, Default
from dunning.rules.ladder import Ladder
from receivables import audit
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import Audit, User
from receivables.rules import text_hygiene
from receivables.rules.refusals import Refused

CODE_MAX, NAME_MAX, NOTE_MAX = 40, 120, 300
RESERVED = frozenset({"new", "assign", "dry-run", "versions", "assignments", "blocks"})
"""Words that stand in addresses of the pages."""


def read(version: PolicyVersion) -> Ladder:
    """The ladder of a version, as a value."""
    return ladder_json.parse(
        version.ladder, policy=version.policy.code, version=version.number, version_id=version.pk
    )


@transaction.atomic
def install_defaults(*, now: datetime, by: Actor) -> list[Policy]:
    """The shipped policies that are not here yet, in force and assigned; doing it twice changes nothing. Returns the new ones."""
    known = set(Policy.objects.values_list("code", flat=True))
    wanted = [default for default in DEFAULTS if default.code not in known]
    if not wanted:
        return []
    with audit.line("policy.installed", by=by, now=now, subject="policies") as line:
        made = [_install(line, default, now=now, by=by) for default in wanted]
        line.after = {"policies": [policy.code for policy in made]}
    return made


@transaction.atomic
def create(
    *, code: str, name: str, document: Mapping[str, Any], note: str = "", now: datetime, by: Actor
) -> PolicyVersion:
    """A new policy with its first draft. Refuses code_invalid, duplicate, ladder_invalid."""
    code = code.strip()
    name = text_hygiene.one_line(name, field="name", limit=NAME_MAX, required=True)
    if not code.isascii() or not code.replace("-", "a").replace("_", "a").isalnum() or len(code) > CODE_MAX:
        raise Refused(
            "code_invalid", _("A code is letters, digits, - and _, at most 40 characters."), field="code"
        )
    normal = ladder_json.normal(document)
    if code in RESERVED or Policy.objects.filter(code=code).exists():
        raise Refused("duplicate", _("There is a policy with this code already."), field="code")
    with audit.line("policy.created", by=by, now=now, subject=f"policy:{code}") as line:
        policy = Policy.objects.create(code=code, name=name, track=normal["track"], created_at=now)
        line.touch("policy", policy.pk, code, policy.track)
        return _write(line, policy, 1, normal, note=note, now=now, by=by)


@transaction.atomic
def draft(
    *, policy: Policy, document: Mapping[str, Any] | None = None, note: str = "", now: datetime, by: Actor
) -> PolicyVersion:
    """A new draft: of the given document, else a copy of the version in force, else of the latest.

    Refuses already_open (one draft at a time), track_mismatch, ladder_invalid.
    """
    versions = _versions(policy)
    if any(_is_draft(row) for row in versions):
        raise Refused("already_open", _("There is a draft already. Go on with it, or discard it first."))
    source = next((row for row in versions if row.active), versions[-1] if versions else None)
    given = document if document is not None else (source.ladder if source else {})
    normal = _fitting(policy, given)
    number = versions[-1].number + 1 if versions else 1
    with audit.line("policy.drafted", by=by, now=now, subject=f"policy:{policy.code}") as line:
        return _write(line, policy, number, normal, note=note, now=now, by=by)


@transaction.atomic
def save_draft(
    *,
    version: PolicyVersion,
    document: Mapping[str, Any],
    seen_hash: str,
    note: str | None = None,
    now: datetime,
    by: Actor,
) -> PolicyVersion:
    """The draft with another content, if nobody else changed it since `seen_hash`. Its rehearsal no longer speaks for it.

    Refuses stale, already_decided (only drafts are edited), track_mismatch, ladder_invalid.
    """
    row = _locked_draft(version)
    _refuse_unseen(row, seen_hash)
    normal = _fitting(row.policy, document)
    before = row.content_hash
    row.ladder, row.content_hash = normal, ladder_json.digest(normal)
    row.note = row.note if note is None else _note(note)
    row.drafted_by, row.drafted_at = by.user or row.drafted_by, now
    with audit.line("policy.draft_saved", by=by, now=now, subject=_subject(row)) as line:
        row.save(update_fields=["ladder", "content_hash", "note", "drafted_by", "drafted_at"])
        line.before, line.after = {"content": before}, {"content": row.content_hash, "version": row.number}
        line.touch("policyversion", row.pk, row.content_hash)
    return row


@transaction.atomic
def rehearsed(
    *, version: PolicyVersion, summary: Mapping[str, Any], content_hash: str, now: datetime, by: Actor
) -> PolicyVersion:
    """Keeps what a rehearsal of exactly this content found. Refuses stale when the draft has changed meanwhile."""
    row = _locked_draft(version)
    _refuse_unseen(row, content_hash)
    row.rehearsal, row.rehearsed_hash = dict(summary), content_hash
    with audit.line("policy.rehearsed", by=by, now=now, subject=_subject(row)) as line:
        row.save(update_fields=["rehearsal", "rehearsed_hash"])
        line.after = {"content": content_hash, "version": row.number}
        line.touch("policyversion", row.pk, content_hash, "rehearsed")
    return row


@transaction.atomic
def activate(*, version: PolicyVersion, seen_hash: str, now: datetime, by: Actor) -> PolicyVersion:
    """Puts a rehearsed draft in force; the version before it is past.

    1. Lock all versions. 2. Refuse stale, already_decided, not_rehearsed, rehearsal_failed, four_eyes (whoever wrote on it).
    3. One active row.
    """
    rows = {row.pk: row for row in _versions(version.policy)}
    row = rows[version.pk]
    _refuse_decided(row)
    _refuse_unseen(row, seen_hash)
    if row.rehearsed_hash != row.content_hash:
        raise Refused(
            "not_rehearsed", _("Rehearse exactly this content first: it has changed since, or never was.")
        )
    if (row.rehearsal.get("after") or {}).get("faults"):
        raise Refused(
            "rehearsal_failed",
            _(
                "Its rehearsal asked for money that must not be asked for. Read the report, and change the ladder."
            ),
        )
    if by.user is None or by.human in _authors(row):
        raise Refused("four_eyes", _("A policy is put in force by somebody else than the one who wrote it."))
    former = next((other for other in rows.values() if other.active), None)
    with audit.line("policy.activated", by=by, now=now, subject=_subject(row)) as line:
        if former is not None:
            _retire(line, former, now=now)
        row.active, row.activated_by, row.activated_at = True, by.user, now
        row.save(update_fields=["active", "activated_by", "activated_at"])
        line.before = {"version": former.number if former else None}
        line.after = {"version": row.number, "content": row.content_hash}
        line.touch("policyversion", row.pk, row.content_hash, "active")
    return row


@transaction.atomic
def retire(*, version: PolicyVersion, reason: str, now: datetime, by: Actor) -> PolicyVersion:
    """Discards a draft, or takes a version out of force. Refuses in_use while the policy speaks about somebody."""
    row = {each.pk: each for each in _versions(version.policy)}[version.pk]
    if row.retired_at or (row.activated_at and not row.active):
        raise Refused("already_decided", _("This version is past already."))
    if row.active and Assignment.objects.filter(policy=row.policy, removed_at__isnull=True).exists():
        raise Refused(
            "in_use",
            _(
                "This policy speaks about customers. Assign them another one first, or say that they are exempt."
            ),
        )
    action = "policy.retired" if row.active else "policy.discarded"
    with audit.line(action, by=by, now=now, subject=_subject(row), reason=_note(reason)) as line:
        _retire(line, row, now=now)
        line.after = {"version": row.number}
    return row


def _install(line: Line, default: Default, *, now: datetime, by: Actor) -> Policy:
    policy = Policy.objects.create(
        code=default.code, name=default.name, track=default.ladder["track"], created_at=now
    )
    normal = ladder_json.normal(default.ladder)
    row = PolicyVersion.objects.create(
        policy=policy, number=1, ladder=normal, content_hash=ladder_json.digest(normal), active=True,
        drafted_at=now, activated_at=now,
    )  # fmt: skip
    line.touch("policyversion", row.pk, row.content_hash, "active")
    scope: dict[str, Any] = {
        "segment": default.segment,
        "risk_class": default.risk_class,
        "entity": None,
        "customer": None,
    }
    if Assignment.objects.filter(track=policy.track, removed_at__isnull=True, **scope).exists():
        return policy
    assigned = Assignment.objects.create(
        track=policy.track, policy=policy, segment=default.segment, risk_class=default.risk_class,
        set_by=by.name, set_at=now,
    )  # fmt: skip
    line.touch("assignment", assigned.pk, policy.pk, default.segment, default.risk_class)
    return policy


def _write(
    line: Line,
    policy: Policy,
    number: int,
    normal: Mapping[str, Any],
    *,
    note: str,
    now: datetime,
    by: Actor,
) -> PolicyVersion:
    row = PolicyVersion.objects.create(
        policy=policy, number=number, ladder=normal, content_hash=ladder_json.digest(normal), note=_note(note),
        drafted_by=by.user, drafted_at=now,
    )  # fmt: skip
    line.after = {"policy": policy.code, "version": number, "content": row.content_hash}
    line.touch("policyversion", row.pk, row.content_hash, "draft")
    line.subject = _subject(row)
    return row


def _retire(line: Line, row: PolicyVersion, *, now: datetime) -> None:
    row.active, row.retired_at = False, now
    row.save(update_fields=["active", "retired_at"])
    line.touch("policyversion", row.pk, row.content_hash, "past")


def _versions(policy: Policy) -> list[PolicyVersion]:
    """All versions of a policy, the policy itself locked first, so that two people do not draft or activate at once."""
    locked = Policy.objects.select_for_update(no_key=True).get(pk=policy.pk)
    rows = list(PolicyVersion.objects.select_for_update(no_key=True).filter(policy=locked).order_by("number"))
    for row in rows:
        row.policy = locked
    return rows


def _locked_draft(version: PolicyVersion) -> PolicyVersion:
    row = {each.pk: each for each in _versions(version.policy)}[version.pk]
    _refuse_decided(row)
    return row


def _is_draft(row: PolicyVersion) -> bool:
    return not row.active and row.activated_at is None and row.retired_at is None


def _refuse_decided(row: PolicyVersion) -> None:
    if not _is_draft(row):
        raise Refused("already_decided", _("This version is no draft any more. Draft a new one from it."))


def _refuse_unseen(row: PolicyVersion, seen_hash: str) -> None:
    if row.content_hash != seen_hash:
        raise Refused("stale", _("Somebody changed this draft meanwhile. Look at it again first."))


def _fitting(policy: Policy, document: Mapping[str, Any]) -> dict[str, Any]:
    normal = ladder_json.normal(document)
    if normal["track"] != policy.track:
        raise Refused("track_mismatch", _("This policy is of the other kind of track."), field="track")
    return normal


def _authors(row: PolicyVersion) -> set[str]:
    """The humans who wrote on a draft, its last editor included: the audit knows them."""
    lines = Audit.objects.filter(
        subject=_subject(row), action__in=("policy.created", "policy.drafted", "policy.draft_saved")
    )
    names = lines.values_list("actor", flat=True)
    people = {user.human for user in User.objects.filter(username__in=set(names))}
    return people | ({row.drafted_by.human} if row.drafted_by else set())


def _subject(row: PolicyVersion) -> str:
    return f"policy_version:{row.pk}"


def _note(text: str) -> str:
    return text_hygiene.one_line(text, field="note", limit=NOTE_MAX)
