"""What a person does with a bank line: accepts a match, puts the money on account, says it is not ours, takes it back.

Each choice of a person teaches: the payer's account and name mean this customer from then on.
"""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from receivables import audit, posting
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import Customer, Entry, Payment, Reversal, StatementLine, WriteOff
from receivables.questions import matching_picture
from receivables.rules.money import Money, format_plain
from receivables.rules.refusals import Refused
from receivables.services import cash, line_differences, payer_aliases, write_offs

State = StatementLine.State
Pairs = Sequence[tuple[Entry, int]]


@transaction.atomic
def accept(
    *,
    line: StatementLine,
    customer: Customer,
    pairs: Pairs,
    now: datetime,
    by: Actor,
    difference: str = "",
    confidence: int | None = None,
    reasons: Sequence[Sequence[object]] = (),
    chosen_by: str = "",
) -> Payment:
    """Applies a line to open items of one customer: pairs of debit entry and minor units; what is over stays on account.

    `difference` says what becomes of the rest of these items: "" stays open; bank_fee, small_difference and
    early_payment_discount give it up within the account's policy or the terms; a dispute's reason (deduction, price …)
    opens a dispute over it. All or nothing. Refuses state, over_line, crosses, over_allocated, beyond_policy,
    discount_not_earned.
    """
    posting.lock(customer.pk)
    row = _fresh(line)
    entity = row.account.entity
    total = sum(amount for _entry, amount in pairs)
    _refuse_beyond(row, total)
    subject = f"bank_line:{row.pk}"
    with audit.line(
        "bank_line.applied", by=by, now=now, subject=subject, entity=entity, reason=difference
    ) as opened:
        payment = cash.write(
            opened,
            entity=entity,
            customer=customer,
            amount=Money(row.amount or 0, row.currency),
            value_on=_day(row),
            reference=row.reference or row.end_to_end_id or row.text,
            by=Actor(chosen_by, by.via) if chosen_by else by,
            bank_line=row,
        )
        line_differences.settle(
            opened,
            payment=payment,
            pairs=pairs,
            difference=difference,
            policy=matching_picture.policy_of(row.account),
        )
        row.state = State.APPLIED if pairs else State.ON_ACCOUNT
        row.matched_by, row.match_confidence = chosen_by or by.name, confidence
        row.match_reasons, row.state_reason = [list(reason) for reason in reasons], ""
        opened.stamp(row)
        row.save(
            update_fields=[
                "state",
                "matched_by",
                "match_confidence",
                "match_reasons",
                "state_reason",
                "audit_seq",
            ]
        )
        posting.stop([customer])
        if by.user is not None and not chosen_by:
            payer_aliases.learn(row, customer)
    line_differences.dispute(pairs, difference=difference, now=now, by=by, on=payment.booked_on)
    return payment


def put_on_account(*, line: StatementLine, customer: Customer, now: datetime, by: Actor) -> Payment:
    """The money is this customer's, for no invoice yet: unapplied cash."""
    return accept(line=line, customer=customer, pairs=(), now=now, by=by)


@transaction.atomic
def ignore(*, line: StatementLine, reason: str, now: datetime, by: Actor) -> StatementLine:
    """Not a customer's money. The line stays, with the reason. Refuses state and reason_missing."""
    if not reason.strip():
        raise Refused("reason_missing", _("Say why this line is not a customer's payment."), field="reason")
    row = _fresh(line, (State.NEW, State.UNREADABLE))
    with audit.line(
        "bank_line.ignored",
        by=by,
        now=now,
        subject=f"bank_line:{row.pk}",
        entity=row.account.entity,
        reason=reason[:300],
    ) as opened:
        row.state, row.state_reason, row.matched_by = State.IGNORED, reason.strip()[:200], by.name
        opened.stamp(row)
        row.save(update_fields=["state", "state_reason", "matched_by", "audit_seq"])
    return row


