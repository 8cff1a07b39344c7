"""Bad input at the API's door, rows 32 to 36, 39, 40 and 46 of the catalogue: a defined answer, no effect, never a 500."""

import json

import pytest

from receivables.models import Payment

GOOD = {"amount": "5.00", "currency": "EUR", "value_on": "2026-03-02", "reference": "bank"}


@pytest.fixture
def receipt(world):
    return GOOD | {"entity": world.entity.pk, "customer": world.customer("acme").pk}


def problem(answer, status):
    """The problem of an answer of that status."""
    assert answer.status_code == status, (answer.status_code, answer.content[:300])
    assert answer["Content-Type"] == "application/problem+json"
    said = answer.json()
    assert (
        said["status"] == status and said["code"] and said["detail"] and said["type"].endswith(said["code"])
    )
    assert "Traceback" not in answer.content.decode()
    return said


MALFORMED = {
    "cut": '{"amount": "5.00"',
    "nan": '{"amount": NaN}',
    "infinity": '{"amount": -Infinity}',
    "doubled": '{"amount": "1", "amount": "9"}',
    "deep": "[" * 10_000 + "]" * 10_000,
    "deep_object": '{"a":' * 60 + "1" + "}" * 60,
    "utf16": '{"amount": "1"}'.encode("utf-16"),
    "latin": b'{"amount": "\xe9"}',
    "digits": '{"entity": ' + "9" * 5000 + "}",
    "words": "hello",
}


@pytest.mark.parametrize("name", MALFORMED)
def test_bad_input_32_malformed_json_is_400(api, name):
    problem(api("accountant").post("payments", MALFORMED[name]), 400)
    assert not Payment.objects.exists()


def test_bad_input_32_a_doubled_key_is_named(api, receipt):
    text = json.dumps(receipt)[:-1] + ', "amount": "9.00"}'
    assert problem(api("accountant").post("payments", text), 400)["code"] == "duplicate_key"


def test_bad_input_32_a_body_of_fifty_megabytes_is_413(api):
    problem(api("accountant").post("payments", b'{"reference": "' + b"x" * 50_000_000 + b'"}'), 413)


@pytest.mark.parametrize(
    "name", ["id", "status", "state", "approved_by", "org", "received_by", "audit_seq", "__class__"]
)
def test_bad_input_33_an_unknown_or_read_only_field_is_422_and_never_assigned(api, receipt, name):
    said = problem(api("accountant").post("payments", receipt | {name: 1}), 422)
    assert said["code"] == "unknown_field" and said["pointer"] == f"#/{name}"
    assert not Payment.objects.exists()


AMOUNTS = [
    0.1, 5, 1e2, "1e2", "１００", True, None, ["5.00"], {"x": 1}, "", " 5.00", "5,00", "1.234,56", "-5.00", "+5", "NaN",
    "Infinity", "0x10", "1_000", "5.001", "5.", ".5", "0.00", "9" * 30, "9999999999999999.99",
]  # fmt: skip


@pytest.mark.parametrize("amount", AMOUNTS, ids=repr)
def test_bad_input_34_an_amount_is_a_plain_decimal_string_and_nothing_else(api, receipt, amount):
    problem(api("accountant").post("payments", receipt | {"amount": amount}), 422)
    assert not Payment.objects.exists()


@pytest.mark.parametrize("currency", ["eur", "XXX", "RMB", "€", "EURO", 978, None, ""])
def test_bad_input_18_an_unknown_currency_is_422(api, receipt, currency):
    problem(api("accountant").post("payments", receipt | {"currency": currency}), 422)


def test_bad_input_10_more_decimals_than_the_currency_has_is_422(api, receipt):
    said = problem(api("accountant").post("payments", receipt | {"amount": "10.5", "currency": "JPY"}), 422)
    assert said["field"] == "amount" and said["figures"] == {"decimals": 1, "allowed": 0}


DAYS = [
    "02/03/2026",
    "2026-02-30",
    "20260302",
    "2026-3-5",
    "0026-03-02",
    "9999-01-01",
    "2026-W10-1",
    45000,
    "２０２６-03-02",
]


@pytest.mark.parametrize("day", DAYS)
def test_bad_input_13_a_day_is_iso_and_exists(api, receipt, day):
    problem(api("accountant").post("payments", receipt | {"value_on": day}), 422)


@pytest.mark.parametrize(
    "text",
    ["a\x00b", "a\nb", "\ud800", "\x1b[31m", "x" * 5000],
    ids=["nul", "line", "surrogate", "escape", "long"],
)
def test_bad_input_25_control_characters_and_long_texts_are_422(api, receipt, text):
    problem(api("accountant").post("payments", receipt | {"reference": text}), 422)


@pytest.mark.parametrize("text", ["'; DROP TABLE x", "<script>", "{{7*7}}", "🦊 مرحبا"])
def test_bad_input_26_strange_but_legal_texts_are_kept_verbatim(api, receipt, text):
    answer = api("accountant").post("payments", receipt | {"reference": text})
    assert answer.status_code == 201 and answer.json()["reference"] == text


