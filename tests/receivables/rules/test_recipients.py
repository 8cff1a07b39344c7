"""One address to a field, no injected header, a number that takes what we send; each refusal says why."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from receivables.rules.recipients import check_email, check_emails, check_phone
from receivables.rules.refusals import Refused

OURS = ("ours.example.com",)


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("a@b", "email_invalid"),
        ("a@b.c,d@e.f", "email_several"),
        ("a@b.de; c@d.de", "email_several"),
        ("a@b.de c@d.de", "email_several"),
        ('"x\n"@y.z', "email_control"),
        ("a@example.com\r\nBcc: x@y.de", "email_control"),
        ("a@example.com\n", "email_control"),
        ("a\0@example.com", "email_control"),
        ("a" * 310 + "@example.com", "email_too_long"),
        ("a" * 300 + "@example.com", "email_invalid"),
        ("Bob <bob@example.com>", "email_invalid"),
        ("", "email_invalid"),
        ("jörg@example.com", "email_not_ascii"),
        ("no-reply@example.com", "email_no_reply"),
        ("MAILER-DAEMON@example.com", "email_no_reply"),
        ("clerk@ours.example.com", "email_own_domain"),
        ("clerk@mail.OURS.example.com", "email_own_domain"),
    ],
)
def test_bad_input_65_an_address_that_reaches_nobody_is_refused(address, code):
    with pytest.raises(Refused, match=code) as caught:
        check_email(address, own_domains=OURS)
    assert caught.value.field == "email" and len(caught.value.message) < 300


@pytest.mark.parametrize(
    ("address", "shown", "wire", "role"),
    [
        (" Anna@Example.COM ", "Anna@example.com", "Anna@example.com", False),
        ("info@bücher.de", "info@bücher.de", "info@xn--bcher-kva.de", True),
        ("a@xn--bcher-kva.de", "a@bücher.de", "a@xn--bcher-kva.de", False),
        ("billing@theours.example.com", "billing@theours.example.com", "billing@theours.example.com", True),
    ],
)
def test_bad_input_65_a_domain_of_any_script_and_a_role_mailbox_are_fine(address, shown, wire, role):
    found = check_email(address, own_domains=OURS)
    assert (found.address, found.wire, found.role) == (shown, wire, role)


@pytest.mark.parametrize("pair", [("a@b.de", "A@B.DE"), ("a@bücher.de", "a@xn--bcher-kva.de")])
def test_bad_input_65_the_same_address_twice_is_refused(pair):
    with pytest.raises(Refused, match="email_doubled"):
        check_emails(pair)
    assert [found.wire for found in check_emails(("a@b.de", "b@b.de"))] == ["a@b.de", "b@b.de"]


@pytest.mark.parametrize(
    ("number", "country", "code"),
    [
        ("12345", "US", "phone_incomplete"),
        ("12345", "", "phone_invalid"),
        ("+1 (555)", "US", "phone_incomplete"),
        ("+1 (555)", "", "phone_incomplete"),
        ("110", "DE", "phone_incomplete"),
        ("", "DE", "phone_invalid"),
        ("call me", "DE", "phone_invalid"),
        ("+49 30 901820", "DE", "phone_landline"),
        ("1-800-356-9377", "US", "phone_landline"),
        ("+49 900 1234567", "DE", "phone_costly"),
        ("+49 151 23456789 ext 5", "DE", "phone_extension"),
        ("+4915123456789 / +4930901820", "", "phone_several"),
        ("+8613800138000,13900139000", "CN", "phone_several"),
        ("0151 23456789 oder 0160 1234567", "DE", "phone_several"),
        ("+49151234567890123456", "DE", "phone_invalid"),
    ],
)
def test_bad_input_65_a_number_that_takes_no_text_message_is_refused(number, country, code):
    with pytest.raises(Refused, match=code) as caught:
        check_phone(number, country)
    assert caught.value.field == "phone"


@pytest.mark.parametrize(
    ("number", "country", "channel", "e164"),
    [
        ("0151 23456789", "DE", "sms", "+4915123456789"),
        ("+86 138 0013 8000", "DE", "sms", "+8613800138000"),
        ("(202) 555-0123", "us", "sms", "+12025550123"),
        ("+49 (0)30/901820", "", "phone", "+4930901820"),
        ("1-800-356-9377", "US", "phone", "+18003569377"),
    ],
)
def test_a_number_becomes_e164(number, country, channel, e164):
    assert check_phone(number, country, channel=channel).e164 == e164


@settings(max_examples=300)
@given(st.text(max_size=60), st.sampled_from(["", "DE", "US", "CN"]))
def test_any_text_is_a_recipient_or_refused_with_its_field(text, country):
    for verb, field in ((check_email, "email"), (lambda t: check_phone(t, country), "phone")):
        try:
            verb(text)
        except Refused as refused:
            found = refused.field
        else:
            found = field
        assert found == field
