"""Processes that do a night are killed, and schedulers are many: the rows are those of a night nobody disturbed (P24)."""

import random

import pytest

from tests.fixtures.chaos_account import books_hold

pytestmark = [pytest.mark.process, pytest.mark.django_db]
CUSTOMERS, CHUNK = 120, 6
TABLES = {
    "notices": "SELECT c.code, n.currency, n.track, n.stage, n.rank, n.audience, n.channel, n.recipient, n.total, n.state"
    " FROM dunning_notice n JOIN receivables_customer c ON c.id = n.customer_id",
    "items": "SELECT c.code, e.due_on, e.amount, i.stage, i.rank, i.days_past_due, i.open_amount, i.withdrawn, i.reached_on,"
    " i.track FROM dunning_noticeitem i JOIN dunning_notice n ON n.id = i.notice_id"
    " JOIN receivables_customer c ON c.id = n.customer_id JOIN receivables_entry e ON e.id = i.entry_id",
    "outcomes": "SELECT c.code, o.from_on, o.to_on, o.code FROM dunning_runoutcome o"
    " JOIN receivables_customer c ON c.id = o.customer_id",
    "to-dos": "SELECT c.code, w.kind, w.owner_role, w.state FROM receivables_workitem w"
    " JOIN receivables_customer c ON c.id = w.customer_id",
}


def written(ask, code):
    """Every table of a company's night, with its own name taken out."""
    return {
        name: sorted(
            tuple(str(value).replace(code, "") for value in row)
            for row in ask(f"{select} WHERE c.code LIKE '{code}%'")
        )
        for name, select in TABLES.items()
    }


def finished(ask, code):
    return bool(
        ask(
            "SELECT r.id FROM dunning_run r JOIN receivables_legalentity e ON e.id = r.entity_id"
            f" WHERE e.code = '{code}' AND r.finished_at IS NOT NULL"
        )
    )


def the_same(chaos, ask):
    undisturbed, disturbed = written(ask, "NL"), written(ask, "TW")
    for name in TABLES:
        assert disturbed[name] == undisturbed[name], name
    assert {name for name in TABLES if len(undisturbed[name]) < CUSTOMERS / 8} == set()
    sums = ask("SELECT looked_at, notices, items, failed FROM dunning_run")
    assert len(sums) == 2
    assert sums[0] == sums[1]
    books_hold(chaos)


def test_p1_a_night_whose_processes_are_killed_writes_the_rows_of_an_undisturbed_one(chaos, ask, scale):
    chaos.do("seed_nights", CUSTOMERS)
    chaos.do("night", "NL", CHUNK)
    for number in (1, 2):
        chaos.role(f"scheduler {number}", "night", "TW", CHUNK, 0.3)
    kills = scale(80)
    chaos.rage(kills, mean=0.5, dice=random.Random(9), most_seconds=20 if kills < 50 else 3600)
    chaos.until(lambda: finished(ask, "TW"), 120, "the night does not end")
    chaos.end()
    assert chaos.kills > 2
    the_same(chaos, ask)


def test_p24_three_schedulers_at_once_write_the_plan_of_one(chaos, ask):
    chaos.do("seed_nights", CUSTOMERS)
    chaos.do("night", "NL", CHUNK)
    all_three = [chaos.start("night", "TW", CHUNK) for _n in range(3)]
    assert [process.wait(900) for process in all_three] == [0, 0, 0], chaos.log("night")
    the_same(chaos, ask)


def test_a_night_that_died_before_it_was_summed_up_is_summed_up_by_the_next_process(chaos, ask):
    chaos.do("seed_nights", 10)
    died = chaos.start("night", "TW", 1000, 0, "dies")
    assert died.wait(600) == 9, chaos.log("night")
    assert not finished(ask, "TW")
    chaos.do("night", "TW", 1000)
    assert finished(ask, "TW")