@pytest.mark.parametrize("given", [-1, 0, 2**63, 2**63 - 1, 10**30])
def test_bad_input_35_an_id_out_of_range_is_404_or_422_in_address_query_and_body(api, receipt, given):
    mine = api("accountant")
    assert mine.get(f"customers/{given}").status_code == 404
    assert mine.get(f"entries?customer={given}").status_code in (200, 422)
    assert mine.post("payments", receipt | {"customer": given}).status_code in (404, 422)


@pytest.mark.parametrize(
    "given", ["1 OR 1=1", "x", "1.5", "00000000-0000-0000-0000-00000000000A", "%00", "１"]
)
def test_bad_input_35_an_id_of_another_shape_is_404_in_the_address_and_422_elsewhere(api, receipt, given):
    mine = api("accountant")
    absent = mine.get("customers/987654")
    answer = mine.get(f"customers/{given}")
    assert (answer.status_code, answer.content) == (404, absent.content)
    problem(mine.get(f"entries?customer={given}"), 422)
    problem(mine.post("payments", receipt | {"customer": given}), 422)


@pytest.mark.parametrize("path", ["customers/1/activate", "payments/1/reversals", "bank/lines/1/ignore"])
def test_bad_input_36_a_get_never_has_a_side_effect(api, path):
    answer = api("finance_manager").get(path)
    assert problem(answer, 405)["code"] == "method_not_allowed" and answer["Allow"] == "POST"


def test_bad_input_39_a_page_is_capped(api, world, monkeypatch):
    for n in range(4):
        world.customer(f"c{n}")
    monkeypatch.setattr("receivables.wire.lists.MOST", 3)
    said = api("accountant").get("customers?limit=1000000").json()
    assert len(said["items"]) == 3 and said["next"] == str(said["items"][-1]["id"])


def test_bad_input_39_pages_by_key_meet_every_row_once(api, world):
    made = {world.customer(f"c{n}").pk for n in range(7)}
    mine, after, met = api("accountant"), "", []
    while after is not None:
        said = mine.get(f"customers?limit=3&after={after}").json()
        met += [row["id"] for row in said["items"]]
        after = said["next"]
    assert len(met) == len(set(met)) and set(met) == made


@pytest.mark.parametrize(
    "query",
    ["limit=-1", "limit=0", "limit=x", "limit=1.5", "after=x", "after=1%27", "after=-5", "after=" + "9" * 30],
)
def test_bad_input_39_a_negative_page_or_a_tampered_cursor_is_400(api, query):
    problem(api("accountant").get(f"customers?{query}"), 400)


@pytest.mark.parametrize(
    "query", ["sort=password", "customer__user__password__startswith=a", "offset=5", "page=2", "id=1"]
)
def test_bad_input_39_only_listed_filters_are_taken(api, query):
    assert problem(api("accountant").get(f"invoices?{query}"), 422)["code"] == "unknown_parameter"


@pytest.mark.parametrize("text", ["%25", "_", "%5C", "(a%2B)%2B$", "'"])
def test_bad_input_40_a_search_is_literal(api, world, text):
    world.customer("acme")
    assert api("accountant").get(f"customers?q={text}").json()["items"] == []


def test_bad_input_40_a_null_byte_or_ten_kilobytes_of_search_is_422(api):
    for text in ("%00", "a" * 10_000):
        problem(api("accountant").get(f"customers?q={text}"), 422)


@pytest.mark.parametrize(
    "kind",
    ["text/xml", "text/plain", "application/x-www-form-urlencoded", "", "multipart/form-data; boundary=x"],
)
def test_bad_input_46_another_content_type_is_415(api, receipt, kind):
    problem(api("accountant").post("payments", json.dumps(receipt), content_type=kind), 415)


@pytest.mark.parametrize("method", ["HEAD", "TRACE", "PUT", "DELETE", "OPTIONS", "FOO"])
def test_bad_input_46_another_method_is_405(api, method):
    answer = api("accountant").send(method, "payments")
    assert answer.status_code == 405 and answer["Allow"] == "GET, POST"


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"])
def test_bad_input_46_a_method_override_does_nothing(api, world, header):
    mine = api("accountant")
    assert mine.get("payments", **{header: "POST"}).json() == {"items": [], "next": None}


def test_bad_input_46_a_doubled_parameter_is_400(api):
    assert (
        problem(api("accountant").get("entries?customer=1&customer=2"), 400)["code"] == "repeated_parameter"
    )


def test_bad_input_46_ten_thousand_parts_are_400(api):
    parts = (
        "".join(f'--x\r\nContent-Disposition: form-data; name="p{n}"\r\n\r\n1\r\n' for n in range(10_000))
        + "--x--\r\n"
    )
    answer = api("accountant").post("bank/statements", parts, content_type="multipart/form-data; boundary=x")
    problem(answer, 400)


def test_bad_input_46_an_operation_without_a_body_takes_none(api, world):
    customer = world.customer("acme")
    said = problem(api("accountant").post(f"customers/{customer.pk}/activate", {"state": "ACTIVE"}), 422)
    assert said["code"] == "unknown_field"
