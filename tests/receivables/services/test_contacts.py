"""Contacts as they are saved: nothing unsendable is kept, and text messages wait for somebody's word."""

import pytest

from receivables.models import Consent, Contact
from receivables.rules.refusals import Refused
from receivables.services import consents, contacts
from tests.fixtures.world import DAY_0

BILLING = {"name": "Mia", "role": "billing", "channel": "email", "email": "mia@acme.example"}
MOBILE = "+49 1512 3456789"


@pytest.fixture
def desk(world):
    """Adding contacts to acme."""

    def add(code="acme", consent="", **fields):
        return contacts.add(
            customer=world.customer(code), fields={**BILLING, **fields}, now=world.at(DAY_0), by=world.by,
            consent=consent,
        )  # fmt: skip

    return add


@pytest.mark.parametrize(
    ("email", "code"),
    [
        ("a@b", "email_invalid"),
        ("a@b.c,d@e.f", "email_several"),
        ('"x\n"@y.z', "email_control"),
        ("x" * 321, "email_too_long"),
        ("mia@nordlicht.example", "email_own_domain"),
        ("mia@mail.nordlicht.example", "email_own_domain"),
        ("no-reply@acme.example", "email_no_reply"),
    ],
)
def test_bad_input_65_an_address_nobody_could_be_written_to_is_refused_at_save(world, desk, email, code):
    type(world.entity).objects.update(mail_from="ar@nordlicht.example")
    with pytest.raises(Refused) as refused:
        desk(email=email)
    assert (refused.value.code, refused.value.field) == (code, "email")
    assert not Contact.objects.exists()


def test_bad_input_65_an_idn_domain_and_a_role_mailbox_are_kept(desk):
    assert desk(email="Billing@münchen.example").email == "Billing@münchen.example"


def test_bad_input_65_the_same_address_twice_in_one_role_is_refused(desk):
    desk()
    assert desk(role="disputes").pk
    with pytest.raises(Refused) as refused:
        desk(name="Mia Ro", email="MIA@acme.example")
    assert (refused.value.code, refused.value.field, refused.value.figures["name"]) == (
        "email_doubled", "email", "Mia",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("phone", "code"),
    [
        ("12345", "phone_invalid"),
        ("+1 (555)", "phone_incomplete"),
        ("+49 30 901820", "phone_landline"),
        ("+49 1512 3456789, +49 1512 3456780", "phone_several"),
        ("+86 131 2345 6789", "no_consent"),
    ],
)
def test_bad_input_65_a_number_that_takes_no_text_messages_is_refused_at_save(desk, phone, code):
    with pytest.raises(Refused) as refused:
        desk(channel="sms", phone=phone, email="")
    assert refused.value.code == code
    assert not Contact.objects.exists()


def test_a_landline_is_good_for_calls_and_refused_when_the_channel_becomes_text_messages(world, desk):
    contact = desk(channel="phone", phone="+49 30 901820")
    with pytest.raises(Refused) as refused:
        contacts.edit(contact=contact, version=1, fields={"channel": "sms"}, now=world.at(DAY_0), by=world.by)
    assert refused.value.code == "phone_landline"


def test_002_26_text_messages_take_a_word_of_consent_that_is_kept_with_how_it_was_given(desk):
    contact = desk(channel="sms", phone=MOBILE, email="", consent="On the phone, 2 March")
    said = Consent.objects.in_force("sms", contact.phone)
    assert (said.given, said.source, said.note) == (True, "person", "On the phone, 2 March")
    assert desk("globex", channel="sms", phone=MOBILE, email="").pk, "the word belongs to the number"


def test_a_withdrawn_consent_is_not_passed_over_when_another_contact_gets_the_number(world, desk):
    contact = desk(channel="sms", phone=MOBILE, email="", consent="On the phone")
    consents.record(
        channel="sms", address=contact.phone, given=False, source="reply", note="STOP", now=world.at(DAY_0),
        by=world.by,
    )  # fmt: skip
    with pytest.raises(Refused) as refused:
        desk("globex", channel="sms", phone=MOBILE, email="")
    assert (refused.value.code, refused.value.field) == ("no_consent", "consent")


def test_a_contact_keeps_its_own_hours_and_most_messages_a_week(desk):
    contact = desk(contact_hours="us_consumer", max_per_week=1)
    contact.refresh_from_db()
    assert (contact.contact_hours, contact.max_per_week) == ("us_consumer", 1)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"contact_hours": "any"}, "hours_unknown"),
        ({"contact_hours": "night"}, "hours_unknown"),
        ({"max_per_week": 0}, "max_invalid"),
        ({"max_per_week": 21}, "max_invalid"),
        ({"max_per_week": "3"}, "max_invalid"),
    ],
)
def test_hours_and_a_weekly_most_that_are_none_are_refused(desk, fields, code):
    with pytest.raises(Refused) as refused:
        desk(**fields)
    assert (refused.value.code, refused.value.field) == (code, next(iter(fields)))
