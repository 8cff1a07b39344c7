"""Why somebody is or is not written to, item by item in sentences; and the story of one notice. It changes nothing."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from dunning.models import Notice, RunOutcome
from dunning.questions import notice_list
from dunning.words import reason_words
from receivables.models import Audit, Customer, Entry


@dataclass(frozen=True, slots=True)
class Why:
    """The reason on record of one entity: a few words, a sentence, since when, and each item with its own."""

    entity: str
    code: str
    words: str
    sentence: str
    from_on: date
    items: tuple["ItemWhy", ...]


@dataclass(frozen=True, slots=True)
class ItemWhy:
    """One item: number and document, and what holds or moved it."""

    number: str
    invoice: int | None
    currency: str
    left: int
    due_on: date | None
    code: str
    words: str
    sentence: str


def why(customer: Customer, user: Any) -> list[Why]:
    """The outcome of the last run, for each entity of ours the user may see. Empty: no run looked at this customer yet."""
    rows = RunOutcome.objects.for_user(user).filter(customer=customer, to_on__isnull=True)
    stages = notice_list.stage_names()
    return [_why(row, stages) for row in rows.select_related("entity").order_by("entity__code")]


def _why(row: RunOutcome, stages: dict[str, str]) -> Why:
    entries = Entry.objects.select_related("instalment__invoice").in_bulk([item[0] for item in row.items])
    found = []
    for pk, code, *figures in row.items:
        entry = entries.get(pk)
        if entry is None or entry.amount == entry.allocated:
            continue
        instalment = getattr(entry, "instalment", None)
        found.append(
            ItemWhy(
                number=(instalment.invoice.number if instalment else "") or entry.reference,
                invoice=instalment.invoice_id if instalment else None,
                currency=entry.currency, left=entry.amount - entry.allocated, due_on=entry.due_on, code=code,
                words=reason_words.short(code), sentence=reason_words.sentence(code, figures, stages=stages),
            )
        )  # fmt: skip
    figures = next((item[2:] for item in row.items if item[1] == row.code), [])
    sentence = reason_words.sentence(row.code, figures, stages=stages)
    return Why(
        row.entity.name, row.code, reason_words.short(row.code), sentence, row.from_on, tuple(found)
    )  # fmt: skip


def events(notice: Notice) -> list[dict[str, Any]]:
    """What happened to a notice and its message, newest first, as the timeline shows it."""
    subjects = [f"notice:{notice.pk}"]
    if notice.message_id:
        subjects.append(f"message:{notice.message_id}")
    rows = Audit.objects.filter(subject__in=subjects).order_by("-seq")[:40]
    found = [{"at": row.at, "who": row.actor, "action": row.action, "detail": row.reason} for row in rows]
    told = {event["action"] for event in found}
    found += [event for event in _from_rows(notice) if event["action"] not in told]
    return sorted(found, key=lambda event: event["at"], reverse=True)


def _from_rows(notice: Notice) -> list[dict[str, Any]]:
    """What happened together with many others, so that the audit names none of them: the run, the hand-over, the acceptance."""
    message, run = notice.message, notice.run
    moments = [
        ("run.decided", run.started_at if run is not None else None),
        ("notice.handed_over", message.planned_at if message is not None else None),
        ("message.accepted", message.accepted_at if message is not None else None),
    ]
    return [
        {"at": at, "who": "engine", "action": action, "detail": ""}
        for action, at in moments
        if at is not None
    ]
