"""A submitted request on its way through the flow: each decision closes one to-do and opens the next in the same transaction.

The state follows the flow: VERIFIED once only the last step is left, APPROVED when none is. Below a step's threshold the rule
passes it, and the approval then names the rule's version and no person.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from receivables import audit
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import Invoice, WorkItem
from receivables.questions import request_picture, staffing
from receivables.rules import request_checks, workflow
from receivables.rules.refusals import Refused
from receivables.rules.workflow import Flow, Outcome, Step
from receivables.services import flows, status, work
from receivables.words.request_words import SEND_BACK

PASSED, SENT_BACK, AUTOMATIC, SKIPPED = "passed", "sent_back", "automatic", "skipped"
TO_PERSON = "to_person"
OVERRIDE = "override"


@transaction.atomic
def verify(
    *, invoice: Invoice, content_hash: str, checks: Collection[str], now: datetime, by: Actor, note: str = ""
) -> Invoice:
    """A step before the last is passed. `checks`: codes ticked, all of the step's are needed; `content_hash`: what was seen.

    Refuses state, already_decided, stale (it changed since), own_request, forbidden, checks_open.
    """
    seen = _Seen(content_hash, frozenset(checks), note)
    return _pass(invoice, seen, now, by, final=False)


@transaction.atomic
def approve(
    *, invoice: Invoice, content_hash: str, checks: Collection[str], now: datetime, by: Actor, note: str = ""
) -> Invoice:
    """The last step is passed: APPROVED. Arguments and refusals as `verify`."""
    seen = _Seen(content_hash, frozenset(checks), note)
    return _pass(invoice, seen, now, by, final=True)


@transaction.atomic
def send_back(
    *,
    invoice: Invoice,
    code: str,
    content_hash: str,
    now: datetime,
    by: Actor,
    note: str = "",
    failed: Collection[str] = (),
) -> Invoice:
    """Back to the requester with a reason code (`request_words.SEND_BACK`) and the checks that failed.

    Refuses reason_unknown, note_missing (for `other`), and as `verify` does.
    """
    if code not in SEND_BACK:
        raise Refused("reason_unknown", _("Choose one of the reasons."), field="code")
    if code == "other" and not note.strip():
        raise Refused("note_missing", _("Say what has to be changed."), field="note")
    invoice, item, _step = _take_up(invoice, content_hash, by, now)
    subject = f"invoice:{invoice.pk}"
    with audit.line(
        "request.sent_back", by=by, now=now, subject=subject, entity=invoice.entity, reason=code
    ) as line:
        item.checks = _ticked(item.checks, set(), set(failed))
        work.close(
            line,
            item,
            state=WorkItem.State.DONE,
            by=by,
            now=now,
            outcome=SENT_BACK,
            note=f"{code} {note}".strip(),
        )
        invoice.send_back(code=code, note=note[:500])
        line.after |= {"code": code, "note": note[:500], "step": item.step}
        line.stamp(invoice)
        invoice.save()
        status.of_invoice(line, invoice, "request_sent_back", by=by, note=note or str(SEND_BACK[code]))
    return invoice


@transaction.atomic
def to_person(*, invoice: Invoice, reason: str, now: datetime, by: Actor) -> Invoice:
    """Takes an approval by rule back to people, with a reason: a new round in which no step passes by itself.

    Only before issue. Refuses state, not_automatic, reason_missing.
    """
    invoice = Invoice.objects.select_for_update(no_key=True).get(pk=invoice.pk)
    if invoice.state != Invoice.State.APPROVED or not invoice.approved_by_rule:
        message = _("Only what a rule approved, and what is not issued yet, can be given to a person.")
        raise Refused("state" if invoice.state != Invoice.State.APPROVED else "not_automatic", message)
    if not reason.strip():
        raise Refused("reason_missing", _("Say why a person should look at it."), field="reason")
    subject = f"invoice:{invoice.pk}"
    with audit.line(
        "request.to_person", by=by, now=now, subject=subject, entity=invoice.entity, reason=reason[:200]
    ) as line:
        line.before = {"approved_by_rule": invoice.approved_by_rule}
        invoice.route_to_person()
        _write_done(
            line, invoice, step="", outcome=TO_PERSON, by=by.name, now=now, note=reason, kind=OVERRIDE
        )
        advance(line, invoice, now=now)
        line.stamp(invoice)
        invoice.save()
    return invoice


def advance(line: Line, invoice: Invoice, *, now: datetime, decided_by: Actor | None = None) -> None:
    """Opens the next person's step, records what rules pass or skip, and moves the state. The caller saves the invoice."""
    assert invoice.flow is not None
    flow = flows.read(invoice.flow)
    today = work.local_day(invoice.entity, now)
    waiting = _record_until_next(line, invoice, _outcomes(invoice, flow, today), flow, now)
    left = [step.code for step in flow.steps if step.code not in done_steps(invoice)]
    if invoice.state == Invoice.State.REQUESTED and (
        waiting is None or (len(left) == 1 and len(flow.steps) > 1)
    ):
        invoice.verify()
    if waiting is None and invoice.state == Invoice.State.VERIFIED:
        person = decided_by.user if decided_by else None
        invoice.approve(by=person, rule="" if person else f"{flow.code} v{flow.version}")
        status.of_invoice(line, invoice, "request_approved", by=decided_by or Actor.system("rule"))
    elif waiting is not None:
        checks = [{"code": code, "by": "person", "state": ""} for code in waiting.checks]
        work.open_step(
            line, invoice=invoice, step=waiting, now=now, checks=[*rule_results(invoice, today), *checks]
        )


