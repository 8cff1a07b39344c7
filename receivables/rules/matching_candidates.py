"""The candidates for one line, from the strongest kind of evidence to the weakest: quoted references, a known
payer, the amount alone. Each is scored 0–100 and says whether it alone would be sure; `matching` ranks them.
"""

from collections.abc import Sequence

from receivables.rules import matching_settle as ms
from receivables.rules.matching_evidence import (
    CORE,
    LOOKS_LIKE,
    NUMBER,
    OTHER,
    Pool,
    Quotation,
    Trace,
    quotes_another,
)
from receivables.rules.matching_pictures import (
    BankLine,
    MatchPolicy,
    OpenItem,
    Proposal,
    Reason,
    allocation_order,
)
from receivables.rules.matching_settle import Settlement, settle
from receivables.rules.matching_sums import sums_to

REFERENCE_BASE = {NUMBER: 100, OTHER: 97, CORE: 88, LOOKS_LIKE: 74}
KIND_COST = {
    ms.DISCOUNT: 4,
    ms.DISPUTED: 6,
    ms.BANK_FEE: 6,
    ms.TOLERANCE: 6,
    ms.OVER_PAYMENT: 8,
    ms.PARTIAL: 10,
}
REASONS_MAX = 12
QUOTED_COST = 40


def by_reference(
    line: BankLine, quoted: Sequence[Quotation], known: Sequence[Trace], policy: MatchPolicy
) -> list[Proposal]:
    """One proposal per customer whose items the line quotes."""
    groups: dict[int, list[Quotation]] = {}
    for quotation in quoted:
        groups.setdefault(quotation.item.customer_id, []).append(quotation)
    strong = {c for c, group in groups.items() if max(q.strength for q in group) >= OTHER}
    found = []
    for customer_id, group in groups.items():
        proposal = _quoted_by(line, group, policy)
        rivals = strong - {customer_id} if strong else set(groups) - {customer_id}
        payers = {trace.customer_id for trace in known if trace.learned}
        if rivals:
            note = Reason.of("several_customers", count=len(rivals) + 1)
            proposal = changed(proposal, note, cost=25, sure=False)
        elif payers and customer_id not in payers:
            exact = proposal.sure and proposal.difference_kind == ms.EXACT
            proposal = changed(proposal, Reason.of("payer_differs"), cost=5, sure=exact)
        found.append(proposal)
    return found


def by_customer(
    line: BankLine, trace: Trace, pool: Pool, policy: MatchPolicy, *, alone: bool, quoted: bool
) -> list[Proposal]:
    """What the line may pay for a customer it points to without quoting the items.

    `alone`: no other customer is pointed to as strongly. `quoted`: the line quotes something by a proper
    reference,
    which beats whatever the amount suggests.
    """
    mine = pool.by_customer.get(trace.customer_id, ())
    items = [item for item in mine if item.currency == line.currency and policy.covers(item)]
    base = trace.score * 85 // 100 - (0 if alone else 15) - (QUOTED_COST if quoted else 0)
    exact = [item for item in items if item.amount_open == line.amount]
    if exact:
        unique = len(exact) == 1
        found = [_traced(line, trace, [item], policy, base - (0 if unique else 30)) for item in exact]
        if not unique:
            note = Reason.of("equal_candidates", count=len(exact))
            return [changed(proposal, note, cost=0, sure=False) for proposal in found]
        learned = policy.auto_apply and policy.auto_alias and trace.learned and alone and not quoted
        sure = learned and not quotes_another(line, exact[0], pool) and not exact[0].disputed
        return [changed(found[0], Reason.of("unique_amount"), cost=0, sure=sure)]
    return (
        _explained(line, trace, items, policy, base)
        or _summed(line, trace, items, policy, base)
        or _nearly(line, trace, items, policy, base)
        or _oldest(line, trace, items, policy, base)
    )


def by_amount(line: BankLine, pool: Pool, policy: MatchPolicy) -> list[Proposal]:
    """Items of exactly this amount, whoever owes them: a hint for a person, never more."""
    exact = [i for i in pool.by_amount.get((line.currency, line.amount), ()) if policy.covers(i)]
    found = []
    for item in exact[: policy.proposals_max]:
        alone = len(exact) == 1
        notes = [Reason.of("unique_amount") if alone else Reason.of("equal_candidates", count=len(exact))]
        confidence = 40 if alone else 25
        if quotes_another(line, item, pool):
            notes.append(Reason.of("other_reference"))
            confidence -= 15
        found.append(_proposal(item.customer_id, settle(line, [item], policy), confidence, notes))
    return found


