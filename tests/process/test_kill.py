"""Worker and scheduler processes are killed at random while the provider misbehaves: nothing twice, nothing lost (P1, P2)."""

import random

import pytest

from tests.fixtures.chaos import FAULTS
from tests.fixtures.chaos_account import books_hold, drain, take

pytestmark = [pytest.mark.process, pytest.mark.django_db]
MOST = 20_000


def through(chaos, ask, kills, mean, seed):
    """Fills the roles that the test has named with a planner, kills, lets everything come to rest, and takes account."""
    chaos.house.faults.set(f"{FAULTS},seed={seed}")
    chaos.role("planner", "planner", chaos.folder, MOST)
    chaos.until(lambda: len(chaos.house.accepted) > 5, 60, "nothing was ever sent")
    chaos.rage(kills, mean=mean, dice=random.Random(seed), most_seconds=30 if kills < 100 else 3600)
    (chaos.folder / "enough").touch()
    chaos.roles.pop("planner")
    chaos.running["planner"].wait(300)
    waited = drain(chaos, ask)
    chaos.end()
    found = take(chaos, ask)
    print(
        f"{len(found.states)} messages, {chaos.kills} kills, {found.cut} cut, {found.doubtful} doubtful, "
        f"{found.count('accepted')} accepted, {found.count('parked')} parked, drained in {waited:.0f} s"
    )
    found.holds(chaos.kills)
    planned = set((chaos.folder / "planned").read_text().split())
    assert planned <= set(found.states)
    assert chaos.kills == kills or kills < 100 and chaos.kills > 5
    assert found.cut > 0, "no kill has hit a send: the test shows nothing"
    assert found.count("accepted") > chaos.kills
    assert found.doubtful > 0
    books_hold(chaos)
    return found


def test_p1_300_kills_of_two_embedded_engines_send_nothing_twice_and_lose_nothing(chaos, ask, scale):
    chaos.do("seed")
    chaos.role("engine 1", "engine")
    chaos.role("engine 2", "engine")
    through(chaos, ask, scale(300), 0.7, 1)


@pytest.mark.postgres
def test_p1_300_kills_of_celery_workers_and_two_beats_send_nothing_twice_and_lose_nothing(
    chaos, own_redis, ask, scale
):
    chaos.set(CELERY_BROKER_URL=own_redis.url)
    chaos.do("seed")
    for number in (1, 2):
        (chaos.folder / f"beat{number}").mkdir()
        chaos.role(f"beat {number}", "beat", chaos.folder / f"beat{number}")
        chaos.role(f"worker {number}", "worker", "right", f"w{number}")
    through(chaos, ask, scale(300), 0.6, 2)
