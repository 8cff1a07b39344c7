"""What the customers of the simulation do each day: order, pay (late, short, too much), dispute, ask us to stop. Dice decide."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from dunning.models import NoticeItem, PromiseItem
from receivables import posting
from receivables.actor import Actor
from receivables.models import Contact, CustomerProfile, Dispute, Entry, Payment
from receivables.rules.money import Money
from receivables.services import allocation, cash, consents, disputes, invoicing
from reports.sandbox.characters import Character

BY = Actor.system("simulation", via="command")
BASE = {
    "punctual": 0.45,
    "slow": 0.05,
    "seasonal": 0.18,
    "worsening": 0.08,
    "erratic": 0.06,
    "failing": 0.004,
}
"""Chance that an item past due is paid on a day, by temper; half of it in the three days before it is due."""
HEARD, PROMISED = 2.5, 0.6
"""A message in the last days makes paying so much likelier; a promise is kept on its day with this chance."""


class Customers:
    """Everybody who owes, with their tempers, and what they did so far."""

    def __init__(self, dice: Random, tempers: dict[str, Character]) -> None:
        self._dice, self._tempers = dice, tempers
        self.did: Counter[str] = Counter()
        self._numbers = 0

    def live(self, *, on: date, now: datetime) -> None:
        """One day of all of them, in order of their ids."""
        self._order(on, now)
        self._pay(on, now)
        self._object(on, now)
        self._be_told_they_were_wrong(on, now)
        self._ask_us_to_stop(now)

    def _order(self, on: date, now: datetime) -> None:
        rows = CustomerProfile.objects.filter(valid_to__isnull=True).select_related("customer", "entity")
        for profile in rows.order_by("pk"):
            if on.weekday() < 5 and self._dice.random() < 0.04:
                self._numbers += 1
                invoicing.record_issued(
                    entity=profile.entity,
                    customer=profile.customer,
                    number=f"{profile.entity.code}-S{self._numbers:06d}",
                    amount=Money(self._dice.randint(20, 900) * 1_000, profile.entity.currency),
                    invoice_on=on,
                    due_on=on + timedelta(days=self._dice.choice([14, 30, 30, 45])),
                    terms=None,
                    tax=0,
                    now=now,
                    by=BY,
                )
                self.did["ordered"] += 1

    def _pay(self, on: date, now: datetime) -> None:
        rows = Entry.objects.debits().unsettled().filter(due_on__lte=on + timedelta(days=3), kind="invoice")
        heard = set(
            NoticeItem.objects.filter(reached_on__gte=on - timedelta(days=4)).values_list(
                "entry_id", flat=True
            )
        )
        promised = set(
            PromiseItem.objects.filter(promise__state="OPEN", promise__due_on=on).values_list(
                "entry_id", flat=True
            )
        )
        for entry in rows.select_related("customer", "entity").order_by("pk"):
            temper = (
                self._tempers[entry.customer.code].temper if entry.customer.code in self._tempers else "slow"
            )
            chance = (
                BASE[temper] * (0.5 if (entry.due_on or on) > on else 1) * (HEARD if entry.pk in heard else 1)
            )
            if self._dice.random() < (PROMISED if entry.pk in promised else chance):
                self._pay_one(entry, on, now)

    def _pay_one(self, entry: Entry, on: date, now: datetime) -> None:
        left = posting.left_of(entry)
        kind = self._dice.choices(["exact", "short", "over", "silent", "bounced"], [88, 4, 3, 3, 2])[0]
        amount = {"short": max(1, left * 7 // 10), "over": left + 500}.get(kind, left)
        payment = cash.receive(
            entity=entry.entity,
            customer=entry.customer,
            amount=Money(amount, entry.currency),
            value_on=on,
            reference=entry.reference,
            now=now,
            by=BY,
        )
        if kind != "silent":
            allocation.apply(credit=payment.entry, to=[(entry, min(left, amount))], now=now, by=BY)
        if kind == "bounced":
            self._bounce(payment, on, now)
        self.did[f"paid_{kind}"] += 1

    def _bounce(self, payment: Payment, on: date, now: datetime) -> None:
        cash.reverse(payment=payment, reason="bounce", on=on, now=now, by=BY)

    def _object(self, on: date, now: datetime) -> None:
        open_ones = Dispute.objects.filter(state="OPEN").values("entry_id")
        rows = (
            Entry.objects.debits().unsettled().filter(due_on__lt=on, kind="invoice").exclude(pk__in=open_ones)
        )
        for entry in _some(self._dice, list(rows.order_by("pk").values_list("pk", flat=True)), 0.002):
            disputes.open_on(entry=Entry.objects.get(pk=entry), reason="quality", today=on, now=now, by=BY)
            self.did["disputed"] += 1

    def _be_told_they_were_wrong(self, on: date, now: datetime) -> None:
        rows = list(Dispute.objects.filter(state="OPEN").order_by("pk").values_list("pk", flat=True))
        for pk in _some(self._dice, rows, 0.08):
            dispute = Dispute.objects.get(pk=pk)
            end = disputes.accept if self._dice.random() < 0.4 else disputes.reject
            end(dispute=dispute, resolution="looked at again", on=on, now=now, by=BY)
            self.did["settled_dispute"] += 1

    def _ask_us_to_stop(self, now: datetime) -> None:
        rows = list(
            Contact.objects.filter(active=True)
            .exclude(email="")
            .order_by("pk")
            .values_list("email", flat=True)
        )
        for address in _some(self._dice, rows, 0.0003):
            consents.record(
                channel="email",
                address=address,
                given=False,
                source="person",
                note="asked on the phone",
                now=now,
                by=BY,
            )
            self.did["asked_to_stop"] += 1


def _some(dice: Random, rows: Sequence[Any], share: float) -> list[Any]:
    return [row for row in rows if dice.random() < share]
