"""New bank lines find their invoices: the exact ones set by set, the rest by the rules, and only what is sure without a person.

A person's choices (accept, on account, ignore, undo) stand in `line_choices`; money taken back by the bank in `bounces`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from receivables import audit
from receivables.actor import Actor
from receivables.models import BankAccount, Entry, StatementLine
from receivables.questions import matching_picture
from receivables.questions.matching_picture import AccountPolicy
from receivables.rules.matching import BankLine, Pool, Proposal, propose_from
from receivables.rules.refusals import Refused
from receivables.services import bounces, line_choices, line_differences, matching_exact, matching_stage
from receivables.services.matching_stage import Decision

CHUNK = 1_000
PASSES_MAX = 20
DIFFERENCES = ("discount", "bank_fee", "tolerance")


@dataclass
class Matched:
    """What a matching did, in lines. `left` wait for a person."""

    exact: int = 0
    by_rules: int = 0
    reversed: int = 0
    outgoing: int = 0
    left: int = 0

    @property
    def applied(self) -> int:
        return self.exact + self.by_rules


def match_new_lines(*, account: BankAccount, now: datetime, by: Actor) -> Matched:
    """Applies what is sure among an account's new lines: payment, entry and allocations, one audit row for each chunk.

    1. lines that quote their invoices and bring exactly what these owe, by SQL; 2. money taken back finds its payment;
    3. the rest by the rules, chunk by chunk. Each chunk is a transaction of its own: killed anywhere, the next call goes on.
    """
    policy = matching_picture.policy_of(account)
    done = Matched()
    if matching_exact.suits(policy):
        done.exact = _exact(account, now, by)
    done.reversed, done.outgoing = bounces.match(account=account, now=now, by=by)
    after: int | None = 0
    while after is not None:
        after = _by_rules(account, policy, after, done, now, by)
    done.left = account.lines.filter(state=StatementLine.State.NEW).count()
    return done


def propose(line: StatementLine, account: BankAccount) -> list[Proposal]:
    """Ranked proposals for one line, for a person to choose from (a question)."""
    picture = matching_picture.line_picture(line, account.entity_id)
    policy = matching_picture.policy_of(account)
    return propose_from(picture, matching_picture.narrowed(picture), policy.rules)


def _exact(account: BankAccount, now: datetime, by: Actor) -> int:
    total, after = 0, 0
    while True:
        with transaction.atomic():
            matching_stage.create()
            last = matching_exact.fill(account, after)
            if last is None:
                return total
            after = last
            if matching_stage.lock():
                total += _post(account, now, by)


def _by_rules(
    account: BankAccount, policy: AccountPolicy, after: int, done: Matched, now: datetime, by: Actor
) -> int | None:
    """One chunk of lines. Lines that want the same item wait for the next pass, when the pool is fresh again."""
    waiting = account.lines.filter(state=StatementLine.State.NEW, amount__gt=0, pk__gt=after).order_by("pk")
    lines = [matching_picture.line_picture(row, account.entity_id) for row in waiting[:CHUNK]]
    if not lines:
        return None
    pending: Sequence[BankLine] = lines
    scores: dict[int, int] = {}
    for _pass in range(PASSES_MAX):
        pool = matching_picture.pool(account.entity_id, {line.currency for line in pending})
        sure, pending = _sure(pending, pool, policy, scores)
        if not sure:
            break
        done.by_rules += _apply(account, sure, now, by)
        if not pending:
            break
    _remember(scores)
    return lines[-1].id


@transaction.atomic
def _remember(scores: dict[int, int]) -> None:
    """Keeps the best confidence of what waits for a person, so that the list can be sorted by it. No fact, no audit row."""
    rows = StatementLine.objects.filter(pk__in=scores, state=StatementLine.State.NEW).only(
        "pk", "match_confidence"
    )
    changed = [row for row in rows if row.match_confidence != scores[row.pk]]
    for row in changed:
        row.match_confidence = scores[row.pk]
    StatementLine.objects.bulk_update(changed, ["match_confidence"], batch_size=500)


def _sure(
    lines: Sequence[BankLine], pool: Pool, policy: AccountPolicy, scores: dict[int, int]
) -> tuple[list[tuple[BankLine, Proposal]], list[BankLine]]:
    """What may be applied now, and the lines that were sure but wanted an item another line took first."""
    taken: set[int] = set()
    sure, later = [], []
    for line in lines:
        best = next(iter(propose_from(line, pool, policy.rules)), None)
        scores[line.id] = best.confidence if best else 0
        if best is None or not best.sure or not may_apply(best, policy):
            continue
        wanted = {entry_id for entry_id, _amount in best.allocations}
        if wanted & taken:
            later.append(line)
        else:
            taken |= wanted
            sure.append((line, best))
    return sure, later


def may_apply(proposal: Proposal, policy: AccountPolicy) -> bool:
    """A sure proposal whose difference needs giving up is applied only where the policy gives up; a discount is a right."""
    return proposal.difference_kind not in ("bank_fee", "tolerance") or policy.auto_differences


@transaction.atomic
def _apply(account: BankAccount, sure: Sequence[tuple[BankLine, Proposal]], now: datetime, by: Actor) -> int:
    plain = [pair for pair in sure if pair[1].difference_kind not in DIFFERENCES]
    count = 0
    if plain:
        matching_stage.create()
        matching_stage.fill(Decision.of(line, proposal) for line, proposal in plain)
        if matching_stage.lock():
            count = _post(account, now, by)
    for line, proposal in sure:
        if proposal.difference_kind in DIFFERENCES:
            count += _apply_with_difference(line.id, proposal, now, by)
    return count


def _post(account: BankAccount, now: datetime, by: Actor) -> int:
    subject = f"bank_account:{account.pk}"
    with audit.line("bank.matched", by=by, now=now, subject=subject, entity=account.entity) as line:
        matching_stage.post(line, entity=account.entity)
        count = matching_stage.count()
        line.after |= {"lines": count}
    return count


def _apply_with_difference(line_id: int, proposal: Proposal, now: datetime, by: Actor) -> int:
    """Applies one sure proposal together with its difference; 0 when somebody was faster or the books refuse it."""
    line = StatementLine.objects.select_related("account").get(pk=line_id)
    amounts = dict(proposal.allocations)
    entries = list(Entry.objects.select_related("customer").filter(pk__in=amounts).order_by("pk"))
    try:
        with transaction.atomic():
            line_choices.accept(
                line=line,
                customer=entries[0].customer,
                pairs=[(entry, amounts[entry.pk]) for entry in entries],
                difference=line_differences.OF_KIND[proposal.difference_kind],
                confidence=proposal.confidence,
                reasons=[(reason.code, dict(reason.params)) for reason in proposal.reasons],
                chosen_by=matching_stage.AUTO,
                now=now,
                by=by,
            )
    except Refused:
        return 0
    return 1
