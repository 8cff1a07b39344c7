"""Every right of the matrix has words, and a right nobody has named yet is shown as it is."""

from django.utils import translation

from receivables.services import roles
from receivables.words import access_words


def test_every_right_has_words():
    for noun, _dot, act in (verb.partition(".") for verb in roles.all_verbs()):
        assert noun in access_words.NOUNS
        assert not act or act in access_words.ACTS


def test_a_right_is_said_in_the_reader_s_language():
    assert access_words.verb("invoice.issue") == "Invoices: issue"
    with translation.override("zh-hans"):
        assert access_words.verb("invoice.issue") == "发票：开具"
        assert access_words.verb("export") == "导出"


def test_a_right_without_words_is_shown_as_it_is():
    assert access_words.verb("moon.land_on") == "moon: land on"
