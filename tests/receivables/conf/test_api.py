"""The API against its own description: generated requests find no failure, no status and no answer that is not described."""

import json

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)  # fmt: skip

from receivables.conf.api import api as json_api
from tests.fixtures.api import Api

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
DESCRIPTION = json.loads(json.dumps(json_api.get_openapi_schema(path_prefix="/api/"), default=str))
OPERATIONS = [
    (method.upper(), path) for path, held in sorted(DESCRIPTION["paths"].items()) for method in sorted(held)
]


@pytest.fixture
def described(world):
    """The description over the real application, and a caller who may do nearly everything; something of each kind exists."""
    invoice = world.issue("acme", "100.00")
    world.pay(invoice, "40.00")
    world.receive("acme", "5.00")
    world.issue("globex", "7.00")
    schema = schemathesis.openapi.from_dict(DESCRIPTION)
    schema.app = get_wsgi_application()
    for signal in (
        request_started,
        request_finished,
    ):  # they would close the connection of the test's transaction
        signal.disconnect(close_old_connections)
    yield schema, Api(world.user("finance_manager"))
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=lambda value: value.replace("/", "."))
def test_003_39_generated_requests_meet_the_description(method, path, described, scale):
    schema, caller = described
    operation = schema[path][method]
    good = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    # What has no parameter and no body cannot be sent wrongly.
    takes = "parameters" in operation.definition.raw and operation.definition.raw["parameters"]
    may_fail = bool(takes) or "requestBody" in operation.definition.raw
    bad = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE) if may_fail else good

    @settings(
        max_examples=scale(80),
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=st.one_of(good, bad), real=st.booleans())
    def run(case, real):
        if real and case.path_parameters:
            case.path_parameters = dict.fromkeys(case.path_parameters, 1)
        answer = case.call(headers={"Authorization": f"Bearer {caller.secret}"})
        case.validate_response(answer, checks=CHECKS)

    run()


def test_every_operation_describes_its_refusals_as_problems():
    for method, path in OPERATIONS:
        said = DESCRIPTION["paths"][path][method.lower()]["responses"]
        assert {"400", "405", "422"} <= set(said), (method, path)
        for status, answer in said.items():
            if int(status) >= 400:
                assert list(answer["content"]) == ["application/problem+json"], (method, path, status)


def test_an_unknown_address_is_the_same_problem_everywhere(api):
    mine = api("accountant")
    answers = {mine.get(path).content for path in ("nope", "customers/1/nope", "customers/", "openapi")}
    assert len(answers) == 1 and b'"code": "not_found"' in answers.pop()


def test_a_mistake_of_ours_is_a_problem_without_a_trace_of_it(api, monkeypatch):
    def broken(*args, **values):
        raise RuntimeError("secret inside")

    monkeypatch.setattr("receivables.api.payments.page", broken)
    answer = api("accountant").get("payments")
    assert (
        answer.status_code == 500
        and answer.json()["code"] == "failed"
        and "secret" not in answer.content.decode()
    )
