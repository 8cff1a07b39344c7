"""Encoding, length and segments of text messages: both alphabets, the extension table, emoji, the limit."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from receivables.rules.refusals import Refused
from receivables.rules.sms_segments import check, count

EMOJI = "\N{SLIGHTLY SMILING FACE}"


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments"),
    [
        ("", "gsm7", 0, 0),
        ("a", "gsm7", 1, 1),
        ("a" * 160, "gsm7", 160, 1),
        ("a" * 161, "gsm7", 161, 2),
        ("a" * 306, "gsm7", 306, 2),
        ("a" * 307, "gsm7", 307, 3),
        ("€" * 80, "gsm7", 160, 1),
        ("€" * 81, "gsm7", 162, 2),
        # 153 septets hold 76 euro signs; the odd one is left over, not cut.
        ("€" * 152, "gsm7", 304, 2),
        ("€" * 153, "gsm7", 306, 3),
        ("[{~}]^\\|\f", "gsm7", 18, 1),
        ("@£$¥èéùìòÇØøÅåÆæßÉÄÖÑÜ§¿äöñüà¡¤Δ_ΦΓΛΩΠΨΣΘΞ\r\n", "gsm7", 44, 1),
        ("ç", "ucs2", 1, 1),
        ("付" * 70, "ucs2", 70, 1),
        ("付" * 71, "ucs2", 71, 2),
        ("付" * 134, "ucs2", 134, 2),
        ("付" * 135, "ucs2", 135, 3),
        (EMOJI, "ucs2", 2, 1),
        ("a" * 159 + EMOJI, "ucs2", 161, 3),
        (EMOJI * 35, "ucs2", 70, 1),
        # 67 units hold 33 emoji.
        (EMOJI * 66, "ucs2", 132, 2),
        (EMOJI * 67, "ucs2", 134, 3),
    ],
)
def test_bad_input_64_encoding_units_and_segments(text, encoding, units, segments):
    found = count(text)
    assert (found.encoding, found.units, found.segments) == (encoding, units, segments)


@pytest.mark.parametrize("text", ["a" * 1600, "付" * 1600, EMOJI * 800])
def test_bad_input_64_1600_characters_fit_and_one_more_is_refused(text):
    assert not check(text).limit_exceeded
    assert count(text + "a").limit_exceeded
    with pytest.raises(Refused, match="sms_too_long") as caught:
        check(text + "a")
    assert caught.value.figures == {"length": 1601, "limit": 1600}


def test_bad_input_64_a_message_that_is_only_a_link_is_told():
    assert count(" https://pay.example.com/x?y=1 ").only_link
    assert not count("Your statement: https://pay.example.com/x").only_link


def test_what_makes_a_message_dear_is_named_once_each():
    assert count("Don’t – don’t “wait”").ucs2_because == ("’", "–", "“", "”")
    assert count("Don't").ucs2_because == ()


@pytest.mark.parametrize(
    ("text", "code"), [(" \n", "sms_empty"), ("a\0", "sms_character"), ("\ud83d", "sms_character")]
)
def test_what_cannot_be_sent_is_refused(text, code):
    with pytest.raises(Refused, match=code):
        check(text)


@settings(max_examples=500)
@given(st.text(st.sampled_from("aé€{\nç付" + EMOJI), max_size=400))
def test_segments_hold_all_units_and_waste_at_most_one_each(text):
    found = count(text)
    single, many = (160, 153) if found.encoding == "gsm7" else (70, 67)
    if found.encoding == "ucs2":
        assert found.units == len(text.encode("utf-16-be")) // 2
    if found.units <= single:
        assert found.segments == (1 if text else 0)
    else:
        assert found.segments * many >= found.units > (found.segments - 1) * (many - 1)
