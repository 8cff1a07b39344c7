"""What a request says, written onto its row and lines: used by the verbs of `requesting` under their audit line.

It computes no rule of its own: sums come from `rules/request_lines`, terms and names from the customer's file.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from receivables.audit import Line
from receivables.models import Customer, Invoice, InvoiceLine, LegalEntity, User
from receivables.questions import request_picture
from receivables.rules import request_checks, request_lines
from receivables.rules.currencies import exponent
from receivables.rules.money import format_plain
from receivables.rules.refusals import Refused
from receivables.rules.request_lines import LineInput, Totals

TEXTS = {"po_number": 60, "contract_ref": 80, "order_ref": 80, "description": 500, "urgent_reason": 200}


@dataclass(frozen=True, slots=True)
class Content:
    """What a requester fills in. `currency` empty: the entity's. `buyer_title`: the buyer's name on the order, only compared."""

    lines: tuple[LineInput, ...] = ()
    currency: str = ""
    kind: str = Invoice.Kind.ORDINARY
    po_number: str = ""
    contract_ref: str = ""
    order_ref: str = ""
    description: str = ""
    urgent_reason: str = ""
    buyer_title: str = ""


def of(invoice: Invoice) -> Content:
    """The content of a stored request, as it was typed."""
    lines = tuple(
        LineInput(
            line.description,
            line.quantity,
            format_plain(line.unit_price, invoice.currency),
            format_plain(line.tax_bp, "EUR").removesuffix(".00"),
        )
        for line in invoice.lines.order_by("position")
    )
    texts = {name: getattr(invoice, name) for name in TEXTS}
    return Content(lines=lines, currency=invoice.currency, kind=invoice.kind, **texts)


def new(
    line: Line,
    *,
    entity: LegalEntity,
    customer: Customer,
    content: Content,
    today: date,
    now: datetime,
    user: User | None,
) -> Invoice:
    """Writes a new draft with its lines; its audit number is stamped by the caller. Refusals as `fill`."""
    invoice = Invoice(entity=entity, customer=customer, created_by=user, created_at=now)
    return fill(line, invoice, content, today)


def fill(line: Line, invoice: Invoice, content: Content, today: date) -> Invoice:
    """Puts the content onto a draft and its lines; payment terms are the customer's of the day.

    Refuses, with the field: currency_unknown, kind_unknown, text_too_long, title_mismatch, and what a line refuses.
    """
    totals = apply(invoice, content, today)
    is_new = invoice.pk is None
    invoice.version += 0 if is_new else 1
    invoice.save()
    if not is_new:
        invoice.lines.all().delete()
    InvoiceLine.objects.bulk_create(
        InvoiceLine(
            invoice=invoice, position=position, description=each.description, quantity=each.quantity,
            unit_price=each.unit_price, net=each.net, tax_bp=each.tax_bp, tax=each.tax,
        )
        for position, each in enumerate(totals.lines, start=1)
    )  # fmt: skip
    line.touch("invoice", invoice.pk, "content", invoice.currency, totals.net, totals.tax, len(totals.lines))
    return invoice


def apply(invoice: Invoice, content: Content, today: date) -> Totals:
    """Sets the fields of a request, stored or not, and returns its lines and sums. Writes nothing; refuses as `fill`."""
    currency = (content.currency or invoice.entity.currency).strip().upper()
    exponent(currency)
    _refuse_wrong_texts(invoice, content)
    totals = request_lines.compute(content.lines, currency)
    agreed = request_picture.profile(invoice.customer, invoice.entity, today)
    invoice.currency, invoice.kind = currency, content.kind
    for name in TEXTS:
        setattr(invoice, name, getattr(content, name).strip())
    invoice.terms = agreed.terms if agreed else {}
    invoice.net, invoice.tax, invoice.gross = totals.net, totals.tax, totals.gross
    return totals


def _refuse_wrong_texts(invoice: Invoice, content: Content) -> None:
    if content.kind not in Invoice.Kind.values:
        raise Refused("kind_unknown", _("Choose a kind of invoice."), field="kind")
    for name, limit in TEXTS.items():
        text = getattr(content, name)
        if len(text.strip()) > limit or not all(c.isprintable() for c in text.strip()):
            message = _("Shorten this to %(limit)s characters.") % {"limit": limit}
            raise Refused("text_too_long", message, field=name, limit=limit)
    given, expected = content.buyer_title.strip(), invoice.customer.legal_name
    if given and not request_checks.same_name(given, expected):
        message = f"The order names {given[:80]!r}, the customer file {expected!r}."
        raise Refused("title_mismatch", message, field="buyer_title", given=given[:120], expected=expected)
