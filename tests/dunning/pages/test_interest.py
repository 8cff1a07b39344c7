"""Late interest on pages: looking, the remedy for a missing rate, claiming what was seen, terms and rates."""

from datetime import date

import pytest

from dunning.models import InterestNote, InterestTerms, RateEntry
from dunning.questions import interest_paper
from receivables.models import Charge, Message

APRIL = date(2025, 4, 1)
LOOK = {"customer": "globex", "currency": "EUR", "up_to": "2025-05-31"}


@pytest.fixture
def late(world, interest):
    invoice = world.issue("globex", "1000.00", due_on=APRIL, number="NL-7")
    interest.terms("globex", "de_b2b")
    return invoice


def look(client, world, **more):
    return client.get("/interest/claim/", {**LOOK, "entity": world.entity.pk, **more})


def posted(page, world, **more):
    found = page.context["found"]
    items = [each.entry.pk for each in found.items]
    return {**LOOK, "entity": world.entity.pk, "seen": found.digest, "item": items, **more}


def test_the_preview_shows_law_days_rate_and_source(late, world, login):
    page = look(login("finance_manager"), world)
    text = page.content.decode()
    assert page.status_code == 200
    assert "§ 288" in text
    assert "11.27" in text and "2.27 + 9" in text
    assert "18.53" in text and "58.53" in text
    assert "principal first" in text
    assert "to be confirmed: compare" in text
    assert not Charge.objects.exists()


def test_claiming_writes_the_note_and_a_second_press_does_not(late, world, login):
    client = login("finance_manager")
    body = posted(look(client, world), world)
    answer = client.post("/interest/claim/", body, follow=True)
    note = InterestNote.objects.get()
    assert answer.redirect_chain[-1][0] == f"/interest/notes/{note.pk}/"
    assert "58.53" in answer.content.decode()
    assert client.post("/interest/claim/", body).status_code == 422
    assert InterestNote.objects.count() == 1


def test_figures_that_changed_are_shown_anew_and_not_claimed(late, world, login):
    client = login("finance_manager")
    body = posted(look(client, world), world)
    world.pay(late, "500.00", on=date(2025, 4, 10))
    assert client.post("/interest/claim/", body).status_code == 409
    assert not InterestNote.objects.exists()


def test_an_accountant_looks_and_does_not_claim(late, world, login):
    client = login("accountant")
    page = look(client, world)
    assert "18.53" in page.content.decode()
    assert client.post("/interest/claim/", posted(page, world)).status_code == 403
    assert not InterestNote.objects.exists()


def test_an_unknown_rate_leads_to_its_form_and_entering_it_helps(world, interest, login):
    world.issue("globex", "1000.00", due_on=date(2026, 6, 20))
    interest.terms("globex", "de_b2b")
    client = login("finance_manager")
    page = look(client, world, up_to="2026-07-10")
    assert "/interest/rates/?series=de_basiszins&amp;on=2026-07-01" in page.content.decode()
    form = client.get("/interest/rates/?series=de_basiszins&on=2026-07-01").context["form"]
    assert form.initial == {
        "series": "de_basiszins",
        "from_on": date(2026, 7, 1),
        "to_on": date(2026, 12, 31),
    }
    body = {
        "series": "de_basiszins",
        "from_on": "2026-07-01",
        "to_on": "2026-12-31",
        "rate": "1.52",
        "source": "",
    }
    assert client.post("/interest/rates/", body).status_code == 422
    assert client.post("/interest/rates/", {**body, "source": "Bundesbank"}).status_code == 302
    assert RateEntry.objects.get().entered_by == "finance_manager"
    assert "Bundesbank" in look(client, world, up_to="2026-07-10").content.decode()


def test_a_law_that_is_not_answered_says_which_question_is_open(world, login):
    world.entity.interest_pack = "de_b2b"
    world.entity.save()
    world.issue("globex", "1000.00", due_on=APRIL)
    text = look(login("accountant"), world).content.decode()
    assert "not answered yet" in text
    assert "the entity&#x27;s default" in text


def test_terms_are_set_by_answering_the_questions_of_the_law(world, login):
    customer = world.customer("globex")
    client, address = login("finance_manager"), f"/customers/{customer.pk}/interest/"
    page = client.get(address, {"entity": world.entity.pk, "pack": "contract"})
    assert "agreed_in_contract" in page.context["form"].fields
    body = {
        "entity": world.entity.pk, "pack": "contract", "agreed_in_contract": "yes", "rate": "0,5", "per": "month",
        "day_count": "365", "valid_from": "2020-01-01", "reason": "contract of 2019",
    }  # fmt: skip
    assert client.post(address, body).status_code == 422
    assert client.post(address, {**body, "rate": "0.5"}).status_code == 302
    row = InterestTerms.objects.get()
    assert row.facts["agreed"]["rate"] == "0.5"
    assert "contract of 2019" in client.get(address).content.decode()


def test_only_who_may_claim_sets_terms(world, login):
    customer = world.customer("globex")
    body = {"entity": world.entity.pk, "pack": "", "valid_from": "2020-01-01", "reason": "goodwill"}
    assert login("accountant").post(f"/customers/{customer.pk}/interest/", body).status_code == 403
    assert not InterestTerms.objects.exists()


def test_a_note_is_a_paper_too(late, world, interest, login):
    note = interest.claim("globex", date(2025, 7, 10))
    answer = login("accountant").get(f"/interest/notes/{note.pk}/paper/")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")


def test_a_note_of_another_entity_is_not_there(late, world, interest, login):
    note = interest.claim("globex", date(2025, 5, 31))
    client = login("accountant", username="elsewhere", all_entities=False)
    assert client.get(f"/interest/notes/{note.pk}/").status_code == 404
    assert look(client, world).status_code == 422


def test_a_note_may_be_sent_to_a_contact_and_waits_in_the_outbox(late, world, login, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    customer = world.customer("globex")
    contact = customer.contacts.create(name="Gus", email="ap@globex.example")
    client = login("finance_manager")
    page = look(client, world)
    assert "ap@globex.example" in page.content.decode()
    client.post("/interest/claim/", posted(page, world, to=f"email:{contact.pk}"))
    assert not Charge.objects.exists()
    assert Message.objects.get().about == f"interest:{InterestNote.objects.get().pk}"


def test_a_contact_of_somebody_else_is_refused(late, world, login):
    stranger = world.customer("acme").contacts.create(name="Anna", email="ap@acme.example")
    client = login("finance_manager")
    body = posted(look(client, world), world, to=f"email:{stranger.pk}")
    assert client.post("/interest/claim/", body).status_code == 422
    assert not InterestNote.objects.exists()


def test_our_remarks_on_a_rate_are_not_printed_for_the_debtor(late, interest):
    note = interest.claim("globex", date(2025, 7, 10))
    facts = interest_paper.facts(note, contact=None, bank=None, language="en", sender_name="")
    assert {line.note for line in facts.lines} == {"Announced by the Bundesbank"}
    assert [each.basis for each in facts.fixed_sums] == ["BGB § 288 Abs. 5"]
    assert sum(line.amount.minor for line in facts.lines) == facts.interest.minor
