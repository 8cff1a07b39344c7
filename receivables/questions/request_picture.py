"""Requests as the rules see them: the picture for the checks, the facts for the flow, and the hash an approval binds to.

Questions only. What counts as wrong stands in `rules/request_checks`.
"""

import hashlib
import json
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Max, Q, QuerySet

from receivables.models import Customer, CustomerProfile, Invoice, LegalEntity
from receivables.rules import request_checks
from receivables.rules import terms as terms_rules
from receivables.rules.business_days import Calendar
from receivables.rules.currencies import EXPONENTS
from receivables.rules.money import Money
from receivables.rules.refusals import Refused

TWIN_DAYS = 60
LISTED = 60


def of(
    invoice: Invoice, *, today: date, confirmed: bool = False, lines: int | None = None
) -> request_checks.RequestPicture:
    """The picture of a request on a day; `confirmed`: the requester said that it is not a duplicate.

    For one that is not stored yet (a row of a batch) `lines` says how many lines it would have; it has no papers.
    """
    customer = invoice.customer
    problem, early = _terms(invoice, today)
    return request_checks.RequestPicture(
        customer_state=customer.state,
        currency=invoice.currency,
        gross=invoice.gross,
        lines=invoice.lines.count() if lines is None else lines,
        kind=invoice.kind,
        customer_missing=missing(customer),
        customer_name=customer.legal_name,
        po_required=customer.po_required,
        contract_required=customer.contract_required,
        po_number=invoice.po_number,
        attachments=frozenset(invoice.attachments.values_list("kind", flat=True) if invoice.pk else ()),
        terms_problem=problem,
        due_before_today=early,
        amount_max=amount_max(invoice.currency),
        twins=twins(invoice, today),
        twins_confirmed=confirmed,
        urgent=bool(invoice.urgent_reason),
        urgent_reason=invoice.urgent_reason,
        urgent_used=urgent_used(invoice, today),
    )


def missing(customer: Customer) -> tuple[str, ...]:
    """What keeps a customer from being invoiced, as codes; empty for an active one."""
    if customer.state == Customer.State.ACTIVE:
        return ()
    lacks = [name for name in ("legal_name", "country", "tax_id") if not getattr(customer, name)]
    if not customer.contacts.filter(role="billing", active=True).exists():
        lacks.append("billing_contact")
    return tuple(lacks) or ("activation",)


def profile(customer: Customer, entity: LegalEntity, on: date) -> CustomerProfile | None:
    """What the entity agreed with the customer, as of a day."""
    found: CustomerProfile | None = (
        CustomerProfile.objects.current(on)
        .filter(customer=customer, entity=entity)
        .order_by("-valid_from")
        .first()
    )
    return found


def amount_max(currency: str) -> int | None:
    """The most one invoice may come to in a currency (minor units), None without a limit."""
    limits: dict[str, str] = getattr(settings, "REQUEST_AMOUNT_MAX", {})
    return Money.of(limits[currency], currency).minor if currency in limits else None


def twins(invoice: Invoice, today: date) -> tuple[str, ...]:
    """Requests and invoices of the same customer and amount: under the same order, or without one in the last 60 days."""
    since = today - timedelta(days=TWIN_DAYS)
    others = Invoice.objects.filter(
        entity=invoice.entity_id,
        customer=invoice.customer_id,
        currency=invoice.currency,
        gross=invoice.gross,
        gross__gt=0,
    ).exclude(pk=invoice.pk)
    gone = Q(state__in=[Invoice.State.DRAFT, Invoice.State.CANCELLED])
    same = (
        Q(po_number=invoice.po_number) if invoice.po_number else Q(po_number="", created_at__date__gte=since)
    )
    return tuple(str(other) for other in others.exclude(gone).filter(same).order_by("-pk")[:3])


