"""References in messy text: the normal form, the tokens, and what must not be taken for a reference."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from receivables.rules.references import core, lookalike, normalise_reference, reference_tokens, shape


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("inv-2026/0001", "INV20260001"),
        (" INV 2026.0001 ", "INV20260001"),
        ("000712219", "712219"),
        ("INV-0012", "INV0012"),
        ("Ré-1٣", "RE1٣"),
        ("ＩＮＶ－７", "INV7"),
        ("RF18 0000 0000 0539 0075 4703 4", "RF18539007547034"),
        ("发票-0012", "发票0012"),
        ("***", ""),
        ("000", ""),
    ],
)
def test_the_normal_form_drops_separators_case_and_leading_zeros(text, normal):
    assert normalise_reference(text) == normal


@pytest.mark.parametrize(
    "text",
    [
        "INV-2026-0001",
        "Rechnung inv 2026 0001 vom 3.2.26",
        "SVWZ+INV-20\n26-0001",
        "EREF+INV/2026/0001+KREF+77",
        "pay:inv20260001;thanks",
        "发票INV-2026-0001号",
        "(.*)[INV_2026_0001]{3}$",
    ],
)
def test_a_number_is_found_however_it_is_written(text):
    assert normalise_reference("INV-2026-0001") in reference_tokens(text)


@pytest.mark.parametrize("text", ["1712219", "7122190", "X712219Y", "B712219", "900619", "71221 9x"])
def test_MA_14_a_number_inside_another_is_not_that_number(text):
    assert "712219" not in reference_tokens(text)


@pytest.mark.parametrize(
    "text", ["712219", "RE712219", "Rechnung712219", "nr. 712 219", "发票712219号", "000712219"]
)
def test_a_known_label_or_a_gap_does_not_hide_a_number(text):
    assert "712219" in reference_tokens(text)


def test_short_digits_torn_apart_are_not_put_together():
    assert "12345" not in reference_tokens("EUR 12 345")


def test_structured_references_give_the_number_inside_only_when_their_check_digits_hold():
    assert "539007547034" in reference_tokens("RF18 5390 0754 7034")
    assert "539007547034" not in reference_tokens("RF17539007547034")
    swiss = reference_tokens("21 00000 00003 13947 14300 09017")
    assert {"210000000003139471430009017", "21000000000313947143000901"} <= set(swiss)
    assert "21000000000313947143000901" not in reference_tokens("21 00000 00003 13947 14300 09018")


def test_a_label_is_dropped_only_from_numbers_long_enough():
    assert (core("INV-2026-0001"), core("INV-12"), core("ABC-2026-0001")) == ("20260001", "", "")


def test_lookalikes_and_shapes():
    assert lookalike("INVO0I1") == lookalike("1NV0O11")
    assert shape("INV-0017") == shape("ABC 9921") != shape("INV-17")


@given(st.text(max_size=300))
@example("0A")
def test_any_text_gives_bounded_tokens_that_are_their_own_normal_form(text):
    tokens = reference_tokens(text)
    assert len(set(tokens)) == len(tokens) <= 6_400
    assert all(any(c.isdigit() for c in token) for token in tokens)


def test_hostile_length_is_cut_not_suffered():
    assert len(reference_tokens("1 a " * 100_000)) < 10_000
