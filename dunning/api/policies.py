"""Policies: listed, drafted as documents, rehearsed, put in force. Whom they speak about is a room of its own."""

from typing import Any

from django.http import HttpRequest
from ninja import Query

from dunning import rehearsal
from dunning.models import Policy, PolicyVersion
from dunning.services import policies
from receivables.models import Customer
from receivables.rules.refusals import Refused
from receivables.wire import guards
from receivables.wire.guards import Caller
from receivables.wire.lists import Listing, Page, page, seen
from receivables.wire.problems import not_found
from receivables.wire.room import Room
from receivables.wire.shapes import Hash, In, Out, Text40, Text80, Text300, moment

CUSTOMERS_MOST = 2_000
room = Room("policies")


class PolicyOut(Out):
    """A policy; `version` is the number in force, `draft` the id of its open draft."""

    id: int
    code: str
    name: str
    track: str
    version: int | None
    version_id: int | None
    draft: int | None


class VersionOut(Out):
    """One version. `ladder` is the document; `content_hash` is what is rehearsed and put in force.

    `rehearsal` counts everybody, and names the customers the caller may see."""

    id: int
    policy: str
    number: int
    state: str
    ladder: dict[str, Any]
    content_hash: str
    rehearsed: bool
    rehearsal: dict[str, Any]
    note: str
    drafted_by: str | None
    drafted_at: str
    activated_by: str | None
    activated_at: str | None


class Creating(In):
    """A new policy with its first draft."""

    code: Text40
    name: Text80
    ladder: dict[str, Any]
    note: Text300 = ""


class Drafting(In):
    """Without a ladder the draft is a copy of what is in force."""

    ladder: dict[str, Any] | None = None
    note: Text300 = ""


class Saving(In):
    """`seen` is the content hash the change was made from."""

    ladder: dict[str, Any]
    seen: Hash
    note: Text300 | None = None


class Seen(In):
    """The content hash that was looked at."""

    seen: Hash


class Discarding(In):
    """Why."""

    reason: Text300 = ""


@room.get("/policies", "policy.view", Page[PolicyOut])
def index(request: HttpRequest, wanted: Query[Listing]) -> Any:
    """All policies."""
    return page(Policy.objects.prefetch_related("versions"), wanted, _policy)


@room.get("/policies/{str:code}", "policy.view", PolicyOut)
def one(request: HttpRequest, code: str) -> Any:
    """One policy by code."""
    return _policy(by_code(code))


@room.get("/policies/{str:code}/versions", "policy.view", Page[VersionOut])
def versions(request: HttpRequest, code: str, wanted: Query[Listing]) -> Any:
    """Its versions, newest first."""
    rows = PolicyVersion.objects.filter(policy=by_code(code))
    return page(
        rows.select_related("policy", "drafted_by", "activated_by"),
        wanted,
        lambda row: _shown(row, guards.of(request)),
    )


@room.get("/policy-versions/{int:version_id}", "policy.view", VersionOut)
def version(request: HttpRequest, version_id: int) -> Any:
    """One version with its ladder and its rehearsal."""
    caller = guards.of(request)
    return _shown(_version(caller, version_id), caller)


@room.post("/policies", "policy.edit", VersionOut, status=201)
def create(request: HttpRequest, data: Creating) -> Any:
    """A new policy; it speaks about nobody until it is in force and assigned."""
    caller = guards.of(request)
    row = policies.create(
        code=data.code, name=data.name, document=data.ladder, note=data.note, now=caller.now, by=caller.by
    )
    return _shown(row, caller)


@room.post("/policies/{str:code}/draft", "policy.edit", VersionOut, status=201)
def draft(request: HttpRequest, code: str, data: Drafting) -> Any:
    """A new draft. One at a time."""
    caller = guards.of(request)
    row = policies.draft(
        policy=by_code(code), document=data.ladder, note=data.note, now=caller.now, by=caller.by
    )
    return _shown(row, caller)


@room.post("/policy-versions/{int:version_id}/save", "policy.edit", VersionOut)
def save(request: HttpRequest, version_id: int, data: Saving) -> Any:
    """The draft with another content."""
    caller = guards.of(request)
    row = policies.save_draft(
        version=_version(caller, version_id),
        document=data.ladder,
        seen_hash=data.seen,
        note=data.note,
        now=caller.now,
        by=caller.by,
    )
    return _shown(row, caller)


