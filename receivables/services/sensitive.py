"""A customer's fields that change by two people: tax id, bank account, payment terms. Proposed here, inert until approved.

The writers at the end are called by `changes.decide` under its line; they look once more whether the ground is still the same.
"""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from receivables import access
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import Change, Customer, CustomerProfile, LegalEntity
from receivables.rules import customer_master as master
from receivables.rules.refusals import Refused
from receivables.rules.terms import Terms
from receivables.services import changes, customers, profiles


@transaction.atomic
def propose_tax_id(
    *, customer: Customer, country: str, tax_id: str, reason: str, now: datetime, by: Actor
) -> Change:
    """Proposes another country and tax id. Refuses tax_id_invalid (with format and example), duplicate, no_change."""
    _refuse_hidden(by, "tax_id")
    country = master.country(country)
    normalised, note = master.tax_id(country, tax_id)
    customers.refuse_duplicate_tax_id(customer, country, normalised)
    proposal = {"country": country, "tax_id": normalised, "tax_id_note": note}
    return _propose("customer.tax_id", customer, proposal, reason=reason, now=now, by=by)


@transaction.atomic
def propose_bank_account(
    *, customer: Customer, bank_account: str, reason: str, now: datetime, by: Actor
) -> Change:
    """Proposes another account for refunds. Refuses bank_account_invalid and no_change."""
    _refuse_hidden(by, "bank_account")
    proposal = {"bank_account": master.bank_account(bank_account)}
    return _propose("customer.bank_account", customer, proposal, reason=reason, now=now, by=by)


@transaction.atomic
def propose_terms(
    *,
    customer: Customer,
    entity: LegalEntity,
    terms: dict[str, Any],
    valid_from: date,
    reason: str,
    now: datetime,
    by: Actor,
) -> Change:
    """Proposes payment terms from a day on (never before the approval). Refuses terms_invalid and no_change."""
    _refuse_hidden(by, "payment_terms")
    agreed = Terms.from_json(terms).to_json()
    current = newest_terms(customer, entity)
    if agreed == current:
        raise Refused("no_change", _("These terms hold already."), field="terms")
    return changes.propose(
        kind="customer.terms",
        subject=f"customer:{customer.pk}:{entity.pk}",
        before={"terms": current},
        proposal={"terms": agreed, "valid_from": valid_from.isoformat()},
        reason=reason,
        now=now,
        by=by,
        customer=customer,
        entity=entity,
    )


def newest_terms(customer: Customer, entity: LegalEntity) -> dict[str, Any]:
    """The terms of the newest profile row, {} when there is none."""
    row = CustomerProfile.objects.filter(customer=customer, entity=entity, valid_to__isnull=True).first()
    return row.terms if row else {}


def apply_tax_id(line: Line, *, change: Change, today: date, by: Actor) -> None:
    """The approved tax id and its country, checked again for a twin that came meanwhile."""
    customer = _unchanged(change)
    customers.refuse_duplicate_tax_id(customer, change.proposal["country"], change.proposal["tax_id"])
    customers.write(line, customer, change.proposal)


def apply_bank_account(line: Line, *, change: Change, today: date, by: Actor) -> None:
    """The approved bank account."""
    customers.write(line, _unchanged(change), change.proposal)


def apply_terms(line: Line, *, change: Change, today: date, by: Actor) -> None:
    """The approved terms, as a new dated row from the day proposed, but not before today."""
    assert change.customer is not None
    assert change.entity is not None
    if newest_terms(change.customer, change.entity) != change.before["terms"]:
        raise _moved()
    wanted = date.fromisoformat(change.proposal["valid_from"])
    profiles.write(
        line,
        customer=change.customer,
        entity=change.entity,
        valid_from=max(wanted, today),
        values={"terms": change.proposal["terms"]},
    )


def _propose(
    kind: str, customer: Customer, proposal: dict[str, Any], *, reason: str, now: datetime, by: Actor
) -> Change:
    return changes.propose(
        kind=kind,
        subject=f"customer:{customer.pk}",
        before={name: getattr(customer, name) for name in proposal},
        proposal=proposal,
        reason=reason,
        now=now,
        by=by,
        customer=customer,
    )


def _unchanged(change: Change) -> Customer:
    assert change.customer_id is not None
    customer: Customer = Customer.objects.get(pk=change.customer_id)
    if any(getattr(customer, name) != value for name, value in change.before.items()):
        raise _moved()
    return customer


def _moved() -> Refused:
    return Refused(
        "stale", _("What this change started from has changed since. Reject it and propose it anew.")
    )


def _refuse_hidden(by: Actor, field: str) -> None:
    if by.user and not access.fields(by.user, "customer").writable(field):
        raise Refused(
            "forbidden", _("Your roles do not allow writing %(field)s.") % {"field": field}, field=field
        )
