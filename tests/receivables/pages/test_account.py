"""An account's details: everybody chooses language and time zone, administrators correct names; nobody else does."""

import pytest
from django.urls import reverse

from receivables.models import Audit, User

OWN = {"language": "zh-hans", "time_zone": "Asia/Shanghai"}


def test_everybody_chooses_their_own_language_and_time_zone(world, login):
    client = login("sales_rep")
    address = reverse("receivables:own_account")
    assert address in client.get(reverse("receivables:requests")).content.decode()
    assert client.post(address, OWN).status_code == 302
    rep = User.objects.get(username="sales_rep")
    assert (rep.language, rep.time_zone) == ("zh-hans", "Asia/Shanghai")
    assert Audit.objects.order_by("-seq")[0].after == OWN


def test_saving_what_was_there_writes_nothing(world, login):
    client, before = login("sales_rep"), Audit.objects.count()
    user = User.objects.get(username="sales_rep")
    given = {"language": user.language, "time_zone": user.time_zone}
    assert client.post(reverse("receivables:own_account"), given).status_code == 302
    assert Audit.objects.count() == before


@pytest.mark.parametrize("wrong", [{"time_zone": "Mars/Base"}, {"language": "tlh"}, {"time_zone": ""}])
def test_a_zone_or_language_that_is_none_is_refused(world, login, wrong):
    client = login("sales_rep")
    assert client.post(reverse("receivables:own_account"), OWN | wrong).status_code == 422
    assert User.objects.get(username="sales_rep").language == "en"


def test_one_cannot_rename_oneself(world, login):
    client = login("sales_rep")
    client.post(reverse("receivables:own_account"), OWN | {"first_name": "Boss", "email": "x@y.example"})
    rep = User.objects.get(username="sales_rep")
    assert (rep.first_name, rep.email) == (
        "",
        User.objects.get(pk=rep.pk).email,
    ) and rep.email != "x@y.example"


def test_an_administrator_corrects_the_details_of_others(world, login):
    rep = User.objects.get(pk=login("sales_rep").session["_auth_user_id"])
    address = reverse("receivables:person_details", args=[rep.pk])
    given = OWN | {"first_name": "Rosa", "last_name": "Lindner", "email": "rosa@acme.example"}
    assert login("admin").post(address, given).status_code == 302
    rep.refresh_from_db()
    assert (str(rep), rep.email, rep.time_zone) == ("Rosa Lindner", "rosa@acme.example", "Asia/Shanghai")
    assert login("admin").post(address, given | {"email": "nowhere"}).status_code == 422
    assert login("cfo").post(address, given).status_code == 403
    assert login("admin").get(reverse("receivables:person_details", args=[10**9])).status_code == 404