@room.post("/policy-versions/{int:version_id}/rehearse", "policy.edit", VersionOut)
def rehearse(request: HttpRequest, version_id: int, data: Seen) -> Any:
    """Lives the draft through the past year and keeps what it found; very many customers only on the page, in pieces."""
    caller = guards.of(request)
    row = _version(caller, version_id)
    tried = rehearsal.trial(row, policies.read(row), until=caller.now.date(), now=caller.now)
    if sum(len(customers) for _entity, customers in rehearsal.chunks(since=tried.since)) > CUSTOMERS_MOST:
        raise Refused(
            "too_many", f"More than {CUSTOMERS_MOST} customers are rehearsed on the page, piece by piece."
        )
    row = policies.rehearsed(
        version=row, summary=rehearsal.whole(tried), content_hash=data.seen, now=caller.now, by=caller.by
    )
    return _shown(row, caller)


@room.post("/policy-versions/{int:version_id}/activate", "policy.activate", VersionOut, needs_key=True)
def activate(request: HttpRequest, version_id: int, data: Seen) -> Any:
    """Puts a rehearsed draft in force; somebody else than who wrote it."""
    caller = guards.of(request)
    row = policies.activate(
        version=_version(caller, version_id), seen_hash=data.seen, now=caller.now, by=caller.by
    )
    return _shown(row, caller)


@room.post("/policy-versions/{int:version_id}/discard", "policy.edit", VersionOut)
def discard(request: HttpRequest, version_id: int, data: Discarding) -> Any:
    """Discards a draft."""
    caller = guards.of(request)
    row = _version(caller, version_id)
    if row.active:
        caller.require("policy.activate")
    return _shown(policies.retire(version=row, reason=data.reason, now=caller.now, by=caller.by), caller)


def by_code(code: str) -> Policy:
    row: Policy | None = Policy.objects.prefetch_related("versions").filter(code=code[:60]).first()
    if row is None:
        raise not_found()
    return row


def _version(caller: Caller, version_id: int) -> Any:
    rows = PolicyVersion.objects.select_related("policy", "drafted_by", "activated_by")
    return seen(rows, caller, version_id)


def _policy(row: Policy) -> dict[str, Any]:
    versions = list(row.versions.all())
    active = next((each for each in versions if each.active), None)
    open_draft = next((each for each in versions if _state(each) == "draft"), None)
    return {
        **{name: getattr(row, name) for name in ("id", "code", "name", "track")},
        "version": active.number if active else None,
        "version_id": active.pk if active else None,
        "draft": open_draft.pk if open_draft else None,
    }


def _state(row: PolicyVersion) -> str:
    if row.active:
        return "active"
    if row.activated_at:
        return "past"
    return "discarded" if row.retired_at else "draft"


def _shown(row: PolicyVersion, caller: Caller) -> dict[str, Any]:
    return {
        **{name: getattr(row, name) for name in ("id", "number", "ladder", "content_hash", "note")},
        "rehearsal": _seen_part(row.rehearsal, caller) if row.rehearsal else {},
        "policy": row.policy.code,
        "state": _state(row),
        "rehearsed": bool(row.rehearsed_hash) and row.rehearsed_hash == row.content_hash,
        "drafted_by": row.drafted_by.username if row.drafted_by else None,
        "drafted_at": moment(row.drafted_at),
        "activated_by": row.activated_by.username if row.activated_by else None,
        "activated_at": moment(row.activated_at),
    }


def _seen_part(kept: dict[str, Any], caller: Caller) -> dict[str, Any]:
    """A rehearsal without the customers that the caller may not see; its counts stay."""
    ids = set(Customer.objects.for_user(caller.user).values_list("pk", flat=True))

    def side(tally: dict[str, Any]) -> dict[str, Any]:
        return {
            **tally,
            "by_customer": {key: n for key, n in tally["by_customer"].items() if int(key) in ids},
            "unreached": {
                why: [pk for pk in found if pk in ids] for why, found in tally["unreached"].items()
            },
            "shown_faults": [each for each in tally["shown_faults"] if each["customer"] in ids],
        }

    changes = [each for each in kept["changes"] if each[0] in ids]
    return {**kept, "before": side(kept["before"]), "after": side(kept["after"]), "changes": changes}
