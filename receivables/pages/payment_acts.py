"""What people do to a payment: record it, apply it, take back, reverse, propose a refund, move it to a related customer.

Each door reads its form, makes one call and goes back to the payment.
"""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse as address
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from receivables import clock, context, doors, localised
from receivables.doors import actor, policy
from receivables.models import Allocation, Entry, LegalEntity, Payment
from receivables.pages import payment_forms as forms
from receivables.pages.acting import READ_AND_POST, act
from receivables.pages.payments import visible
from receivables.paging import row_id
from receivables.rules.money import format_plain, to_minor
from receivables.rules.refusals import Refused
from receivables.services import allocation, cash, overpayments, refunds, transfers

TAKEN_BACK = "taken back on the page"


@policy("payment.receive")
@require_http_methods(READ_AND_POST)
def receive(request: HttpRequest) -> HttpResponse:
    """Money that came by another way than a bank file."""
    user: Any = request.user
    books = context.of(request).entity
    entity = LegalEntity.objects.filter(pk=books.id).first() if books else None
    initial = forms.today_first(
        clock.today(entity), entity=entity, currency=entity.currency if entity else ""
    )
    form = forms.ReceiveForm(request.POST or None, user=user, initial=initial)

    def do(given: dict[str, Any]) -> HttpResponse:
        payment = cash.receive(
            entity=given["entity"], customer=given["customer"], amount=given["money"], value_on=given["value_on"],
            reference=given["reference"], method=given["method"], now=clock.now(), by=actor(request),
        )  # fmt: skip
        messages.success(request, _("Received. Apply it to the open items below."))
        return redirect("receivables:payment", pk=payment.pk)

    lead = _("It is on the customer's account at once and settles nothing until it is applied.")
    return act(
        request, form, do, title=_("Record a payment"), yes=_("Record"), lead=lead,
        back=address("receivables:payments"), where=_list(),
    )  # fmt: skip


@policy("payment.allocate")
@require_POST
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    """Settles the open items with the amounts typed beside them, all or nothing; `oldest=1` fills them oldest first."""
    payment = visible(request, pk)
    if request.POST.get("oldest"):
        rows = allocation.oldest_first(credit=payment.entry, now=clock.now(), by=actor(request))
    else:
        rows = allocation.apply(
            credit=payment.entry, to=_typed(request, payment), now=clock.now(), by=actor(request)
        )
    amount = localised.money(sum(row.amount for row in rows), payment.currency)
    text = _("%(amount)s applied.") % {"amount": amount}
    undo = address("receivables:payment_undo", args=[pk]) + "?" + "&".join(f"row={row.pk}" for row in rows)
    doors.undoable(request, text, undo)
    return redirect("receivables:payment", pk=pk)


