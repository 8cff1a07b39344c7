"""Which law holds for a customer, and reference rates that people enter: both are facts, corrected by a newer row.

Nothing is charged here.
"""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dunning.models import InterestTerms, RateEntry
from dunning.questions import interest_terms
from dunning.rules.interest_packs import by_code
from dunning.rules.interest_terms import Facts, facts_to_json
from dunning.rules.reference_rates import RateRow
from receivables import audit, posting
from receivables.actor import Actor
from receivables.models import Customer, LegalEntity
from receivables.rules.refusals import Refused

SOURCE_MOST = 200


@transaction.atomic
def set_terms(
    *,
    customer: Customer,
    entity: LegalEntity,
    pack: str,
    facts: Facts,
    reason: str,
    valid_from: date,
    now: datetime,
    by: Actor,
) -> InterestTerms:
    """Says which pack holds for a customer from a day on (empty: nothing is claimed), with the answers to its questions.

    Refuses reason_missing, pack_unknown and an answer to a question that the pack does not ask (fact_unknown).
    """
    if not reason.strip():
        raise Refused("reason_missing", _("Say who decided this, and on what ground."), field="reason")
    if pack:
        asked = {question.fact for question in by_code(pack).applies_when}
        odd = sorted(set(facts.answers) - asked)
        if odd:
            raise Refused(
                "fact_unknown",
                _("%(pack)s does not ask %(fact)s.") % {"pack": pack, "fact": odd[0]},
                field=odd[0],
            )
    posting.lock(customer.pk)
    subject = f"customer:{customer.pk}"
    with audit.line(
        "interest.terms_set", by=by, now=now, subject=subject, entity=entity, reason=reason[:300]
    ) as line:
        row = InterestTerms(
            entity=entity,
            customer=customer,
            valid_from=valid_from,
            pack=pack,
            facts=facts_to_json(facts),
            reason=reason.strip()[:300],
            set_by=by.name,
            recorded_at=now,
            audit_seq=line.seq,
        )
        row.save(force_insert=True)
        line.after = {"pack": pack, "from": valid_from.isoformat(), "facts": row.facts}
        line.touch("interestterms", row.pk, customer.pk, pack, valid_from)
    return row


@transaction.atomic
def enter_rate(
    *, series: str, from_on: date, to_on: date, rate: str, source: str, now: datetime, by: Actor
) -> RateEntry:
    """A published rate, percent as plain decimal text, from a day to a day. A row entered later is right where both speak.

    Refuses series_unknown, rate_invalid, rate_period_invalid, rate_source_missing and no_change (the table says so already).
    """
    found = next((each for each in interest_terms.known_series() if each.code == series), None)
    if found is None:
        raise Refused("series_unknown", _("There is no such reference rate."), field="series")
    row = RateRow(from_on, to_on, rate.strip(), " ".join(source.split())[:SOURCE_MOST])
    if any(
        (r.from_on, r.to_on, r.rate, r.source) == (from_on, to_on, row.rate, row.source) for r in found.rows
    ):
        raise Refused("no_change", _("The table says so already."), field="rate")
    with audit.line("interest.rate_entered", by=by, now=now, subject=f"series:{series}") as line:
        entry = RateEntry(
            series=series,
            from_on=from_on,
            to_on=to_on,
            rate=row.rate,
            source=row.source,
            entered_by=by.name,
            recorded_at=now,
            audit_seq=line.seq,
        )
        entry.save(force_insert=True)
        line.after = {
            "from": from_on.isoformat(),
            "to": to_on.isoformat(),
            "rate": row.rate,
            "source": row.source,
        }
        line.touch("rateentry", entry.pk, series, from_on, to_on, row.rate)
    return entry