@transaction.atomic
def undo(*, line: StatementLine, now: datetime, by: Actor) -> StatementLine:
    """Takes back what was done with a line, so that it can be dealt with anew.

    Its payment is reversed as a mistake on its own day (or the first open one), with the differences given up for it; a
    payment that the line had taken back stands again. A dispute opened for the rest stays. Refuses state, refunded.
    """
    payment, reversal = _standing(line), _taken_back(line)
    touched = [each.customer_id for each in (payment, reversal and reversal.payment) if each]
    posting.lock(*touched)
    row = _fresh(line, (State.APPLIED, State.ON_ACCOUNT, State.IGNORED))
    if (_standing(row), _taken_back(row)) != (payment, reversal):
        raise Refused(
            "state", _("This line has been dealt with meanwhile. Look at it again."), state=row.state
        )
    entity = row.account.entity
    if reversal is not None:
        cash.undo_reversal(
            reversal=reversal, on=posting.first_open_day(entity, reversal.reversed_on), now=now, by=by
        )
    if payment is not None:
        cash.refuse_unless_reversible(payment)
    with audit.line(
        "bank_line.undone", by=by, now=now, subject=f"bank_line:{row.pk}", entity=entity
    ) as opened:
        if payment is not None:
            take_back(opened, payment)
            payer_aliases.unlearn(row, payment.customer)
        free(opened, row, State.NEW, "")
    return row


def take_back(opened: Line, payment: Payment) -> None:
    """Reverses a payment as a mistake, and the differences that were given up with it. The caller holds the customer's lock."""
    on = posting.first_open_day(payment.entity, payment.booked_on)
    given_up = WriteOff.objects.filter(
        audit_seq=payment.audit_seq, undone__isnull=True, invoice__customer=payment.customer_id
    )
    mine = payment.entry.settles.values("debit__instalment__invoice")
    for row in given_up.filter(invoice__in=mine).select_related(
        "invoice__entity", "invoice__customer", "entry"
    ):
        write_offs.write_undone(opened, write_off=row, on=on, reason="mistake")
    cash.write_reversal(opened, payment=payment, reason=Reversal.Reason.MISTAKE, on=on)


def free(opened: Line, row: StatementLine, state: str, reason: str) -> None:
    """Puts a line back under an open audit line, with nothing left of an earlier match."""
    row.state, row.state_reason = state, reason
    row.matched_by, row.match_confidence, row.match_reasons = "", None, []
    opened.stamp(row)
    row.save(
        update_fields=[
            "state",
            "state_reason",
            "matched_by",
            "match_confidence",
            "match_reasons",
            "audit_seq",
        ]
    )


def standing(line: StatementLine) -> Payment | None:
    """The payment that stands for a line now: the one not taken back as a mistake."""
    return _standing(line)


def _standing(line: StatementLine) -> Payment | None:
    rows = Payment.objects.filter(bank_line=line).exclude(
        pk__in=Reversal.objects.filter(
            reason=Reversal.Reason.MISTAKE, undone__isnull=True, payment__bank_line=line
        ).values("payment")
    )
    found: Payment | None = rows.select_related("entity", "customer", "entry").order_by("-line_round").first()
    return found


def _taken_back(line: StatementLine) -> Reversal | None:
    """The reversal that stands for a line of money out."""
    rows = Reversal.objects.filter(bank_line=line, undone__isnull=True)
    found: Reversal | None = rows.select_related("payment").first()
    return found


def _refuse_beyond(row: StatementLine, total: int) -> None:
    if total > (row.amount or 0):
        raise Refused(
            "over_line",
            _("The line brings %(line)s, but %(total)s was chosen.")
            % {
                "line": format_plain(row.amount or 0, row.currency),
                "total": format_plain(total, row.currency),
            },
            field="amount",
        )


def _day(row: StatementLine) -> date:
    day: date | None = row.value_on or row.booked_on
    assert day is not None, "a readable line has its day"
    return day


def _fresh(line: StatementLine, states: Sequence[str] = (State.NEW,)) -> StatementLine:
    rows = StatementLine.objects.select_for_update(of=("self",), no_key=True).select_related(
        "account__entity", "statement"
    )
    row: StatementLine = rows.get(pk=line.pk)
    if row.state not in states:
        raise Refused(
            "state", _("This line has been dealt with meanwhile. Look at it again."), state=row.state
        )
    return row
