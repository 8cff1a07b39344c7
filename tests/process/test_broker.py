"""The broker only rings the bell: it may be emptied, stopped or set up all wrong, and schedulers may be many (P23, P24)."""

import random
import time

import pytest

from tests.fixtures.chaos import FAULTS
from tests.fixtures.chaos_account import books_hold, drain, still, take

pytestmark = [pytest.mark.process, pytest.mark.django_db]


@pytest.fixture
def queue(chaos, own_redis):
    """`queue(workers, beats, settings)` starts them on a Redis of our own."""
    chaos.set(CELERY_BROKER_URL=own_redis.url)

    def start(workers, beats, settings="right"):
        for number in range(beats):
            (chaos.folder / f"beat{number}").mkdir()
            chaos.role(f"beat {number}", "beat", chaos.folder / f"beat{number}", settings)
        for number in range(workers):
            chaos.role(f"worker {number}", "worker", settings, f"w{number}")

    return start


@pytest.mark.postgres
def test_p23_redis_emptied_every_few_seconds_and_stopped_and_restarted_loses_and_doubles_nothing(
    chaos, queue, own_redis, ask, scale
):
    chaos.set(DUEBOOK_LEASE_SECONDS=60, DUEBOOK_SETTLE_SECONDS=60)
    chaos.do("seed")
    queue(1, 1)
    chaos.role("planner", "planner", chaos.folder, 100_000)
    chaos.until(lambda: len(chaos.house.accepted) > 5, 120, "nothing was ever sent")
    dice = random.Random(23)
    for number in range(max(5, scale(60))):
        time.sleep(dice.uniform(0.5, 3))
        own_redis.flush()
        if number % 5 == 2:
            own_redis.stop()
            time.sleep(2)
            own_redis.start()
        chaos.keep()
    (chaos.folder / "enough").touch()
    chaos.roles.pop("planner")
    chaos.running["planner"].wait(300)
    waited = drain(chaos, ask, 150)
    found = take(chaos, ask)
    print(f"{len(found.states)} messages, the last one {waited:.0f} s after")
    found.holds(0)
    assert found.count("accepted") == len(found.states) > 20
    assert all(process.poll() is None for name, process in chaos.running.items() if "worker" in name)
    books_hold(chaos)


@pytest.mark.postgres
def test_celery_with_every_setting_wrong_still_sends_once_and_loses_nothing(chaos, queue, ask, scale):
    """Acknowledged early, hoarded, lost with the worker, redelivered while it runs: the rows are the truth."""
    chaos.house.faults.set(f"{FAULTS},seed=4")
    chaos.do("seed")
    queue(2, 1, "wrong")
    chaos.role("planner", "planner", chaos.folder, 100_000)
    chaos.until(lambda: len(chaos.house.accepted) > 5, 120, "nothing was ever sent")
    chaos.rage(scale(80), mean=0.6, dice=random.Random(4), most_seconds=20 if scale(80) < 50 else 3600)
    (chaos.folder / "enough").touch()
    chaos.roles.pop("planner")
    chaos.running["planner"].wait(300)
    drain(chaos, ask, 150)
    found = take(chaos, ask)
    found.holds(chaos.kills)
    assert found.count("accepted") > chaos.kills > 2
    books_hold(chaos)


@pytest.mark.postgres
def test_p24_two_beats_and_two_workers_deliver_the_same_table_as_one_engine(chaos, queue, ask, scale):
    """Every message once, by one attempt, whoever rings how often; the one engine is the test beside."""
    chaos.do("seed")
    count = scale(600)
    chaos.do("batch", count, seconds=600)
    queue(2, 2)
    chaos.until(lambda: still(ask), 300, "messages are still on their way")
    assert delivered(chaos, ask) == [(f"chaos:{n}", "accepted", 1, 1) for n in range(count)]


def test_p24_two_embedded_engines_deliver_the_same_table_as_one(chaos, ask, scale):
    chaos.do("seed")
    count = scale(600)
    chaos.do("batch", count, seconds=600)
    for number in (1, 2):
        chaos.role(f"engine {number}", "engine")
    chaos.until(lambda: still(ask), 300, "messages are still on their way")
    assert delivered(chaos, ask) == [(f"chaos:{n}", "accepted", 1, 1) for n in range(count)]


def delivered(chaos, ask):
    """The table of messages, in the order planned: key, state, attempts that were accepted, copies at the provider."""
    found = take(chaos, ask)
    taken = dict(ask("SELECT key, COUNT(*) FROM v_attempt WHERE state = 'accepted' GROUP BY key"))
    keys = sorted(found.states, key=lambda key: int(key.split(":")[1]))
    return [(key, found.states[key][0], taken.get(key, 0), found.copies[key]) for key in keys]
