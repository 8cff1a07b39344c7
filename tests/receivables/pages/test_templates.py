"""The pages of texts: the list, one text, the editor that tries what is written, and who may put it in force."""

import pytest

from receivables.models import MessageTemplate
from tests.fixtures.world import DAY_0

PLACE = {"code": "firm_reminder", "channel": "email", "language": "en", "entity": "", "segment": ""}
BODY = "Dear {contact},\n\n{items}\n\nReference {reference}."


def text(answer):
    return answer.content.decode()


def save(client, **more):
    return client.post("/texts/edit/", {**PLACE, "subject": "Your items", "body": BODY, "seen": "", **more})


def test_the_list_shows_what_came_with_the_house_and_what_is_ours(world, login):
    client = login("finance_manager")
    page = text(client.get("/texts/"))
    assert "Formal demand" in page and "Came with Duebook" in page
    save(client)
    assert "Draft waits" in text(client.get("/texts/?channel=email&language=en"))
    assert "Alert to sales" in text(client.get("/texts/?tab=staff"))


def test_a_draft_begins_with_what_is_in_force_and_stands_beside_it(world, login):
    client = login("finance_manager")
    page = text(client.get("/texts/edit/", PLACE))
    assert "We refer to {contract_clause}" in page
    assert "amount_total" in page and "The open amount of all items" in page
    answer = save(client)
    assert answer.status_code == 302
    page = text(client.get(answer["Location"]))
    assert "We refer to {contract_clause}" in page and "Reference {reference}." in page
    assert "Put in force" not in page  # who wrote it does not


def test_where_nothing_of_its_own_stands_a_draft_begins_with_what_speaks_there(world, login):
    place = {**PLACE, "channel": "letter", "entity": str(world.entity.pk)}
    assert "We refer to {contract_clause}" in text(login("finance_manager").get("/texts/edit/", place))
    nothing = {**PLACE, "code": "of_our_own"}
    assert login("finance_manager").get("/texts/edit/", nothing).status_code == 200


def test_a_second_person_puts_it_in_force_from_the_page(world, login):
    save(login("finance_manager"))
    row = MessageTemplate.objects.get()
    client = login("cfo")
    assert "Put in force" in text(client.get("/texts/one/", PLACE))
    assert client.post(f"/texts/{row.pk}/activate/", {"seen": "x"}).status_code == 409
    assert client.post(f"/texts/{row.pk}/activate/", {"seen": row.content_hash}).status_code == 302
    assert MessageTemplate.objects.get().active
    assert client.post(f"/texts/{row.pk}/retire/", {"reason": "Too long"}).status_code == 302


def test_an_edit_over_somebody_elses_is_a_conflict_that_keeps_what_was_typed(world, login):
    client = login("finance_manager")
    save(client)
    answer = save(client, seen="old", body="My words {reference}")
    assert answer.status_code == 409
    assert "My words {reference}" in text(answer) and "edited this draft meanwhile" in text(answer)


def test_bad_input_62_what_is_written_is_tried_with_real_items_and_problems_are_named(world, login):
    invoice = world.issue("globex", "250.00", due_on=DAY_0)
    client = login("collector")
    tried = {**PLACE, "subject": "Hello", "body": BODY, "customer": world.customer("globex").pk}
    page = text(client.post("/texts/try/", tried))
    assert invoice.number in page and "€250.00" in page
    page = text(client.post("/texts/try/", {**tried, "body": "{nonsense} {reference}"}))
    assert "{nonsense} is not known" in page
    page = text(client.post("/texts/try/", {**tried, "body": "<b>{reference}</b>"}))
    assert "&lt;b&gt;" in page and "<b>{reference}" not in page


def test_bad_input_64_a_text_message_shows_its_length_and_too_long_a_one_is_refused(world, login):
    world.customer("globex")
    client = login("collector")
    tried = {**PLACE, "channel": "sms", "subject": "", "body": "{entity}: pay {amount_total}. {opt_out}"}
    assert "1 text message" in text(client.post("/texts/try/", tried))
    page = text(client.post("/texts/try/", {**tried, "body": "x" * 1_700 + " {opt_out}"}))
    assert "too long" in page


def test_the_mail_itself_is_shown_in_a_frame_that_is_shut_off(world, login):
    world.customer("globex")
    answer = login("collector").post("/texts/look/", {**PLACE, "subject": "Hello", "body": BODY})
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "Globex" in text(answer) or "NL-0001" in text(answer)
    letter = {**PLACE, "channel": "letter", "subject": "Hello", "body": BODY}
    assert login("collector").post("/texts/look/", letter).content.startswith(b"%PDF")


@pytest.mark.parametrize(
    "wrong", [{"channel": "fax"}, {"code": ""}, {"language": "xx"}, {"segment": "x" * 41}]
)
def test_an_address_that_names_no_text_is_a_bad_request(world, login, wrong):
    assert login("finance_manager").get("/texts/one/", {**PLACE, **wrong}).status_code == 400


def test_a_collector_reads_and_does_not_write(world, login):
    client = login("collector")
    assert client.get("/texts/one/", PLACE).status_code == 200
    assert save(client).status_code == 403


def test_a_text_of_another_entity_is_not_there(world, login):
    place = {**PLACE, "entity": str(world.entity.pk)}
    assert login("finance_manager").get("/texts/one/", place).status_code == 200
    assert (
        login("collector", username="elsewhere", all_entities=False).get("/texts/one/", place).status_code
        == 404
    )
