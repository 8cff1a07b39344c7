"""The Cash page: bank lines that wait for a person, exceptions first, with candidates in words and a key for every act."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from receivables import access, clock, context, localised
from receivables.doors import actor, policy, undoable
from receivables.models import BankAccount, Customer, Dispute, Entry, Payment, StatementLine
from receivables.paging import row_id
from receivables.questions import cash_figures, cash_review
from receivables.rules.money import to_minor
from receivables.rules.refusals import Refused
from receivables.services import bounces, line_choices, matching
from receivables.words import matching_words

RATE_DAYS = 90
PAIRS_MAX = 200


@policy("bank.view")
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The list on the left, the chosen line (else the first) on the right."""
    entity = context.of(request).entity
    entity_id = entity.id if entity else None
    rows = cash_review.waiting(request.user, entity_id)
    lines = list(rows[: cash_review.LINES_SHOWN])
    chosen = _chosen(request, lines)
    today = clock.today()
    payment_rate, line_rate, precision = cash_figures.rates(
        request.user, since=today - timedelta(days=RATE_DAYS), until=today, entity_id=entity_id
    )
    bands = [(name, [line for line in lines if cash_review.band(line) == name]) for name in cash_review.BANDS]
    told: dict[str, Any] = {
        "bands": [(name, BAND_WORDS()[name], found) for name, found in bands if found],
        "total": rows.count(),
        "shown": len(lines),
        "payment_rate": payment_rate,
        "line_rate": line_rate,
        "precision": precision,
        "unapplied": cash_figures.unapplied(request.user, as_of=today, entity_id=entity_id),
        "today": today,
        "has_accounts": BankAccount.objects.for_user(request.user).exists(),
        "may_import": access.may(request.user, "bank.import"),
        "may_account": access.may(request.user, "bank.decide"),
        "may_match": access.may(request.user, "bank.match"),
        **_line_context(request, chosen),
    }
    return render(request, "receivables/cash/page.html", told)


@policy("bank.view")
@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """The right side alone, for htmx; a whole page without it."""
    if not request.headers.get("HX-Request"):
        return redirect(f"{reverse('receivables:cash')}?line={pk}")
    return render(request, "receivables/cash/_line.html", _line_context(request, _line(request, pk)))


@policy("bank.view")
@require_safe
def find(request: HttpRequest, pk: int) -> HttpResponse:
    """Customers by name or by an invoice's number, for a line that found nobody."""
    found = cash_review.find_customers(request.user, request.GET.get("q", ""))
    told = {"line": _line(request, pk), "found": found, "asked": request.GET.get("q", "")}
    return render(request, "receivables/cash/_found.html", told)


@policy("bank.match")
@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Applies the line as posted: a customer, amounts of items (`item-<entry>`), and what becomes of the rest."""
    line = _line(request, pk)
    customer = get_object_or_404(
        Customer.objects.for_user(request.user), pk=row_id(request.POST.get("customer", ""))
    )
    pairs = _pairs(request, line)
    confidence = request.POST.get("confidence", "")
    line_choices.accept(
        line=line,
        customer=customer,
        pairs=pairs,
        difference=request.POST.get("difference", ""),
        confidence=row_id(confidence) if confidence and row_id(confidence) <= 100 else None,
        now=clock.now(),
        by=actor(request),
    )
    amount = localised.money(line.amount or 0, line.currency)
    text = (
        _("%(amount)s applied for %(customer)s.")
        if pairs
        else _("%(amount)s put on account of %(customer)s.")
    )
    return _done(request, line, text % {"amount": amount, "customer": customer})


@policy("bank.match")
@require_POST
def ignore(request: HttpRequest, pk: int) -> HttpResponse:
    """Not a customer's money."""
    line = _line(request, pk)
    line_choices.ignore(line=line, reason=request.POST.get("reason", ""), now=clock.now(), by=actor(request))
    return _done(request, line, _("Set aside: %(reason)s") % {"reason": request.POST.get("reason", "")[:80]})


@policy("payment.reverse")
@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """The line takes a payment back."""
    line = _line(request, pk)
    payment = get_object_or_404(Payment.objects.for_user(request.user), pk=request.POST.get("payment") or 0)
    bounces.accept(
        line=line,
        payment=payment,
        reason=request.POST.get("reason", "bounce"),
        now=clock.now(),
        by=actor(request),
    )
    return _done(
        request, line, _("The payment of %(customer)s is taken back.") % {"customer": payment.customer}
    )


