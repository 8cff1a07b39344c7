"""Whatever happens and whenever it is looked at: promises end the same way, and the books hold."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dunning.models import PromiseToPay
from dunning.services import promise_settling, promises
from receivables import books
from receivables.services import cash
from tests.fixtures.world import World

TODAY = date(2026, 3, 2)
DUE = TODAY + timedelta(days=10)
EVENTS = st.lists(
    st.tuples(
        st.integers(1, 60),  # how much, in whole euros
        st.integers(0, 20),  # on which day after the promise
        st.booleans(),  # on which of the two items
        st.booleans(),  # whether it bounces in the end
    ),
    max_size=5,
)


def run(events, looks):
    """Plays the events in their order of days, settles after every `looks`-th and at the end; answers state and paid."""
    world = World()
    invoices = [world.issue("globex", "100", due_on=TODAY) for _n in range(2)]
    made = promises.make(
        items=[(each.instalments.select_related("entry__customer").get().entry, 10000) for each in invoices],
        due_on=DUE, source="call", today=TODAY, now=world.at(TODAY), by=world.by,
    )  # fmt: skip
    payments = []
    for number, (euros, after, second, bounces) in enumerate(events):
        on = TODAY + timedelta(days=after)
        invoice = invoices[second]
        room = float(world.open(invoice))
        if room:
            payments.append((world.pay(invoice, str(min(euros, int(room))), on=on), bounces))
        if looks and number % looks == 0:
            settle(world, on)
    for payment, bounces in payments:
        if bounces:
            back = TODAY + timedelta(days=21)
            cash.reverse(payment=payment, reason="bounce", on=back, now=world.at(back), by=world.by)
    end = DUE + timedelta(days=25)
    settle(world, end)
    moved = settle(world, end)
    row = PromiseToPay.objects.get(pk=made.pk)
    assert moved == 0, "asked again it changes nothing"
    assert books.check() == []
    return row.state, row.paid


def settle(world, on):
    return promise_settling.settle(on=on, now=world.at(on), by=world.by)


@pytest.mark.django_db
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(events=EVENTS, looks=st.integers(1, 3))
def test_wish_b5_settling_is_idempotent_and_blind_to_order_and_to_how_often_it_is_asked(events, looks):
    from django.db import transaction

    found = []
    for order, often in (
        (sorted(events, key=lambda e: e[1]), looks),
        (sorted(events, key=lambda e: -e[1]), 0),
    ):
        with transaction.atomic():
            found.append(run(order, often))
            transaction.set_rollback(True)
    if sum(e[0] for e in events if not e[2]) <= 100 and sum(e[0] for e in events if e[2]) <= 100:
        assert found[0] == found[1]


def test_one_entitys_day_breaks_no_promise_of_another_where_the_day_still_runs(world):
    other = world.legal_entity("US", "US Inc", "USD", "America/New_York", "US")
    made = {}
    for entity in (world.entity, other):
        invoice = world.issue("globex", "100", due_on=TODAY, entity=entity)
        item = invoice.instalments.select_related("entry__customer").get().entry
        made[entity.pk] = promises.make(
            items=[(item, 10000)], due_on=DUE, source="call", today=TODAY, now=world.at(TODAY), by=world.by
        )
    end = max(each.grace_until for each in made.values()) + timedelta(days=1)
    promise_settling.settle(on=end, now=world.at(end), by=world.by, entity=world.entity)
    states = {pk: PromiseToPay.objects.get(pk=each.pk).state for pk, each in made.items()}
    assert states == {world.entity.pk: "BROKEN", other.pk: "OPEN"}


def test_one_customer_that_breaks_does_not_hold_up_the_others(world, monkeypatch):
    made = {}
    for code in ("globex", "acme"):
        invoice = world.issue(code, "100", due_on=TODAY)
        item = invoice.instalments.select_related("entry__customer").get().entry
        made[code] = promises.make(
            items=[(item, 10000)], due_on=DUE, source="call", today=TODAY, now=world.at(TODAY), by=world.by
        )
    close, broken = promise_settling.promise_ends.close, made["globex"].customer_id

    def fails(line, promise, *rest, **more):
        if promise.customer_id == broken:
            raise ZeroDivisionError
        close(line, promise, *rest, **more)

    monkeypatch.setattr(promise_settling.promise_ends, "close", fails)
    assert settle(world, DUE + timedelta(days=25)) == 1
    assert {PromiseToPay.objects.get(pk=each.pk).state for each in made.values()} == {"OPEN", "BROKEN"}
