"""Our own companies: created and edited, with their working hours, aging buckets, number series and settings about messages.

Bank details change by two people (`entity_settings`). Closed periods and exchange rates have their own room; what a customer
agreed with an entity stands in profiles.
"""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from receivables import audit
from receivables.actor import Actor
from receivables.models import Entry, LegalEntity, NumberSeries
from receivables.rules import customer_master as master
from receivables.rules import reach, tax_ids, text_hygiene
from receivables.rules.aging import Buckets
from receivables.rules.business_days import Calendar, is_business_day
from receivables.rules.currencies import exponent
from receivables.rules.refusals import Refused
from receivables.services import entity_settings

FIELDS = (
    "code", "name", "country", "subdivision", "time_zone", "currency", "tax_id", "address", "work_starts", "work_ends",
    "aging_buckets", *entity_settings.FIELDS,
)  # fmt: skip
_REQUIRED = {"code", "name", "country", "time_zone", "currency"}


@transaction.atomic
def create(*, fields: Mapping[str, Any], now: datetime, by: Actor) -> LegalEntity:
    """A new legal entity. Refuses duplicate and whatever `clean` refuses, with `field` and figures `errors`."""
    given = {"work_starts": time(9), "work_ends": time(17), "aging_buckets": "30,60,90", **fields}
    values = clean({**dict.fromkeys(_REQUIRED, ""), **given}, now)
    with audit.line("entity.created", by=by, now=now, subject=f"entity:{values['code']}") as line:
        if LegalEntity.objects.filter(code=values["code"]).exists():
            raise Refused("duplicate", _("There is a legal entity of this code."), field="code")
        entity = LegalEntity.objects.create(**values)
        line.subject = f"entity:{entity.pk}"
        line.after = {name: _plain(value) for name, value in values.items()}
        line.touch("entity", entity.pk, entity.code)
    return entity


@transaction.atomic
def edit(*, entity: LegalEntity, fields: Mapping[str, Any], now: datetime, by: Actor) -> LegalEntity:
    """Changes settings. Code and, once something is booked, currency are fixed (fixed)."""
    entity = LegalEntity.objects.select_for_update(no_key=True).get(pk=entity.pk)
    values = clean(fields, now, entity)
    changed = {name: value for name, value in values.items() if getattr(entity, name) != value}
    if "code" in changed or ("currency" in changed and Entry.objects.filter(entity=entity).exists()):
        field = "code" if "code" in changed else "currency"
        raise Refused("fixed", _("This is fixed: the books are kept under it."), field=field)
    if not changed:
        return entity
    with audit.line("entity.edited", by=by, now=now, subject=f"entity:{entity.pk}", entity=entity) as line:
        line.before = {name: _plain(getattr(entity, name)) for name in changed}
        for name, value in changed.items():
            setattr(entity, name, value)
        entity.save(update_fields=list(changed))
        line.after = {name: _plain(value) for name, value in changed.items()}
        line.touch("entity", entity.pk, *sorted(changed))
    return entity


@transaction.atomic
def set_series(
    *, entity: LegalEntity, code: str, prefix: str, width: int, now: datetime, by: Actor
) -> NumberSeries:
    """Prefix and width of a number series, for the numbers to come; the counter goes on. Refuses width_invalid, code_invalid."""
    code = text_hygiene.one_line(code, field="code", limit=20, required=True)
    prefix = text_hygiene.one_line(prefix, field="prefix", limit=20)
    if not (code.isascii() and code.replace("-", "").isalnum()):
        raise Refused("code_invalid", _("A series' code is letters and digits. Example: INV."), field="code")
    if isinstance(width, bool) or not isinstance(width, int) or not 1 <= width <= 12:
        raise Refused("width_invalid", _("Between 1 and 12 digits. Example: 6."), field="width")
    row = NumberSeries.objects.select_for_update(no_key=True).filter(entity=entity, code=code).first()
    with audit.line("series.set", by=by, now=now, subject=f"entity:{entity.pk}", entity=entity) as line:
        row = row or NumberSeries(entity=entity, code=code)
        line.before = {"prefix": row.prefix, "width": row.width} if row.pk else {}
        row.prefix, row.width = prefix, width
        row.save()
        line.after = {"series": code, "prefix": prefix, "width": width}
        line.touch("series", row.pk, code, prefix, width)
    return row


def clean(fields: Mapping[str, Any], now: datetime, entity: LegalEntity | None = None) -> dict[str, Any]:
    """Checked values of the fields given; all faults at once in figures `errors`."""
    unknown = sorted(set(fields) - set(FIELDS))
    if unknown:
        raise Refused(
            "unknown_field",
            _("An entity has no field %(name)s.") % {"name": unknown[0][:40]},
            field=unknown[0],
        )
    done: dict[str, Any] = {}
    faults: list[Refused] = []
    for name, value in fields.items():
        try:
            done[name] = _checked(name, value)
        except Refused as refused:
            faults.append(refused)
    country = done.get("country", entity.country if entity else "")
    subdivision = done.get("subdivision", entity.subdivision if entity else "")
    try:
        if country and not faults:
            is_business_day(now.date(), Calendar(country, subdivision or None))
        if done.get("tax_id") and country:
            found = tax_ids.check(country, done["tax_id"])
            if found.status == "refused":
                raise Refused("tax_id_invalid", found.message, field="tax_id")
            done["tax_id"] = found.normalised
        if done.get("phone"):
            done["phone"] = entity_settings.telephone(done["phone"], country)
    except Refused as refused:
        refused.field = refused.field or "country"
        faults.append(refused)
    master.raise_gathered(faults)
    return done


def _checked(name: str, value: Any) -> Any:
    if name in entity_settings.FIELDS:
        return entity_settings.checked(name, value)
    if name == "address":
        return master.address(value)
    if name in ("work_starts", "work_ends"):
        if not isinstance(value, time):
            raise Refused("time_invalid", _("A time of day. Example: 09:00."), field=name)
        return value
    limit = {
        "name": 200,
        "aging_buckets": 60,
        "time_zone": 64,
        "tax_id": 40,
        "code": 20,
        "subdivision": 10,
    }.get(name, 20)
    text = text_hygiene.one_line(value, field=name, limit=limit, required=name in _REQUIRED)
    if name == "aging_buckets":
        return _buckets(text)
    if name == "time_zone":
        return reach.time_zone(text)
    if name == "country":
        return master.country(text)
    if name == "currency":
        return _currency(text.upper())
    return text


def _buckets(text: str) -> str:
    try:
        return Buckets.parse(text).to_text()
    except Refused as refused:
        refused.field = "aging_buckets"
        raise


def _currency(code: str) -> str:
    try:
        exponent(code)
    except Refused as refused:
        refused.field = "currency"
        raise
    return code


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, time) else value
