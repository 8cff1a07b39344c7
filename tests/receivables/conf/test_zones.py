"""Moments in the zone of the person who looks, and only for the length of their request."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.utils import timezone

from receivables import context, localised
from receivables.conf.zones import PersonsZone
from receivables.models import User

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def seen(rf, user) -> str:
    """What a page would write for noon UTC."""
    request = rf.get("/")
    request.user = user
    answer = PersonsZone(lambda _request: HttpResponse(localised.moment(NOON, iso=True)))(request)
    return answer.content.decode()


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("Europe/Berlin", "2026-03-02 13:00"),
        ("Asia/Shanghai", "2026-03-02 20:00"),
        ("UTC", "2026-03-02 12:00"),
        ("", "2026-03-02 12:00"),
        ("Atlantis/Capital", "2026-03-02 12:00"),
        ("../../etc/passwd", "2026-03-02 12:00"),
    ],
)
def test_a_person_sees_moments_in_their_own_zone(rf, zone, shown):
    assert seen(rf, User(username="acme", time_zone=zone)) == shown


def test_who_is_not_logged_in_sees_the_zone_of_the_installation(rf):
    assert seen(rf, AnonymousUser()) == "2026-03-02 12:00"


def test_the_zone_is_put_back_after_the_request(rf):
    before = timezone.get_current_timezone_name()
    seen(rf, User(username="acme", time_zone="Asia/Shanghai"))
    assert timezone.get_current_timezone_name() == before


def test_a_failing_page_leaves_no_zone_behind(rf):
    request = rf.get("/")
    request.user = User(username="acme", time_zone="Asia/Shanghai")

    def fails(_request):
        raise RuntimeError("broken")

    with timezone.override(ZoneInfo("Europe/Berlin")):
        with pytest.raises(RuntimeError):
            PersonsZone(fails)(request)
        assert timezone.get_current_timezone_name() == "Europe/Berlin"


@pytest.mark.django_db
def test_every_page_is_answered_in_the_zone_of_its_reader(world, login, monkeypatch):
    client, zones, made = login("accountant"), [], context.of
    User.objects.filter(username__startswith="accountant").update(time_zone="Asia/Shanghai")

    def of(request):
        zones.append(timezone.get_current_timezone_name())
        return made(request)

    monkeypatch.setattr("receivables.context.of", of)
    assert client.get("/invoices/").status_code == 200
    assert set(zones) == {"Asia/Shanghai"}
