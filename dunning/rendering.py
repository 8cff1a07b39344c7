"""A notice found right becomes the words that leave the house: its facts with fees and interest, its text, the rendering.

It reads no database and writes nothing. The same notice, day, text and ledger give the same bytes.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from dunning.models import Notice
from dunning.questions.notice_ground import Ground, Rest
from dunning.rules import fees
from dunning.rules.ladder import OUTSIDE, Stage
from dunning.rules.picture import Picture
from dunning.rules.policy import Intent
from dunning.rules.second_look import Right
from dunning.rules.standing import days_past_due
from receivables import rendering
from receivables.questions import parties
from receivables.questions.texts import Chosen
from receivables.rendering import Rendered
from receivables.rules import business_days, contact_hours
from receivables.rules.delivery import reference
from receivables.rules.money import Money
from receivables.rules.notice_facts import Charge, NoticeFacts, NoticeItem
from receivables.rules.refusals import Refused
from receivables.rules.templates import Hole, names
from receivables.services.charges import Claim
from receivables.words import phrases

PROMISE_DAYS = 3
"""Working days within which we ask for a promise."""
NUMBERED = "letter_number"
_SHOWN_AS = {"compensation": "fixed_sum"}


@dataclass(frozen=True, slots=True)
class Made:
    """The bytes of a notice for a day, the charges they announce, and what they were made of."""

    rendered: Rendered
    claims: tuple[Claim, ...]
    chosen: Chosen
    day: date
    number: str
    language: str

    @property
    def announced(self) -> list[dict[str, Any]]:
        """The charges as a message keeps them."""
        return [claim.to_json() for claim in self.claims]


def key_of(notice: Notice) -> str:
    """The business fact a notice's message states."""
    return f"notice:{notice.pk}"


def reference_of(notice: Notice) -> str:
    """The code people quote, the same however often its message is written."""
    return reference(key_of(notice))


def language_of(notice: Notice) -> str:
    """The language its reader reads."""
    if notice.contact is not None:
        return str(notice.contact.language or notice.customer.language)
    return str(notice.user.language) if notice.user is not None else "en"


def needs_number(notice: Notice, chosen: Chosen) -> bool:
    """A letter to a customer has a number, and so has every text that names one."""
    outward = notice.audience in OUTSIDE
    named = NUMBERED in names(chosen.text.subject, chosen.text.body)
    return outward and (notice.channel == Notice.Channel.LETTER or named)


def make(
    notice: Notice,
    right: Right,
    picture: Picture,
    ground: Ground,
    chosen: Chosen,
    *,
    day: date,
    number: str,
    interest: tuple[Charge, ...],
    rates: dict[str, str],
    page: str,
) -> Made:
    """Renders a notice. `interest` are lines of information, `rates` units of the notice's currency per unit of another.

    Refuses what rendering refuses (Hole, RenderFailed) and a fee without a rate."""
    language = chosen.text.language
    claims = claims_of(right, ground, notice.currency, rates)
    facts = _facts(notice, right, picture, ground, claims, language, day, number, interest, page)
    made = rendering.render(chosen.text, facts)
    return Made(made, claims, chosen, day, number, language)


def claims_of(right: Right, ground: Ground, currency: str, rates: dict[str, str]) -> tuple[Claim, ...]:
    """The fees of the climbing items' own rungs, once for item, rung and round; on the open principal, never on earlier fees."""
    found = []
    for intent in right.climbing:
        key = fee_key(intent)
        fee = intent.stage.fee
        if fee.kind == fees.NONE or key in ground.charged or not intent.stage.outward:
            continue
        home = ground.entity.currency
        amount = fees.fee_of(
            fee, Money(intent.item.open_amount, currency), Money(intent.item.original, currency), currency,
            rates.get(fees.fee_currency(fee, currency, home)), home=home,
        )  # fmt: skip
        if amount.minor > 0:
            derivation = {
                "stage": intent.stage.code, "round": intent.round, "base": Money(intent.item.open_amount, currency).plain(),
                "currency": currency, "kind": fee.kind, "percent": fee.percent,
            }  # fmt: skip
            number = f"{intent.item.number}/{intent.stage.code}-{intent.round}"
            found.append(
                Claim(key, "fee", intent.item.entry, amount.minor, number[:80], derivation=derivation)
            )
    return tuple(found)


