"""Promises to pay: what may be promised, and how the ledger keeps or breaks them."""

from datetime import date, timedelta

import pytest

from credit.models import RiskEvent
from dunning.models import PromiseToPay
from dunning.services import handovers, promise_settling, promises
from receivables import books
from receivables.models import Audit, Customer, WorkItem
from receivables.rules.money import Money
from receivables.rules.refusals import Refused
from receivables.services import adjustments, cash, disputes

TODAY = date(2026, 3, 2)  # a Monday


def entry(invoice):
    return invoice.instalments.select_related("entry__customer").get().entry


def promise(world, items, due_on=TODAY + timedelta(days=10), *, today=TODAY, by=None, **more):
    pairs = [(entry(invoice), Money.of(amount, invoice.currency).minor) for invoice, amount in items]
    return promises.make(
        items=pairs, due_on=due_on, source="call", today=today, now=world.at(today), by=by or world.by, **more
    )


def settle(world, on):
    return promise_settling.settle(on=on, now=world.at(on), by=world.by)


def fresh(row):
    return PromiseToPay.objects.get(pk=row.pk)


def refused(code, call, *args, **options):
    with pytest.raises(Refused) as caught:
        call(*args, **options)
    assert caught.value.code == code, caught.value


@pytest.fixture
def two(world):
    return [world.issue("globex", amount, due_on=TODAY - timedelta(days=20)) for amount in ("600", "400")]


def test_wish_b5_one_promise_stands_over_many_invoices(world, two):
    before = Customer.objects.get(code="globex").stop_version
    made = promise(world, [(two[0], "600"), (two[1], "150")])
    assert (made.amount, made.items.count(), made.state) == (75000, 2, "OPEN")
    assert made.tolerance == 3750  # five per cent
    assert made.grace_until == date(2026, 3, 16)  # Thursday the 12th and two bank days
    assert Customer.objects.get(code="globex").stop_version > before
    assert Audit.objects.get(action="promise.made").seq == made.made_seq


def test_grace_counts_bank_days_of_the_entity(world, two):
    made = promise(world, [(two[0], "600")], due_on=date(2026, 4, 2), grace_days=2)
    assert made.grace_until == date(
        2026, 4, 8
    )  # Good Friday, Saturday, Sunday and Easter Monday do not count


def test_003_16_promise_is_refused_where_it_cannot_hold(world, two):
    first, second = two
    refused("nothing_promised", promise, world, [])
    refused("over_open", promise, world, [(first, "600.01")])
    refused("date_past", promise, world, [(first, "1")], due_on=TODAY - timedelta(days=1))
    refused("tolerance_invalid", promise, world, [(first, "1")], tolerance=100)
    elsewhere = world.issue("acme", "10", due_on=TODAY)
    refused("crosses", promise, world, [(first, "1"), (elsewhere, "1")])
    disputes.open_on(entry=entry(first), reason="price", today=TODAY, now=world.at(TODAY), by=world.by)
    refused("disputed", promise, world, [(first, "600")])
    world.pay(second)
    refused("not_open", promise, world, [(second, "400")])


def test_an_item_stands_in_one_open_promise(world, two):
    promise(world, [(two[0], "100")])
    refused("already_promised", promise, world, [(two[0], "100")])


def test_a_far_day_needs_somebody_who_may_close_promises(world, two):
    far = TODAY + timedelta(days=61)
    refused("beyond_horizon", promise, world, [(two[0], "600")], due_on=far, by=world.person("sales_rep"))
    assert promise(world, [(two[0], "600")], due_on=far, by=world.person("sales_manager")).state == "OPEN"
    assert promise(world, [(two[1], "400")], due_on=far - timedelta(days=1), by=world.person("sales_rep"))


def test_pitfall_45_a_kept_promise_closes_at_once(world, two):
    made = promise(world, [(two[0], "600")])
    world.pay(two[0], on=TODAY + timedelta(days=3))
    assert settle(world, TODAY + timedelta(days=3)) == 1
    made = fresh(made)
    assert (made.state, made.paid, made.closed_on) == ("KEPT", 60000, TODAY + timedelta(days=3))
    assert settle(world, TODAY + timedelta(days=40)) == 0


def test_pitfall_45_a_broken_promise_is_recorded_and_dunning_goes_on(world, two):
    made = promise(world, [(two[0], "600")])
    collector = world.user("collector")
    Customer.objects.get(code="globex").profiles.update(collector=collector)
    assert settle(world, made.grace_until) == 0  # the last day of grace still counts
    before = Customer.objects.get(code="globex").stop_version
    assert settle(world, made.grace_until + timedelta(days=1)) == 1
    assert fresh(made).state == "BROKEN"
    assert Customer.objects.get(code="globex").stop_version > before
    task = WorkItem.objects.get(kind="broken_promise")
    assert (task.assignee, task.state, task.customer.code) == (collector, "OPEN", "globex")
    assert RiskEvent.objects.get().key == f"promise:{made.pk}:broken"
    assert settle(world, made.grace_until + timedelta(days=2)) == 0


@pytest.mark.parametrize(
    ("paid", "state"),
    [("95", "KEPT"), ("94.99", "PARTLY_KEPT"), ("10", "PARTLY_KEPT"), ("9.99", "BROKEN"), ("100", "KEPT")],
)
def test_tolerance_and_part(world, paid, state):
    invoice = world.issue("globex", "100", due_on=TODAY)
    made = promise(world, [(invoice, "100")])
    world.pay(invoice, paid, on=made.grace_until)
    settle(world, made.grace_until + timedelta(days=1))
    assert fresh(made).state == state


