"""Which ladder speaks about a customer, and which assignment decided it (003-20: precedence is shown)."""

import pytest

from dunning.models import Assignment
from dunning.questions import in_force, pictures
from tests.fixtures.dunning_pictures import steps
from tests.fixtures.world import DAY_0

pytestmark = pytest.mark.django_db


@pytest.fixture
def chosen(dunning_desk):
    def one(code: str):
        desk = dunning_desk
        entity = desk.world.entity
        seen = pictures.load(entity, [desk.world.customer(code).pk], DAY_0, desk.now(DAY_0))
        return in_force.ladders(entity.pk, seen)[seen[0].customer]

    return one


def test_003_20_the_narrowest_assignment_wins_and_is_named(dunning_desk, chosen):
    desk = dunning_desk
    customer = desk.customer("globex", segment="Key Account")
    assert [(c.ladder.policy, c.decided_by.level) for c in chosen("globex")] == [
        ("gentle", "segment"),
        ("alerts", "default"),
    ]
    for level, meant in (
        ("entity_segment", {"segment": "key account", "entity": desk.world.entity}),
        ("customer", {"customer": customer}),
    ):
        version = desk.ladder(steps(level.count("e")), **meant)
        chase = chosen("globex")[0]
        assert (chase.ladder.version_id, chase.decided_by.level) == (version.pk, level)
    assert chosen("acme")[0].ladder.policy == "standard"


def test_an_assignment_to_nobody_exempts_and_without_any_there_is_no_choice(dunning_desk, chosen):
    desk = dunning_desk
    desk.exempt(customer=desk.customer("globex"))
    chase, alert = chosen("globex")
    assert (chase.ladder, chase.decided_by.reason, alert.ladder.policy) == (None, "key account", "alerts")
    Assignment.objects.update(removed_at=desk.now(DAY_0))
    assert [(c.ladder, c.decided_by) for c in chosen("globex")] == [(None, None), (None, None)]


def test_two_queries_serve_any_number_of_customers(dunning_desk, count_queries):
    desk = dunning_desk
    ids = [desk.customer(f"c{n}").pk for n in range(120)]
    desk.exempt(customer=desk.world.customer("c7"))
    seen = pictures.load(desk.world.entity, ids, DAY_0, desk.now(DAY_0))
    with count_queries() as queries:
        found = in_force.ladders(desk.world.entity.pk, seen)
    assert len(queries) == 2
    silent = [pk for pk, choices in found.items() if choices[0].ladder is None]
    assert silent == [desk.world.customer("c7").pk]


def test_the_horizon_is_the_earliest_rung_of_all_active_ladders(dunning_desk):
    assert in_force.horizon() == 10
