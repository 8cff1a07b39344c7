"""What one of our entities agreed with a customer, from a day on: a new row closes the former, which stays for ever.

Segment, region, rep, collector and importance are agreed here by one person; payment terms by two (`sensitive`).
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from receivables import access, audit, posting
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import Customer, CustomerProfile, LegalEntity, User
from receivables.rules import text_hygiene
from receivables.rules.refusals import Refused
from receivables.rules.terms import Terms

DEFAULT_TERMS = Terms.net(30).to_json()
PLAIN = ("segment", "region", "rep", "collector", "importance")


@transaction.atomic
def agree(
    *,
    customer: Customer,
    entity: LegalEntity,
    valid_from: date,
    values: Mapping[str, Any],
    now: datetime,
    by: Actor,
    reason: str = "",
) -> CustomerProfile:
    """A new row from `valid_from` on, with `values` over those of the former (segment, region, rep, collector, importance).

    Refuses before_current (a later row exists), no_change, and terms, which need two people. The first row of an entity takes
    the default terms.
    """
    if "terms" in values:
        raise Refused(
            "needs_two", _("Payment terms change by two people: propose the change instead."), field="terms"
        )
    posting.lock(customer.pk)
    cleaned = clean(values, by)
    subject = f"customer:{customer.pk}"
    with audit.line(
        "profile.agreed", by=by, now=now, subject=subject, entity=entity, reason=reason[:300]
    ) as line:
        row = write(line, customer=customer, entity=entity, valid_from=valid_from, values=cleaned)
        posting.stop([customer])  # another segment may be exempt, greater importance wants a second person
    return row


def write_first(
    line: Line,
    *,
    customer: Customer,
    entity: LegalEntity,
    valid_from: date,
    values: Mapping[str, Any],
    by: Actor,
) -> CustomerProfile:
    """The first row of a new customer, under the line that creates it; here terms may be given by those who may write them."""
    terms = values.get("terms")
    if terms and by.user and not access.fields(by.user, "customer").writable("payment_terms"):
        raise Refused("forbidden", _("Your roles do not allow setting payment terms."), field="terms")
    plain = clean({name: value for name, value in values.items() if name != "terms"}, by, first=True)
    agreed = Terms.from_json(terms).to_json() if terms else DEFAULT_TERMS
    return write(
        line, customer=customer, entity=entity, valid_from=valid_from, values={**plain, "terms": agreed}
    )


def write(
    line: Line, *, customer: Customer, entity: LegalEntity, valid_from: date, values: Mapping[str, Any]
) -> CustomerProfile:
    """The new row and the end of the former one, under an open line; the same day changes that day's row."""
    former: CustomerProfile | None = (
        CustomerProfile.objects.select_for_update(no_key=True)
        .filter(customer=customer, entity=entity, valid_to__isnull=True)
        .first()
    )
    if former and valid_from < former.valid_from:
        raise Refused(
            "before_current",
            _("What holds now was agreed from %(day)s on; choose that day or a later one.")
            % {"day": former.valid_from.isoformat()},
            field="valid_from",
        )
    kept = {name: getattr(former, name) for name in (*PLAIN, "terms")} if former else {"terms": DEFAULT_TERMS}
    changed = {name: value for name, value in values.items() if kept.get(name) != value}
    if former and not changed:
        raise Refused("no_change", _("Nothing would change."))
    if former and former.valid_from == valid_from:
        row: CustomerProfile = former
        for name, value in changed.items():
            setattr(row, name, value)
        row.save(update_fields=list(changed))
    else:
        if former:
            former.valid_to = valid_from
            former.save(update_fields=["valid_to"])
            line.touch("profile", former.pk, "until", valid_from)
        row = CustomerProfile(customer=customer, entity=entity, valid_from=valid_from, **{**kept, **values})
        row.save(force_insert=True)
    line.touch("profile", row.pk, entity.pk, valid_from, *sorted(changed))
    line.before = {**line.before, **{name: shown(kept.get(name)) for name in changed if former}}
    line.after = {
        **line.after,
        **{name: shown(v) for name, v in changed.items()},
        "valid_from": valid_from.isoformat(),
    }
    return row


def clean(values: Mapping[str, Any], by: Actor, *, first: bool = False) -> dict[str, Any]:
    """Checked values. Refuses unknown_field, importance_invalid, not_staff, and forbidden for fields the roles do not write."""
    unknown = sorted(set(values) - set(PLAIN))
    if unknown:
        raise Refused(
            "unknown_field",
            _("A profile has no field %(name)s.") % {"name": unknown[0][:40]},
            field=unknown[0],
        )
    if by.user and not first:
        allowed = access.fields(by.user, "customer")
        wrong = [name for name in values if not allowed.writable(name)]
        if wrong:
            raise Refused(
                "forbidden",
                _("Your roles do not allow writing %(field)s.") % {"field": wrong[0]},
                field=wrong[0],
            )
    done = dict(values)
    for name, limit in (("segment", 40), ("region", 60)):
        if name in done:
            done[name] = text_hygiene.one_line(done[name], field=name, limit=limit)
    importance = done.get("importance", 2)
    if isinstance(importance, bool) or not isinstance(importance, int) or not 1 <= importance <= 3:
        raise Refused("importance_invalid", _("Importance is 1, 2 or 3. Example: 2."), field="importance")
    for name in ("rep", "collector"):
        if done.get(name) is not None and not (isinstance(done[name], User) and done[name].is_active):
            raise Refused("not_staff", _("Choose an active member of staff."), field=name)
    return done


def shown(value: Any) -> Any:
    """A value as the audit line keeps it: people by their user name."""
    return value.username if isinstance(value, User) else value
