"""Our own people get one mail a day about all their customers, whatever the number of notices behind it."""

from datetime import date, timedelta

import pytest
from django.db import transaction

from dunning.models import Notice, NoticeItem
from dunning.services import delivery_follow, digests
from receivables import audit
from receivables.models import Customer, Message
from receivables.services import outbox
from tests.fixtures.notice_desk import NoticeDesk

DUE = date(2026, 3, 2)
EARLY = DUE - timedelta(days=7)


@pytest.fixture
def desk(notice_desk: NoticeDesk) -> NoticeDesk:
    return notice_desk


def to_us(desk):
    return [each for each in desk.sent if each.recipient.endswith("@us.example")]


def test_003_26_a_rep_gets_one_mail_about_three_customers_and_each_counts_as_told(desk):
    for code, amount in (("acme", "10.00"), ("globex", "20.00"), ("initech", "30.00")):
        desk.issue(code, amount, due_on=DUE)
    desk.night(EARLY)
    desk.hand_over(EARLY)
    desk.send(EARLY)
    (mail,) = to_us(desk)
    assert mail.recipient == "sales_rep@us.example"
    for word in (
        "Acme Tools GmbH",
        "€10.00",
        "Globex Retail BV",
        "€20.00",
        "Initech Ltd",
        "€30.00",
        "€60.00",
    ):
        assert word in mail.text
    told = NoticeItem.objects.filter(stage="rep7", withdrawn=False)
    assert {item.reached_on for item in told} == {EARLY}
    assert told.count() == 3
    assert Message.objects.filter(kind="digest").count() == 1


def test_what_was_paid_before_the_digest_is_written_is_left_out(desk):
    paid, open_one = desk.issue("acme", "10.00", due_on=DUE), desk.issue("globex", "20.00", due_on=DUE)
    desk.night(EARLY)
    desk.world.pay(paid, on=EARLY)
    desk.hand_over(EARLY)
    desk.send(EARLY)
    (mail,) = to_us(desk)
    assert "Acme" not in mail.text
    assert "Globex" in mail.text
    states = dict(Notice.objects.filter(track="alert").values_list("customer__code", "state"))
    assert states == {"acme": "WITHDRAWN", "globex": "HANDED_OVER"}
    assert open_one.pk


def test_nothing_is_written_when_everything_was_paid(desk):
    invoice = desk.issue("acme", "10.00", due_on=DUE)
    desk.night(EARLY)
    desk.world.pay(invoice, on=EARLY)
    desk.hand_over(EARLY)
    assert not Message.objects.filter(kind="digest").exists()


def test_handing_over_twice_writes_one_digest(desk):
    desk.issue("acme", "10.00", due_on=DUE)
    desk.night(EARLY)
    desk.hand_over(EARLY)
    desk.hand_over(EARLY)
    assert Message.objects.filter(kind="digest").count() == 1


def test_a_digest_that_was_given_up_lets_its_notices_be_said_again(desk):
    desk.issue("acme", "10.00", due_on=DUE)
    desk.night(EARLY)
    desk.hand_over(EARLY)
    digest = Message.objects.get(kind="digest")
    now, by = desk.at(EARLY, 12), desk.world.by
    with transaction.atomic(), audit.line("test.given_up", by=by, now=now) as line:
        outbox.cancel(line, digest, reason="dropped", now=now)
    delivery_follow.follow(now=now, by=by)
    notice = Notice.objects.get(track="alert")
    assert (notice.state, notice.why) == ("WITHDRAWN", "dropped")
    assert not NoticeItem.objects.filter(notice=notice, withdrawn=False).exists()


def test_a_customer_named_like_a_placeholder_is_printed_as_it_is(desk):
    desk.issue("acme", "10.00", due_on=DUE)
    Customer.objects.filter(code="acme").update(legal_name="{amount_total} **Ltd**")
    desk.night(EARLY)
    desk.hand_over(EARLY)
    desk.send(EARLY)
    (mail,) = to_us(desk)
    assert "(amount_total) ··Ltd··" in mail.text


def test_a_digest_that_cannot_be_written_stops_nobody_elses_mail(desk, monkeypatch):
    desk.issue("acme", "10.00", due_on=DUE)
    desk.night(EARLY)
    monkeypatch.setattr(digests, "_rendered", lambda *_a: 1 / 0)
    desk.hand_over(EARLY)
    assert not Message.objects.filter(kind="digest").exists()
    assert Notice.objects.get(stage="friendly").state == "HANDED_OVER"
    monkeypatch.undo()
    desk.hand_over(EARLY)
    assert Message.objects.filter(kind="digest").count() == 1
