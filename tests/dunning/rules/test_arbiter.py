"""One voice: what all tracks say about a customer becomes one message per recipient, channel, currency and day."""

from dunning.rules.arbiter import needs_person
from dunning.rules.ladder import Ladder, Stage
from tests.fixtures.dunning_pictures import (
    COLLECTOR,
    REP,
    alerts,
    contact,
    day,
    house,
    item,
    on_rung,
    picture,
    standard,
    steps,
    verdict,
)

LEVELS = steps(5, 20, 40)


def said(found) -> list[tuple[str, str, str, int]]:
    return [(d.stage.code, d.target.channel, d.currency, d.total) for d in found.drafts]


def test_dl_46_pitfall_29_several_invoices_are_one_message_sorted_with_a_total():
    found = verdict(picture(item(1, 30_000, due=-1), item(2, 10_000, due=-3)), LEVELS, at=4)
    assert said(found) == [("l1", "email", "EUR", 40_000)]
    assert [row.entry for row, _ask in found.drafts[0].rows] == [2, 1]
    assert [i.item.entry for i in found.drafts[0].climbing] == [1, 2]


def test_pitfall_28_the_message_speaks_at_the_highest_level_and_items_keep_their_own():
    old = item(1, due=-40, rungs=(on_rung("l1", 5, -35), on_rung("l2", 20, -20)))
    found = verdict(picture(old, item(2, due=-5)), LEVELS, at=0)
    assert said(found) == [("l3", "email", "EUR", 20_000)]
    assert [(i.item.entry, i.stage.code) for i in found.drafts[0].climbing] == [(1, "l3"), (2, "l1")]


def test_a_message_to_the_customer_lists_all_that_is_overdue_and_may_be_asked_for():
    rows = (
        item(1, due=-5),
        item(2, due=-30, rungs=(on_rung("l1", 5, -25), on_rung("l2", 20, -10))),
        item(3, due=-30, disputed=True),
        item(4, due=9),
        item(5, 10_000, due=-30, promised=4_000, rungs=(on_rung("l1", 5, None),)),
    )
    found = verdict(picture(*rows, unapplied={"EUR": 1_000}), LEVELS, at=0)
    assert [(row.entry, ask) for row, ask in found.drafts[0].rows] == [
        (2, 10_000),
        (5, 6_000),
        (1, 10_000),
    ]
    assert found.drafts[0].total == 25_000
    assert [i.item.entry for i in found.drafts[0].climbing] == [1]


def test_pitfall_53_rq_02_credit_is_taken_off_and_never_makes_it_negative():
    found = verdict(
        picture(item(1, 20_000), item(2, 50_000, open_amount=20_000), unapplied={"EUR": 15_000}), LEVELS, at=5
    )
    assert found.drafts[0].total == 25_000


def test_each_currency_is_a_message_of_its_own():
    found = verdict(picture(item(1), item(2, 700, currency="USD")), LEVELS, at=5)
    assert said(found) == [("l1", "email", "EUR", 10_000), ("l1", "email", "USD", 700)]


def test_003_26_an_alert_goes_to_the_rep_of_record_and_lists_only_what_comes():
    late = item(1, due=-20, rungs=(on_rung("escalate", 16, -4, track="alert"),))
    found = verdict(picture(late, item(2, due=7)), alerts(), at=0)
    [draft] = found.drafts
    assert (draft.stage.code, draft.target.user, draft.target.told) == ("rep7", REP, (REP,))
    assert [row.entry for row, _ask in draft.rows] == [2]


def test_a_call_task_is_due_as_the_house_says_and_counts_at_once():
    found = verdict(picture(item()), standard(), at=1)
    [draft] = found.drafts
    assert (draft.state, draft.target.due_at) == ("HANDED_OVER", house().task_due_at)
    assert draft.target.owner_role == "sales_rep"


