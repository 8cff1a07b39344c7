"""Rendered messages: what was approved is what is sent, figures tie to the facts, and nothing leaves with a hole."""

import dataclasses
import re
from datetime import date

import pytest

from receivables import rendering
from receivables.mail.default_templates import default
from receivables.rendering import Attachment, Hole, RenderFailed, TemplateText, render
from receivables.rules.money import Money
from receivables.rules.notice_facts import (
    HandOverFacts,
    InterestFacts,
    InterestLine,
    Recipient,
    StatementFacts,
    StatementLine,
)
from receivables.rules.refusals import Refused
from tests.fixtures.notices import chinese, coming, english, item

MAIL = TemplateText(
    "Due: {amount_total} ({reference})",
    "Dear {contact},\n\n{items}\n\n{charges}\n\n{payment_link}",
    "en",
    "email",
)


def template(code, channel, language="en"):
    found = default(code, channel, language)
    return TemplateText(found.subject, found.body, found.language, found.channel, found.audience, code)


def test_p6_the_same_facts_and_text_give_the_same_bytes_and_hash():
    for text in (MAIL, template("formal_demand", "letter"), template("firm_reminder", "sms")):
        first, second = render(text, english()), render(text, english())
        assert first == second and len(first.sha256) == 64


def test_p6_the_hash_covers_every_byte_that_leaves():
    made = render(MAIL, english(), attachments=[Attachment("a.pdf", "application/pdf", b"one")])
    parts = {
        "subject": "x",
        "text": "x",
        "html": "x",
        "attachments": (Attachment("a.pdf", "application/pdf", b"two"),),
    }
    hashes = {made.sha256}
    for name, value in parts.items():
        changed = dataclasses.replace(made, **{name: value})
        hashes.add(rendering.digest(changed.subject, changed.text, changed.html, changed.attachments))
    hashes.add(rendering.digest(made.subject + "x", made.text[1:], made.html, made.attachments))
    assert len(hashes) == 6
    assert rendering.digest(made.subject, made.text, made.html, made.attachments) == made.sha256


def test_p6_a_later_edit_of_the_template_leaves_what_was_rendered_alone():
    before = render(MAIL, english())
    after = render(dataclasses.replace(MAIL, body=MAIL.body + "\n\nmore"), english())
    assert before.sha256 != after.sha256 and "more" not in before.text


def test_p6_every_amount_in_a_message_is_one_of_the_facts():
    facts = english()
    known = {"12,400.00", "3,150.50", "8,150.50", "990.00", "15,550.50", "187.42", "40.00", "15,777.92"}
    for text in (MAIL, template("formal_demand", "email"), template("firm_reminder", "email")):
        made = render(text, facts)
        for body in (made.subject, made.text, made.html):
            found = set(re.findall(r"€([\d,]+\.\d\d)", body))
            assert found and found <= known


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount_total": Money.of("15550.51", "EUR")}, "totals_differ"),
        ({"amount_total": Money.of("15550.50", "USD")}, "two_currencies"),
        ({"items": (item(currency="USD"),)}, "two_currencies"),
        ({"promised_amount": Money.of("1", "USD")}, "two_currencies"),
        ({"customer": Recipient("Globex")}, "value_missing"),
        ({"reference": ""}, "value_missing"),
        ({"payment_link": "http://pay.example/x"}, "link_invalid"),
        ({"payment_link": "javascript:alert(1)"}, "link_invalid"),
        ({"payment_link": "https://pay.example@evil.example/"}, "link_invalid"),
        ({"payment_link": "https://pay.example/\"onclick='x"}, "link_invalid"),
        ({"customer": Recipient("Globex", contact="x" * 10_001)}, "value_too_long"),
        ({"customer": Recipient("Globex", contact="\ud83d")}, "value_unreadable"),
    ],
)
def test_bad_input_62_facts_that_do_not_tie_or_are_missing_are_parked_with_a_reason(change, code):
    with pytest.raises(Hole) as caught:
        render(MAIL, english(**change))
    assert caught.value.code == code and caught.value.message


def test_bad_input_63_hostile_values_harm_neither_subject_text_nor_page():
    name = "<script>alert(1)</script>\r\nBcc: all@evil.example {{x}} \u202egnp.exe"
    facts = english(
        customer=Recipient(name, contact=name),
        items=(item(number=name), item("R-2", "3150.50")),
        reference="R",
    )
    made = render(TemplateText("{customer} {reference}", "Dear {contact},\n\n{items}", "en", "email"), facts)
    assert "<script" not in made.html and "&lt;script&gt;" in made.html
    assert "\r" not in made.subject + made.text and "\n" not in made.subject
    assert "\u202e" not in made.subject + made.text + made.html
    assert "{{x}}" in made.text


def test_bad_input_64_a_text_message_over_the_limit_is_refused_when_rendered():
    long = TemplateText("", "{entity} " + "a" * 1_590 + " {opt_out}", "en", "sms")
    with pytest.raises(Refused, match="sms_too_long"):
        render(long, english(opt_out="Reply STOP to end."))


def test_bad_input_69_attachments_beyond_what_the_provider_takes_are_refused_before_the_call():
    big = Attachment("big.pdf", "application/pdf", bytes(rendering.ATTACHMENTS_MOST + 1))
    with pytest.raises(RenderFailed, match="attachments_too_large"):
        render(MAIL, english(), attachments=[big])


