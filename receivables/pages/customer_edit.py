"""Changing a customer: new, edit under a version, activate, close, parent, agreement, and proposals for a second person."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from receivables import access, clock, doors
from receivables.doors import policy
from receivables.models import Customer, CustomerProfile, LegalEntity, User
from receivables.pages import proposal_forms
from receivables.pages.customer_forms import ADDRESS, MASTER, MasterForm, NewCustomerForm, ProfileForm
from receivables.pages.customer_page import seen_customer
from receivables.pages.form_base import PlacedForm
from receivables.rules.refusals import Refused
from receivables.services import customers, profiles, sensitive
from receivables.words import master_words

both = require_http_methods(["GET", "HEAD", "POST"])


@policy("customer.create")
@both
def new(request: HttpRequest) -> HttpResponse:
    """A new customer; a duplicate links to the record that exists, if the person may see it."""
    user = _user(request)
    form = NewCustomerForm(request.POST or None, user=user)
    twin = None
    if request.method == "POST" and form.is_valid():
        entity = form.cleaned_data["entity"]
        try:
            customer = customers.create(
                fields=form.values(),
                entity=entity,
                profile=form.profile(),
                contact=form.contact(),
                today=clock.today(entity),
                now=clock.now(),
                by=doors.actor(request),
            )
        except Refused as refused:
            form.refuse(refused)
            twin = _twin(refused, user)
        else:
            messages.success(request, _("%(name)s was created.") % {"name": customer.legal_name})
            return redirect("receivables:customer", pk=customer.pk)
    status = 422 if form.errors else 200
    return render(request, "receivables/customers/new.html", {"form": form, "twin": twin}, status=status)


@policy("customer.edit")
@both
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Plain fields. When somebody else saved meanwhile, their changes are shown and nothing of either is lost."""
    customer, user = seen_customer(request, pk), _user(request)
    form = MasterForm(request.POST or None, user=user, initial=_shown(customer))
    for name in customers.SENSITIVE & set(form.fields) if customer.tax_id else ():
        form.fields[name].disabled = True
    form.fields["code"].disabled = True
    version, changed, status = request.POST.get("version", str(customer.version)), None, 200
    if request.method == "POST" and form.is_valid():
        try:
            fields = form.values(customer)
            number = int(version) if version.isdecimal() and len(version) < 10 else 0
            customers.edit(
                customer=customer, version=number, fields=fields, now=clock.now(), by=doors.actor(request)
            )
        except Refused as refused:
            status = doors.status_of(refused)
            if refused.code == "stale":
                changed = _differences(refused, user)
                version = str(refused.figures["version"])
            form.refuse(refused)
        else:
            messages.success(request, _("Saved."))
            return redirect("receivables:customer", pk=pk)
    status = 422 if form.errors and status == 200 else status
    seen = {"form": form, "customer": customer, "version": version, "changed": changed}
    return render(request, "receivables/customers/edit.html", seen, status=status)


@policy("customer.activate")
@require_POST
def activate(request: HttpRequest, pk: int) -> HttpResponse:
    """INCOMPLETE or CLOSED → ACTIVE."""
    customers.activate(customer=seen_customer(request, pk), now=clock.now(), by=doors.actor(request))
    messages.success(request, _("The customer is active."))
    return redirect("receivables:customer", pk=pk)


@policy("customer.activate")
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """→ CLOSED."""
    customer = seen_customer(request, pk)
    customers.close(
        customer=customer, reason=request.POST.get("reason", ""), now=clock.now(), by=doors.actor(request)
    )
    messages.success(request, _("The customer is closed."))
    return redirect("receivables:customer", pk=pk)


@policy("customer.edit")
@require_POST
def set_parent(request: HttpRequest, pk: int) -> HttpResponse:
    """Puts the customer under the parent of a number, or takes it out when the number is empty."""
    customer = seen_customer(request, pk)
    code = request.POST.get("parent", "").strip()
    parent = Customer.objects.for_user(request.user).filter(code=code).first() if code else None
    if code and parent is None:
        raise Refused(
            "parent_unknown", _("No customer has the number %(code)s.") % {"code": code[:40]}, field="parent"
        )
    version = request.POST.get("version", "")
    customers.set_parent(
        customer=customer,
        parent=parent,
        version=int(version) if version.isdecimal() and len(version) < 10 else 0,
        now=clock.now(),
        by=doors.actor(request),
    )
    messages.success(request, _("Saved."))
    return redirect("receivables:customer", pk=pk)


