"""What happened to a customer, newest first, from the audit sequence: its own master data, and its invoices and payments.

Questions only. Values before and after are shown to those who may see the audit, without the fields their roles hide.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q
from django.utils.translation import ngettext

from receivables import access
from receivables.models import Audit, Customer, Dispute, Entry, Invoice, LegalEntity, Payment, User
from receivables.words import audit_words, master_words

_SHOWN_VALUES = 6
_DOCUMENTS = 100
_MOVED = 1_000
_NAMED = 3
_TONES = {
    "customer.activated": "ok",
    "payment.received": "ok",
    "change.approved": "ok",
    "contact.undeliverable": "bad",
    "payment.reversed": "bad",
    "change.rejected": "warn",
    "bank.matched": "ok",
    "customer.closed": "warn",
    "dispute.opened": "calm",
}
_NOT_SHOWN = {"version", "change", "kind", "contact"}


def events(customer: Customer, user: User, *, most: int = 60) -> list[dict[str, Any]]:
    """Rows for the `timeline` tag: at, who, text, detail, tone."""
    labels, moved = _subjects(customer, user), _movements(customer, user)
    rows = Audit.objects.filter(Q(subject__in=list(labels)) | Q(seq__in=list(moved)))
    if not user.scope.all_entities:
        mine = LegalEntity.objects.for_user(user).values("pk")
        rows = rows.filter(Q(entity__isnull=True) | Q(entity__in=mine))
    detailed = access.may(user, "audit.view")
    hidden = access.fields(user, "customer").hidden
    found = []
    for row in rows.order_by("-seq")[:most]:
        if row.subject in labels:
            found.append(_event(row, labels[row.subject], detailed, hidden))
        else:
            found.append(_moved(row, moved[row.seq]))
    return found


def _movements(customer: Customer, user: User) -> dict[int, list[str]]:
    """Audit numbers that wrote entries of the customer, with the entries' references; the newest of them."""
    found: dict[int, list[str]] = {}
    entries = Entry.objects.for_user(user).filter(customer=customer).order_by("-audit_seq", "-pk")
    for seq, reference in entries.values_list("audit_seq", "reference")[:_MOVED]:
        found.setdefault(seq, []).append(reference)
    return found


def _moved(row: Audit, references: list[str]) -> dict[str, Any]:
    """A line about something larger (a bank account, an imported file): only what of it is this customer's is told."""
    named = sorted({reference for reference in references if reference})
    many = ngettext("%(many)s document", "%(many)s documents", len(named)) % {"many": len(named)}
    said = ", ".join(named) if len(named) <= _NAMED else many
    words = audit_words.action(row.action)
    return {
        "at": row.at, "who": row.actor, "text": f"{words}: {said}" if named else words, "detail": "",
        "tone": _TONES.get(row.action, ""),
    }  # fmt: skip


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
    disputes = (
        Dispute.objects.for_user(user)
        .filter(customer=customer)
        .order_by("-pk")
        .values_list("pk", "entry__reference")
    )
    for dispute, reference in disputes[:_DOCUMENTS]:
        labels[f"dispute:{dispute}"] = reference
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
    words = audit_words.action(row.action)
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