def test_003_16_day_16_writes_firmly_and_calls_in_the_sales_manager():
    one = item(rungs=(on_rung("call", 1, 1),))
    found = verdict(picture(one), standard(), alerts(), at=16)
    assert [(d.stage.code, d.target.channel, d.target.owner_role) for d in found.drafts] == [
        ("firm", "email", ""),
        ("escalate", "work", "sales_manager"),
    ]
    assert found.reasons == ((1, "sent", "firm"), (1, "sent", "escalate"))
    assert found.drafts[1].target.recipient == "role:sales_manager"


def test_003_17_importance_and_amount_decide_whether_a_person_looks_first():
    def state(importance: int, amount: int) -> tuple[str, str, str]:
        one = item(amount=amount, rungs=(on_rung("firm", 16, 16, deadline_on=day(23)),))
        found = verdict(picture(one, importance=importance), standard(), at=31)
        return found.drafts[0].state, found.drafts[0].why, found.code

    assert state(3, 1_000) == ("PROPOSED", "important", "proposed")
    assert state(2, 999_999) == ("RELEASED", "", "sent")
    assert state(2, 1_000_000) == ("PROPOSED", "important", "proposed")
    assert state(1, 1_000_000) == ("RELEASED", "", "sent")


def test_a_limit_for_any_currency_stands_behind_those_that_are_named():
    stage = Stage("d", 31, "billing", ("letter",), "d", person_from={2: {"EUR": 100, "*": 0}})
    assert not needs_person(stage, 2, "EUR", 99)
    assert needs_person(stage, 2, "EUR", 100)
    assert needs_person(stage, 2, "USD", 1)
    assert not needs_person(stage, 1, "EUR", 10**9)
    assert not needs_person(Stage("w", 1, "cfo", ("email",), "", person_from={2: {"*": 0}}), 2, "EUR", 1)


def test_pitfall_11_who_cannot_be_reached_becomes_a_task_and_a_reason():
    found = verdict(picture(item(), item(2), contacts=()), LEVELS, at=5)
    assert (found.drafts, found.code) == ((), "no_contact")
    [task] = found.tasks
    assert (task.reason, task.user, task.stage) == ("no_contact", COLLECTOR, "l1")
    assert {reason[1:] for reason in found.reasons} == {("no_contact", "l1")}


def test_a_full_week_waits_without_a_task():
    found = verdict(picture(item(), contacts=(contact(recent={"email": 3}),)), LEVELS, at=5)
    assert (found.code, found.tasks) == ("cap", ())


def test_a_voice_that_spoke_today_waits_for_the_next_run():
    spoken = frozenset({("billing1@customer.example", "email", "EUR")})
    found = verdict(picture(item()), LEVELS, at=5, spoken=spoken)
    assert (found.drafts, found.code) == ((), "gap")


def test_reasons_of_a_second_track_are_told_only_where_it_speaks():
    found = verdict(picture(item(rungs=(on_rung("call", 1, 1),))), standard(), alerts(), at=10)
    assert found.reasons == ((1, "stage_not_due", "firm", day(16).isoformat()),)
    assert found.code == "stage_not_due"


def test_the_same_facts_give_the_same_verdict():
    shown = picture(item(1), item(2, due=-3), item(3, currency="USD"))
    assert said(verdict(shown, LEVELS, alerts(), at=16)) == said(verdict(shown, LEVELS, alerts(), at=16))


def test_a_rung_that_reaches_nobody_holds_up_its_own_items_only():
    mute = Ladder(
        "test", 1, "chase", (
            Stage("l1", 5, "billing", ("email",), "l1"),
            Stage("l2", 20, "billing", ("sms",), "l2"),
        ),
    )  # fmt: skip
    stuck = item(1, due=-20, rungs=(on_rung("l1", 5, -15),))
    found = verdict(picture(stuck, item(2, due=-5)), mute, at=0)
    assert [(i.item.entry, i.stage.code) for draft in found.drafts for i in draft.climbing] == [(2, "l1")]
    assert {reason[0]: reason[1] for reason in found.reasons} == {1: "no_contact", 2: "sent"}
