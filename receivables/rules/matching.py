"""Which open items a bank line pays: ranked proposals with reasons. Reference beats amount, two equal
candidates
are never sure, nothing crosses a currency or a customer. It proposes; applying and adjusting is done
elsewhere.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from receivables.rules.matching_candidates import by_amount, by_customer, by_reference
from receivables.rules.matching_evidence import OTHER, Pool, Trace, check_entity, quotations, traces
from receivables.rules.matching_pictures import (
    Alias,
    BankLine,
    MatchPolicy,
    OpenItem,
    Proposal,
    Reason,
    allocation_order,
)
from receivables.rules.matching_settle import EXACT, OVER_PAYMENT, SETTLING
from receivables.rules.references import normalise_reference, reference_tokens
from receivables.rules.refusals import Refused

__all__ = [
    "Alias",
    "BankLine",
    "MatchPolicy",
    "OpenItem",
    "Pool",
    "Proposal",
    "Reason",
    "allocation_order",
    "normalise_reference",
    "propose",
    "propose_from",
    "propose_together",
    "reference_tokens",
]


def propose(
    line: BankLine, items: Iterable[OpenItem], aliases: Iterable[Alias], policy: MatchPolicy
) -> list[Proposal]:
    """Ranked proposals for one line, best first; empty when nothing speaks for any customer.

    Only the first can be `sure`. Refused: other_entity. For many lines build the `Pool` once, see
    `propose_from`.
    """
    return propose_from(line, Pool.of(items, aliases), policy)


def propose_from(line: BankLine, pool: Pool, policy: MatchPolicy) -> list[Proposal]:
    """As `propose`, over a pool indexed once. After applying a proposal the pool is stale: build a new
    one."""
    check_entity(line, pool)
    if line.amount <= 0:
        return []
    quoted = quotations(line, pool, policy)
    known = traces(line, pool, policy)
    strong = any(quotation.strength >= OTHER for quotation in quoted)
    named = by_reference(line, quoted, known, policy)
    pointed = {trace.customer_id for trace in known}
    for customer_id in dict.fromkeys(p.customer_id for p in named if p.customer_id not in pointed):
        known.append(Trace(customer_id, 60, Reason.of("reference_customer")))
    traced: list[Proposal] = []
    for trace in known:
        traced += by_customer(line, trace, pool, policy, alone=_alone(trace, known), quoted=strong)
    found = [*_whole_before_part(named, traced), *by_amount(line, pool, policy)]
    return _ranked(found)[: policy.proposals_max]


def propose_together(
    lines: Sequence[BankLine], items: Iterable[OpenItem], aliases: Iterable[Alias], policy: MatchPolicy
) -> list[tuple[tuple[int, Proposal], ...]]:
    """Several lines seen as one sum: the parts of an invoice paid in pieces without references.

    Each answer holds (line id, that line's part), the parts together explain the whole; never sure, a person
    looks.
    Refused: lines_differ (another currency, entity or payer).
    """
    if not lines:
        return []
    payers = {(ln.currency, ln.entity_id, ln.payer_account or ln.payer_name) for ln in lines}
    if len(payers) > 1:
        raise Refused("lines_differ", "Only lines of one payer, entity and currency can be seen as one.")
    whole = replace(
        lines[0],
        amount=sum(ln.amount for ln in lines),
        value_on=max(ln.value_on for ln in lines),
        reference=" | ".join(dict.fromkeys(ln.reference for ln in lines if ln.reference)),
        text=" | ".join(dict.fromkeys(ln.text for ln in lines if ln.text)),
    )
    if any(ln.amount <= 0 for ln in lines):
        return []
    proposals = propose(whole, items, aliases, policy)
    return [_parts(p, lines) for p in proposals if p.allocations and p.difference_kind in SETTLING]


def _whole_before_part(named: Sequence[Proposal], traced: Sequence[Proposal]) -> list[Proposal]:
    """Where a quoted item leaves a remainder and a larger set of the same customer leaves none, the set
    comes first.

    Payers quote one invoice and pay all of them; a person decides between the two.
    """
    out = {id(p): p for p in (*named, *traced)}
    for part in named:
        if part.difference_kind != OVER_PAYMENT:
            continue
        entries = {entry_id for entry_id, _ in part.allocations}
        for whole in traced:
            covers = entries < {entry_id for entry_id, _ in whole.allocations}
            if covers and whole.difference_kind == EXACT and whole.customer_id == part.customer_id:
                out[id(whole)] = replace(whole, confidence=min(94, part.confidence + 2), sure=False)
                out[id(part)] = replace(part, sure=False)
    return list(out.values())


def _alone(trace: Trace, known: Sequence[Trace]) -> bool:
    others = [other for other in known if other is not trace]
    return all((other.learned, other.score) < (trace.learned, trace.score) for other in others)


def _ranked(found: Iterable[Proposal]) -> list[Proposal]:
    """Best first, each way of applying once; sure only where it stands alone at the top."""
    best: dict[tuple[int, frozenset[tuple[int, int]]], Proposal] = {}
    for proposal in found:
        key = (proposal.customer_id, frozenset(proposal.allocations))
        old = best.get(key)
        if old is None or (proposal.sure, proposal.confidence) > (old.sure, old.confidence):
            best[key] = proposal
    paying = {proposal.customer_id for proposal in best.values() if proposal.allocations}
    kept = [p for p in best.values() if p.allocations or p.customer_id not in paying]
    kept.sort(key=lambda p: (-p.confidence, not p.sure, len(p.allocations), p.customer_id, p.allocations))
    tied = len(kept) > 1 and kept[1].confidence == kept[0].confidence
    return [replace(p, sure=p.sure and place == 0 and not tied) for place, p in enumerate(kept)]


def _parts(proposal: Proposal, lines: Sequence[BankLine]) -> tuple[tuple[int, Proposal], ...]:
    """Cut the proposal's allocations along the lines, in their order; the difference goes with the last
    one."""
    open_parts = list(proposal.allocations)
    parts: list[tuple[int, Proposal]] = []
    for place, line in enumerate(lines):
        left, mine = line.amount, []
        while left > 0 and open_parts:
            entry_id, amount = open_parts[0]
            taken = min(left, amount)
            mine.append((entry_id, taken))
            left -= taken
            open_parts[0] = (entry_id, amount - taken)
            if amount == taken:
                open_parts.pop(0)
        last = place == len(lines) - 1
        difference = proposal.difference if last else 0
        part = replace(proposal, allocations=tuple(mine), difference=difference, sure=False)
        parts.append((line.id, part))
    return tuple(parts)
