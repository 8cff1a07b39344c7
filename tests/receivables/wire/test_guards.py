"""Who gets into the API: tokens and sessions, their verbs, their end."""

from datetime import UTC, datetime, timedelta

import pytest
from django.middleware.csrf import _get_new_csrf_string
from django.test import Client

from receivables.models import ApiToken

NOW = datetime.now(UTC)


def test_a_token_opens_what_it_names_and_its_user_may(api):
    mine = api("accountant", verbs=["customer.view"])
    assert mine.get("customers").status_code == 200
    answer = mine.get("payments")
    assert answer.status_code == 403
    assert answer.json()["code"] == "forbidden" and answer.json()["figures"] == {"verb": "payment.view"}


def test_a_token_never_does_more_than_its_user_may(api):
    assert api("sales_rep", verbs=["audit.view", "payment.receive"]).get("audit").status_code == 403


def test_losing_a_role_ends_what_the_token_may_at_once(api):
    mine = api("accountant")
    assert mine.get("payments").status_code == 200
    mine.user.roles.clear()
    assert mine.get("payments").status_code == 403


@pytest.mark.parametrize(
    "change", [{"revoked_at": NOW}, {"expires_at": NOW - timedelta(seconds=1)}], ids=["revoked", "expired"]
)
def test_an_ended_token_is_401_at_once(api, change):
    mine = api("accountant")
    ApiToken.objects.filter(pk=mine.token.pk).update(**change)
    answer = mine.get("me")
    assert answer.status_code == 401 and answer["WWW-Authenticate"].startswith("Bearer")


def test_a_disabled_user_is_401_at_once_by_token_and_by_session(api, login):
    mine, browser = api("accountant"), login("accountant")
    assert browser.get("/api/me").status_code == mine.get("me").status_code == 200
    mine.user.is_active = False
    mine.user.save()
    assert browser.get("/api/me").status_code == mine.get("me").status_code == 401


@pytest.mark.parametrize(
    "header", ["Bearer ", "Bearer x", "Basic YTpi", "dbk_x", "Bearer dbk_" + "a" * 43, "Bearer \u00e9"]
)
def test_a_header_that_does_not_hold_is_401_even_beside_a_session(header, login):
    assert login("accountant").get("/api/me", headers={"Authorization": header}).status_code == 401


def test_the_last_use_is_noted_once_an_hour(api):
    mine = api("accountant")
    mine.get("me")
    first = ApiToken.objects.get(pk=mine.token.pk).last_used_at
    mine.get("me")
    assert first is not None and ApiToken.objects.get(pk=mine.token.pk).last_used_at == first


def test_a_session_reads_and_needs_the_csrf_token_to_write(world, login):
    user = world.user("accountant")
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    assert client.get("/api/me").json()["username"] == "accountant"
    customer = world.customer("acme")
    path = f"/api/customers/{customer.pk}/contacts"
    body = {"name": "Billing", "email": "billing@acme.example"}
    refused = client.post(path, body, content_type="application/json")
    assert refused.status_code == 403 and refused.json()["code"] == "forbidden"
    secret = _get_new_csrf_string()
    client.cookies["csrftoken"] = secret
    headers = {"X-CSRFToken": secret}
    assert client.post(path, body, content_type="application/json", headers=headers).status_code == 201


def test_me_says_which_verbs_the_credential_opens(api):
    said = api("accountant", verbs=["customer.view", "audit.view"]).get("me").json()
    assert said["verbs"] == ["customer.view"] and said["token"] == "test"
