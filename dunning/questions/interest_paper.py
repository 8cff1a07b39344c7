"""An interest note as the facts of its paper: lines whose rounded amounts add up to what is claimed. It renders nothing."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext, override

from dunning.models import InterestNote
from dunning.rules.reference_rates import publisher
from receivables.models import BankAccount, Contact
from receivables.questions import parties
from receivables.rules.currencies import exponent
from receivables.rules.money import Money, round_half_up
from receivables.rules.notice_facts import Charge, InterestFacts, InterestLine
from receivables.words import charge_words

PAYABLE_DAYS = 14
LAWS_IN_CHINESE = "zh"


def facts(
    note: InterestNote, *, contact: Contact | None, bank: BankAccount | None, language: str, sender_name: str
) -> InterestFacts:
    """Everything the paper says; `language` is the reader's."""
    told, currency = note.derivation, note.currency
    lines: list[InterestLine] = []
    for item in told["items"]:
        lines += _lines(item, currency)
    fixed = [(Money.of(item["fixed_sum"], currency), _ground(item)) for item in told["items"]]
    interest = sum((line.amount for line in lines), Money.zero(currency))
    with override("zh-hans" if language.startswith("zh") else language):
        rule = f"{law(told['law'], language)}. {settling(told['order'])}"
    return InterestFacts(
        customer=parties.recipient(note.customer, contact, addressed=contact.name if contact else ""),
        entity=parties.sender(note.entity, bank),
        currency=currency,
        number=note.number,
        written_on=note.issued_on,
        rule=rule,
        lines=tuple(lines),
        interest=interest,
        total=Money(note.total, currency),
        fixed_sums=tuple(Charge("fixed_sum", amount, ground) for amount, ground in fixed if amount),
        payable_until=note.issued_on + timedelta(days=PAYABLE_DAYS),
        language=language,
        sender_name=sender_name,
    )


def law(said: Mapping[str, Any], language: str) -> str:
    """Name and citation of the law a note stands on."""
    name = said["name"]["zh" if language.startswith(LAWS_IN_CHINESE) else "en"]
    return f"{name} ({said['citation']})"


def settling(order: str) -> str:
    """In which order payments settle, in the active language."""
    if order == "costs_first":
        return gettext("Payments settle costs first, then interest, then the principal.")
    return gettext("Payments settle the principal first, then interest, then costs.")


def _ground(item: Mapping[str, Any]) -> str:
    """What the fixed sum of an item stands on."""
    return next((str(figures["citation"]) for code, figures in item["steps"] if code == "fixed_sum"), "")


def _lines(item: Mapping[str, Any], currency: str) -> list[InterestLine]:
    """Each line's share of the one rounding: what the sum so far, rounded, has grown by."""
    made, exact, shown = [], Fraction(0), 0
    for code, figures in item["steps"]:
        if code not in charge_words.LINES:
            continue
        exact += Fraction(figures["exact"]) * 10 ** exponent(currency)
        amount = round_half_up(exact) - shown
        shown += amount
        made.append(
            InterestLine(
                number=item["reference"],
                since=date.fromisoformat(figures["from"]),
                until=date.fromisoformat(figures["to"]),
                days=figures["days"],
                principal=Money.of(figures["base"], currency),
                rate=figures["rate"],
                base=str(figures["day_basis"]),
                amount=Money(amount, currency),
                note=publisher(figures.get("source", "")),
            )
        )
    rest = Money.of(item["interest"], currency).minor - shown
    if made and rest:
        made[-1] = replace(made[-1], amount=Money(made[-1].amount.minor + rest, currency))
    return made
