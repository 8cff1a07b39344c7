"""What happened to a customer, newest first, from the audit sequence: its own master data, and its invoices and payments.

Questions only. Values before and after are shown to those who may see the audit, without the fields their roles hide.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q

from receivables import access
from receivables.models import Audit, Customer, Entry, Invoice, LegalEntity, Payment, User
from receivables.words import master_words

_SHOWN_VALUES = 6
_DOCUMENTS = 100
_TONES = {
    "customer.activated": "ok",
    "payment.received": "ok",
    "change.approved": "ok",
    "contact.undeliverable": "bad",
    "payment.reversed": "bad",
    "change.rejected": "warn",
    "customer.closed": "warn",
    "dispute.opened": "calm",
}
_NOT_SHOWN = {"version", "change", "kind", "contact"}


def events(customer: Customer, user: User, *, most: int = 60) -> list[dict[str, Any]]:
    """Rows for the `timeline` tag: at, who, text, detail, tone."""
    labels = _subjects(customer, user)
    rows = Audit.objects.filter(subject__in=list(labels))
    if not user.scope.all_entities:
        mine = LegalEntity.objects.for_user(user).values("pk")
        rows = rows.filter(Q(entity__isnull=True) | Q(entity__in=mine))
    detailed = access.may(user, "audit.view")
    hidden = access.fields(user, "customer").hidden
    return [_event(row, labels[row.subject], detailed, hidden) for row in rows.order_by("-seq")[:most]]


def _subjects(customer: Customer, user: User) -> dict[str, str]:
    """Subjects of the customer's lines with the document's name; documents newest first, as many as a page can show."""
    pk = customer.pk
    labels = dict.fromkeys(
        [f"customer:{pk}", *(f"customer:{pk}:{e.pk}" for e in LegalEntity.objects.for_user(user))], ""
    )
    invoices = (
        Invoice.objects.for_user(user).filter(customer=customer).order_by("-pk").values_list("pk", "number")
    )
    for invoice, number in invoices[:_DOCUMENTS]:
        labels[f"invoice:{invoice}"] = number or ""
        labels[f"invoice:{number}"[:80]] = number or ""
    payments = (
        Payment.objects.for_user(user)
        .filter(customer=customer)
        .order_by("-pk")
        .values_list("pk", "reference")
    )
    for payment, reference in payments[:_DOCUMENTS]:
        labels[f"payment:{payment}"] = reference
    entries = (
        Entry.objects.for_user(user).filter(customer=customer).order_by("-pk").values_list("pk", "reference")
    )
    for entry, reference in entries[:_DOCUMENTS]:
        labels[f"entry:{entry}"] = reference
    return labels


def _event(row: Audit, document: str, detailed: bool, hidden: Iterable[str]) -> dict[str, Any]:
    said = [row.reason] if row.reason else []
    if detailed:
        said += differences(row.before, _flat(row.after), hidden)
    words = master_words.event(row.action)
    return {
        "at": row.at,
        "who": row.actor,
        "text": f"{words}: {document}" if document else words,
        "detail": " · ".join(said),
        "tone": _TONES.get(row.action, ""),
    }


def _flat(after: Mapping[str, Any]) -> dict[str, Any]:
    proposal = after.get("proposal")
    return {**after, **proposal} if isinstance(proposal, Mapping) else dict(after)


def differences(before: Mapping[str, Any], after: Mapping[str, Any], hidden: Iterable[str]) -> list[str]:
    """ "Field: old → new" of the values that may be shown."""
    names = [
        name
        for name, value in after.items()
        if name not in _NOT_SHOWN
        and name != "proposal"
        and name not in set(hidden)
        and before.get(name) != value
    ]
    return [
        f"{master_words.field(name)}: {master_words.value(name, before[name])} → {master_words.value(name, after[name])}"
        if name in before
        else f"{master_words.field(name)}: {master_words.value(name, after[name])}"
        for name in names[:_SHOWN_VALUES]
    ]