@policy("customer.edit")
@both
def agree(request: HttpRequest, pk: int) -> HttpResponse:
    """A new agreement from a day on: segment, region, rep, collector, importance."""
    customer, user = seen_customer(request, pk), _user(request)
    rows = CustomerProfile.objects.for_user(user).filter(customer=customer, valid_to__isnull=True)
    entity = request.GET.get("entity", "")
    current = (
        rows.filter(entity_id=entity).first() if entity.isdecimal() and len(entity) < 19 else rows.first()
    )
    initial: dict[str, Any] = {"valid_from": clock.today(), "importance": 2}
    if current:
        initial |= {name: getattr(current, name) for name in ("segment", "region", "importance", "entity")}
        initial |= {"rep": current.rep_id, "collector": current.collector_id}
    form = ProfileForm(request.POST or None, user=user, initial=initial)

    def save() -> None:
        profiles.agree(
            customer=customer,
            entity=form.cleaned_data["entity"],
            valid_from=form.cleaned_data["valid_from"],
            values=form.values(),
            now=clock.now(),
            by=doors.actor(request),
        )

    return _answer(request, form, save, customer, title=_("New agreement"), tab="profile")


@policy("customer.change_propose")
@both
def propose(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Proposes another tax id, bank account or other terms; nothing changes until another person approves."""
    customer, user = seen_customer(request, pk), _user(request)
    if not access.fields(user, "customer").writable(proposal_forms.FIELD[what]):
        raise Refused("forbidden", _("Your roles do not allow this."))
    form = proposal_forms.FORMS[what](request.POST or None, user=user, customer=customer, today=clock.today())

    def save() -> None:
        data = form.cleaned_data
        both_ways: dict[str, Any] = {"reason": data["reason"], "now": clock.now(), "by": doors.actor(request)}
        if what == "tax_id":
            sensitive.propose_tax_id(
                customer=customer, country=data["country"], tax_id=data["tax_id"], **both_ways
            )
        elif what == "bank_account":
            sensitive.propose_bank_account(customer=customer, bank_account=data["bank_account"], **both_ways)
        else:
            entity: LegalEntity = data["entity"]
            day: date = data["valid_from"]
            sensitive.propose_terms(
                customer=customer,
                entity=entity,
                terms=proposal_forms.chosen_terms(data),
                valid_from=day,
                **both_ways,
            )

    title = {"tax_id": _("Propose another tax id"), "bank_account": _("Propose another bank account")}
    return _answer(
        request,
        form,
        save,
        customer,
        title=title.get(what, _("Propose other payment terms")),
        tab="changes",
        two=True,
    )


def _answer(
    request: HttpRequest,
    form: PlacedForm,
    save: Callable[[], None],
    customer: Customer,
    *,
    title: str,
    tab: str,
    two: bool = False,
) -> HttpResponse:
    """One form on its own page: saved and back to the customer's tab, or shown again with what is wrong."""
    if request.method == "POST" and form.is_valid():
        try:
            save()
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("Proposed. Another person decides.") if two else _("Saved."))
            answer = redirect("receivables:customer", pk=customer.pk)
            answer["Location"] += f"?tab={tab}"
            return answer
    seen = {"form": form, "customer": customer, "title": title, "two": two}
    return render(request, "receivables/customers/form.html", seen, status=422 if form.errors else 200)


def _shown(customer: Customer) -> dict[str, Any]:
    plain = {name: getattr(customer, name) for name in MASTER}
    return {**plain, **{name: customer.address.get(part, "") for name, part in ADDRESS.items()}}


def _twin(refused: Refused, user: User) -> Customer | None:
    pk = refused.figures.get("customer")
    found: Customer | None = (
        Customer.objects.for_user(user).filter(pk=pk).first() if isinstance(pk, int) else None
    )
    return found


def _differences(refused: Refused, user: User) -> list[dict[str, str]]:
    """Who changed which field to what, without the fields the person may not see."""
    allowed = access.fields(user, "customer")
    listed: Any = refused.figures.get("changed") or []
    return [
        {
            "who": each["who"],
            "field": master_words.field(each["field"]),
            "before": master_words.value(each["field"], each["before"]),
            "after": master_words.value(each["field"], each["after"]),
        }
        for each in listed
        if allowed.readable(each["field"])
    ]


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


urlpatterns = [
    path("customers/new/", new, name="customer_new"),
    path("customers/<int:pk>/edit/", edit, name="customer_edit"),
    path("customers/<int:pk>/activate/", activate, name="customer_activate"),
    path("customers/<int:pk>/close/", close, name="customer_close"),
    path("customers/<int:pk>/parent/", set_parent, name="customer_parent"),
    path("customers/<int:pk>/agree/", agree, name="customer_agree"),
    path("customers/<int:pk>/propose/tax-id/", propose, {"what": "tax_id"}, name="propose_tax_id"),
    path(
        "customers/<int:pk>/propose/bank-account/",
        propose,
        {"what": "bank_account"},
        name="propose_bank_account",
    ),
    path("customers/<int:pk>/propose/terms/", propose, {"what": "terms"}, name="propose_terms"),
]
