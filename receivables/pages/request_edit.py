"""Writing a request: one page in three steps (customer, lines, papers), kept as a draft or submitted; the server sums."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from receivables import access, clock, context
from receivables.doors import actor, policy, status_of
from receivables.models import Customer, Invoice, LegalEntity
from receivables.pages import request_form
from receivables.pages.request_form import Head, Lines
from receivables.paging import row_id
from receivables.questions import request_picture
from receivables.rules import request_checks, uploads
from receivables.rules.refusals import Refused
from receivables.rules.request_lines import LineInput
from receivables.services import attachments, flows, requesting
from receivables.words import request_words

FOUND_MOST = 12


@policy("request.create")
@require_safe
def customers(request: HttpRequest) -> HttpResponse:
    """Step one without a choice yet: customers found by name, code or tax ID (a fragment for the search field)."""
    return render(
        request,
        "receivables/requests/_customers.html",
        {"found": _found(request), "q": request.GET.get("q", "")},
    )


@policy("request.create")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """An empty form for the chosen customer, prefilled from the file; posted, it becomes a draft or a submitted request."""
    user: Any = request.user
    books = context.of(request).entity
    wanted = request.POST.get("entity", "") or request.GET.get("entity", "")
    chosen = request.POST.get("customer", "") or request.GET.get("customer", "")
    customer = get_object_or_404(Customer.objects.for_user(user), pk=row_id(chosen)) if chosen else None
    entity = request_form.entity_for(user, books.id if books else None, wanted, customer)
    if entity is None and wanted:
        raise Http404
    if entity is None:
        raise Refused(
            "no_entity",
            _(
                "Invoices are written by a legal entity, and there is none yet that you may see. Ask an administrator."
            ),
        )
    if customer is None:
        return render(
            request,
            "receivables/requests/choose.html",
            {"found": _found(request), "q": request.GET.get("q", "")},
        )
    if request.method == "GET":
        form = Head(initial={"currency": entity.currency, "kind": "ordinary"})
        lines = Lines([LineInput("", "1", "", "0")], entity.currency)
        return _page(request, form, lines, customer=customer, entity=entity)
    return _take(request, customer=customer, entity=entity, invoice=None)


@policy("request.create")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft, or what was sent back with the reason on top."""
    invoice = get_object_or_404(
        Invoice.objects.for_user(request.user).select_related("entity", "customer"), pk=pk
    )
    if invoice.state != Invoice.State.DRAFT:
        return redirect("receivables:request", pk=pk)
    if request.method == "GET":
        values, lines = request_form.stored(invoice)
        lines.compute()
        form = Head(initial=values)
        if not lines.inputs:
            lines.inputs.append(request_form.blank(lines))
        return _page(request, form, lines, customer=invoice.customer, entity=invoice.entity, invoice=invoice)
    return _take(request, customer=invoice.customer, entity=invoice.entity, invoice=invoice)


@policy("request.create")
@require_POST
def lines(request: HttpRequest) -> HttpResponse:
    """The lines again, with one more or one less, and the sums as they would be: a fragment, nothing is saved."""
    typed = request_form.lines_of(request.POST, _currency(request))
    summed = request_form.without_blanks(typed)
    summed.compute()
    if len(summed.inputs) == len(typed.inputs):
        typed.totals, typed.wrong = summed.totals, {} if request.POST.get("add_line") else summed.wrong
    if request.POST.get("add_line") or not typed.inputs:
        typed.inputs.append(request_form.blank(typed))
    only_sums = request.GET.get("part") == "sums"
    name = "receivables/requests/_sums.html" if only_sums else "receivables/requests/_lines.html"
    return render(
        request,
        name,
        {
            "lines": typed, "rows": typed.rows(), "totals": summed.totals, "currency": typed.currency, "only_sums": only_sums,
        },
    )  # fmt: skip


def _currency(request: HttpRequest) -> str:
    code = request.POST.get("currency", "").strip().upper()
    return code if request_picture.is_currency(code) else "EUR"


def _found(request: HttpRequest) -> list[Customer]:
    return request_picture.customers_like(request.user, request.GET.get("q", "").strip()[:80])[:FOUND_MOST]


def _take(
    request: HttpRequest, *, customer: Customer, entity: LegalEntity, invoice: Invoice | None
) -> HttpResponse:
    """Saves the draft first, so that nothing typed is lost, then its papers, then submits if that was asked."""
    form, typed = Head(request.POST), request_form.lines_of(request.POST, _currency(request))
    by, now, today = actor(request), clock.now(), clock.today(entity)
    if request.POST.get("add_line") or request.POST.get("remove_line"):
        if request.POST.get("add_line"):
            typed.inputs.append(request_form.blank(typed))
        form.is_valid()
        return _page(request, form, typed, customer=customer, entity=entity, invoice=invoice)
    typed = request_form.without_blanks(typed)
    status = 422
    if form.is_valid():
        try:
            content = request_form.content_of(form, typed)
            if invoice is None:
                invoice = requesting.draft(
                    entity=entity, customer=customer, content=content, today=today, now=now, by=by
                )
            else:
                version = row_id(request.POST.get("version", ""))
                invoice = requesting.save_draft(
                    invoice=invoice, content=content, version=version, today=today, now=now, by=by
                )
            for kind, name, data in request_form.files_of(request):
                attachments.add(invoice=invoice, kind=kind, name=name, data=data, now=now, by=by)
            if request.POST.get("do") != "submit":
                messages.success(request, _("The draft is kept. Nobody else is asked yet."))
                return redirect("receivables:request", pk=invoice.pk)
            access.require(request.user, "request.submit")
            confirmed = form.cleaned_data["duplicate_confirmed"]
            requesting.submit(invoice=invoice, today=today, now=now, by=by, duplicate_confirmed=confirmed)
            messages.success(request, _("Submitted. You can follow it here."))
            return redirect("receivables:request", pk=invoice.pk)
        except Refused as no:
            request_form.place(form, typed, no)
            status = status_of(no)
    typed.compute() if not typed.wrong else None
    return _page(request, form, typed, customer=customer, entity=entity, invoice=invoice, status=status)


def _page(
    request: HttpRequest,
    form: Head,
    typed: Lines,
    *,
    customer: Customer,
    entity: LegalEntity,
    invoice: Invoice | None = None,
    status: int = 200,
) -> HttpResponse:
    today = clock.today(entity)
    if invoice is not None:
        invoice.refresh_from_db()
    if not typed.inputs:
        typed.inputs.append(request_form.blank(typed))
    flow = flows.in_force()
    twins_asked = "duplicate_confirmed" in form.errors if form.is_bound else False
    return render(
        request,
        "receivables/requests/form.html",
        {
            "form": form,
            "lines": typed,
            "rows": typed.rows(),
            "totals": typed.totals,
            "currency": typed.currency,
            "customer": customer,
            "entity": entity,
            "entities": LegalEntity.objects.for_user(request.user).order_by("name"),
            "invoice": invoice,
            "profile": request_picture.profile(customer, entity, today),
            "missing": [request_words.MISSING.get(code, code) for code in request_picture.missing(customer)],
            "papers": request_form.PAPERS,
            "limits": request_form.LIMITS,
            "accept": uploads.ACCEPT,
            "attached": list(invoice.attachments.order_by("pk")) if invoice else [],
            "flow_steps": flow.steps,
            "hours": sum(step.sla_hours for step in flow.steps),
            "twins_asked": twins_asked,
            "urgent_most": request_checks.URGENT_PER_MONTH,
            "last": request_picture.last_request(customer, entity, request.user),
        },
        status=status,
    )