def _quoted_by(line: BankLine, group: Sequence[Quotation], policy: MatchPolicy) -> Proposal:
    """One customer's quoted items: the strongest quotations that explain the amount, else the strongest
    there are."""
    levels = sorted({q.strength for q in group}, reverse=True)
    sets = [[q for q in group if q.strength >= level] for level in levels]
    settled = [(used, settle(line, [q.item for q in used], policy)) for used in sets]
    used, settlement = next(((u, s) for u, s in settled if s.kind in ms.SETTLING), settled[0])
    strength = min(q.strength for q in used)
    one_document = len({q.item.number or str(q.item.entry_id) for q in used}) == 1
    clear = strength >= OTHER or (strength == CORE and settlement.kind == ms.EXACT)
    cost = 0
    # Several are quoted and the amount is exactly one of them: an instalment, or one invoice of an order.
    exactly = [q.item for q in used if q.item.amount_open == line.amount]
    if settlement.kind == ms.PARTIAL and exactly:
        settlement = settle(line, allocation_order(exactly)[:1], policy)
        clear = clear and (one_document or (strength == OTHER and len(exactly) == 1))
        cost = 0 if one_document else 10
    elif settlement.kind == ms.PARTIAL and not one_document:
        clear, cost = False, 10
    clear = clear and not any(reason.code == "discount_expired" for reason in settlement.reasons)
    cost += KIND_COST.get(settlement.kind, 0)
    code = "reference_looks_alike" if strength == LOOKS_LIKE else "reference_found"
    notes = [Reason.of(code, token=q.token, number=q.item.number) for q in used[:REASONS_MAX]]
    proposal = _proposal(used[0].item.customer_id, settlement, REFERENCE_BASE[strength] - cost, notes)
    return changed(proposal, None, cost=0, sure=clear and policy.auto_apply)


def _explained(
    line: BankLine, trace: Trace, items: Sequence[OpenItem], policy: MatchPolicy, base: int
) -> list[Proposal]:
    """One item less its discount or disputed part; all open items; all overdue items."""
    wanted = (ms.DISCOUNT, ms.DISPUTED)
    single = [item for item in items if settle(line, [item], policy).kind in wanted]
    found = [_traced(line, trace, [item], policy, base - (8 if len(single) == 1 else 30)) for item in single]
    overdue = [item for item in items if item.due_on < line.value_on]
    for code, chosen, cost in (("all_open", list(items), 8), ("all_overdue", overdue, 10)):
        if len(chosen) < 2 or (code == "all_overdue" and len(chosen) == len(items)):
            continue
        proposal = _traced(line, trace, chosen, policy, base - cost)
        if proposal.difference_kind in (ms.EXACT, *wanted):
            found.append(changed(proposal, Reason.of(code, count=len(chosen)), cost=0, sure=False))
    return found


def _summed(
    line: BankLine, trace: Trace, items: Sequence[OpenItem], policy: MatchPolicy, base: int
) -> list[Proposal]:
    """Several items that add up to the line; two such sets are two candidates, and no more are looked for."""
    oldest = sorted(items, key=lambda item: (item.due_on, item.entry_id))
    sets, complete = sums_to(
        oldest, line.amount, items_max=policy.subset_items_max, steps_max=policy.subset_steps_max
    )
    only = len(sets) == 1 and complete
    found = [_traced(line, trace, list(chosen), policy, base - (15 if only else 30)) for chosen in sets]
    if only:
        return found
    note = Reason.of("equal_candidates", count=len(sets)) if len(sets) > 1 else Reason.of("search_limited")
    return [changed(proposal, note, cost=0, sure=False) for proposal in found]


def _nearly(
    line: BankLine, trace: Trace, items: Sequence[OpenItem], policy: MatchPolicy, base: int
) -> list[Proposal]:
    """One item less a bank's fee or within tolerance."""
    near = [i for i in items if settle(line, [i], policy).kind in (ms.BANK_FEE, ms.TOLERANCE)]
    found = [_traced(line, trace, [item], policy, base - (15 if len(near) == 1 else 35)) for item in near]
    if len(near) > 1:
        note = Reason.of("equal_candidates", count=len(near))
        found = [changed(proposal, note, cost=0, sure=False) for proposal in found]
    return found


def _oldest(
    line: BankLine, trace: Trace, items: Sequence[OpenItem], policy: MatchPolicy, base: int
) -> list[Proposal]:
    """Oldest due first, if that pays at least one item in full; else only the customer is proposed, on
    account.

    A part of one invoice without any reference would be a guess.
    """
    reached = ms.oldest_first(line, items)
    if reached and line.amount >= reached[0].amount_open:
        proposal = _traced(line, trace, reached, policy, base - 30)
        return [changed(proposal, Reason.of("oldest_first"), cost=0, sure=False)]
    reason = Reason.of("on_account", amount=line.amount)
    settlement = Settlement((), line.amount, ms.ON_ACCOUNT, (reason,))
    return [_proposal(trace.customer_id, settlement, max(base - 45, 5), [trace.reason])]


def _traced(
    line: BankLine, trace: Trace, items: Sequence[OpenItem], policy: MatchPolicy, confidence: int
) -> Proposal:
    return _proposal(trace.customer_id, settle(line, items, policy), confidence, [trace.reason])


def _proposal(customer_id: int, settlement: Settlement, confidence: int, notes: Sequence[Reason]) -> Proposal:
    return Proposal(
        customer_id=customer_id,
        allocations=settlement.allocations,
        confidence=max(1, min(100, confidence)),
        reasons=(*notes, *settlement.reasons[:REASONS_MAX]),
        difference=settlement.difference,
        difference_kind=settlement.kind,
    )


def changed(proposal: Proposal, note: Reason | None, *, cost: int, sure: bool) -> Proposal:
    return Proposal(
        customer_id=proposal.customer_id,
        allocations=proposal.allocations,
        confidence=max(1, proposal.confidence - cost),
        reasons=proposal.reasons if note is None else (*proposal.reasons, note),
        difference=proposal.difference,
        difference_kind=proposal.difference_kind,
        sure=sure,
    )