def fee_key(intent: Intent) -> str:
    """The fact a fee states: item, rung and round."""
    return f"fee:{intent.item.entry}:{intent.stage.code}:{intent.round}"


def _facts(
    notice: Notice, right: Right, picture: Picture, ground: Ground, claims: tuple[Claim, ...], language: str, day: date,
    number: str, interest: tuple[Charge, ...], page: str,
) -> NoticeFacts:  # fmt: skip
    entity, currency, stage = ground.entity, notice.currency, right.stage
    account = (notice.customer_id, currency)
    listed = _items(right, ground.credits.get(account, ()), ground, currency, day, language)
    total = Money(sum(each.open.minor for each in listed), currency)
    if total.minor != right.total:
        raise Hole("totals_differ", "The ledger moved while the message was written.", field="amount_total")
    outward = notice.audience in OUTSIDE
    charges = (
        _charges(ground.charges.get(account, ()), claims, interest, currency, language) if outward else ()
    )
    signer = ground.people.get(picture.collector or picture.rep or 0)
    rep = ground.people.get(picture.rep or 0)
    addressed = (
        notice.contact.name if notice.contact is not None else notice.user.shown if notice.user else ""
    )
    return NoticeFacts(
        customer=parties.recipient(notice.customer, notice.contact, addressed=addressed),
        entity=parties.sender(entity, ground.bank(currency)),
        currency=currency,
        amount_total=total,
        items=listed,
        written_on=day,
        reference=reference_of(notice),
        stage=stage.name or stage.code,
        language=language,
        charges=charges,
        letter_number=number,
        contract_clause=_clause(right, ground, language),
        promise_by=_promise_by(ground, stage, day),
        new_deadline=day + timedelta(days=stage.deadline_days) if stage.deadline_days else None,
        opt_out=phrases.say("opt_out", language) if notice.channel == Notice.Channel.SMS else "",
        sender_name=signer.shown if signer else phrases.say("department", language),
        sender_phone=(signer.phone if signer else "") or entity.phone,
        rep_name=rep.shown if rep else "",
        page_link=page if not outward else "",
    )


def _items(
    right: Right, credits: tuple[Rest, ...], ground: Ground, currency: str, day: date, language: str
) -> tuple[NoticeItem, ...]:
    """The listed items, oldest first, and below them what the customer has with us, as negative amounts."""
    found = []
    for item, ask in right.rows:
        paper = ground.papers.get(item.entry)
        found.append(
            NoticeItem(
                item.number, item.due_on, Money(item.original, currency), Money(ask, currency), days_past_due(item, day),
                paper.document_on if paper else None,
            )
        )  # fmt: skip
    for rest in credits:
        found.append(
            NoticeItem(
                rest.reference or phrases.say("on_account", language), rest.on, Money(-rest.original, currency),
                Money(-rest.left, currency), 0, rest.on,
            )
        )  # fmt: skip
    return tuple(found)


def _charges(
    standing: tuple[Rest, ...], claims: tuple[Claim, ...], interest: tuple[Charge, ...], currency: str, language: str
) -> tuple[Charge, ...]:  # fmt: skip
    """What stands open of earlier fees and interest, what this message charges, and interest so far."""
    open_ones = tuple(
        Charge(_SHOWN_AS.get(rest.kind, rest.kind), Money(rest.left, currency), rest.reference)
        for rest in standing
    )
    new = sum(claim.amount for claim in claims)
    fee = (Charge("fee", Money(new, currency)),) if new else ()
    return (*open_ones, *fee, *interest)


def _clause(right: Right, ground: Ground, language: str) -> str:
    """The contract the oldest item rests on, by its number; else what was agreed on payment."""
    for item, _ask in right.rows:
        paper = ground.papers.get(item.entry)
        if paper is not None and paper.contract_ref:
            return phrases.say("clause_contract", language, ref=paper.contract_ref)
    return phrases.say("clause", language)


def _promise_by(ground: Ground, stage: Stage, day: date) -> date:
    calendar = contact_hours.calendar_of(ground.entity.country, ground.entity.subdivision or None)
    try:
        found = business_days.add_business_days(day, PROMISE_DAYS, calendar)
    except Refused:
        found = day + timedelta(days=PROMISE_DAYS)
    return min(found, day + timedelta(days=stage.deadline_days)) if stage.deadline_days else found
