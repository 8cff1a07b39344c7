"""Payments: the list with what is not applied yet, and one payment with everything it settled. Changes nothing."""

from datetime import date
from typing import Any

from django.db.models import F, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from receivables import access, clock, context, paging, posting
from receivables.doors import policy
from receivables.models import Allocation, Change, Entry, Payment
from receivables.pages.payment_forms import METHODS, REASONS, PaymentFilters, relatives
from receivables.questions import selectors
from receivables.rules.money import format_plain
from receivables.services import allocation, overpayments, refunds
from receivables.words import matching_words

ITEMS_MAX = 200
_LATEST = date.max


@policy("payment.view")
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Payments by filter, newest first, with received, settled and unapplied per currency over all pages."""
    user: Any = request.user
    filters = PaymentFilters(request.GET, user=user)
    rows = _filtered(request, filters)
    page = paging.page(
        rows.select_related("customer", "entity", "entry"),
        field="booked_on",
        descending=True,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    for row in page.rows:
        row.left = row.amount - row.entry.allocated
    sums = rows.order_by().values("currency").annotate(received=Sum("amount"), used=Sum("entry__allocated"))
    totals = [{**each, "left": each["received"] - each["used"]} for each in sums.order_by("currency")]
    return render(
        request,
        "receivables/payments/list.html",
        {
            "page": page,
            "filters": filters,
            "totals": totals,
            "may_receive": access.may(request.user, "payment.receive"),
        },
    )


@policy("payment.view")
@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One payment: amounts, what it settles, what was undone, refunds, reversals, and the open items it could settle."""
    return render(request, "receivables/payments/detail.html", picture(request, visible(request, pk)))


def visible(request: HttpRequest, pk: int) -> Payment:
    """The payment, or 404: what belongs to others and what is not there cannot be told apart."""
    rows = Payment.objects.for_user(request.user).select_related("entity", "customer", "entry", "bank_line")
    payment: Payment = get_object_or_404(rows, pk=pk)
    return payment


def picture(request: HttpRequest, payment: Payment) -> dict[str, Any]:
    """Everything the page of one payment shows."""
    user: Any = request.user
    rows = Allocation.objects.filter(credit=payment.entry).select_related(
        "debit__instalment__invoice", "undone_by"
    )
    settled = list(rows.filter(reverses__isnull=True).order_by("-pk")[:ITEMS_MAX])
    for row in settled:
        row.invoice = _invoice(row.debit)
        row.why = matching_words.ALLOCATED.get(row.reason) or REASONS.get(row.reason, row.reason)
        row.bound = row.debit.kind in allocation.BOUND_DEBITS
    left = posting.left_of(payment.entry)
    refunded = sum(payment.refunds.values_list("amount", flat=True))
    taken = payment.reversals.filter(undone__isnull=True).first()
    today = clock.today(payment.entity)
    reversals = list(payment.reversals.select_related("undone").order_by("-pk"))
    for reversal in reversals:
        reversal.words = REASONS[reversal.reason]
    waiting = Change.objects.open().filter(
        kind__in=(refunds.KIND, overpayments.KIND), subject=f"payment:{payment.pk}"
    )
    return {
        "payment": payment,
        "method": dict(METHODS).get(payment.method, payment.method),
        "left": left,
        "settled": settled,
        "refunded": refunded,
        "reversed": payment.amount if taken else 0,
        "applied": payment.amount - left - refunded - (payment.amount if taken else 0),
        "standing_reversal": taken,
        "reversals": reversals,
        "refunds": payment.refunds.select_related("change__decided_by", "change__requested_by").order_by("-pk"),
        "items": _open_items(payment, left) if left else [],
        "waiting": waiting.select_related("requested_by"),
        "today": today,
        "relatives": bool(left) and relatives(payment.customer, user).exists(),
        "may": {verb: access.may(user, f"payment.{verb}") for verb in (
            "allocate", "unallocate", "reverse", "refund_propose", "transfer",
        )},
    }  # fmt: skip


def _open_items(payment: Payment, left: int) -> list[Any]:
    """Open debits of the same account, oldest due first, each with what "oldest first" would settle as its proposal."""
    found = [
        each
        for each in selectors.open_items(
            customer=payment.customer,
            entity=payment.entity,
            currency=payment.currency,
            as_of=_LATEST,
            known_at=None,
        )
        if each.amount > 0
    ][:ITEMS_MAX]
    for each in found:
        item: Any = each
        item.invoice = _invoice(each)
        take = min(left, item.open_amount)
        left -= take
        item.proposal = format_plain(take, payment.currency) if take else ""
    return found


def _invoice(entry: Entry) -> Any:
    instalment = getattr(entry, "instalment", None)
    return instalment.invoice if instalment else None


def _filtered(request: HttpRequest, filters: PaymentFilters) -> Any:
    filters.is_valid()
    given = filters.cleaned_data
    rows = Payment.objects.for_user(request.user)
    books = context.of(request).entity
    if books:
        rows = rows.filter(entity_id=books.id)
    if given.get("q"):
        text = given["q"].strip()
        rows = rows.filter(
            Q(reference__icontains=text)
            | Q(customer__legal_name__icontains=text)
            | Q(customer__code__iexact=text)
        )
    if given.get("standing"):
        full = Q(entry__allocated=F("amount"))
        rows = rows.filter(full if given["standing"] == "applied" else ~full)
    if given.get("currency"):
        rows = rows.filter(currency=given["currency"].upper())
    for name, look_up in (("received_from", "booked_on__gte"), ("received_to", "booked_on__lte")):
        if given.get(name):
            rows = rows.filter(**{look_up: given[name]})
    return rows
