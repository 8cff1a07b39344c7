"""The page of one customer: who they are, what they owe as of a date, their record, and what belongs to them by tab."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from receivables import access, clock, context
from receivables.conf import panels
from receivables.doors import policy
from receivables.models import (
    Change,
    Contact,
    Customer,
    CustomerProfile,
    Dispute,
    Entry,
    Invoice,
    Payment,
    User,
)
from receivables.pages import customer_beside, proposal_forms
from receivables.questions import customer_record, customer_story
from receivables.services import changes, contacts, customers
from receivables.words import master_words

ROWS = 100
TABS = ("open", "invoices", "payments", "disputes", "contacts", "profile", "changes", "timeline")
VERBS = {
    "open": "entry.view",
    "invoices": "invoice.view",
    "payments": "payment.view",
    "disputes": "dispute.view",
    "contacts": "contact.view",
}


@policy("customer.view")
@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """The customer as of `?as_of=` (default today), on the tab `?tab=`. Foreign and absent are the same 404."""
    customer = seen_customer(request, pk)
    user = request.user
    assert isinstance(user, User)
    as_of = _as_of(request)
    entries = customer_record.visible_entries(customer, user)
    books = context.of(request).entity
    if books:
        entries = entries.filter(entity_id=books.id)
    tab = request.GET.get("tab", "open")
    open_to = [name for name in TABS if name not in VERBS or access.may(user, VERBS[name])]
    tab = tab if tab in open_to else (open_to[0] if open_to else "profile")
    billing = list(Contact.objects.filter(customer=customer, active=True))
    gaps = customers.gaps(customer) if customer.state == Customer.State.INCOMPLETE else ()
    return render(
        request,
        "receivables/customers/page.html",
        {
            "customer": customer,
            "as_of": as_of,
            "today": clock.today(),
            "balances": customer_record.balances(entries, as_of) if access.may(user, "entry.view") else [],
            "records": customer_record.records(entries, as_of) if access.may(user, "entry.view") else [],
            "pairs": _pairs(customer, user),
            "profiles": _current(customer, user, as_of),
            "children": list(
                Customer.objects.for_user(user).filter(parent=customer).order_by("legal_name")[:50]
            ),
            "parent": Customer.objects.for_user(user).filter(pk=customer.parent_id).first()
            if customer.parent_id
            else None,
            "flagged": [contact for contact in billing if contact.undeliverable_since],
            "gaps": [customers.gap_words(gap) for gap in gaps],
            "waiting": Change.objects.for_user(user).open().filter(customer=customer).count(),
            "tab": tab,
            "tabs": _tabs(request, customer, user, open_to, tab),
            "part": f"receivables/customers/_{tab}.html",
            "may": _may(user),
            "new_request": customer_beside.url("receivables:request_new", f"?customer={customer.pk}"),
            "statement": customer_beside.url("receivables:customer_statement", customer.pk)
            if access.may(user, "entry.view")
            else "",
            "proposals": _proposals(user),
            "beside": customer_beside.beside(customer, user),
            "panels": panels.of_customer(customer, user),
            **LOADERS[tab](customer, user, as_of, entries),
        },
    )


def seen_customer(request: HttpRequest, pk: int) -> Customer:
    """The customer, if the person may see it; 404 otherwise, whether it exists or not."""
    found: Customer | None = Customer.objects.for_user(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _as_of(request: HttpRequest) -> date:
    try:
        return date.fromisoformat(request.GET.get("as_of", ""))
    except ValueError:
        return clock.today()


def _pairs(customer: Customer, user: User) -> list[tuple[str, Any]]:
    """Label and value of the header, without what the person's roles hide."""
    names = ["code", "country", "tax_id", "registration_id", "bank_account", "language", "traits", "address"]
    shown = access.fields(user, "customer").visible(names)
    return [(master_words.field(name), master_words.value(name, getattr(customer, name))) for name in shown]


def _current(customer: Customer, user: User, as_of: date) -> list[CustomerProfile]:
    rows = CustomerProfile.objects.for_user(user).filter(customer=customer).current(as_of)
    return _named(rows.select_related("entity", "rep", "collector").order_by("entity__name"))


def _named(rows: Any) -> list[CustomerProfile]:
    """Agreements with the names of their people, and terms in words."""
    found = list(rows)
    for row in found:
        row.rep_name, row.collector_name = (
            (who.get_full_name() or who.username) if who else "–" for who in (row.rep, row.collector)
        )
        row.terms_words = master_words.terms(row.terms)
    return found


def _tabs(
    request: HttpRequest, customer: Customer, user: User, names: list[str], now: str
) -> list[dict[str, Any]]:
    words = {
        "open": _("Open items"),
        "invoices": _("Invoices"),
        "payments": _("Payments"),
        "disputes": _("Disputes"),
        "contacts": _("Contacts"),
        "profile": _("Agreements"),
        "changes": _("Changes"),
        "timeline": _("Timeline"),
    }
    counts = {
        "contacts": Contact.objects.filter(customer=customer, active=True).count(),
        "disputes": Dispute.objects.for_user(user)
        .filter(customer=customer, state=Dispute.State.OPEN)
        .count(),
    }
    query = request.GET.copy()
    made = []
    for name in names:
        query["tab"] = name
        made.append(
            {
                "label": words[name],
                "url": f"?{query.urlencode()}#about",
                "on": name == now,
                "count": counts.get(name),
            }
        )
    return made


