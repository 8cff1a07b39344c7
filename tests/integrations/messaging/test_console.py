"""The console and the printed letter: accepted at once, faults on purpose, nothing kept."""

from dataclasses import replace

import pytest

from integrations.errors import Rejected, Unavailable, Uncertain
from integrations.messaging import console, print_letter
from tests.doubles.outgoing import LETTER, MAIL, TOKEN

FAILURES = {"uncertain": Uncertain, "rejected": Rejected, "unavailable": Unavailable}


def test_a_message_is_accepted_under_its_token():
    assert console.Adapter().send(MAIL).provider_id == f"console-{TOKEN}"


@pytest.mark.parametrize("fault", FAILURES)
def test_a_fault_is_had_by_setting(fault):
    with pytest.raises(FAILURES[fault]):
        console.Adapter(fault=fault).send(MAIL)


@pytest.mark.parametrize("fault", FAILURES)
def test_a_fault_is_had_by_the_recipient(fault):
    with pytest.raises(FAILURES[fault]):
        console.Adapter().send(replace(MAIL, recipient=f"fault-{fault}@globex.example"))


def test_a_letter_is_handed_to_a_person():
    assert print_letter.Adapter().send(LETTER).provider_id == f"print-{TOKEN}"