@policy("payment.unallocate")
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes allocations of this payment back; their ids come as `row`."""
    payment = visible(request, pk)
    ids = [row_id(text) for text in (*request.GET.getlist("row"), *request.POST.getlist("row"))]
    rows = Allocation.objects.filter(credit=payment.entry, pk__in=ids).select_related(
        "debit__entity", "credit"
    )
    reason = request.POST.get("reason", "").strip()[:60] or TAKEN_BACK
    undone = allocation.unapply(
        allocations=list(rows),
        on=clock.today(payment.entity),
        now=clock.now(),
        by=actor(request),
        reason=reason,
    )
    amount = localised.money(-sum(row.amount for row in undone), payment.currency)
    messages.success(request, _("%(amount)s taken back; it is unapplied now.") % {"amount": amount})
    return redirect("receivables:payment", pk=pk)


@policy("payment.reverse")
@require_http_methods(READ_AND_POST)
def reverse(request: HttpRequest, pk: int) -> HttpResponse:
    """The bank took the money back: what it had settled is open again."""
    payment = visible(request, pk)
    form = forms.ReverseForm(request.POST or None, initial=forms.today_first(clock.today(payment.entity)))

    def do(given: dict[str, Any]) -> HttpResponse:
        cash.reverse(payment=payment, now=clock.now(), by=actor(request), **given)
        messages.success(request, _("Reversed; what it had settled is open again."))
        return redirect("receivables:payment", pk=pk)

    lead = _(
        "Everything this payment settled is open again with its old due date. The payment and its reversal both stay."
    )
    return _act(
        request, payment, form, do, title=_("Reverse payment"), yes=_("Reverse"), lead=lead, tone="bad"
    )


@policy("payment.reverse")
@require_http_methods(READ_AND_POST)
def undo_reversal(request: HttpRequest, pk: int, reversal_id: int) -> HttpResponse:
    """A chargeback was won: the money is back and settles again what is still open."""
    payment = visible(request, pk)
    row = get_object_or_404(payment.reversals.select_related("payment__entry", "entry"), pk=reversal_id)
    form = forms.DayForm(request.POST or None, initial=forms.today_first(clock.today(payment.entity)))

    def do(given: dict[str, Any]) -> HttpResponse:
        cash.undo_reversal(reversal=row, now=clock.now(), by=actor(request), **given)
        messages.success(request, _("The money is back and settles again what is still open."))
        return redirect("receivables:payment", pk=pk)

    lead = _("The money is here again. It settles what it had settled before, as far as that is still open.")
    return _act(
        request, payment, form, do, title=_("Take the reversal back"), yes=_("Take it back"), lead=lead
    )


@policy("payment.refund_propose")
@require_http_methods(READ_AND_POST)
def refund(request: HttpRequest, pk: int) -> HttpResponse:
    """Proposes to give money back; a second person decides."""
    payment = visible(request, pk)
    left = refunds.refundable(payment)
    rows = (
        Allocation.objects.in_force()
        .filter(credit=payment.entry)
        .select_related("debit__instalment__invoice")
    )
    tied = [row for row in rows if row.debit.kind not in allocation.BOUND_DEBITS]
    form = forms.MoneyForm(
        request.POST or None, currency=payment.currency, initial={"amount": left.plain() if left else ""}
    )

    def do(given: dict[str, Any]) -> HttpResponse:
        release = [(row, _minor(request, f"release_{row.pk}", payment.currency)) for row in tied]
        refunds.propose(payment=payment, release=release, now=clock.now(), by=actor(request), **given)
        messages.success(request, _("Proposed. It waits for a second person; nothing has moved."))
        return redirect("receivables:payment", pk=pk)

    lead = _(
        "%(left)s is unapplied and can be given back. More only by taking an amount back from an invoice, which is then open "
        "again."
    )
    return _act(
        request, payment, form, do, title=_("Give money back"), yes=_("Propose the refund"), tied=tied,
        lead=lead % {"left": localised.money(left.minor, left.currency)},
    )  # fmt: skip


@policy("payment.refund_propose")
@require_http_methods(READ_AND_POST)
def keep(request: HttpRequest, pk: int) -> HttpResponse:
    """Proposes to keep what was overpaid; a second person decides."""
    payment = visible(request, pk)
    left = refunds.refundable(payment)
    form = forms.MoneyForm(request.POST or None, currency=payment.currency, initial={"amount": left.plain()})

    def do(given: dict[str, Any]) -> HttpResponse:
        last = (
            Allocation.objects.in_force()
            .filter(credit=payment.entry, debit__instalment__isnull=False)
            .order_by("-pk")
            .first()
        )
        if last is None:
            raise Refused("no_invoice", _("This payment has settled no invoice, so nothing was overpaid."))
        invoice = last.debit.instalment.invoice
        overpayments.propose(payment=payment, invoice=invoice, now=clock.now(), by=actor(request), **given)
        messages.success(request, _("Proposed. It waits for a second person; nothing has moved."))
        return redirect("receivables:payment", pk=pk)

    lead = _("Only where the customer waived it. Otherwise it stays on account as their money.")
    return _act(
        request, payment, form, do, title=_("Keep an overpayment"), yes=_("Propose to keep it"), lead=lead
    )


@policy("payment.transfer")
@require_http_methods(READ_AND_POST)
def transfer(request: HttpRequest, pk: int) -> HttpResponse:
    """Moves unapplied money to the parent or a child."""
    payment, user = visible(request, pk), request.user
    initial = {"amount": refunds.refundable(payment).plain()}
    form = forms.TransferForm(request.POST or None, payment=payment, user=user, initial=initial)  # type: ignore[arg-type]

    def do(given: dict[str, Any]) -> HttpResponse:
        moved = transfers.move(
            credit=payment.entry, on=clock.today(payment.entity), now=clock.now(), by=actor(request), **given
        )
        allocation_of = localised.money(moved.amount, payment.currency)
        messages.success(
            request,
            _("%(amount)s moved to %(customer)s.") % {"amount": allocation_of, "customer": given["to"]},
        )
        return redirect("receivables:payment", pk=pk)

    lead = _(
        "A pair of entries moves the credit to a parent or child of this customer, at the same legal entity."
    )
    return _act(request, payment, form, do, title=_("Move to a related customer"), yes=_("Move"), lead=lead)


def _act(request: HttpRequest, payment: Payment, form: Any, do: Any, **told: Any) -> HttpResponse:
    back = address("receivables:payment", args=[payment.pk])
    return act(request, form, do, back=back, where=_list(), payment=payment, **told)


def _list() -> tuple[str, str]:
    return _("Payments"), address("receivables:payments")


def _typed(request: HttpRequest, payment: Payment) -> list[tuple[Entry, int]]:
    """Pairs of open item and minor units from fields named `item_<entry id>`; empty ones are left out."""
    ids = [name.removeprefix("item_") for name in request.POST if name.startswith("item_")]
    entries = Entry.objects.for_user(request.user).in_bulk([row_id(text) for text in ids if row_id(text)])
    pairs = [(entry, _minor(request, f"item_{pk}", payment.currency)) for pk, entry in entries.items()]
    wrong = next((format_plain(amount, payment.currency) for _entry, amount in pairs if amount < 0), "")
    if wrong:
        raise Refused(
            "amount_not_positive", _("%(amount)s is below zero.") % {"amount": wrong}, field="amount"
        )
    return [(entry, amount) for entry, amount in pairs if amount]


def _minor(request: HttpRequest, name: str, currency: str) -> int:
    text = request.POST.get(name, "").strip()
    return to_minor(text, currency) if text else 0