def _may(user: User) -> dict[str, bool]:
    verbs = (
        "customer.edit",
        "customer.activate",
        "customer.change_propose",
        "contact.edit",
        "request.create",
        "entry.view",
    )
    return {verb.replace(".", "_"): access.may(user, verb) for verb in verbs}


def _proposals(user: User) -> list[tuple[str, str]]:
    """What the person may propose about a customer: the name of the address and the words."""
    if not access.may(user, "customer.change_propose"):
        return []
    may, words = (
        access.fields(user, "customer"),
        {"tax_id": _("tax id"), "bank_account": _("bank account"), "terms": _("payment terms")},
    )
    return [
        (f"receivables:propose_{what}", said)
        for what, said in words.items()
        if may.writable(proposal_forms.FIELD[what])
    ]


def _open(customer: Customer, user: User, as_of: date, entries: Any) -> dict[str, Any]:
    """Open items by due date, credits included, as of the date."""
    rows = (
        entries.with_open(as_of, None).exclude(open_amount=0).select_related("entity", "instalment__invoice")
    )
    found = sorted(rows, key=lambda row: (row.due_on is None, row.due_on or date.max, row.pk))[:ROWS]
    disputed = Dispute.objects.open_on(as_of).filter(entry__in=[row.pk for row in found])
    by_entry = {dispute.entry_id: dispute for dispute in disputed}
    for row in found:
        row.dispute = by_entry.get(row.pk)
        row.url = (
            customer_beside.url("receivables:invoice", row.instalment.invoice_id)
            if hasattr(row, "instalment")
            else ""
        )
    return {"items": found}


def _invoices(customer: Customer, user: User, as_of: date, entries: Any) -> dict[str, Any]:
    rows = (
        Invoice.objects.for_user(user)
        .filter(customer=customer)
        .order_by("-invoice_on", "-pk")
        .select_related("entity")
    )
    found = list(rows[:ROWS])
    for row in found:
        row.url = customer_beside.url("receivables:invoice", row.pk)
    return {"invoices": found}


def _payments(customer: Customer, user: User, as_of: date, entries: Any) -> dict[str, Any]:
    """Payments with what is left of each as of the date, and other credits not applied yet."""
    rows = list(
        Payment.objects.for_user(user)
        .filter(customer=customer, booked_on__lte=as_of)
        .order_by("-booked_on", "-pk")[:ROWS]
    )
    ids = [row.entry_id for row in rows]
    left = dict(entries.with_open(as_of, None).filter(pk__in=ids).values_list("pk", "open_amount"))
    for row in rows:
        row.left = -left.get(row.entry_id, 0)
        row.url = customer_beside.url("receivables:payment", row.pk)
    other = (
        entries.with_open(as_of, None)
        .filter(amount__lt=0, open_amount__lt=0)
        .exclude(kind=Entry.Kind.PAYMENT)
    )
    return {"payments": rows, "other_credits": list(other[:ROWS])}


def _disputes(customer: Customer, user: User, as_of: date, entries: Any) -> dict[str, Any]:
    rows = Dispute.objects.for_user(user).filter(customer=customer).select_related("entry", "owner")
    return {"disputes": list(rows.order_by("-opened_on", "-pk")[:ROWS])}


def _contacts(customer: Customer, user: User, as_of: date, entries: Any) -> dict[str, Any]:
    rows = list(Contact.objects.for_user(user).filter(customer=customer).order_by("-active", "role", "name"))
    for row in rows:
        row.reachable = contacts.reachable(row)
    return {"contacts": rows}


def _profile(customer: Customer, user: User, as_of: date, entries: Any) -> dict[str, Any]:
    rows = (
        CustomerProfile.objects.for_user(user)
        .filter(customer=customer)
        .select_related("entity", "rep", "collector")
    )
    found = _named(rows.order_by("entity__name", "-valid_from"))
    return {"history": found}


def _changes(customer: Customer, user: User, as_of: date, entries: Any) -> dict[str, Any]:
    rows = (
        Change.objects.for_user(user).filter(customer=customer).select_related("requested_by", "decided_by")
    )
    found = list(rows.order_by("-requested_at")[:ROWS])
    for row in found:
        row.label, row.mine_to_decide = changes.label(row.kind), changes.may_decide(user, row)
    return {"changes": found}


def _timeline(customer: Customer, user: User, as_of: date, entries: Any) -> dict[str, Any]:
    return {"events": customer_story.events(customer, user)}


LOADERS: dict[str, Callable[[Customer, User, date, Any], dict[str, Any]]] = {
    "open": _open,
    "invoices": _invoices,
    "payments": _payments,
    "disputes": _disputes,
    "contacts": _contacts,
    "profile": _profile,
    "changes": _changes,
    "timeline": _timeline,
}


urlpatterns = [path("customers/<int:pk>/", show, name="customer")]
