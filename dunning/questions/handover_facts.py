"""The facts of a hand-over's cover sheet and of the statement printed with it, as `rendering` wants them. It renders nothing."""

from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils import translation
from django.utils.translation import gettext as _

from dunning.models import Call, Notice, PromiseToPay
from receivables.models import Contact, Customer, Dispute, Entry, LegalEntity
from receivables.questions.statement import AccountStatement
from receivables.rules.money import Money
from receivables.rules.notice_facts import (
    HandOverFacts,
    NoticeItem,
    PackPaper,
    Recipient,
    Sender,
    StatementFacts,
    StatementLine,
)

if TYPE_CHECKING:
    from dunning.questions.handover_pack import Case

HISTORY_MOST = 60


def sheet(case: "Case", papers: tuple[PackPaper, ...]) -> HandOverFacts:
    """The claim, what was done about it, and the papers."""
    items = tuple(_item(entry, case.on) for entry in case.entries)
    return HandOverFacts(
        customer=recipient(case.customer),
        entity=sender(case.entity),
        currency=case.currency,
        case_number=case.number,
        written_on=case.on,
        to=case.to,
        items=items,
        amount_total=sum((each.open for each in items if not each.disputed), Money.zero(case.currency)),
        history=_history(case),
        papers=papers,
        remarks=case.reason,
        language=language(),
        sender_name=case.by,
        contacts=tuple(
            " · ".join(part for part in (each.name, each.email, each.phone) if part)
            for each in Contact.objects.filter(customer=case.customer, active=True).order_by("pk")[:10]
        ),
    )


def account(picture: AccountStatement, case: "Case") -> StatementFacts:
    """The statement of account of the pack."""
    currency = picture.currency
    return StatementFacts(
        customer=recipient(case.customer),
        entity=sender(case.entity),
        currency=currency,
        since=picture.since,
        until=picture.until,
        opening=picture.opening,
        closing=picture.closing,
        lines=tuple(
            StatementLine(
                each.booked_on, each.kind, each.reference, each.due_on, Money(each.amount, currency),
                Money(each.balance, currency),
            )
            for each in picture.lines
        ),
        items=tuple(
            NoticeItem(
                number=each.reference, due_on=each.due_on or each.document_on, original=Money(each.amount, currency),
                open=Money(each.left, currency), days_past_due=each.days_past_due or 0, document_on=each.document_on,
            )
            for each in picture.items
        ),
        written_on=case.on,
        reference=case.number,
        language=language(),
    )  # fmt: skip


def sender(entity: LegalEntity) -> Sender:
    """The legal entity as it signs."""
    return Sender(name=entity.name, address=lines(entity.address), tax_id=entity.tax_id, phone=entity.phone)


def recipient(customer: Customer) -> Recipient:
    """The customer as it is addressed."""
    return Recipient(
        name=customer.legal_name, address=lines(customer.address), code=customer.code, tax_id=customer.tax_id
    )


def lines(address: dict[str, Any]) -> tuple[str, ...]:
    """The printed lines of a stored address."""
    place = " ".join(str(address.get(name, "")) for name in ("postal_code", "city")).strip()
    found = [str(address.get("street", "")), place, str(address.get("country", ""))]
    return tuple(each for each in found if each)


def language() -> str:
    """The reader's language."""
    return translation.get_language() or "en"


def _item(entry: Entry, on: date) -> NoticeItem:
    due_on = entry.due_on or entry.document_on
    disputed = Dispute.objects.filter(entry=entry, state=Dispute.State.OPEN).exists()
    return NoticeItem(
        number=entry.reference,
        due_on=due_on,
        original=Money(entry.amount, entry.currency),
        open=Money(entry.amount - entry.allocated, entry.currency),
        days_past_due=(on - due_on).days,
        document_on=entry.document_on,
        disputed=disputed,
    )


def _history(case: "Case") -> tuple[tuple[date, str], ...]:
    """What was done about it, oldest first: notices that reached somebody, calls, promises, disputes."""
    key = {"customer": case.customer, "entity": case.entity}
    rows: list[tuple[date, str]] = []
    for notice in Notice.objects.filter(reached_on__isnull=False, currency=case.currency, **key):
        rows.append(
            (notice.reached_on, f"{notice.get_channel_display()}: {notice.stage} {notice.number}".strip())
        )
    for call in Call.objects.filter(**key):
        rows.append((call.called_at.date(), _("Call: %(outcome)s") % {"outcome": call.get_outcome_display()}))
    for promise in PromiseToPay.objects.filter(currency=case.currency, **key):
        rows.append((promise.made_on, _("Promised for %(day)s") % {"day": promise.due_on.isoformat()}))
    for dispute in Dispute.objects.filter(currency=case.currency, **key):
        rows.append((dispute.opened_on, _("Dispute: %(reason)s") % {"reason": dispute.get_reason_display()}))
    return tuple(sorted(rows)[-HISTORY_MOST:])