def done_steps(invoice: Invoice) -> set[str]:
    """Codes of the steps passed in this round, by people or by rule."""
    items = WorkItem.objects.filter(
        invoice=invoice, kind=work.APPROVAL, round=invoice.round, state=WorkItem.State.DONE
    )
    return set(items.exclude(outcome=SENT_BACK).values_list("step", flat=True))


def rule_results(invoice: Invoice, today: Any) -> list[dict[str, Any]]:
    """What the automatic checks said at this moment, kept with the to-do as its approver sees it."""
    picture = request_picture.of(invoice, today=today, confirmed=True)
    return [
        {"code": check.code, "by": "rule", "state": check.state} for check in request_checks.check(picture)
    ]


def current_item(invoice: Invoice) -> WorkItem | None:
    """The open to-do of a request, if any."""
    found: WorkItem | None = WorkItem.objects.open().filter(invoice=invoice, kind=work.APPROVAL).first()
    return found


def _outcomes(invoice: Invoice, flow: Flow, today: Any) -> list[Outcome]:
    by_hand = WorkItem.objects.filter(invoice=invoice, kind=OVERRIDE, round=invoice.round).exists()
    if by_hand:
        flow = replace(flow, steps=tuple(replace(step, auto_below=None) for step in flow.steps))
    return workflow.next_steps(flow, request_picture.facts(invoice, today), done_steps(invoice))


def _record_until_next(
    line: Line, invoice: Invoice, outcomes: list[Outcome], flow: Flow, now: datetime
) -> Step | None:
    """Writes done rows for steps that pass or fall away before the next person's; returns that person's step, or None."""
    for outcome in outcomes:
        if outcome.state == "next":
            return outcome.step
        if outcome.state in (AUTOMATIC, SKIPPED):
            rule = f"rule {flow.code} v{flow.version}"
            note = ", ".join(f"{name} {value}" for name, value in outcome.params)
            _write_done(
                line, invoice, step=outcome.step.code, outcome=outcome.state, by=rule, now=now, note=note
            )
    return None


def _write_done(
    line: Line,
    invoice: Invoice,
    *,
    step: str,
    outcome: str,
    by: str,
    now: datetime,
    note: str,
    kind: str = work.APPROVAL,
) -> None:
    row = WorkItem(
        kind=kind, entity=invoice.entity, customer=invoice.customer, invoice=invoice, step=step, round=invoice.round,
        owner_role="rule", opened_at=now, due_at=now, closed_at=now, closed_by=by[:150], outcome=outcome,
        note=note[:500], state=WorkItem.State.DONE, audit_seq=line.seq,
    )  # fmt: skip
    row.save(force_insert=True)
    line.touch("workitem", row.pk, step, outcome)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the decider saw and ticked."""

    content_hash: str
    checks: frozenset[str]
    note: str


def _pass(invoice: Invoice, seen: _Seen, now: datetime, by: Actor, *, final: bool) -> Invoice:
    invoice, item, step = _take_up(invoice, seen.content_hash, by, now)
    assert invoice.flow is not None
    is_last = flows.read(invoice.flow).steps[-1].code == step.code
    if is_last != final:
        raise Refused("state", _("This request is at the step “%(step)s” now.") % {"step": step.label})
    open_checks = [code for code in step.checks if code not in seen.checks]
    if open_checks:
        message = _("Tick every check, or send the request back. Open: %(number)s.") % {
            "number": len(open_checks)
        }
        raise Refused("checks_open", message, field="checks", open=open_checks)
    subject = f"invoice:{invoice.pk}"
    action = "request.approved" if final else "request.verified"
    with audit.line(
        action, by=by, now=now, subject=subject, entity=invoice.entity, reason=seen.note[:200]
    ) as line:
        item.checks = _ticked(item.checks, set(seen.checks), set())
        work.close(line, item, state=WorkItem.State.DONE, by=by, now=now, outcome=PASSED, note=seen.note)
        line.after |= {"step": step.code, "content": seen.content_hash}
        advance(line, invoice, now=now, decided_by=by if final else None)
        line.stamp(invoice)
        invoice.save()
    return invoice


def _take_up(invoice: Invoice, content_hash: str, by: Actor, now: datetime) -> tuple[Invoice, WorkItem, Step]:
    """Locks the request, and finds its open step and whether this person may decide on what they saw."""
    invoice = Invoice.objects.select_for_update(no_key=True).get(pk=invoice.pk)
    item = current_item(invoice)
    if item is None or invoice.state not in (Invoice.State.REQUESTED, Invoice.State.VERIFIED):
        raise Refused(
            "already_decided",
            _("Nothing is waiting for a decision here: the request is %(state)s.") % {"state": invoice.state},
        )
    step = work.step_of(item)
    assert step is not None
    if by.user is not None and by.user.pk in staffing.outsiders(invoice):
        raise Refused(
            "forbidden", _("Whoever asked for an invoice does not decide on it."), field="own_request"
        )
    staff = staffing.of(invoice.entity, work.local_day(invoice.entity, now))
    late = workflow.breached(item.due_at, now)
    if by.user is None or not staffing.may_act(staff, step, invoice, item, by.user, breached=late):
        raise Refused(
            "forbidden", _("This step is decided by another role, or has been handed to somebody else.")
        )
    if content_hash != request_picture.content_hash(invoice):
        raise Refused("stale", _("The request has changed since you opened it. Look at it again."))
    return invoice, item, step


def _ticked(checks: list[Mapping[str, Any]], passed: set[str], failed: set[str]) -> list[dict[str, Any]]:
    """The to-do's checks with the person's verdicts."""
    verdict = {**dict.fromkeys(passed, request_checks.PASSED), **dict.fromkeys(failed, request_checks.FAILED)}
    return [
        {**each, "state": verdict.get(each["code"], "")} if each["by"] == "person" else dict(each)
        for each in checks
    ]