def test_pitfall_45_a_partial_promise_counts_its_own_amount_only(world, two):
    made = promise(world, [(two[0], "200")], tolerance=0)
    world.pay(two[0], "200", on=TODAY + timedelta(days=1))
    settle(world, TODAY + timedelta(days=1))
    assert fresh(made).state == "KEPT"
    assert world.open(two[0]) == "400.00"


def test_money_known_before_the_promise_does_not_keep_it(world, two):
    world.pay(two[0], "300", on=TODAY)
    made = promise(world, [(two[0], "300")])
    settle(world, made.grace_until + timedelta(days=1))
    assert fresh(made).state == "BROKEN"


def test_late_money_does_not_keep_it(world, two):
    made = promise(world, [(two[0], "600")])
    late = made.grace_until + timedelta(days=1)
    world.pay(two[0], on=late)
    settle(world, late)
    assert (fresh(made).state, fresh(made).paid) == ("BROKEN", 0)


def test_a_bank_file_that_comes_later_keeps_it_by_value_date(world, two):
    made = promise(world, [(two[0], "600")])
    settle(world, made.grace_until + timedelta(days=1))
    assert fresh(made).state == "BROKEN"
    world.pay(two[0], on=made.grace_until)  # worth it in time, known now
    assert settle(world, made.grace_until + timedelta(days=3)) == 1
    assert fresh(made).state == "KEPT"
    assert WorkItem.objects.get(kind="broken_promise").state == "CANCELLED"


def test_the_verdict_waits_while_money_in_time_lies_unapplied(world, two):
    made = promise(world, [(two[0], "600")])
    world.receive("globex", "600", on=made.grace_until)
    assert settle(world, made.grace_until + timedelta(days=5)) == 0
    assert settle(world, made.grace_until + timedelta(days=6)) == 1
    assert fresh(made).state == "BROKEN"


def test_pitfall_45_a_bounce_before_the_day_opens_the_count_again(world, two):
    made = promise(world, [(two[0], "600")])
    payment = world.pay(two[0], on=TODAY + timedelta(days=1))
    settle(world, TODAY + timedelta(days=1))
    assert fresh(made).state == "KEPT"
    back = TODAY + timedelta(days=2)
    cash.reverse(payment=payment, reason="bounce", on=back, now=world.at(back), by=world.by)
    settle(world, back)
    made = fresh(made)
    assert (made.state, made.paid, made.closed_on) == ("OPEN", 0, None)


def test_a_bounce_after_the_day_breaks_a_kept_promise(world, two):
    made = promise(world, [(two[0], "600")])
    payment = world.pay(two[0], on=TODAY + timedelta(days=1))
    settle(world, TODAY + timedelta(days=1))
    back = made.grace_until + timedelta(days=20)
    cash.reverse(payment=payment, reason="bounce", on=back, now=world.at(back), by=world.by)
    assert settle(world, back) == 1
    assert fresh(made).state == "BROKEN"
    assert books.check() == []


def test_what_is_credited_was_not_broken(world, two):
    made = promise(world, [(two[1], "400")])
    adjustments.credit(
        invoice=two[1], amount=Money.of("400", "EUR"), on=TODAY, reason_code="other", reason="returned",
        now=world.at(TODAY), by=world.by,
    )  # fmt: skip
    settle(world, TODAY + timedelta(days=1))
    made = fresh(made)
    assert (made.state, made.close_reason) == ("REPLACED", "nothing_left")
    assert not RiskEvent.objects.exists()


def test_a_credit_note_over_a_part_lowers_what_is_wanted(world, two):
    made = promise(world, [(two[1], "400")], tolerance=0)
    adjustments.credit(
        invoice=two[1], amount=Money.of("150", "EUR"), on=TODAY, reason_code="other", reason="returned",
        now=world.at(TODAY), by=world.by,
    )  # fmt: skip
    world.pay(two[1], "250", on=TODAY)
    settle(world, TODAY)
    assert (fresh(made).state, fresh(made).paid) == ("KEPT", 25000)


def test_renegotiation_keeps_the_chain(world, two):
    first = promise(world, [(two[0], "600")])
    second = promises.renegotiate(
        promise=first, items=[(entry(two[0]), 50000)], due_on=TODAY + timedelta(days=20), source="mail",
        today=TODAY + timedelta(days=5), now=world.at(TODAY), by=world.by,
    )  # fmt: skip
    assert (fresh(first).state, second.replaces, second.state) == ("REPLACED", first, "OPEN")
    refused(
        "state", promises.renegotiate, promise=first, items=[(entry(two[0]), 100)], due_on=TODAY, source="mail",
        today=TODAY, now=world.at(TODAY), by=world.by,
    )  # fmt: skip


def test_003_16_promise_overridden_by_a_person_stays_so(world, two):
    made = promise(world, [(two[0], "600")])
    told = {"promise": made, "kept": True, "on": TODAY, "now": world.at(TODAY), "by": world.by}
    refused("reason_missing", promises.decide, reason=" ", **told)
    promises.decide(reason="cheque seen", **told)
    settle(world, made.grace_until + timedelta(days=1))
    assert (fresh(made).state, fresh(made).close_reason) == ("KEPT", "cheque seen")
    assert Audit.objects.get(action="promise.decided").reason == "cheque seen"


def test_a_withdrawn_promise_frees_its_items(world, two):
    made = promise(world, [(two[0], "600")])
    promises.withdraw(promise=made, reason="wrong customer", on=TODAY, now=world.at(TODAY), by=world.by)
    assert fresh(made).state == "REPLACED"
    assert promise(world, [(two[0], "600")]).state == "OPEN"


def test_handed_over_items_are_not_promised(world, two):
    handovers.make(
        entries=[entry(two[0])], to="Dr. Recht", kind="legal", reason="silent", today=TODAY, now=world.at(TODAY),
        by=world.by,
    )  # fmt: skip
    refused("handed_over", promise, world, [(two[0], "600")])
