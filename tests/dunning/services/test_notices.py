"""What people do with notices: release what they saw, withdraw, put off; and what that means for the words that leave."""

from datetime import date, timedelta

import pytest

from dunning.models import Notice
from dunning.services import delivery, notices
from receivables.models import CustomerProfile, NumberSeries
from receivables.rules.refusals import Refused
from receivables.services import templates
from tests.fixtures.notice_desk import NoticeDesk

DUE = date(2026, 3, 2)
CALL = DUE + timedelta(days=1)
FIRM = DUE + timedelta(days=16)
DEMAND = DUE + timedelta(days=31)  # Thursday, 2 April


@pytest.fixture
def desk(notice_desk: NoticeDesk) -> NoticeDesk:
    return notice_desk


def demanded(desk, code="globex", amount="900.00"):
    """An invoice whose demand letter waits for a person: the customer is one of the important ones."""
    invoice = desk.issue(code, amount, due_on=DUE)
    CustomerProfile.objects.filter(customer__code=code).update(importance=3)
    for day in (CALL, FIRM):
        desk.day(day)
    desk.night(DEMAND)
    return invoice


def released(desk, notice, hour=9, who="finance_manager", seen=None):
    now = desk.at(DEMAND, hour)
    _look, made = notices.preview(notice, now=now)
    person = desk.world.person(who)
    return notices.approve(notice=notice, seen_hash=seen or made.rendered.sha256, now=now, by=person)


def test_003_17_the_demand_is_a_numbered_letter_that_a_person_releases_before_it_leaves(desk):
    demanded(desk)
    notice = desk.notice("globex")
    assert (notice.state, notice.why, notice.channel) == ("PROPOSED", "important", "letter")
    desk.hand_over(DEMAND)
    assert desk.notice("globex").state == "PROPOSED"
    _look, made = notices.preview(notice, now=desk.at(DEMAND, 9))
    (paper,) = made.rendered.attachments
    assert paper.content_type == "application/pdf" and paper.content.startswith(b"%PDF")
    assert made.number == "NL-letter-000001"
    assert not NumberSeries.objects.filter(code="letter").exists()  # looking takes no number
    done = released(desk, notice)
    assert (done.state, done.number, done.decided_by) == (
        "HANDED_OVER",
        "NL-letter-000001",
        "finance_manager",
    )
    desk.send(DEMAND)
    assert desk.notice("globex").reached_on == DEMAND
    (sent,) = [each for each in desk.sent if each.channel == "letter"]
    assert sent.attachments[0].content == paper.content


def test_p6_what_was_approved_is_what_is_sent(desk):
    demanded(desk)
    notice = desk.notice("globex")
    done = released(desk, notice)
    desk.send(DEMAND)
    message = done.message
    assert message.attempts.get().rendered_hash == done.approved_hash == message.rendered_hash


def test_p6_a_template_edited_after_approval_changes_nothing(desk):
    demanded(desk)
    notice = desk.notice("globex")
    texts = templates
    row = texts.draft(
        code="demand", channel="letter", language="en", entity=None, segment="", subject="Our demand {letter_number}",
        body="First words.\n\n{items}\n\nPay by {new_deadline}.", now=desk.at(DEMAND, 8),
        by=desk.world.person("accountant"),
    )  # fmt: skip
    texts.activate(
        template=row, seen_hash=row.content_hash, now=desk.at(DEMAND, 8), by=desk.world.person("cfo")
    )
    done = released(desk, notice)
    assert "First words." in done.message.body
    other = texts.draft(
        code="demand", channel="letter", language="en", entity=None, segment="", subject="Our demand {letter_number}",
        body="Other words.\n\n{items}", now=desk.at(DEMAND, 9), by=desk.world.person("accountant"),
    )  # fmt: skip
    texts.activate(
        template=other, seen_hash=other.content_hash, now=desk.at(DEMAND, 9), by=desk.world.person("cfo")
    )
    desk.world.receive("acme", "5.00", on=DEMAND)
    type(notice.customer).objects.filter(code="globex").update(stop_version=99)
    desk.send(DEMAND)
    assert desk.look_again(DEMAND).renewed == 1
    desk.send(DEMAND)
    (sent,) = [each for each in desk.sent if each.channel == "letter"]
    assert "First words." in sent.text


