"""The size of text messages: alphabet, units and segments."""

import pytest

from receivables.rules.refusals import Refused
from receivables.rules.sms_parts import demand_sendable, measure


@pytest.mark.parametrize(
    ("text", "alphabet", "units", "segments"),
    [
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("€" * 80, "GSM-7", 160, 1),
        ("a" * 152 + "€" + "a" * 152, "GSM-7", 306, 3),
        ("付" * 70, "UCS-2", 70, 1),
        ("付" * 71, "UCS-2", 71, 2),
        ("😀" * 35, "UCS-2", 70, 1),
        ("😀" * 36, "UCS-2", 72, 2),
        ("a" * 69 + "’", "UCS-2", 70, 1),
        ("", "GSM-7", 0, 1),
    ],
)
def test_bad_input_64_segments_are_counted_as_the_carrier_counts_them(text, alphabet, units, segments):
    size = measure(text)
    assert (size.alphabet, size.units, size.segments) == (alphabet, units, segments)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a" * 1_601, "sms_too_long"),
        ("付" * 1_601, "sms_too_long"),
        (" ", "sms_empty"),
        ("https://pay.example/x", "sms_only_link"),
        ("pay.example/x", "sms_only_link"),
    ],
)
def test_bad_input_64_what_no_carrier_should_carry_is_refused(text, code):
    with pytest.raises(Refused) as caught:
        demand_sendable(text)
    assert caught.value.code == code


def test_bad_input_64_1600_characters_go_in_eleven_segments():
    assert demand_sendable("a" * 1_600).segments == 11
