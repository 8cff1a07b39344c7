"""A machine that does random things to the books beside a small model: nothing is lost, and the past stays as it was known."""

from collections import defaultdict
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from receivables import books, posting
from receivables.models import Allocation, Entry
from receivables.questions import selectors
from receivables.rules.money import Money
from receivables.rules.refusals import Refused
from receivables.services import adjustments, allocation, cash, refunds
from tests.fixtures.world import DAY_0, World

SIZES = st.integers(1, 5000)
"""Minor units, so the same numbers are yen, cents and fils."""


class Books(RuleBasedStateMachine):
    """The model: what is open of each invoice and left of each payment, as plain numbers."""

    currency = "EUR"

    @initialize()
    def begin(self):
        self.world = World()
        self.day = DAY_0
        self.invoices, self.payments, self.undone = [], [], []
        self.open, self.left = defaultdict(int), defaultdict(int)
        self.ties, self.reversed, self.refunded = {}, set(), defaultdict(int)
        self.remembered = []

    def money(self, size):
        return Money(size, self.currency)

    def now(self):
        return {"now": self.world.at(self.day), "by": self.world.by}

    @rule(days=st.integers(1, 20))
    def time_passes(self, days):
        self.day += timedelta(days=days)

    @rule(size=SIZES, back=st.integers(0, 30))
    def invoice(self, size, back):
        on = self.day - timedelta(days=back)
        made = self.world.issue("acme", self.money(size).plain(), on=on, currency=self.currency)
        self.invoices.append(made)
        self.open[made.pk] = size

    @rule(size=SIZES, back=st.integers(0, 30))
    def receive(self, size, back):
        on = self.day - timedelta(days=back)
        made = self.world.receive(
            "acme", self.money(size).plain(), on=on, currency=self.currency, now=self.world.at(self.day)
        )
        self.payments.append(made)
        self.left[made.pk] = size

    @precondition(lambda self: self.invoices and self.payments)
    @rule(data=st.data(), size=SIZES)
    def apply(self, data, size):
        invoice, payment = (
            data.draw(st.sampled_from(self.invoices)),
            data.draw(st.sampled_from(self.payments)),
        )
        fits = size <= min(self.open[invoice.pk], self.left[payment.pk])
        try:
            (row,) = allocation.apply(
                credit=payment.entry, to=[(invoice.instalments.get().entry, size)], **self.now()
            )
        except Refused as refused:
            said = refused.code
        else:
            said = ""
        assert said == ("" if fits else "over_allocated")
        if said:
            return
        self.open[invoice.pk] -= size
        self.left[payment.pk] -= size
        self.ties[row.pk] = (row, invoice.pk, payment.pk, size)

    @precondition(lambda self: self.ties)
    @rule(data=st.data())
    def unapply(self, data):
        row, invoice, payment, size = self.ties.pop(data.draw(st.sampled_from(sorted(self.ties))))
        allocation.unapply(allocations=[row], on=self.day, reason="mistake", **self.now())
        self.open[invoice] += size
        self.left[payment] += size

    @precondition(
        lambda self: any(p.pk not in self.reversed and not self.refunded[p.pk] for p in self.payments)
    )
    @rule(data=st.data())
    def reverse(self, data):
        payment = data.draw(
            st.sampled_from(
                [p for p in self.payments if p.pk not in self.reversed and not self.refunded[p.pk]]
            )
        )
        row = cash.reverse(payment=payment, reason="bounce", on=self.day, **self.now())
        freed = [key for key, tie in self.ties.items() if tie[2] == payment.pk]
        for key in freed:
            _row, invoice, _payment, size = self.ties.pop(key)
            self.open[invoice] += size
        self.left[payment.pk] = 0
        self.reversed.add(payment.pk)
        self.undone.append((row, payment))

    @precondition(lambda self: self.undone)
    @rule()
    def undo_the_reversal(self):
        row, payment = self.undone.pop()
        cash.undo_reversal(reversal=row, on=self.day, **self.now())
        self.reversed.discard(payment.pk)
        self.left[payment.pk] = payment.amount
        for tie in Allocation.objects.in_force().filter(credit=payment.entry, debit__kind="invoice"):
            invoice = tie.debit.instalment.invoice_id
            self.open[invoice] -= tie.amount
            self.left[payment.pk] -= tie.amount
            self.ties[tie.pk] = (tie, invoice, payment.pk, tie.amount)

    @precondition(lambda self: self.payments)
    @rule(data=st.data(), size=SIZES)
    def refund(self, data, size):
        payment = data.draw(st.sampled_from(self.payments))
        fits = size <= self.left[payment.pk]
        try:
            self.world.two_people(
                refunds.propose, on=self.day, payment=payment, amount=self.money(size), reason="asked for"
            )
        except Refused as refused:
            said = refused.code
        else:
            said = ""
        assert said == ("" if fits else "refund_exceeds")
        if said:
            return
        self.left[payment.pk] -= size
        self.refunded[payment.pk] += size

    @precondition(lambda self: any(self.open[i.pk] > 1 for i in self.invoices))
    @rule(data=st.data())
    def credit(self, data):
        """Never the whole, so that the invoice stays on the table."""
        invoice = data.draw(st.sampled_from([i for i in self.invoices if self.open[i.pk] > 1]))
        size = data.draw(st.integers(1, self.open[invoice.pk] - 1))
        adjustments.credit(
            invoice=invoice, amount=self.money(size), on=self.day, reason_code="price", **self.now()
        )
        self.open[invoice.pk] -= size

    @rule()
    def remember(self):
        """A report of today as known now: it must read the same for ever."""
        known = selectors.known_now()
        self.remembered.append((self.day, known, self.report(self.day, known)))

    def report(self, as_of, known_at):
        rows = Entry.objects.with_open(as_of, known_at).order_by("pk").values_list("pk", "open_amount")
        return list(rows)

    @invariant()
    def the_model_and_the_books_agree(self):
        if not hasattr(self, "world"):
            return
        for invoice in self.invoices:
            assert posting.open_amount(invoice) == self.open[invoice.pk]
            assert (self.world.state(invoice) == "PAID") == (self.open[invoice.pk] == 0)
        for payment in self.payments:
            assert posting.left_of(payment.entry) == self.left[payment.pk]
        owed = sum(self.open.values()) - sum(self.left.values())
        assert self.world.balance("acme", self.currency) == self.money(owed).plain()

    def teardown(self):
        if not hasattr(self, "world"):
            return
        assert [str(each) for each in books.check()] == []
        for as_of, known_at, seen in self.remembered:
            assert self.report(as_of, known_at) == seen


@pytest.mark.parametrize("currency", ["JPY", "EUR", "KWD"])
def test_P8_P12_nothing_is_lost_and_the_past_stays_as_it_was_known(db, currency, scale):
    from django.db import transaction

    class InOneTransaction(Books):
        """Each run of the machine is undone as a whole, so that runs do not meet."""

        def __init__(self):
            super().__init__()
            self.currency = currency
            self.held = transaction.atomic()
            self.held.__enter__()

        def teardown(self):
            try:
                super().teardown()
            finally:
                transaction.set_rollback(True)
                self.held.__exit__(None, None, None)

    run_state_machine_as_test(
        InOneTransaction,
        settings=settings(
            max_examples=max(6, scale(120)), stateful_step_count=25, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
