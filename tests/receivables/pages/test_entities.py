"""The page of a legal entity and its number series."""

from datetime import time

import pytest
from django.urls import reverse

from receivables.models import Audit, Change, LegalEntity


def address(name, *args):
    return reverse(f"receivables:{name}", args=args)


def test_a_legal_entity_and_its_series_are_set_on_their_page(world, login):
    client = login("admin")
    page = address("entity_edit", world.entity.pk)
    form = {
        "name": "Nordlicht AG", "code": "NL", "country": "DE", "time_zone": "Europe/Berlin", "currency": "EUR",
        "work_starts": "08:00", "work_ends": "16:30", "aging_buckets": "15,30",
    }  # fmt: skip
    assert client.post(page, {**form, "aging_buckets": "30,x"}).status_code == 422
    assert client.post(page, form).status_code == 302
    assert LegalEntity.objects.get().name == "Nordlicht AG"
    assert (
        client.post(
            address("entity_series", world.entity.pk), {"code": "INV", "start": "N-", "width": "5"}
        ).status_code
        == 302
    )
    assert "N-" in client.get(page).content.decode()
    assert (
        client.post(
            address("entity_series", world.entity.pk), {"code": "INV", "start": "N-", "width": "99"}
        ).status_code
        == 422
    )


MESSAGES = {
    "mail_from": "ar@nordlicht.example", "phone": "030 901820", "contact_hours": "b2b", "messages_per_day": "200",
    "dunning_at": "05:30", "interest_pack": "de_b2b", "traits": ["sme"],
}  # fmt: skip


def test_how_an_entity_writes_is_set_on_its_page_and_audited(world, login):
    client, page = login("admin"), address("entity_messages", world.entity.pk)
    assert "12 CFR 1006.6" in client.get(page).content.decode()
    assert client.post(page, MESSAGES).status_code == 302
    entity = LegalEntity.objects.get()
    assert (entity.mail_from, entity.phone, entity.messages_per_day, entity.dunning_at, entity.interest_pack) == (
        "ar@nordlicht.example", "+4930901820", 200, time(5, 30), "de_b2b",
    )  # fmt: skip
    assert entity.traits == ["sme"]
    assert Audit.objects.latest("seq").after["messages_per_day"] == 200
    assert login("cfo").get(page).status_code == 403


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"mail_from": "noreply@nordlicht.example"}, "Nobody reads this mailbox"),
        ({"phone": "12"}, "too short"),
        ({"contact_hours": "any"}, "Select a valid choice"),
        ({"messages_per_day": "-1"}, "greater than or equal to 0"),
        ({"dunning_at": "25:00"}, "valid time"),
        ({"interest_pack": "atlantis"}, "Select a valid choice"),
        ({"traits": ["sme", "large_enterprise"]}, "exclude one another"),
    ],
)
def test_settings_that_cannot_be_are_refused_beside_their_field(world, login, wrong, said):
    answer = login("admin").post(address("entity_messages", world.entity.pk), MESSAGES | wrong)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert LegalEntity.objects.get().mail_from == ""


def test_bank_details_change_by_two_people(world, login):
    client, page = login("admin"), address("entity_bank", world.entity.pk)
    wrong = client.post(page, {"bank_details": "DE89370400440532013001", "reason": "new bank"})
    assert wrong.status_code == 422
    assert (
        client.post(page, {"bank_details": "DE89370400440532013000", "reason": "new bank"}).status_code == 302
    )
    assert LegalEntity.objects.get().bank_details == ""
    change = Change.objects.get()
    shown = client.get(address("change", change.pk)).content.decode()
    assert "DE89370400440532013000" in shown
    decision = {"decision": "approve", "content_hash": change.content_hash}
    assert client.post(address("change_decide", change.pk), decision).status_code in (403, 409, 422)
    assert LegalEntity.objects.get().bank_details == ""
    assert login("cfo").post(address("change_decide", change.pk), decision).status_code == 302
    assert LegalEntity.objects.get().bank_details == "DE89370400440532013000"


def test_bank_details_that_moved_meanwhile_are_not_overwritten(world, login):
    login("admin").post(
        address("entity_bank", world.entity.pk), {"bank_details": "Hansebank 12345", "reason": "x"}
    )
    LegalEntity.objects.update(bank_details="Other bank 9")
    change = Change.objects.get()
    login("cfo").post(
        address("change_decide", change.pk), {"decision": "approve", "content_hash": change.content_hash}
    )
    assert LegalEntity.objects.get().bank_details == "Other bank 9"
    change.refresh_from_db()
    assert change.decision == ""
