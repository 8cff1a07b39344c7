"""The words around messages: whole in four languages, and the right number of things."""

import re

import pytest

from receivables.rules.placeholders import PLACEHOLDERS
from receivables.rules.templates import Problem
from receivables.words import notice_words, template_words
from receivables.words.notice_words import counted, kind, say


def test_every_word_is_there_in_four_languages_with_the_same_figures():
    for word, texts in {**notice_words.WORDS, **notice_words.KINDS}.items():
        assert len(texts) == 4 and all(texts), word
        assert len({tuple(sorted(re.findall(r"\{\w+\}", text))) for text in texts}) == 1, word


@pytest.mark.parametrize(
    ("language", "one", "many"),
    [
        ("en", "1 invoice", "3 invoices"),
        ("zh-hans", "1张发票", "3张发票"),
        ("de", "1 Rechnung", "3 Rechnungen"),
        ("fr-CA", "1 facture", "3 factures"),
        ("ja", "1 invoice", "3 invoices"),
    ],
)
def test_things_are_counted_as_the_language_does(language, one, many):
    assert (counted("invoices", 1, language), counted("invoices", 3, language)) == (one, many)
    assert counted("days", 0, "fr") == "0 jour" and counted("days", 0, "en") == "0 days"


def test_every_movement_of_the_ledger_has_its_word():
    from receivables.models import Entry

    assert {code.value for code in Entry.Kind} <= notice_words.KINDS.keys()
    assert kind("payment", "zh-hans") == "付款" and kind("barter_deal", "en") == "Barter deal"
    assert say("page", "en", page=1, pages=3) == "Page 1 of 3"


def test_every_placeholder_and_problem_is_explained():
    assert template_words.PLACEHOLDERS.keys() == PLACEHOLDERS.keys()
    assert "{amount}" in template_words.problem(Problem("placeholder_unknown", "body", "amount"))
    assert template_words.problem(Problem("odd", "body")) == "odd"
