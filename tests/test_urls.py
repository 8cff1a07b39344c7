"""Every address of the project: none without a policy, none open by mistake, none that fails for any of the eight roles."""

import re

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

from receivables.access_table import ROLES
from receivables.conf.api import api as json_api
from receivables.doors import PUBLIC
from receivables.services import roles

OPEN_TO_ALL = {"healthz", "readyz", "i18n/setlang/"}
"""Addresses without a door of ours: health, readiness, Django's switch of language. Nothing else is excepted."""
SAFE_ANSWERS = {200, 204, 302, 400, 403, 404, 405, 409, 422}


def addresses(patterns=None, prefix=""):
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route, pattern.callback
        else:
            yield from addresses(pattern.url_patterns, route)


def policies(view):
    """The policies of an address, by method; a page has one for all."""
    held = getattr(view, "policies", None) or {"*": getattr(view, "policy", None)}
    return held


def filled(route):
    """An address with something plausible in each blank."""
    route = re.sub(r"<int:\w+>", "1", route)
    route = re.sub(r"<(str|slug|path):\w+>|<\w+>", "xlsx" if "export" in route else "x", route)
    return "/" + route.replace("^", "").replace("$", "").replace("\\Z", "")


ALL = list({route: view for route, view in addresses() if not route.startswith("^")}.items())
READ = [(route, view) for route, view in ALL if set(policies(view)) & {"*", "GET"}]


def test_the_walk_sees_pages_and_operations():
    routes = {route for route, _view in ALL}
    assert {"login/", "api/payments", "api/reports/aging"} <= routes and len(routes) > 60


@pytest.mark.parametrize(("route", "view"), ALL, ids=lambda value: value if isinstance(value, str) else "")
def test_no_address_is_without_a_policy(route, view):
    if route in OPEN_TO_ALL:
        return
    known = roles.all_verbs() | {PUBLIC, "logged_in"}
    assert set(policies(view).values()) <= known, policies(view)


def test_every_operation_of_the_api_is_in_its_description():
    described = json_api.get_openapi_schema(path_prefix="/api/")["paths"]
    routed = {
        "/" + re.sub(r"<(?:int|str):(\w+)>", r"{\1}", route) for route, _v in ALL if route.startswith("api/")
    }
    assert routed - {"/api/"} == set(described)


def test_an_address_without_a_policy_would_be_found():
    assert policies(lambda request: None) == {"*": None}


@pytest.mark.django_db
def test_anonymous_gets_nothing_but_what_is_public():
    client = Client()
    for route, view in ALL:
        if route in OPEN_TO_ALL or PUBLIC in policies(view).values():
            continue
        answer = client.get(filled(route))
        allowed = {302, 401, 403, 404, 405} if route.startswith("api/") else {302, 403, 404}
        assert answer.status_code in allowed, (route, answer.status_code)
        if answer.status_code == 302:
            assert answer["Location"].startswith("/login/"), route


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_every_page_without_a_failure(role, world, login):
    world.pay(world.issue("acme", "100.00"), "40.00")
    client = login(role)
    for route, _view in READ:
        answer = client.get(filled(route))
        assert answer.status_code in SAFE_ANSWERS, (role, route, answer.status_code)
        if answer.streaming:
            b"".join(answer.streaming_content)


@pytest.mark.django_db
def test_a_post_without_the_csrf_token_is_refused(world, login):
    user = login("finance_manager").session["_auth_user_id"]
    client = Client(enforce_csrf_checks=True)
    client.force_login(type(world.user("cfo")).objects.get(pk=user))
    for route, _view in ALL:
        if route.startswith(("healthz", "readyz", "r/", "u/", "hooks/")):
            continue
        answer = client.post(filled(route), {"x": "1"})
        assert answer.status_code in {403, 404, 405}, (route, answer.status_code)


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
def test_an_unsafe_method_on_an_address_that_only_reads_is_405(method, login):
    client = login("finance_manager")
    for route, view in ALL:
        if set(policies(view)) == {"GET"}:
            answer = client.generic(method, filled(route))
            assert answer.status_code == 405 and "GET" in answer["Allow"], (route, answer.status_code)
