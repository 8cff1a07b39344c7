"""The pictures the matching rules look at, loaded set-based: open items of a legal entity, what we learned about payers, a bank
line, and an account's policy. Questions only; nothing is decided or written here.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from django.db.models import F, Q, Sum

from receivables.models import BankAccount, Customer, Dispute, Entry, PayerAlias, StatementLine
from receivables.rules.matching import Alias, BankLine, MatchPolicy, OpenItem, Pool
from receivables.rules.refusals import Refused

KINDS = (Entry.Kind.INVOICE, Entry.Kind.OPENING, Entry.Kind.RESCHEDULE)
"""Debits that a customer pays; refunds, reversals and transfers are tied to their other side."""
POOL_MAX, CUSTOMERS_MAX, QUOTES_MAX, WORD_MIN = 4_000, 200, 6, 4
_COLUMNS = (
    "pk", "customer_id", "customer__legal_name", "reference", "currency", "amount", "allocated", "due_on", "document_on",
    "instalment__discount_amount", "instalment__discount_until", "instalment__amount", "instalment__invoice__po_number",
    "instalment__invoice__order_ref", "instalment__invoice__contract_ref",
)  # fmt: skip


@dataclass(frozen=True)
class AccountPolicy:
    """How an account's lines are matched: the rules' policy, and whether small differences are given up without a person."""

    rules: MatchPolicy
    auto_differences: bool = False

    @property
    def difference_max(self) -> int:
        """The largest difference the policy gives up, in minor units."""
        return max(self.rules.accept_fees_up_to, self.rules.tolerance_amount or 0)

    def covers(self, difference: int, whole: int) -> bool:
        """Whether a difference (minor units, without sign) on an amount of `whole` lies within the policy."""
        return difference <= max(self.rules.accept_fees_up_to, self.rules.tolerance(whole))


def policy_of(account: BankAccount) -> AccountPolicy:
    """The saved policy; what is not saved takes the rules' defaults. Refuses policy_wrong for unknown parts."""
    spec = dict(account.match_policy or {})
    auto = bool(spec.pop("auto_differences", False))
    known = {f.name for f in fields(MatchPolicy)}
    unknown = sorted(set(spec) - known)
    if unknown:
        raise Refused(
            "policy_wrong",
            f"The matching policy has unknown parts: {', '.join(unknown)[:200]}.",
            field="match_policy",
        )
    if "search_in" in spec:
        spec["search_in"] = frozenset(spec["search_in"])
    return AccountPolicy(MatchPolicy(**spec), auto)


def line_picture(line: StatementLine, entity_id: int | None = None) -> BankLine:
    """One bank line as the rules see it."""
    assert line.booked_on is not None
    return BankLine(
        id=line.pk,
        booked_on=line.booked_on,
        value_on=line.value_on or line.booked_on,
        amount=line.amount or 0,
        currency=line.currency,
        reference=line.reference,
        payer_name=line.payer_name,
        payer_account=line.payer_account,
        text=line.text,
        entity_id=entity_id,
    )


def open_items(
    entity_id: int, currencies: Iterable[str], customer_ids: Sequence[int] | None = None
) -> list[OpenItem]:
    """Everything customers of an entity owe in these currencies, optionally of some customers only. Two queries."""
    rows = Entry.objects.filter(
        entity_id=entity_id, currency__in=list(currencies), amount__gt=F("allocated"), kind__in=KINDS
    )
    if customer_ids is not None:
        rows = rows.filter(customer_id__in=customer_ids)
    found = list(rows.order_by("due_on", "pk").values_list(*_COLUMNS))
    disputes = Dispute.objects.filter(entity_id=entity_id, state=Dispute.State.OPEN)
    disputed = dict(disputes.values_list("entry_id").annotate(total=Sum("amount")))
    return [_item(row, disputed.get(row[0], 0), entity_id) for row in found]


def _item(row: tuple[Any, ...], disputed: int, entity_id: int) -> OpenItem:
    (pk, customer_id, name, reference, currency, amount, allocated, due_on, document_on,
     discount, until, whole, po_number, order_ref, contract_ref) = row  # fmt: skip
    offered = bool(discount and until and not allocated and whole == amount)
    left = amount - allocated
    return OpenItem(
        entry_id=pk,
        customer_id=customer_id,
        customer_name=name,
        number=reference,
        po_number=po_number or "",
        references=tuple(text for text in (order_ref, contract_ref) if text),
        amount_open=left,
        currency=currency,
        due_on=due_on or document_on,
        issued_on=document_on,
        discount=(discount, until) if offered else None,
        disputed=min(disputed, left),
        entity_id=entity_id,
    )


def aliases(customer_ids: Sequence[int] | None = None) -> list[Alias]:
    """What persons' choices taught us, of all customers or of some."""
    rows = (
        PayerAlias.objects.all()
        if customer_ids is None
        else PayerAlias.objects.filter(customer_id__in=customer_ids)
    )
    return [Alias(*row) for row in rows.values_list("kind", "value", "customer_id", "hits")]


def pool(entity_id: int, currencies: Iterable[str]) -> Pool:
    """Open items and aliases, indexed once for many lines; stale as soon as something was applied."""
    items = open_items(entity_id, currencies)
    return Pool.of(items, aliases())


def narrowed(line: BankLine) -> Pool:
    """The pool for one line on a page: everything where that is little, else the customers the line may mean."""
    assert line.entity_id is not None
    owed = Entry.objects.filter(
        entity_id=line.entity_id, currency=line.currency, amount__gt=F("allocated"), kind__in=KINDS
    )
    if owed[: POOL_MAX + 1].count() <= POOL_MAX:
        return pool(line.entity_id, [line.currency])
    quoted = Q()
    digits = sorted(
        {run for text in (line.reference, line.text) for run in re.findall(r"\d{4,}", text)},
        key=len,
        reverse=True,
    )
    for run in digits[:QUOTES_MAX]:
        quoted |= Q(reference__contains=run) | Q(instalment__invoice__po_number__contains=run)
    exact = Q(amount=F("allocated") + line.amount)
    ids = set(
        owed.filter(exact | quoted if quoted else exact).values_list("customer_id", flat=True)[:CUSTOMERS_MAX]
    )
    known = PayerAlias.objects.filter(value__in=[v for v in (line.payer_account, line.payer_name) if v])
    ids |= set(known.values_list("customer_id", flat=True))
    word = max(line.payer_name.split(), key=len, default="")
    if len(word) >= WORD_MIN:
        ids |= set(
            Customer.objects.filter(legal_name__icontains=word).values_list("pk", flat=True)[:CUSTOMERS_MAX]
        )
    chosen = sorted(ids)
    return Pool.of(open_items(line.entity_id, [line.currency], chosen), aliases(chosen))
