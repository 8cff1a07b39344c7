"""Refusals carry a code, a sentence, a field and the figures of the sentence."""

import pickle

from receivables.rules.refusals import Refused


def test_a_refusal_tells_code_sentence_field_and_figures():
    no = Refused("limit_exceeded", "250.00 is above the limit of 200.00.", field="amount", limit="200.00")
    assert (no.code, no.message, no.field) == (
        "limit_exceeded",
        "250.00 is above the limit of 200.00.",
        "amount",
    )
    assert no.figures == {"limit": "200.00"}
    assert str(no) == "limit_exceeded: 250.00 is above the limit of 200.00."


def test_a_refusal_without_field_has_none():
    assert Refused("no", "No.").field is None


def test_a_refusal_survives_the_way_between_processes():
    again = pickle.loads(pickle.dumps(Refused("limit_exceeded", "Too much.", field="amount", limit=3)))
    assert (again.code, again.field, again.figures) == ("limit_exceeded", "amount", {"limit": 3})
