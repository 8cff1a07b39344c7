"""The checks of a request as a table of cases; every code has its words and an example."""

from dataclasses import replace

import pytest

from receivables.rules import request_checks
from receivables.rules.request_checks import RequestPicture
from receivables.words import request_words

GOOD = RequestPicture(
    customer_state="ACTIVE", currency="EUR", gross=11900, lines=1, customer_name="Acme Tools GmbH"
)


def wrong(**changes):
    return [c.code for c in request_checks.blocking(request_checks.check(replace(GOOD, **changes)))]


CASES = [
    ({}, []),
    ({"customer_state": "INCOMPLETE", "customer_missing": ("tax_id",)}, ["customer_incomplete"]),
    ({"customer_state": "CLOSED"}, ["customer_closed"]),
    ({"lines": 0, "gross": 0}, ["lines_missing", "amount_not_positive"]),
    ({"gross": 0}, ["amount_not_positive"]),
    ({"amount_max": 11899}, ["amount_over_limit"]),
    ({"amount_max": 11900}, []),
    ({"po_required": True}, ["po_number_missing"]),
    ({"po_required": True, "po_number": "1"}, []),
    ({"contract_required": True, "attachments": frozenset({"order"})}, ["contract_missing"]),
    ({"contract_required": True, "attachments": frozenset({"contract"})}, []),
    ({"kind": "special_vat"}, ["attachment_missing"]),
    ({"kind": "special_vat", "attachments": frozenset({"order"})}, []),
    ({"terms_problem": "terms_invalid"}, ["terms_invalid"]),
    ({"due_before_today": True}, ["due_in_the_past"]),
    ({"urgent": True, "urgent_reason": "now"}, ["urgent_reason_missing"]),
    ({"urgent": True, "urgent_reason": "books close today", "urgent_used": 4}, []),
    ({"urgent": True, "urgent_reason": "books close today", "urgent_used": 5}, ["urgent_quota_spent"]),
    ({"urgent_used": 9}, []),
    ({"twins": ("INV-1",)}, ["duplicate_suspected"]),
    ({"twins": ("INV-1",), "twins_confirmed": True}, []),
]


@pytest.mark.parametrize(("changes", "codes"), CASES)
def test_000_03_each_check_blocks_for_its_own_reason(changes, codes):
    assert wrong(**changes) == codes


def test_001_02_a_check_that_was_not_done_is_never_shown_as_passed():
    found = {c.code: c.state for c in request_checks.check(GOOD)}
    assert found["tax_register"] == "not_performed"
    assert len(request_checks.check(GOOD)) == 12


@pytest.mark.parametrize("changes", [changes for changes, codes in CASES if codes])
def test_000_14_every_block_has_a_sentence_with_figures_a_field_and_an_example(changes):
    for check in request_checks.blocking(request_checks.check(replace(GOOD, **changes))):
        assert check.field
        assert "%(" not in request_words.wrong(check)
        assert request_words.wrong(check).endswith(".")
        assert request_words.example(check.code)
        assert request_words.label(check)


def test_000_14_every_validator_of_an_input_has_an_example():
    without = {code for code, words in request_words.INPUTS.items() if not words.example}
    assert without == {"too_many_lines"}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("ACME  Tools GmbH.", "Acme Tools GmbH", True),
        ("广州恒达物流集团有限公司", "广州恒达物流集团有限公司", True),
        ("Acme Tools AG", "Acme Tools GmbH", False),
        ("AcmeTools GmbH", "Acme Tools GmbH", False),
        ("", "Acme", False),
    ],
)
def test_buyers_names_are_compared_without_case_blanks_and_stops(one, other, same):
    assert request_checks.same_name(one, other) is same
