"""Template texts: what may be saved, and what filling them does to values, good and hostile."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receivables.rules import templates
from receivables.rules.placeholders import CHANNELS, PLACEHOLDERS, allowed
from receivables.rules.templates import Amount, Hole, Part, check, fill, parts

GOOD = "Dear {contact},\n\n{items}\n\nPlease pay **{amount_total}**, reference {reference}.\n\n- now\n- or tell us why"


def codes(subject, body, channel="email", **more):
    return {each.code for each in check(subject, body, channel, **more)}


def test_a_good_text_has_no_problems():
    assert check("Due: {amount_total}", GOOD, "email") == []
    assert check("", "{entity}: {amount_total}. {opt_out}", "sms") == []
    assert check("Demand", "Dear {contact},\n{items}", "letter") == []


@pytest.mark.parametrize(
    "body",
    [
        "{{ settings.SECRET_KEY }}",
        "{{ ''.__class__.__mro__ }}",
        '{% include "/etc/passwd" %}',
        "{% load static %}",
        '{{ x|attr("format") }}',
        "{% for i in range(10**9) %}x{% endfor %}",
        "{% if a %}" * 2_000,
        "${customer}",
        "{# hidden #}",
        "<%= 1 %>",
    ],
)
def test_bad_input_61_the_syntax_of_template_engines_is_refused_when_saved(body):
    found = codes("{reference}", body)
    assert found & {"engine_syntax", "too_long"}


@pytest.mark.parametrize(
    "body", ["{customer.name}", "{customer!r}", "{0}", "{}", "a { b", "{customer:>10}", "}{"]
)
def test_bad_input_61_formatting_syntax_is_a_stray_brace(body):
    assert "stray_brace" in codes("{reference}", body)


def test_bad_input_61_a_megabyte_and_ten_thousand_nested_ifs_are_measured_and_not_parsed():
    assert codes("{reference}", "x" * 1_000_000) == {"too_long"}
    assert "too_long" in codes("{reference}", "{% if 1 %}" * 10_000 + "{% endif %}" * 10_000)
    assert "too_long" in codes("x" * 151, GOOD)


@pytest.mark.parametrize(
    "body",
    [
        "<b>now</b>",
        "<script>x</script>",
        "[pay](https://x.example)",
        "# Head",
        "`code`",
        "&lt;",
        "* point",
        "<!-- -->",
    ],
)
def test_markup_other_than_bold_and_lists_is_refused(body):
    assert "markup" in codes("{reference}", body)


def test_script_addresses_and_unclosed_bold_are_refused():
    assert "script" in codes("{reference}", "javascript:alert(1)")
    assert "bold_open" in codes("{reference}", "pay **now")
    assert "markup" in codes("**{reference}**", "x")


@pytest.mark.parametrize("sign", ["\x00", "\r", "\x1b", "\u202e", "\u2066", "\ud800", "\u2028"])
def test_control_characters_and_turned_text_are_refused(sign):
    assert "control_character" in codes("{reference}", f"pay {sign} now")
    assert "control_character" in codes(f"{{reference}}{sign}", "pay")


def test_bad_input_62_an_unknown_placeholder_keeps_a_text_from_being_activated():
    assert [(p.where, p.what) for p in check("{reference}", "{amount} {amount}", "email")] == [
        ("body", "amount")
    ]
    with pytest.raises(Hole, match="placeholder_unknown"):
        fill("{amount}", {"amount": "1"})


@pytest.mark.parametrize("value", [None, "", "  ", "None", "nan", Amount("", "EUR"), 12, 1.5, ["x"], b"x"])
def test_bad_input_62_a_missing_or_wrong_value_is_a_hole_and_no_message(value):
    for context in ("text", "subject", "sms", "html"):
        with pytest.raises(Hole) as caught:
            fill("You owe {amount_total} today", {"amount_total": value}, context)
        assert (
            caught.value.code in ("value_missing", "value_wrong_type")
            and caught.value.field == "amount_total"
        )


def test_bad_input_62_two_currencies_never_meet_in_one_message():
    values = {"amount_total": Amount("€5", "EUR"), "promised_amount": Amount("$5", "USD")}
    with pytest.raises(Hole, match="two_currencies"):
        fill("{amount_total} and {promised_amount}", values)


HOSTILE = [
    "<script>alert(1)</script>",
    "]]>",
    "javascript:alert(1)",
    "\r\nBcc: all@evil.example",
    "{amount_total}",
    "{{7*7}}",
    "**bold**",
    "&amp;",
    "' onclick='x",
]


@pytest.mark.parametrize("value", HOSTILE)
def test_bad_input_63_values_are_escaped_for_where_they_go_and_never_read_again(value):
    values = {"customer": value, "amount_total": Amount("€1", "EUR")}
    page = fill("Dear {customer} & co", values, "html")
    assert not set("<>\"'") & set(page)
    shown = " ".join(value.split())
    assert shown in fill("Dear {customer}", values)
    subject = fill("For {customer}", values, "subject")
    assert "\r" not in subject and "\n" not in subject and shown in subject


def test_bad_input_63_turned_text_and_control_characters_are_taken_out_of_values():
    assert fill("{customer}", {"customer": "abc\u202efdp.exe\u2066\x00\x07"}) == "abcfdp.exe"
    with pytest.raises(Hole, match="value_unreadable"):
        fill("{customer}", {"customer": "\ud83d"})


def test_bad_input_63_values_and_messages_have_a_size():
    with pytest.raises(Hole, match="value_too_long"):
        fill("{customer}", {"customer": "x" * 10_001})
    with pytest.raises(Hole, match="output_too_long"):
        fill("{customer}" * 25, {"customer": "x" * 9_000})
    assert len(fill("For {customer}", {"customer": "x" * 300}, "subject")) == 84
    with pytest.raises(Hole, match="output_too_long"):
        fill("{amount_total}" * 20, {"amount_total": Amount("€1,234,567.00", "EUR")}, "subject")


def test_a_line_that_is_only_an_empty_placeholder_goes_and_a_sentence_with_it_is_a_hole():
    values = {"contact": "Ann", "sender_title": "", "charges": None}
    assert fill("Hi {contact}\n{sender_title}\n\n{charges}\n\nBye", values) == "Hi Ann\n\nBye"
    with pytest.raises(Hole, match="value_missing"):
        fill("our {sender_title}", values)


def test_bold_comes_from_the_template_and_never_from_a_value():
    values = {"customer": "**Acme**"}
    assert fill("**{customer}** x", values, "html") == "<strong>**Acme**</strong> x"
    assert fill("**{customer}** x", values) == "**Acme** x"


def test_a_body_is_paragraphs_lists_and_lone_blocks():
    body = "One\ntwo\n\n- a\n- b\n{items}\nafter\n\n{payment_link}\n\n{sender_name}\n{sender_title}\n"
    values = {"payment_link": "https://x.example", "sender_title": ""}
    assert parts(body, values) == (
        Part("paragraph", ("One", "two")),
        Part("list", ("a", "b")),
        Part("alone", name="items"),
        Part("paragraph", ("after",)),
        Part("alone", name="payment_link"),
        Part("paragraph", ("{sender_name}",)),
    )


def test_amounts_in_text_messages_stay_in_the_cheap_alphabet():
    values = {"amount_total": Amount("CHF\N{NO-BREAK SPACE}−1.00", "CHF")}
    assert fill("{amount_total}", values, "sms") == "CHF -1.00"


@pytest.mark.parametrize(
    ("channel", "wanted"), [("email", "reference"), ("sms", "opt_out"), ("letter", "items")]
)
def test_each_channel_wants_what_its_reader_needs(channel, wanted):
    found = check("Due" if channel != "sms" else "", "Please pay.", channel)
    assert ("placeholder_missing", wanted) in {(p.code, p.what) for p in found}
    assert not [
        p for p in check("Due", "Look.", channel, audience="staff") if p.code == "placeholder_missing"
    ]


def test_placeholders_stay_in_their_channels_fields_and_lines():
    assert "placeholder_not_here" in codes("", "{items} {opt_out}", "sms")
    assert "placeholder_not_here" in codes("{reference}", "{page_link}")
    assert "placeholder_not_here" not in codes("{reference}", "{page_link}", audience="staff")
    assert "placeholder_not_in_subject" in codes("{items}", GOOD)
    assert "needs_own_line" in codes("{reference}", "see {items}")
    assert codes("", "x {reference}") == {"text_missing"} == codes("a {reference}", " ")
    assert "subject_unneeded" in codes("Hi", "x {opt_out}", "sms")
    assert codes("a", "b", "fax") == {"channel_unknown"}


def test_the_editor_is_offered_what_check_accepts():
    for channel in CHANNELS:
        for name in allowed(channel):
            body = f"x {{{name}}}" if not PLACEHOLDERS[name].block else f"{{{name}}}"
            assert not {p.code for p in check("", body, channel)} & {"placeholder_not_here", "needs_own_line"}
    assert "items" not in allowed("email", subject=True) and "page_link" in allowed("email", audience="staff")
    assert templates.names("{a} {b}", "{a}") == ("a", "b")


@given(st.text(max_size=300), st.text(max_size=60))
def test_no_text_and_no_value_whatever_breaks_out_of_a_page(text, value):
    """Either the text has problems, or filling it gives escaped HTML, one line of subject, or a hole with a reason."""
    body = text.replace("{", "").replace("}", "") + " {customer}"
    check("{reference}", text, "email")
    if check("{reference}", body, "email"):
        return
    values, why = {"customer": value}, ""
    try:
        page, subject = fill(body, values, "html"), fill("{customer}", values, "subject")
    except Hole as hole:
        page, subject, why = "", "", hole.code
    assert why in ("", "value_missing", "value_unreadable")
    assert not re.search(r"<(?!/?strong>)", page)
    assert len(subject.splitlines()) == (0 if why else 1)
