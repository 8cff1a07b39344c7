"""What happened is told to whom it concerns: one sentence in the person's language, on the channels they chose, once.

Composed verbs: they take the caller's line. Who acted is not told of their own act; that nobody is told twice is the matter of
`notifications`.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation

from receivables import audit
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import (
    Customer,
    CustomerProfile,
    Dispute,
    Invoice,
    LegalEntity,
    Message,
    Notification,
    User,
)
from receivables.services import notifications, outbox
from receivables.words import notification_words

PARKED_MOST = 200
DESK = "finance_manager"
ALL, IN_APP = frozenset({"app", "email", "sms"}), frozenset({"app"})


def push(
    line: Line,
    users: Iterable[User | None],
    *,
    key: str,
    kind: str,
    figures: Mapping[str, Any],
    link: str,
    entity: LegalEntity,
    now: datetime,
    by: Actor,
    customer: Customer | None = None,
    channels: frozenset[str] = ALL,
) -> int:
    """Tells each person once per channel. `key` states the fact; `figures` fill its sentence. Answers how many lines were new."""
    actor = by.user.pk if by.user else None
    people = {user.pk: user for user in users if user is not None and user.pk != actor}
    told = 0
    for user in people.values():
        rendered = None
        if {"email", "sms"} & set(user.told_by) & channels:
            with translation.override(user.language):
                said = notification_words.sentence(kind, figures, str(customer or ""))
                rendered = outbox.plain(notification_words.title(kind), f"{said}\n{address(link)}")
        told += len(
            notifications.tell(
                line, [user], key=key, kind=kind, figures=figures, link=link, customer=customer, now=now, entity=entity,
                rendered=rendered, channels=channels,
            )
        )  # fmt: skip
    return told


def address(link: str) -> str:
    """A page of ours as a whole address."""
    return f"{settings.PUBLIC_URL.rstrip('/')}{link}"


def of_invoice(line: Line, invoice: Invoice, kind: str, *, by: Actor, note: str = "") -> None:
    """Whoever asked for an invoice hears how it goes: request_approved, request_sent_back, invoice_issued, invoice_paid."""
    requester = invoice.requested_by or invoice.created_by
    if requester is None:
        return
    figures = {
        "customer": invoice.customer.legal_name,
        "amount": invoice.gross,
        "currency": invoice.currency,
        "number": invoice.number or "",
        "note": note[:200],
    }
    link = f"/invoices/{invoice.pk}/" if invoice.number else f"/requests/{invoice.pk}/"
    push(
        line, [requester], key=f"invoice:{invoice.pk}:{kind}:{invoice.round}", kind=kind, figures=figures, link=link,
        entity=invoice.entity, customer=invoice.customer, now=line.now, by=by,
    )  # fmt: skip


def paid(line: Line, invoices: Iterable[Invoice], *, by: Actor) -> None:
    """Of invoices that the money moved, those that are paid now."""
    for invoice in invoices:
        if invoice.state == Invoice.State.PAID:
            of_invoice(line, invoice, "invoice_paid", by=by)


def of_hold(
    line: Line, customer: Customer, entity: LegalEntity, kind: str, *, key: str, reason: str, by: Actor
) -> None:
    """The sales rep hears that orders are held, and that they pass again. What the night's rule does to many customers at once
    stays in the app: a mail for each would be a flood."""
    figures = {"customer": customer.legal_name, "entity": entity.name, "reason": reason}
    push(
        line, carers(customer, entity)[-1:], key=key, kind=kind, figures=figures, link=f"/customers/{customer.pk}/",
        entity=entity, customer=customer, now=line.now, by=by, channels=ALL if by.user else IN_APP,
    )  # fmt: skip


def of_dispute(line: Line, dispute: Dispute, kind: str, *, by: Actor) -> None:
    """The owner of a dispute hears that it is theirs, and that it is settled."""
    if dispute.owner is None:
        return
    figures = {
        "customer": dispute.customer.legal_name,
        "amount": dispute.amount,
        "currency": dispute.currency,
        "number": dispute.entry.reference,
    }
    push(
        line, [dispute.owner], key=f"dispute:{dispute.pk}:{kind}:{dispute.owner_id}", kind=kind, figures=figures,
        link=f"/disputes/{dispute.pk}/", entity=dispute.entity, customer=dispute.customer, now=line.now, by=by,
    )  # fmt: skip


def tell_parked(*, now: datetime, by: Actor) -> int:
    """Messages that stand still are told to the finance managers and the customer's collector. Told once per standstill."""
    told = 0
    rows = Message.objects.parked().exclude(kind="notification").select_related("entity", "customer")
    for message in rows.order_by("-pk")[:PARKED_MOST]:
        key = f"message:{message.pk}:parked:{message.audit_seq}"
        if _was_told(key):
            continue
        people = [*staff_of(message.entity, DESK), *carers(message.customer, message.entity)[:1]]
        if any(user.told_by for user in people):
            told += _tell_one(message, people, key, now, by)
    return told


def _was_told(key: str) -> bool:
    """In the app, or by a message where nobody reads the app."""
    return (
        Notification.objects.filter(key=key).exists()
        or Message.objects.filter(key__startswith=f"tell:{key}:").exists()
    )


def _tell_one(message: Message, people: list[User], key: str, now: datetime, by: Actor) -> int:
    figures = {"recipient": message.recipient_name or message.recipient, "parked": message.reason}
    with (
        transaction.atomic(),
        audit.line(
            "people.told", by=by, now=now, subject=f"message:{message.pk}", entity=message.entity
        ) as line,
    ):
        return push(
            line, people, key=key, kind="message_parked", figures=figures, link=f"/outbox/{message.pk}/",
            entity=message.entity, customer=message.customer, now=now, by=by,
        )  # fmt: skip


def staff_of(entity: LegalEntity, role: str) -> list[User]:
    """Active people of a role who see the entity, in order."""
    rows = User.objects.filter(is_active=True, roles__code=role).distinct().order_by("pk")
    return [user for user in rows if user.all_entities or user.entities.filter(pk=entity.pk).exists()]


def carers(customer: Customer | None, entity: LegalEntity) -> list[User]:
    """Collector and sales rep of a customer at an entity, in this order; those who are named."""
    if customer is None:
        return []
    rows = CustomerProfile.objects.filter(customer=customer, entity=entity, valid_to__isnull=True)
    row = rows.select_related("rep", "collector").first()
    return [user for user in (row.collector, row.rep) if user] if row else []
