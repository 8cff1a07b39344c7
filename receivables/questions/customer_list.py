"""The list of customers as a person may see it: narrowed by the filters of the address, by key, with what is open and overdue.

Questions only; page and export ask the same, so they cannot differ.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from receivables import access
from receivables.models import Contact, Customer, CustomerProfile, Entry, User
from receivables.paging import row_id
from receivables.rules import likeness, tax_ids


@dataclass
class Row:
    """A customer in the list. `open` and `overdue` are minor units by currency; `profile` is the newest the person may see."""

    customer: Customer
    profile: CustomerProfile | None
    undeliverable: bool
    open: dict[str, int] = field(default_factory=dict)
    overdue: dict[str, int] = field(default_factory=dict)


def found(user: User, filters: Mapping[str, str], entity_id: int | None = None) -> "QuerySet[Any]":
    """Customers in the person's scope that meet the filters (q, state, country, region, segment, rep, reach)."""
    rows: QuerySet[Any] = Customer.objects.for_user(user)
    for name in ("state", "country"):
        if filters.get(name):
            rows = rows.filter(**{name: filters[name]})
    agreed = {name: filters[name] for name in ("region", "segment") if filters.get(name)}
    if filters.get("rep", "").isdecimal():
        agreed["rep_id"] = str(row_id(filters["rep"]))
    if entity_id is not None:
        agreed["entity_id"] = str(entity_id)
    if agreed:
        mine = CustomerProfile.objects.for_user(user).filter(valid_to__isnull=True, **agreed)
        rows = rows.filter(pk__in=mine.values("customer_id"))
    if filters.get("reach") == "undeliverable":
        rows = rows.filter(_undeliverable())
    return _searched(rows, user, filters.get("q", "").strip())


def page(rows: "QuerySet[Any]", *, after: str, before: str, size: int) -> tuple[list[Any], bool, bool]:
    """One page by name from the key of a customer on: (customers, is there an earlier one, is there a later one)."""
    anchor = (before or after).strip()
    edge = (
        Customer.objects.filter(pk=int(anchor)).first() if anchor.isdecimal() and len(anchor) < 19 else None
    )
    if edge and before:
        part = rows.filter(Q(legal_name__lt=edge.legal_name) | Q(legal_name=edge.legal_name, pk__lt=edge.pk))
        found_rows = list(part.order_by("-legal_name", "-pk")[: size + 1])
        return found_rows[:size][::-1], len(found_rows) > size, True
    if edge:
        rows = rows.filter(Q(legal_name__gt=edge.legal_name) | Q(legal_name=edge.legal_name, pk__gt=edge.pk))
    found_rows = list(rows.order_by("legal_name", "pk")[: size + 1])
    return found_rows[:size], bool(edge), len(found_rows) > size


def with_figures(customers: Iterable[Any], user: User, as_of: date) -> list[Row]:
    """Rows with profile, reach and what is open now, in four queries however many customers there are."""
    listed = list(customers)
    ids = [customer.pk for customer in listed]
    profiles: dict[int, CustomerProfile] = {}
    current = CustomerProfile.objects.for_user(user).filter(customer__in=ids, valid_to__isnull=True)
    for profile in current.select_related("rep", "collector", "entity").order_by("-entity_id"):
        profiles[profile.customer_id] = profile
    flagged = set(_flagged().filter(customer__in=ids).values_list("customer_id", flat=True))
    made = {c.pk: Row(c, profiles.get(c.pk), c.pk in flagged) for c in listed}
    items = Entry.objects.for_user(user).filter(customer__in=ids).unsettled().with_open_now()
    for overdue, target in ((False, "open"), (True, "overdue")):
        part = items.filter(amount__gt=0, due_on__lt=as_of) if overdue else items
        sums = part.order_by().values("customer_id", "currency").annotate(total=Sum("open_now"))
        for each in sums:
            getattr(made[each["customer_id"]], target)[each["currency"]] = each["total"]
    return list(made.values())


def alike(user: User, *, code: str, name: str, country: str, tax_id: str) -> list[tuple[Any, str]]:
    """Customers the person may see that a new one resembles: (customer, "tax_id", "code" or "name"), the surest first."""
    seen = Customer.objects.for_user(user)
    twins: dict[int, str] = {}
    if tax_id.strip() and access.fields(user, "customer").readable("tax_id"):
        normalised = tax_ids.check(country, tax_id).normalised if country else tax_ids.normalise(tax_id)
        twins = dict.fromkeys(seen.filter(tax_id=normalised).values_list("pk", flat=True)[:3], "tax_id")
    known = seen.values_list("pk", "code", "legal_name").iterator()
    for hit in likeness.similar(code=code, name=name, known=known):
        twins.setdefault(hit.key, hit.reason)
    by_id = seen.in_bulk(list(twins))
    return [(by_id[pk], reason) for pk, reason in twins.items() if pk in by_id]


def _searched(rows: "QuerySet[Any]", user: User, text: str) -> "QuerySet[Any]":
    if not text:
        return rows
    wanted = Q(legal_name__icontains=text) | Q(code__icontains=text)
    if access.fields(user, "customer").readable("tax_id"):
        wanted |= Q(tax_id=tax_ids.normalise(text)[:40])
    return rows.filter(wanted)


def _flagged() -> "QuerySet[Any]":
    return Contact.objects.filter(active=True, undeliverable_since__isnull=False)


def _undeliverable() -> Exists:
    return Exists(_flagged().filter(customer=OuterRef("pk")))