def test_what_changed_after_approval_goes_back_to_who_decides_and_keeps_its_number(desk):
    invoice = demanded(desk)
    released(desk, desk.notice("globex"))
    desk.world.pay(invoice, "100.00", on=DEMAND)
    desk.send(DEMAND)
    assert desk.look_again(DEMAND).put_back == 1
    notice = desk.notice("globex")
    assert (notice.state, notice.why, notice.approved_hash) == ("PROPOSED", "changed_since_approval", "")
    assert [each for each in desk.sent if each.channel == "letter"] == []
    again = released(desk, notice, hour=12)
    assert again.message.key == f"notice:{notice.pk}:2"
    assert again.number == "NL-letter-000001"
    desk.send(DEMAND, 13)
    (sent,) = [each for each in desk.sent if each.channel == "letter"]
    assert "€800.00" in sent.text


def test_approval_is_bound_to_what_was_shown(desk):
    invoice = demanded(desk)
    notice = desk.notice("globex")
    _look, made = notices.preview(notice, now=desk.at(DEMAND, 9))
    desk.world.pay(invoice, "1.00", on=DEMAND)
    with pytest.raises(Refused, match="stale"):
        released(desk, notice, seen=made.rendered.sha256)
    assert desk.notice("globex").state == "PROPOSED"
    assert not NumberSeries.objects.filter(code="letter", last_number__gt=0).exists()


def test_what_was_paid_before_the_decision_is_withdrawn_instead_of_released(desk):
    invoice = demanded(desk)
    notice = desk.notice("globex")
    desk.world.pay(invoice, on=DEMAND)
    done = notices.approve(notice=notice, seen_hash=None, now=desk.at(DEMAND), by=desk.world.person("cfo"))
    assert (done.state, done.why) == ("WITHDRAWN", "paid")


def test_what_waits_is_tidied_each_hour(desk):
    invoice = demanded(desk)
    assert delivery.tidy(now=desk.at(DEMAND, 9), by=desk.by).withdrawn == 0
    desk.world.pay(invoice, on=DEMAND)
    assert delivery.tidy(now=desk.at(DEMAND, 9), by=desk.by).withdrawn == 0  # looked at a moment ago
    assert delivery.tidy(now=desk.at(DEMAND, 11), by=desk.by).withdrawn == 1
    assert desk.notice("globex").why == "paid"


def test_a_list_is_approved_one_by_one_and_counted(desk):
    paid = demanded(desk)
    for code in ("acme", "initech"):
        desk.issue(code, "700.00", due_on=DUE)
        CustomerProfile.objects.filter(customer__code=code).update(importance=3)
    ids = list(Notice.objects.waiting().values_list("pk", flat=True))
    assert len(ids) == 1
    desk.world.pay(paid, on=DEMAND)
    counts = notices.approve_all(
        ids=[*ids, 10**9], now=desk.at(DEMAND), by=desk.world.person("finance_manager")
    )
    assert counts == {"withdrawn": 1}


def test_a_notice_withdrawn_by_hand_may_be_proposed_again(desk):
    demanded(desk)
    notice = desk.notice("globex")
    person = desk.world.person("finance_manager")
    with pytest.raises(Refused, match="reason_missing"):
        notices.withdraw(notice=notice, reason=" ", now=desk.at(DEMAND), by=person)
    done = notices.withdraw(notice=notice, reason="Spoke to them", now=desk.at(DEMAND), by=person)
    assert (done.state, done.why) == ("WITHDRAWN", "by_hand")
    desk.night(DEMAND + timedelta(days=1))
    assert desk.notice("globex").state == "PROPOSED"
    assert desk.notice("globex").pk != notice.pk


def test_what_has_left_cannot_be_withdrawn(desk):
    demanded(desk)
    done = released(desk, desk.notice("globex"))
    desk.send(DEMAND)
    with pytest.raises(Refused, match="not_stoppable"):
        notices.withdraw(notice=done, reason="Too late", now=desk.at(DEMAND, 12), by=desk.world.person("cfo"))


def test_a_planned_message_is_cancelled_with_its_notice(desk):
    demanded(desk)
    done = released(desk, desk.notice("globex"))
    notices.withdraw(notice=done, reason="Not now", now=desk.at(DEMAND, 9), by=desk.world.person("cfo"))
    desk.send(DEMAND)
    assert [each for each in desk.sent if each.channel == "letter"] == []
    assert desk.notice("globex").message.state == "CANCELLED"


def test_a_notice_put_off_leaves_on_the_later_day_with_the_words_of_that_day(desk):
    demanded(desk)
    notice = desk.notice("globex")
    later = DEMAND + timedelta(days=4)
    person = desk.world.person("finance_manager")
    with pytest.raises(Refused, match="date_out_of_range"):
        notices.postpone(notice=notice, until=DEMAND, now=desk.at(DEMAND), by=person)
    notices.postpone(notice=notice, until=later, now=desk.at(DEMAND), by=person)
    _look, made = notices.preview(desk.notice("globex"), now=desk.at(DEMAND, 12))
    assert made.day == later
    assert "35 days" in made.rendered.text
