"""The customer's master data: created, edited under a version, activated, closed, put under a parent.

Tax id, bank account and terms of a customer change by two people only (`sensitive`); profiles and contacts have their own rooms.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from receivables import access, audit, posting
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import Audit, Contact, Customer, Entry, Invoice, LegalEntity, User
from receivables.rules import customer_master as master
from receivables.rules.refusals import Refused
from receivables.services import contacts, profiles

SENSITIVE = {"tax_id", "country", "bank_account"}
FIXED = {"code"}
_DEEPEST = 20


@transaction.atomic
def create(
    *,
    fields: Mapping[str, Any],
    entity: LegalEntity,
    today: date,
    now: datetime,
    by: Actor,
    profile: Mapping[str, Any] | None = None,
    contact: Mapping[str, Any] | None = None,
) -> Customer:
    """A new customer, INCOMPLETE, with its first profile at `entity` and, when given, its first contact.

    Refuses what `customer_master.clean` refuses, and duplicate (code or tax id; figures `customer` = the existing id). A person
    limited to own customers becomes the rep, so that they can see what they entered.
    """
    values = master.clean(
        {"code": fields.get("code", ""), "legal_name": fields.get("legal_name", ""), **fields}, country=""
    )
    _refuse_unwritable(by, values, Customer())
    agreed = dict(profile or {})
    if by.user and by.user.scope.own_customers_only:
        agreed["rep"] = by.user
    with audit.line("customer.created", by=by, now=now, entity=entity) as line:
        _refuse_duplicates(values, None)
        customer = Customer(created_at=now, **values)
        customer.save(force_insert=True)
        line.subject = f"customer:{customer.pk}"
        line.after = {**values, "version": customer.version}
        line.touch("customer", customer.pk, customer.code, customer.tax_id)
        profiles.write_first(line, customer=customer, entity=entity, valid_from=today, values=agreed, by=by)
        if contact:
            contacts.write_new(line, customer=customer, fields=contact)
    return customer


@transaction.atomic
def edit(
    *, customer: Customer, version: int, fields: Mapping[str, Any], now: datetime, by: Actor
) -> Customer:
    """Changes plain fields, if nobody else did since `version` was read.

    Refuses stale (figures `changed` says what somebody else changed meanwhile), needs_two for a tax id, country or bank account
    that is set already, readonly for fields the person may not write, duplicate, and what `customer_master.clean` refuses.
    """
    (customer,) = posting.lock(customer.pk)
    if customer.version != version:
        raise stale(customer, version)
    values = master.clean(fields, country=customer.country)
    changed = {name: value for name, value in values.items() if getattr(customer, name) != value}
    _refuse_unwritable(by, changed, customer)
    _refuse_sensitive(customer, changed)
    if not changed:
        return customer
    with audit.line("customer.edited", by=by, now=now, subject=f"customer:{customer.pk}") as line:
        _refuse_duplicates(changed, customer)
        write(line, customer, changed)
    return customer


def write(line: Line, customer: Customer, changed: Mapping[str, Any]) -> None:
    """Sets fields of a locked customer under an open line: values before and after, a new version."""
    line.before = {**line.before, **{name: getattr(customer, name) for name in changed}}
    for name, value in changed.items():
        setattr(customer, name, value)
    customer.version += 1
    customer.save(update_fields=[*changed, "version"])
    line.after = {**line.after, **changed, "version": customer.version}
    line.touch("customer", customer.pk, customer.version, *sorted(changed))


@transaction.atomic
def activate(*, customer: Customer, now: datetime, by: Actor) -> Customer:
    """INCOMPLETE or CLOSED → ACTIVE. Refuses incomplete (figures `gaps`: what is missing, by code) and state."""
    (customer,) = posting.lock(customer.pk)
    if customer.state == Customer.State.ACTIVE:
        raise Refused("state", _("This customer is active already."))
    missing = gaps(customer)
    if missing:
        raise Refused(
            "incomplete",
            _("Not complete yet: %(gaps)s.") % {"gaps": ", ".join(gap_words(gap) for gap in missing)},
            field=missing[0].field,
            gaps=[gap.code for gap in missing],
        )
    with audit.line("customer.activated", by=by, now=now, subject=f"customer:{customer.pk}") as line:
        write(line, customer, {"state": Customer.State.ACTIVE.value})
    return customer


@transaction.atomic
def close(*, customer: Customer, reason: str, now: datetime, by: Actor) -> Customer:
    """→ CLOSED: no more requests. Refuses state, open_items while anything is open, open_requests while one is under way."""
    (customer,) = posting.lock(customer.pk)
    if customer.state == Customer.State.CLOSED:
        raise Refused("state", _("This customer is closed already."))
    if not reason.strip():
        raise Refused("reason_missing", _("Say why the customer is closed."), field="reason")
    open_items = Entry.objects.filter(customer=customer).unsettled().count()
    if open_items:
        raise Refused(
            "open_items",
            _("%(count)s items are open. Settle or write them off before the customer is closed.")
            % {"count": open_items},
            count=open_items,
        )
    if (
        Invoice.objects.filter(customer=customer, number__isnull=True)
        .exclude(state=Invoice.State.DRAFT)
        .exists()
    ):
        raise Refused(
            "open_requests", _("A request of this customer is under way. Finish or send it back first.")
        )
    with audit.line(
        "customer.closed", by=by, now=now, subject=f"customer:{customer.pk}", reason=reason.strip()[:300]
    ) as line:
        write(line, customer, {"state": Customer.State.CLOSED.value})
        posting.stop([customer])
    return customer


@transaction.atomic
def set_parent(
    *, customer: Customer, parent: Customer | None, version: int, now: datetime, by: Actor
) -> Customer:
    """Puts a customer under a parent (who may pay for it), or takes it out. Refuses stale, and cycle."""
    locked = {row.pk: row for row in posting.lock(*[c.pk for c in (customer, parent) if c])}
    customer = locked[customer.pk]
    if customer.version != version:
        raise stale(customer, version)
    with audit.line("customer.parent_set", by=by, now=now, subject=f"customer:{customer.pk}") as line:
        _refuse_cycle(customer, locked[parent.pk] if parent else None)
        write(line, customer, {"parent_id": parent.pk if parent else None})
        posting.stop([customer])  # whose contacts speak for it may be others now
    return customer


def gaps(customer: Customer) -> tuple[master.Gap, ...]:
    """What is missing before the customer can be activated."""
    billing = list(customer.contacts.filter(active=True, role=Contact.Role.BILLING))
    return master.gaps(
        master.Facts(
            legal_name=customer.legal_name,
            country=customer.country,
            tax_id=customer.tax_id,
            address=customer.address,
            billing_contacts=len(billing),
            billing_reachable=any(contacts.reachable(each) for each in billing),
        )
    )


def gap_words(gap: master.Gap) -> str:
    """A gap as people read it."""
    return {
        "legal_name": _("full legal name"),
        "country": _("country"),
        "tax_id": _("tax id"),
        "billing_address": _("billing address (street and city)"),
        "billing_contact": _("a billing contact"),
        "billing_channel": _("an address for the billing contact's channel"),
    }[gap.code]


def stale(customer: Customer, version: int) -> Refused:
    """Refuses an edit on an old version: figures `changed` = [{field, before, after, who, at}], `version` = the current."""
    changed = []
    for row in Audit.objects.filter(subject=f"customer:{customer.pk}").order_by("-seq")[:200]:
        if not isinstance(row.after.get("version"), int) or row.after["version"] <= version:
            continue
        changed += [
            {
                "field": name,
                "before": row.before.get(name),
                "after": value,
                "who": row.actor,
                "at": row.at.isoformat(),
            }
            for name, value in row.after.items()
            if name in row.before
        ]
    names = sorted({str(each["field"]) for each in changed})
    return Refused(
        "stale",
        _(
            "%(who)s changed this customer while you were editing (%(fields)s). Nothing of yours was saved yet."
        )
        % {"who": changed[0]["who"] if changed else _("Somebody"), "fields": ", ".join(names) or "–"},
        changed=changed,
        version=customer.version,
    )


def _refuse_cycle(customer: Customer, parent: Customer | None) -> None:
    """Walks up under the audit's lock, so that two parents set at the same moment cannot close a circle."""
    above = parent
    for _step in range(_DEEPEST):
        if above is None:
            return
        if above.pk == customer.pk:
            raise Refused(
                "cycle",
                _("%(parent)s stands below %(customer)s already; it cannot be its parent too.")
                % {"parent": parent, "customer": customer},
                field="parent",
            )
        above = above.parent
    raise Refused("cycle", _("More than %(most)s levels of parents.") % {"most": _DEEPEST}, field="parent")


