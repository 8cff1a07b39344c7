"""Every fact is one whole sentence; a kind or figure we do not know never breaks the bell."""

import pytest
from django.utils import translation

from receivables.words import notification_words as words

FIGURES = {
    "customer": "Acme", "amount": 123456, "currency": "EUR", "number": "R-7", "due_on": "2026-03-02", "from": "B", "to": "C",
    "entity": "Nordlicht", "contact": "Mia", "recipient": "Mia", "parked": "too_large", "items": 3, "note": "Wrong tax.",
}  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("kind", sorted(words.SENTENCES))
def test_every_kind_is_told_with_its_figures(kind, language):
    with translation.override(language):
        said = words.sentence(kind, FIGURES | ({"stage": "demand"} if kind == "dunning" else {}))
    assert "%(" not in said and "–" not in said, said
    assert len(said) > 5


def test_figures_are_read_as_money_dates_and_counts():
    said = words.sentence("broken_promise", FIGURES)
    assert said == "Acme: the promise to pay €1,234.56 by 2 Mar 2026 was broken."
    assert words.sentence("dunning", FIGURES | {"stage": "rep7", "total": 500}) == (
        "Acme: €5.00 falls due within a week (3 items)."
    )


def test_what_a_fact_lacks_is_a_dash_and_an_unknown_kind_its_name():
    assert words.sentence("broken_promise", {}) == "A customer: the promise to pay – by – was broken."
    assert words.sentence("moon_rose", {}, "Acme") == "Acme: Moon rose"
    assert words.sentence("moon_rose", {"amount": "x", "due_on": "soon", "items": None}) == "Moon rose"