def test_p21_one_bad_record_harms_only_itself():
    poison = [
        {"reference": ""},
        {"customer": Recipient("x" * 10_000_000, contact="y")},
        {"payment_link": "ftp://x"},
    ]
    sent, parked = 0, []
    text = dataclasses.replace(MAIL, body="Dear {customer},\n\n{items}\n\n{payment_link}")
    for change in [{}, poison[0], {}, poison[1], {}, poison[2], {}]:
        try:
            render(text, english(**change))
            sent += 1
        except Refused as why:
            parked.append(why.code)
    assert sent == 4 and parked == ["value_missing", "value_too_long", "link_invalid"]


def test_messages_speak_the_language_of_their_template():
    made = render(template("firm_reminder", "email", "zh-hans"), chinese())
    assert "2026年10月20日" in made.text and "¥310,300.80" in made.subject and "应付金额" in made.html
    german = render(dataclasses.replace(MAIL, language="de-AT"), english())
    assert "15.550,50 €" in german.subject and "Offener Betrag" in german.html
    other = render(dataclasses.replace(MAIL, language="pt-br"), english())
    assert "Amount due" in other.html


def test_disputed_items_are_shown_and_not_asked_for():
    made = render(template("firm_reminder", "email"), english())
    assert "R-510" in made.text and "in dispute" in made.text and "€15,550.50" in made.subject
    values = render(TemplateText("{item_count} {reference}", "{days_past_due}", "en", "email"), english())
    assert values.subject == "2 invoices NW-7F3K2" and values.text.startswith("32 days")


def test_a_notice_ahead_of_time_counts_the_days_to_come():
    made = render(template("rep_alert_7", "email"), coming())
    assert "in 7 days" in made.text and "late" not in made.subject
    with pytest.raises(Hole, match="days_past_due"):
        render(template("firm_reminder", "email"), coming())


def test_a_long_table_is_cut_with_its_rest_in_figures():
    many = tuple(item(f"R-{n}", "1.10") for n in range(130))
    made = render(MAIL, english(items=many, amount_total=Money.of("143.00", "EUR")))
    assert "and 30 more: €33.00" in made.text and "R-99 " in made.text and "R-100" not in made.text
    assert "and 30 more" in made.html and len(made.html.encode()) < rendering.HTML_MOST


def test_only_letters_are_papers_and_only_mails_have_a_page():
    letter = render(template("formal_demand", "letter"), english())
    assert [each.name for each in letter.attachments] == ["letter-M-2026-17.pdf"] and not letter.html
    assert letter.attachments[0].content.startswith(b"%PDF-") and len(letter.attachments[0].sha256) == 64
    call = render(template("call_script", "call"), english())
    assert call.text and not call.html and not call.attachments


def statement_of(**changes):
    euro = lambda text: Money.of(text, "EUR")  # noqa: E731
    facts = {
        "customer": english().customer,
        "entity": english().entity,
        "currency": "EUR",
        "since": date(2026, 10, 1),
        "until": date(2026, 11, 21),
        "opening": euro("100.00"),
        "closing": euro("150.00"),
        "lines": (
            StatementLine(date(2026, 10, 2), "invoice", "R-1", date(2026, 11, 1), euro("80"), euro("180")),
            StatementLine(date(2026, 10, 9), "payment", "B-1", None, euro("-30"), euro("150")),
        ),
        "items": (item("R-0", "70.00"), item("R-1", "80.00")),
        "written_on": date(2026, 11, 21),
        "reference": "ST-1",
    }
    return StatementFacts(**{**facts, **changes})


def test_a_statement_that_does_not_add_up_is_not_printed():
    assert rendering.statement(statement_of()).name == "statement-ST-1.pdf"
    for change in ({"opening": Money.of("99", "EUR")}, {"items": ()}, {"closing": Money.of("151", "EUR")}):
        with pytest.raises(Hole, match="totals_differ"):
            rendering.statement(statement_of(**change))
    with pytest.raises(Hole, match="two_currencies"):
        rendering.statement(statement_of(currency="USD"))


def interest_of(**changes):
    euro = lambda text: Money.of(text, "EUR")  # noqa: E731
    line = InterestLine(
        "R-1", date(2026, 10, 2), date(2026, 10, 31), 30, euro("1000"), "10.27", "365", euro("8.44")
    )
    facts = {
        "customer": english().customer,
        "entity": english().entity,
        "currency": "EUR",
        "number": "ZN-9",
        "written_on": date(2026, 11, 21),
        "rule": "§ 288 (2) BGB",
        "lines": (line,),
        "interest": euro("8.44"),
        "total": euro("48.44"),
        "fixed_sums": (english().charges[1],),
    }
    return InterestFacts(**{**facts, **changes})


def test_an_interest_note_must_be_the_sum_of_its_lines():
    assert rendering.interest_note(interest_of()).content
    for change in ({"interest": Money.of("8.45", "EUR")}, {"total": Money.of("8.44", "EUR")}, {"lines": ()}):
        with pytest.raises(Hole, match="totals_differ"):
            rendering.interest_note(interest_of(**change))


def test_a_hand_over_sheet_claims_the_sum_of_its_items():
    facts = english()
    sheet = HandOverFacts(
        facts.customer,
        facts.entity,
        "EUR",
        "HO-3",
        date(2026, 11, 21),
        "Brandt & Partner",
        facts.items,
        facts.amount_total,
    )
    assert rendering.hand_over_sheet(sheet).name == "handover-HO-3.pdf"
    with pytest.raises(Hole, match="totals_differ"):
        rendering.hand_over_sheet(dataclasses.replace(sheet, amount_total=Money.of("1", "EUR")))