def _refuse_duplicates(values: Mapping[str, Any], mine: Customer | None) -> None:
    others = Customer.objects.exclude(pk=mine.pk) if mine else Customer.objects.all()
    code = values.get("code")
    twin = others.filter(code=code).first() if code else None
    if twin:
        raise Refused(
            "duplicate",
            _("The code %(code)s belongs to another customer.") % {"code": code},
            field="code",
            customer=twin.pk,
        )
    tax_id, country = values.get("tax_id"), values.get("country", mine.country if mine else "")
    twin = others.filter(country=country, tax_id=tax_id).first() if tax_id else None
    if twin:
        raise Refused(
            "duplicate",
            _("The tax id %(tax_id)s belongs to another customer. There is one record per legal person.")
            % {"tax_id": tax_id},
            field="tax_id",
            customer=twin.pk,
        )


def refuse_duplicate_tax_id(customer: Customer, country: str, tax_id: str) -> None:
    """For two-person changes: refuses duplicate when another customer has that tax id."""
    _refuse_duplicates({"tax_id": tax_id, "country": country}, customer)


def _refuse_sensitive(customer: Customer, changed: Mapping[str, Any]) -> None:
    completing = customer.state == Customer.State.INCOMPLETE and not customer.tax_id
    wrong = sorted((SENSITIVE & set(changed)) if not completing else set())
    if wrong:
        raise Refused(
            "needs_two",
            _(
                "The tax id, its country and the bank account change by two people: propose the change instead."
            ),
            field=wrong[0],
        )
    if FIXED & set(changed):
        raise Refused(
            "fixed", _("The code names the customer in every book; it does not change."), field="code"
        )


def _refuse_unwritable(by: Actor, values: Mapping[str, Any], customer: Customer) -> None:
    """A field that the person's roles hide or only show cannot be written, whatever way it comes in."""
    if isinstance(by.user, User):
        allowed = access.fields(by.user, "customer")
        wrong = [n for n in values if not allowed.writable(n) and values[n] != getattr(customer, n, None)]
        if wrong:
            raise Refused(
                "forbidden",
                _("Your roles do not allow writing %(field)s.") % {"field": wrong[0]},
                field=wrong[0],
            )
