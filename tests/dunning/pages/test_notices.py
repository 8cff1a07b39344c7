"""The notice pages: the list, the review desk, one notice, writing by hand, and why not."""

from datetime import date, timedelta

import pytest

from dunning.models import Notice
from receivables import clock
from receivables.models import CustomerProfile
from tests.fixtures.notice_desk import NoticeDesk

DUE = date(2026, 3, 2)
CALL = DUE + timedelta(days=1)
FIRM = DUE + timedelta(days=16)
DEMAND = DUE + timedelta(days=31)


@pytest.fixture
def desk(notice_desk: NoticeDesk, monkeypatch) -> NoticeDesk:
    notice_desk.issue("globex", "900.00", due_on=DUE)
    CustomerProfile.objects.filter(customer__code="globex").update(importance=3)
    for day in (CALL, FIRM):
        notice_desk.day(day)
    notice_desk.night(DEMAND)
    monkeypatch.setattr(clock, "now", lambda: notice_desk.at(DEMAND, 10))
    return notice_desk


def text(answer):
    return answer.content.decode()


def test_the_list_shows_each_state_with_its_count(desk, login):
    page = text(login("collector").get("/notices/"))
    assert "Globex Retail BV" in page
    assert "Waits for release" in page and "Formal" not in page
    sent = text(login("collector").get("/notices/?state=REACHED&channel=email"))
    assert "Firm reminder" in sent and "Demand letter" not in sent.split("<tbody>")[1]


def test_the_desk_shows_the_exact_letter_and_what_it_will_do(desk, login):
    client = login("finance_manager")
    page = text(client.get("/notices/waiting/"))
    notice = desk.notice("globex")
    assert "NL-letter-000001" in page
    assert "the customer is important or the amount is large" in page
    assert "New orders on credit are held" in page
    paper = client.get(f"/notices/{notice.pk}/letter.pdf")
    assert paper["Content-Type"] == "application/pdf" and paper.content.startswith(b"%PDF")
    assert paper["X-Frame-Options"] == "SAMEORIGIN"


def test_releasing_what_was_shown_sends_exactly_that(desk, login):
    client = login("finance_manager")
    page = text(client.get("/notices/waiting/"))
    seen = page.split('name="seen" value="')[1][:64]
    notice = desk.notice("globex")
    answer = client.post(f"/notices/{notice.pk}/release/", {"seen": seen, "desk": "1"})
    assert answer.status_code == 302 and answer["Location"] == "/notices/waiting/"
    done = desk.notice("globex")
    assert (done.state, done.approved_hash) == ("HANDED_OVER", seen)


def test_a_stale_hash_is_a_conflict_and_nothing_leaves(desk, login):
    notice = desk.notice("globex")
    answer = login("finance_manager").post(f"/notices/{notice.pk}/release/", {"seen": "0" * 64})
    assert answer.status_code == 409
    assert desk.notice("globex").state == "PROPOSED"


def test_a_whole_list_is_released_with_one_confirmation(desk, login):
    client = login("finance_manager")
    answer = client.post("/notices/release/", follow=True)
    assert "1 released" in text(answer)
    assert desk.notice("globex").state == "HANDED_OVER"


def test_withdraw_and_put_off_ask_for_what_they_need(desk, login):
    client = login("finance_manager")
    notice = desk.notice("globex")
    assert client.post(f"/notices/{notice.pk}/postpone/", {"until": "soon"}).status_code == 422
    later = (DEMAND + timedelta(days=3)).isoformat()
    assert client.post(f"/notices/{notice.pk}/postpone/", {"until": later}).status_code == 302
    assert client.post(f"/notices/{notice.pk}/withdraw/", {"reason": ""}).status_code == 422
    client.post(f"/notices/{notice.pk}/withdraw/", {"reason": "Spoke to them"})
    assert desk.notice("globex").state == "WITHDRAWN"


def test_one_notice_shows_items_message_attempts_and_story(desk, login):
    sent = Notice.objects.get(contact__isnull=False, stage="firm")
    page = text(login("finance_manager").get(f"/notices/{sent.pk}/"))
    assert "We refer to the payment terms agreed with you" in page
    assert "Taken by the provider" in page and "Days late then" in page


def test_a_collector_may_look_and_not_release(desk, login):
    client = login("collector")
    notice = desk.notice("globex")
    assert 'data-key="a"' not in text(client.get("/notices/waiting/"))
    assert client.post(f"/notices/{notice.pk}/release/", {"seen": ""}).status_code == 403


def test_somebody_elses_notice_is_not_there(desk, login):
    notice = desk.notice("globex")
    client = login("collector", username="elsewhere", all_entities=False)
    assert client.get(f"/notices/{notice.pk}/").status_code == 404
    assert client.get(f"/notices/{notice.pk}/letter.pdf").status_code == 404


def test_why_not_is_told_in_sentences(desk, login):
    waits = desk.world.customer("globex")
    assert "waits for somebody to release it" in text(login("collector").get(f"/customers/{waits.pk}/why/"))
    desk.issue("initech", "100.00", due_on=DEMAND + timedelta(days=9))
    desk.night(DEMAND + timedelta(days=1))
    client = login("collector")
    customer = desk.world.customer("initech")
    page = text(client.get(f"/customers/{customer.pk}/why/", HTTP_HX_REQUEST="true"))
    assert "Not due yet. The first step" in page and "<html" not in page
    assert "<html" in text(client.get(f"/customers/{customer.pk}/why/"))


def test_a_notice_is_written_by_hand_from_the_customer(desk, login):
    desk.issue("initech", "100.00", due_on=DEMAND - timedelta(days=16))
    customer = desk.world.customer("initech")
    client = login("collector")
    address = f"/customers/{customer.pk}/notices/new/"
    assert "Firm reminder: €100.00" in text(client.get(address))
    contact = customer.contacts.get()
    answer = client.post(address, {"stage": "firm", "contact": contact.pk, "channel": "email"})
    made = desk.notice("initech")
    assert answer["Location"] == f"/notices/{made.pk}/"
    assert (made.stage, made.state) == ("firm", "RELEASED")
    assert client.post(address, {"stage": "firm", "contact": contact.pk, "channel": "sms"}).status_code == 422


def test_an_empty_desk_says_what_comes_here(world, login):
    page = text(login("finance_manager").get("/notices/waiting/"))
    assert "Nothing waits for release" in page
    assert "Nobody was written to yet" in text(login("finance_manager").get("/notices/"))
