"""The texts Duebook comes with: all good by our own rules, all in both languages, all fit to be sent."""

import pytest

from receivables.mail.default_templates import LANGUAGES, STAFF, default, defaults
from receivables.rendering import TemplateText, render
from receivables.rules.sms_parts import measure
from receivables.rules.templates import check, names
from tests.fixtures.notices import chinese, coming, english

EVERY = pytest.mark.parametrize("found", defaults(), ids=lambda e: f"{e.code}-{e.channel}-{e.language}")
EARLY = ("friendly_note", "rep_alert_7", "rep_alert_3")


@EVERY
def test_a_text_we_come_with_passes_its_own_check(found):
    assert check(found.subject, found.body, found.channel, audience=found.audience) == []


@EVERY
def test_a_text_we_come_with_can_be_sent_with_full_facts(found):
    build = coming if found.code in EARLY else (english if found.language == "en" else chinese)
    stop = "Reply STOP to end." if found.language == "en" else "回复T退订"
    facts = build(
        page_link="https://duebook.example/c/1/",
        rep_name="Jonas Weber",
        **({"opt_out": stop} if found.channel == "sms" else {}),
    )
    made = render(
        TemplateText(found.subject, found.body, found.language, found.channel, found.audience), facts
    )
    assert made.text and "{" not in made.text + made.subject and "None" not in made.text
    if found.channel == "sms":
        assert measure(made.text).segments <= 2


def test_every_occasion_is_there_in_both_languages_and_asks_for_the_same_facts():
    by_language = {
        language: {
            (e.code, e.channel): set(names(e.subject, e.body)) for e in defaults() if e.language == language
        }
        for language in LANGUAGES
    }
    assert len(by_language["en"]) >= 17
    assert by_language["en"].keys() == by_language["zh-hans"].keys()
    for key, used in by_language["en"].items():
        assert used == by_language["zh-hans"][key], key


def test_003_16_the_firm_reminder_cites_the_contract_and_asks_for_a_promise_by_a_date():
    for channel, wanted in (("email", {"contract_clause", "promise_by", "items"}), ("sms", {"promise_by"})):
        for language in LANGUAGES:
            assert wanted <= set(names(default("firm_reminder", channel, language).body))


def test_a_language_without_texts_is_answered_in_english_and_an_unknown_occasion_is_a_fault():
    assert default("friendly_note", "email", "fr").language == "en"
    with pytest.raises(KeyError):
        default("friendly_note", "fax", "en")
    assert {e.code for e in defaults() if e.audience == "staff"} == STAFF