@policy("bank.match")
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes back what was done with the line."""
    line = line_choices.undo(line=_line(request, pk), now=clock.now(), by=actor(request))
    messages.success(request, _("Taken back. The line waits again."))
    return redirect(f"{reverse('receivables:cash')}?line={line.pk}")


@policy("bank.match")
@require_POST
def run(request: HttpRequest) -> HttpResponse:
    """Looks for matches again, in all accounts the person may see."""
    entity = context.of(request).entity
    accounts = BankAccount.objects.for_user(request.user).select_related("entity")
    applied = left = 0
    for account in accounts.filter(entity=entity.id) if entity else accounts:
        done = matching.match_new_lines(account=account, now=clock.now(), by=actor(request))
        applied, left = applied + done.applied, left + done.left
    messages.success(
        request,
        _("%(applied)s lines applied, %(left)s wait for a person.") % {"applied": applied, "left": left},
    )
    return redirect("receivables:cash")


def BAND_WORDS() -> dict[str, str]:  # noqa: N802 - reads as the table it is; a function because of the active language
    return {
        "exception": _("Exceptions: nothing found, or money taken back"),
        "unclear": _("Unclear"),
        "likely": _("Likely"),
        "nearly": _("Nearly sure"),
    }


def difference_choices() -> list[tuple[str, str]]:
    """What may become of the rest of an item that was paid short."""
    return [
        ("", _("Leave it open")),
        ("bank_fee", _("Bank fee, within the policy")),
        ("small_difference", _("Small difference, within the policy")),
        ("early_payment_discount", _("Early-payment discount, by the terms")),
        (Dispute.Reason.DEDUCTION, _("Deduction: open a dispute")),
        (Dispute.Reason.PRICE, _("Wrong price: open a dispute")),
        (Dispute.Reason.QUANTITY, _("Wrong quantity: open a dispute")),
        (Dispute.Reason.QUALITY, _("Quality: open a dispute")),
    ]


def _line(request: HttpRequest, pk: int) -> StatementLine:
    rows = StatementLine.objects.for_user(request.user).select_related("account__entity", "statement")
    found: StatementLine = get_object_or_404(rows, pk=pk)
    return found


def _chosen(request: HttpRequest, lines: list[StatementLine]) -> StatementLine | None:
    wanted = request.GET.get("line", "")
    if wanted:
        return _line(request, row_id(wanted))
    return lines[0] if lines else None


def _line_context(request: HttpRequest, line: StatementLine | None) -> dict[str, Any]:
    if line is None:
        return {"line": None}
    user: Any = request.user
    waits = line.state == StatementLine.State.NEW
    picture = cash_review.picture(line) if waits else cash_review.Picture(line)
    wanted = request.GET.get("customer", "")
    customer = Customer.objects.for_user(user).filter(pk=row_id(wanted)).first() if wanted else None
    split_for = customer or (picture.best.customer if picture.best else None)
    return {
        "line": line,
        "waits": waits,
        "picture": picture,
        "picked": customer,
        "split_for": split_for,
        "split": cash_review.items_of(line, split_for) if split_for and waits else [],
        "differences": difference_choices(),
        "words": matching_words.sentences(line.match_reasons, line.currency),
        "aside": matching_words.set_aside(line.state_reason),
        "payment": line_choices.standing(line),
        "may_match": access.may(user, "bank.match"),
        "may_reverse": access.may(user, "payment.reverse"),
        "sees_account": access.fields(user, "bank").readable("payer_account"),
    }


def _pairs(request: HttpRequest, line: StatementLine) -> list[tuple[Entry, int]]:
    wanted: dict[int, int] = {}
    for name in list(request.POST)[:PAIRS_MAX]:
        value = str(request.POST.get(name, ""))
        if name.startswith("item-") and row_id(name[5:]) and value.strip():
            amount = to_minor(value.strip(), line.currency)
            if amount < 0:
                raise Refused("amount_invalid", _("An amount cannot be negative."), field="amount")
            if amount:
                wanted[row_id(name[5:])] = amount
    entries = Entry.objects.for_user(request.user).in_bulk(wanted)
    if len(entries) != len(wanted):
        raise Refused("not_found", _("One of these items is not there."))
    return [(entries[pk], amount) for pk, amount in wanted.items()]


def _done(request: HttpRequest, line: StatementLine, text: str) -> HttpResponse:
    """Back to the list, at the next line, with an undo in the toast."""
    undoable(request, text, reverse("receivables:cash_undo", args=[line.pk]))
    after = request.POST.get("next_line", "")
    return redirect(reverse("receivables:cash") + (f"?line={after}" if row_id(after) else ""))


_ONE = "cash/<int:pk>/"
urlpatterns = [
    path("cash/", show, name="cash"),
    path("cash/match/", run, name="cash_match"),
    path(_ONE, one, name="cash_line"),
    path(_ONE + "find/", find, name="cash_find"),
    path(_ONE + "accept/", accept, name="cash_accept"),
    path(_ONE + "ignore/", ignore, name="cash_ignore"),
    path(_ONE + "take-back/", take_back, name="cash_take_back"),
    path(_ONE + "undo/", undo, name="cash_undo"),
]
