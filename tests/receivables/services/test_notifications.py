"""Our own people hear of a fact once on each channel they chose, however often somebody tells it."""

import pytest

from receivables.models import Message, Notification
from receivables.services import notifications, outbox

pytestmark = pytest.mark.django_db


def tell(mailroom, users, **options):
    values = {
        "key": "handover:7", "kind": "handover", "figures": {"amount": 5}, "link": "/x/", "customer": None,
        "now": mailroom.now, "entity": mailroom.world.entity, "rendered": outbox.plain("Look", "A hand-over waits."),
    }  # fmt: skip
    return notifications.tell(None, users, **(values | options))


@pytest.fixture
def people(world):
    both = world.user("collector", email="c@duebook.example", phone="+4915111111111")
    app = world.user("accountant", email="a@duebook.example", told_by=["app"])
    text = world.user("cfo", email="f@duebook.example", phone="+4915122222222", told_by=["sms"])
    return both, app, text


def test_each_person_is_told_by_the_channels_they_chose(mailroom, people):
    assert {row.user.username for row in tell(mailroom, people)} == {"collector", "accountant"}
    told = set(Message.objects.values_list("channel", "recipient", "kind"))
    assert told == {
        ("email", "c@duebook.example", "notification"),
        ("sms", "+4915122222222", "notification"),
    }


def test_a_fact_told_again_is_told_once(mailroom, people):
    for _n in range(3):
        tell(mailroom, people)
    assert (Notification.objects.count(), Message.objects.count()) == (2, 2)
    assert mailroom.deliver() == {"accepted": 2}


def test_people_who_left_hear_nothing_and_words_are_needed_for_mail(mailroom, people):
    people[0].is_active = False
    assert [row.user for row in tell(mailroom, people, rendered=None)] == [people[1]]
    assert Message.objects.count() == 0


def test_reading_marks_once(mailroom, people):
    (row,) = tell(mailroom, people[1:2])
    notifications.read(notification=row, now=mailroom.now)
    first = Notification.objects.get().read_at
    mailroom.later(hours=1)
    notifications.read(notification=row, now=mailroom.now)
    assert (
        Notification.objects.get().read_at
        == first
        == Notification.objects.exclude(read_at=None).get().read_at
    )
