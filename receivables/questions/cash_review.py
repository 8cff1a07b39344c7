"""The pictures of the Cash page: lines that wait, in bands of confidence, and for one line its candidates in words.
Questions only.
"""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, QuerySet

from receivables.models import Customer, Entry, Payment, StatementLine
from receivables.questions.matching_picture import KINDS
from receivables.rules.matching import Proposal
from receivables.rules.money import format_plain
from receivables.services import bounces, line_differences, matching
from receivables.words import matching_words

LINES_SHOWN = 200
NEARLY, LIKELY = 85, 55
BANDS = ("exception", "unclear", "likely", "nearly")


def band(line: StatementLine) -> str:
    """exception: no candidate or money taken back · unclear · likely · nearly sure."""
    if (line.amount or 0) < 0 or not line.match_confidence:
        return "exception"
    return (
        "nearly"
        if line.match_confidence >= NEARLY
        else "likely"
        if line.match_confidence >= LIKELY
        else "unclear"
    )


def waiting(user: Any, entity_id: int | None) -> "QuerySet[StatementLine]":
    """New lines, exceptions first, then by confidence; the larger amount first within a band."""
    rows = StatementLine.objects.for_user(user).to_apply().select_related("account__entity", "statement")
    if entity_id is not None:
        rows = rows.filter(account__entity=entity_id)
    return rows.order_by(F("match_confidence").asc(nulls_first=True), "-amount", "pk")


@dataclass(frozen=True)
class Part:
    """One item a candidate pays: what is open and how much of it (minor units)."""

    entry: Entry
    amount: int
    plain: str
    left: int


@dataclass(frozen=True)
class Candidate:
    """One way to apply a line, ready to be shown and posted."""

    customer: Customer
    parts: tuple[Part, ...]
    confidence: int
    words: list[str]
    difference: int
    difference_words: str
    difference_code: str
    missing: int
    over: int


@dataclass
class Picture:
    """One line with what a person may do with it."""

    line: StatementLine
    candidates: list[Candidate] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)

    @property
    def best(self) -> Candidate | None:
        return self.candidates[0] if self.candidates else None


def picture(line: StatementLine) -> Picture:
    """Candidates for money in; payments that a line of money out may take back."""
    found = Picture(line)
    if (line.amount or 0) < 0:
        found.payments = bounces.candidates([line], line.account)[line.pk]
    elif line.amount:
        proposals = matching.propose(line, line.account)
        found.candidates = _candidates(line, proposals)
    return found


def items_of(line: StatementLine, customer: Customer) -> list[Part]:
    """What a customer owes in the line's currency, oldest first, filled from the line's amount."""
    rows = Entry.objects.filter(
        entity_id=line.account.entity_id,
        customer=customer,
        currency=line.currency,
        kind__in=KINDS,
        amount__gt=F("allocated"),
    ).order_by(F("due_on").asc(nulls_last=True), "pk")[:100]
    left, parts = line.amount or 0, []
    for entry in rows:
        is_open = entry.amount - entry.allocated
        amount = min(left, is_open)
        left -= amount
        parts.append(Part(entry, amount, format_plain(amount, line.currency) if amount else "", is_open))
    return parts


def find_customers(user: Any, text: str) -> list[Customer]:
    """Customers by name or code, or by the number of one of their open documents; at most ten."""
    text = text.strip()[:100]
    if len(text) < 2:
        return []
    rows = Customer.objects.for_user(user)
    found = list(rows.filter(legal_name__icontains=text).order_by("legal_name")[:10])
    found += rows.filter(code__istartswith=text).order_by("code")[:5]
    by_number = Entry.objects.for_user(user).filter(reference__icontains=text, amount__gt=F("allocated"))
    found += rows.filter(pk__in=list(by_number.values_list("customer_id", flat=True)[:20]))[:10]
    return list({customer.pk: customer for customer in found}.values())[:10]


def _candidates(line: StatementLine, proposals: list[Proposal]) -> list[Candidate]:
    ids = {entry_id for p in proposals for entry_id, _amount in p.allocations}
    entries = Entry.objects.in_bulk(ids)
    customers = Customer.objects.in_bulk({p.customer_id for p in proposals})
    found = []
    for proposal in proposals:
        parts = tuple(
            Part(
                entries[pk],
                amount,
                format_plain(amount, line.currency),
                entries[pk].amount - entries[pk].allocated,
            )
            for pk, amount in proposal.allocations
        )
        found.append(
            Candidate(
                customer=customers[proposal.customer_id],
                parts=parts,
                confidence=proposal.confidence,
                words=matching_words.of_proposal(proposal, line.currency),
                difference=proposal.difference,
                difference_words=str(matching_words.DIFFERENCES[proposal.difference_kind]),
                difference_code=line_differences.OF_KIND.get(proposal.difference_kind, ""),
                missing=max(-proposal.difference, 0),
                over=max(proposal.difference, 0),
            )
        )
    return found
