"""Dated exchange rates: entered by hand or taken over from a source. They convert figures for readers; no entry uses them."""

import re
from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from integrations.rates.port import Quote
from receivables import audit
from receivables.actor import Actor
from receivables.models import ExchangeRate
from receivables.rules.currencies import EXPONENTS, exponent
from receivables.rules.refusals import Refused

BATCH = 2000
_RATE = re.compile(r"\d{1,20}(\.\d{1,18})?", re.ASCII)


@transaction.atomic
def enter(
    *, base: str, quote: str, rate: str, on: date, source: str, today: date, now: datetime, by: Actor
) -> ExchangeRate:
    """One unit of `base` is `rate` units of `quote` (plain decimal text) on a day.

    Refuses currency_unknown, same_currency, rate_invalid, rate_in_future, and duplicate for a second one of a source and day:
    rates are facts. To correct one, enter it again under another source; the newest of a day is used.
    """
    for code in (base, quote):
        exponent(code)
    if base == quote:
        raise Refused("same_currency", _("A rate needs two currencies."), field="quote")
    if not _RATE.fullmatch(rate.strip()) or not rate.strip(" 0."):
        raise Refused(
            "rate_invalid", _("A rate is a plain decimal number above zero, such as 1.0825."), field="rate"
        )
    if on > today:
        raise Refused("rate_in_future", _("A rate cannot be known before its day."), field="on")
    source = source.strip()[:60] or by.name[:60]
    if ExchangeRate.objects.filter(on=on, base=base, quote=quote, source=source).exists():
        raise Refused(
            "duplicate",
            _("%(source)s has a rate for this pair and day already.") % {"source": source},
            field="source",
        )
    with audit.line("rate.entered", by=by, now=now, subject=f"rate:{base}/{quote}") as line:
        row = ExchangeRate(
            on=on,
            base=base,
            quote=quote,
            rate=rate.strip(),
            source=source,
            recorded_at=now,
            audit_seq=line.seq,
        )
        row.save(force_insert=True)
        line.after = {"on": on.isoformat(), "rate": row.rate, "source": source}
        line.touch("exchange_rate", row.pk, base, quote, on, row.rate)
    return row


@transaction.atomic
def take_over(*, quotes: Iterable[Quote], source: str, now: datetime, by: Actor) -> int:
    """Takes over a source's quotes that are not here yet, and says how many. Currencies we do not know are left out."""
    with audit.line("rate.imported", by=by, now=now, subject=f"rates:{source}"[:80]) as line:
        known = set(ExchangeRate.objects.filter(source=source).values_list("on", "base", "quote"))
        rows = [
            ExchangeRate(
                on=each.on,
                base=each.base,
                quote=each.quote,
                rate=each.rate,
                source=source,
                recorded_at=now,
                audit_seq=line.seq,
            )
            for each in quotes
            if (each.on, each.base, each.quote) not in known
            and {each.base, each.quote} <= EXPONENTS.keys()
            and _RATE.fullmatch(each.rate)
            and each.rate.strip("0.")
        ]
        ExchangeRate.objects.bulk_create(rows, batch_size=BATCH)
        for row in rows:
            line.touch("exchange_rate", f"{row.on} {row.base}/{row.quote}", row.rate)
        line.after = {"rates": len(rows)}
    return len(rows)
