"""Several workers and several people at once: each notice is handed over once, decided once, and numbered without a gap."""

import threading
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connections

from dunning.models import Notice
from dunning.services import delivery, notices
from receivables.actor import Actor
from receivables.models import CustomerProfile, Message, NumberSeries
from receivables.rules.refusals import Refused
from tests.fixtures.dunning_desk import DunningDesk
from tests.fixtures.world import World

DUE = date(2026, 3, 2)
CALL = DUE + timedelta(days=1)
FIRM = DUE + timedelta(days=16)
DEMAND = DUE + timedelta(days=31)


def together(*deeds: Callable[[], object]) -> list[Exception]:
    """Does all of them at the same moment, each on its own connection; answers what went wrong."""
    failed: list[Exception] = []
    gate = threading.Barrier(len(deeds))

    def run(deed: Callable[[], object]) -> None:
        try:
            gate.wait(10)
            deed()
        except Exception as error:  # the test names whatever went wrong
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return failed


def desk_of(*codes: str, importance: int = 2) -> DunningDesk:
    desk = DunningDesk(World())
    for code in codes:
        desk.issue(code, "900.00", due_on=DUE)
    CustomerProfile.objects.update(importance=importance)
    desk.dun(CALL)
    desk.dun(FIRM)
    return desk


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_di_14_workers_at_once_hand_each_notice_over_once(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    desk = desk_of("acme", "globex", "initech", "umbrella")
    now = desk.now(FIRM, 10)
    deeds = [lambda: delivery.hand_over_due(now=now, by=Actor.system("engine"))] * 4
    assert together(*deeds) == []
    assert Notice.objects.filter(stage="firm", state="HANDED_OVER").count() == 4
    assert Message.objects.filter(kind="notice", step="firm").count() == 4


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_people_release_one_letter_once_and_its_number_once(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    desk = desk_of("globex", importance=3)
    desk.accept_all(FIRM)
    desk.dun(DEMAND)
    notice = Notice.objects.get(stage="demand", state="PROPOSED")
    now = desk.now(DEMAND, 10)

    def release(who: str) -> Callable[[], object]:
        person = Actor.of(desk.user(who), "page")
        return lambda: notices.approve(notice=notice, seen_hash=None, now=now, by=person)

    (refused,) = together(release("finance_manager"), release("cfo"))
    assert isinstance(refused, Refused) and refused.code == "state"
    assert Message.objects.filter(key=f"notice:{notice.pk}").count() == 1
    assert NumberSeries.objects.get(code="letter").last_number == 1