def urgent_used(invoice: Invoice, today: date) -> int:
    """How many requests of the same person went through the fast lane this calendar month, this one not counted."""
    asker = invoice.requested_by_id or invoice.created_by_id
    if asker is None:
        return 0
    begins = datetime(today.year, today.month, 1, tzinfo=ZoneInfo(invoice.entity.time_zone))
    mine: QuerySet[Invoice] = Invoice.objects.filter(requested_by=asker, requested_at__gte=begins).exclude(
        urgent_reason=""
    )
    return mine.exclude(pk=invoice.pk).count()


def facts(invoice: Invoice, today: date) -> dict[str, Any]:
    """What a step's condition may ask (`workflow.REQUEST_FACTS`). What is not known is left out: the step then applies."""
    agreed = profile(invoice.customer, invoice.entity, today)
    attached = list(invoice.attachments.values_list("kind", flat=True))
    known: dict[str, Any] = {
        "amount": Money(invoice.gross, invoice.currency),
        "entity": invoice.entity.code,
        "po_number": invoice.po_number,
        "urgent": bool(invoice.urgent_reason),
        "customer_active": invoice.customer.state == Customer.State.ACTIVE,
        "has_contract": "contract" in attached,
        "attachments": attached,
    }
    if agreed:
        known |= {"segment": agreed.segment, "region": agreed.region, "importance": agreed.importance}
    due = last_due(invoice, today)
    if due:
        known["days_to_pay"] = (due - today).days
    return known


def last_due(invoice: Invoice, today: date) -> date | None:
    """The last due date if it were issued today, None when its terms give none."""
    try:
        terms = terms_rules.Terms.from_json(invoice.terms)
        dues = terms_rules.schedule(terms, today, Money(invoice.gross, invoice.currency), Calendar())
    except Refused:
        return None
    return max(due.due_on for due in dues)


def content_hash(invoice: Invoice) -> str:
    """SHA-256 over everything an approver looks at; it changes with every change of the request and with every round."""
    lines = invoice.lines.order_by("position").values_list(
        "position", "description", "quantity", "unit_price", "net", "tax_bp", "tax"
    )
    papers = invoice.attachments.order_by("pk").values_list("pk", "kind", "sha256")
    content = [
        invoice.pk, invoice.round, invoice.entity_id, invoice.customer_id, invoice.kind, invoice.currency, invoice.net,
        invoice.tax, invoice.gross, invoice.terms, invoice.po_number, invoice.contract_ref, invoice.order_ref,
        invoice.description, invoice.urgent_reason, [list(line) for line in lines], [list(paper) for paper in papers],
    ]  # fmt: skip
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _terms(invoice: Invoice, today: date) -> tuple[str, bool]:
    try:
        terms = terms_rules.Terms.from_json(invoice.terms)
        dues = terms_rules.schedule(terms, today, Money(invoice.gross, invoice.currency), Calendar())
    except Refused as no:
        return no.code, False
    return "", any(due.due_on < today for due in dues)


def is_currency(code: str) -> bool:
    """Whether it is a currency code we know."""
    return code in EXPONENTS


def customers_like(user: Any, words: str) -> list[Customer]:
    """Customers of the user by name, code or tax ID; without words those last invoiced or asked for."""
    rows = Customer.objects.for_user(user).exclude(state=Customer.State.CLOSED)
    if words:
        rows = rows.filter(
            Q(legal_name__icontains=words) | Q(code__icontains=words) | Q(tax_id__istartswith=words)
        )
        return list(rows.order_by("legal_name")[:LISTED])
    return list(rows.annotate(last=Max("invoices__pk")).order_by("-last", "legal_name")[:LISTED])


def last_request(customer: Customer, entity: LegalEntity, user: Any) -> Invoice | None:
    """The newest request or invoice of the customer at the entity: what "copy from last" copies."""
    found: Invoice | None = (
        Invoice.objects.for_user(user)
        .filter(customer=customer, entity=entity, external=False)
        .order_by("-pk")
        .first()
    )
    return found
