"""The night's bells: each entity's run starts when its hour has come there, and whoever hears the bell does the chunks."""

from datetime import UTC, date, datetime, time

import pytest

from dunning import tasks
from dunning.models import Notice, Run
from receivables import clock
from tests.fixtures.world import DAY_0

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(monkeypatch):
    def set_to(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)

    return set_to


def test_pitfall_20_each_entity_begins_its_own_day_at_its_own_hour(world, at):
    zones = {"AP": "Pacific/Apia", "PP": "Pacific/Pago_Pago", "LH": "Australia/Lord_Howe"}
    for code, zone in zones.items():
        world.legal_entity(code, code, "USD", zone, "US")
    at(datetime(2026, 3, 2, 17, 30, tzinfo=UTC))
    tasks.start_nights()
    assert dict(Run.objects.values_list("entity__code", "on")) == {
        "NL": date(2026, 3, 2),
        "AP": date(2026, 3, 3),
        "PP": date(2026, 3, 2),
    }
    at(datetime(2026, 3, 2, 19, 0, tzinfo=UTC))
    assert tasks.start_nights() == 1
    assert Run.objects.get(entity__code="LH").on == date(2026, 3, 3)


def test_di_10_ringing_every_ten_minutes_starts_one_run_a_day(world, at):
    begun = []
    for hour in range(24):
        for minute in (0, 30):
            at(datetime(2026, 3, 2, hour, minute, tzinfo=UTC))
            begun.append(tasks.start_nights())
    assert sum(begun) == 1
    assert Run.objects.get().started_at == datetime(2026, 3, 2, 5, 0, tzinfo=UTC)


def test_before_its_hour_nothing_begins(world, at):
    world.entity.dunning_at = time(22)
    world.entity.save()
    at(datetime(2026, 3, 2, 20, 59, tzinfo=UTC))
    assert tasks.start_nights() == 0
    at(datetime(2026, 3, 2, 21, 0, tzinfo=UTC))
    assert tasks.start_nights() == 1


def test_a_clock_that_was_set_back_does_not_stop_the_others(world, at):
    other = world.legal_entity("DE", "Other", "EUR", "Europe/Berlin", "DE")
    Run.objects.create(entity=world.entity, on=date(2026, 3, 9), started_at=world.at(DAY_0), started_by="x")
    at(datetime(2026, 3, 2, 8, tzinfo=UTC))
    assert tasks.start_nights() == 1
    assert Run.objects.get(entity=other).on == date(2026, 3, 2)


def test_whoever_hears_the_bell_does_the_chunks_and_the_last_one_finishes_the_run(dunning_desk, at):
    dunning_desk.issue("globex", due_on=date(2026, 3, 1))
    at(datetime(2026, 3, 2, 6, tzinfo=UTC))
    tasks.start_nights()
    assert tasks.do_chunks() == 1
    assert tasks.do_chunks() == 0
    assert Run.objects.get().finished_at is not None
    assert Notice.objects.get(track="chase").stage == "call"


def test_one_chunk_that_fails_does_not_stop_the_bell(dunning_desk, at, monkeypatch):
    from dunning.services import runs

    for n in range(3):
        dunning_desk.issue(f"c{n}", due_on=date(2026, 3, 1))
    at(datetime(2026, 3, 2, 6, tzinfo=UTC))
    run = runs.start(
        entity=dunning_desk.world.entity,
        on=date(2026, 3, 2),
        now=clock.now(),
        by=dunning_desk.by,
        chunk_size=1,
    )
    first, whole = runs.undone(run=run)[0], runs._do
    monkeypatch.setattr(
        runs, "_do", lambda chunk, now, by: 1 / 0 if chunk == first else whole(chunk, now, by)
    )
    assert tasks.do_chunks() == 3
    assert runs.undone(run=run) == [first]
