"""The night's rule by age: on day 31 the class falls once, management hears of it once and orders are held; it ends by itself."""

import threading
from datetime import timedelta

import pytest
from django.db import connections

from credit.models import CreditHold, Episode, RiskEvent
from credit.services import nightly
from receivables import books
from receivables.actor import Actor
from receivables.models import Audit, LegalEntity, Notification
from receivables.services import disputes
from tests.fixtures.world import DAY_0, World

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def cfo(world):
    return world.user("cfo")


def test_003_19_orders_are_held_31_days_past_due_and_not_at_30(world, credit):
    world.issue("globex", "100.00", due_on=DAY_0)
    credit.night(DAY_0 + 30 * DAY)
    assert credit.standing("globex") is None
    credit.night(DAY_0 + 31 * DAY)
    hold = credit.standing("globex")
    assert (hold.reason, hold.placed_on, hold.placed_by) == ("overdue", DAY_0 + 31 * DAY, "tester")


def test_003_27_the_class_falls_once_in_an_episode_with_event_levels_and_word_to_management(
    world, credit, cfo
):
    credit.set_class("globex", "A", DAY_0)
    world.issue("globex", "100.00", due_on=DAY_0)
    for day in (30, 31, 32, 40, 60):
        credit.night(DAY_0 + day * DAY)
    assert credit.risk_class("globex") == "B"
    (event,) = credit.events("globex", "class_lowered")
    assert (event.figures["from"], event.figures["to"], event.on) == ("A", "B", DAY_0 + 31 * DAY)
    (told,) = Notification.objects.filter(kind="class_lowered")
    assert told.user == cfo
    assert (told.figures["from"], told.figures["to"]) == ("A", "B")
    assert told.link == f"/customers/{world.customer('globex').pk}/credit/"


def test_a_new_episode_lowers_again(world, credit):
    credit.set_class("globex", "A", DAY_0)
    first = world.issue("globex", "100.00", due_on=DAY_0)
    credit.night(DAY_0 + 31 * DAY)
    world.pay(first, on=DAY_0 + 35 * DAY)
    credit.night(DAY_0 + 36 * DAY)
    world.issue("globex", "100.00", due_on=DAY_0 + 40 * DAY)
    credit.night(DAY_0 + 71 * DAY)
    assert credit.risk_class("globex") == "C"
    assert [bool(row.ended_on) for row in Episode.objects.order_by("pk")] == [True, False]


@pytest.mark.parametrize(("was", "then"), [("A", "B"), ("B", "C"), ("C", "C"), ("N", "C")])
def test_each_class_falls_one_step_and_somebody_new_to_the_last(world, credit, was, then):
    credit.set_class("globex", "B" if was == "N" else "N", DAY_0 - DAY)
    credit.set_class("globex", was, DAY_0)
    world.issue("globex", "100.00", due_on=DAY_0)
    credit.night(DAY_0 + 31 * DAY)
    assert credit.risk_class("globex") == then
    assert len(credit.events("globex", "class_lowered")) == (was != then)


def test_a_missed_night_is_caught_up(world, credit):
    world.issue("globex", "100.00", due_on=DAY_0)
    credit.night(DAY_0 + 44 * DAY)
    assert credit.standing("globex") is not None
    assert len(credit.events("globex", "class_lowered")) == 1


def test_run_twice_it_does_nothing_more(world, credit, cfo):
    world.issue("globex", "100.00", due_on=DAY_0)
    assert credit.night(DAY_0 + 31 * DAY) == 1
    before = Audit.objects.count(), RiskEvent.objects.count(), Notification.objects.count()
    assert credit.night(DAY_0 + 31 * DAY) == 0
    assert (Audit.objects.count(), RiskEvent.objects.count(), Notification.objects.count()) == before


def test_what_is_in_dispute_does_not_count(world, credit):
    invoice = world.issue("globex", "100.00", due_on=DAY_0)
    disputes.open_on(
        entry=invoice.instalments.get().entry, reason="quality", amount=None, note="", today=DAY_0 + 10 * DAY,
        now=world.at(DAY_0 + 10 * DAY), by=world.by,
    )  # fmt: skip
    assert credit.night(DAY_0 + 31 * DAY) == 0
    assert credit.standing("globex") is None


def test_less_than_the_minimum_neither_lowers_nor_holds(world, credit):
    credit.policy(DAY_0, minimum={"EUR": 5000})
    world.issue("globex", "49.99", due_on=DAY_0)
    assert credit.night(DAY_0 + 31 * DAY) == 0
    world.issue("globex", "0.01", due_on=DAY_0)
    assert credit.night(DAY_0 + 31 * DAY) == 1


def test_without_days_to_hold_the_class_falls_and_orders_pass(world, credit):
    credit.policy(DAY_0, hold_after_days=None)
    world.issue("globex", "100.00", due_on=DAY_0)
    credit.night(DAY_0 + 31 * DAY)
    assert credit.standing("globex") is None
    assert credit.risk_class("globex") == "C"


def test_a_persons_release_keeps_the_night_away_until_it_ends(world, credit):
    world.issue("globex", "100.00", due_on=DAY_0)
    credit.night(DAY_0 + 31 * DAY)
    credit.release(credit.standing("globex"), DAY_0 + 32 * DAY, DAY_0 + 40 * DAY)
    for day in (32, 39, 40):
        credit.night(DAY_0 + day * DAY)
        assert credit.standing("globex") is None
    credit.night(DAY_0 + 41 * DAY)
    assert credit.standing("globex") is not None
    assert CreditHold.objects.count() == 2


def test_the_hold_goes_by_itself_when_nothing_is_long_overdue_any_more(world, credit):
    invoice = world.issue("globex", "100.00", due_on=DAY_0)
    credit.night(DAY_0 + 31 * DAY)
    world.pay(invoice, on=DAY_0 + 32 * DAY)
    credit.night(DAY_0 + 32 * DAY)
    assert credit.standing("globex") is None
    assert CreditHold.objects.get().release_reason == nightly.NOTHING_LEFT
    assert Episode.objects.get().ended_on == DAY_0 + 32 * DAY


def test_a_hold_for_another_reason_stays_when_everything_is_paid(world, credit):
    invoice = world.issue("globex", "100.00", due_on=DAY_0)
    credit.hold("globex", DAY_0, "legal")
    credit.night(DAY_0 + 31 * DAY)
    world.pay(invoice, on=DAY_0 + 32 * DAY)
    credit.night(DAY_0 + 32 * DAY)
    assert credit.standing("globex").reason == "legal"


def test_the_books_hold_after_the_night(world, credit):
    world.issue("globex", "100.00", due_on=DAY_0)
    world.issue("acme", "100.00", due_on=DAY_0, currency="USD")
    assert credit.night(DAY_0 + 31 * DAY) == 2
    assert books.check() == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_nights_at_once_have_one_effect():
    world = World()
    world.user("cfo")
    for code in ("globex", "acme", "initech"):
        world.issue(code, "100.00", due_on=DAY_0)
    on, failed = DAY_0 + 31 * DAY, []
    gate = threading.Barrier(4)

    def night():
        try:
            gate.wait(10)
            entity = LegalEntity.objects.get(pk=world.entity.pk)
            nightly.by_age(entity=entity, on=on, now=world.at(on), by=Actor.system("engine"))
        except Exception as error:  # the test names whatever went wrong
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=night) for _each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []
    assert (CreditHold.objects.count(), Episode.objects.count(), Notification.objects.count()) == (3, 3, 3)
    assert RiskEvent.objects.filter(kind="class_lowered").count() == 3
