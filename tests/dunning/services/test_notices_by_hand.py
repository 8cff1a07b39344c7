"""A rung sent by hand is that rung: it counts, it costs the same, and the night does not send it again."""

from datetime import date, timedelta

import pytest

from dunning.models import Notice, PolicyVersion
from dunning.services import notices, notices_by_hand
from receivables.models import Charge, Contact, CustomerProfile
from receivables.rules.refusals import Refused
from receivables.services import consents
from tests.fixtures.notice_desk import NoticeDesk

DUE = date(2026, 3, 2)
CALL = DUE + timedelta(days=1)
FIRM = DUE + timedelta(days=16)


@pytest.fixture
def desk(notice_desk: NoticeDesk) -> NoticeDesk:
    return notice_desk


def by_hand(desk, on=FIRM, stage="firm", channel="email", code="globex", who="collector", hour=9, **more):
    customer = desk.world.customer(code)
    return notices_by_hand.propose(
        customer=customer, entity=desk.world.entity, currency="EUR", channel=channel, stage=stage, template="",
        contact=Contact.objects.filter(customer=customer).first(), now=desk.at(on, hour), by=desk.world.person(who), **more,
    )  # fmt: skip


def test_di_11_pitfall_15_a_rung_sent_by_hand_in_the_morning_is_not_sent_again_by_the_night(desk):
    invoice = desk.issue("globex", "250.00", due_on=DUE)
    desk.night(CALL)
    notice = by_hand(desk)
    assert (notice.state, notice.run) == ("RELEASED", None)
    desk.night(FIRM)
    desk.hand_over(FIRM)
    desk.send(FIRM)
    assert desk.rungs(invoice) == [("firm", FIRM)]
    assert Notice.objects.filter(contact__isnull=False).count() == 1


def test_the_next_rung_follows_the_one_sent_by_hand(desk):
    invoice = desk.issue("globex", "250.00", due_on=DUE)
    desk.night(CALL)
    by_hand(desk)
    desk.hand_over(FIRM)
    desk.send(FIRM)
    demand = DUE + timedelta(days=31)
    desk.night(demand)
    assert [rung for rung, _on in desk.rungs(invoice)] == ["firm", "demand"]


def test_pitfall_16_a_rung_sent_by_hand_costs_what_the_automatic_one_costs(desk):
    row = PolicyVersion.objects.get(policy__code="standard", active=True)
    firm = next(stage for stage in row.ladder["stages"] if stage["code"] == "firm")
    firm["fee"] = {"kind": "fixed", "amounts": {"EUR": "7.50"}}
    PolicyVersion.objects.filter(pk=row.pk).update(ladder=row.ladder)
    desk.issue("globex", "250.00", due_on=DUE)
    desk.night(CALL)
    by_hand(desk)
    desk.hand_over(FIRM)
    desk.send(FIRM)
    assert Charge.objects.get().amount == 750


def test_an_important_customer_waits_for_somebody_else(desk):
    desk.issue("globex", "250.00", due_on=DUE)
    CustomerProfile.objects.update(importance=3)
    desk.night(CALL)
    late = DUE + timedelta(days=31)
    notice = by_hand(desk, on=late, stage="demand", channel="letter", who="finance_manager")
    assert (notice.state, notice.why) == ("PROPOSED", "important")
    with pytest.raises(Refused, match="four_eyes"):
        notices.approve(
            notice=notice, seen_hash=None, now=desk.at(late), by=desk.world.person("finance_manager")
        )
    done = notices.approve(notice=notice, seen_hash=None, now=desk.at(late), by=desk.world.person("cfo"))
    assert done.state == "HANDED_OVER"


def test_the_rungs_on_offer_are_those_somebody_was_not_asked_on(desk):
    desk.issue("globex", "250.00", due_on=DUE)
    customer, entity = desk.world.customer("globex"), desk.world.entity

    def offered(on):
        found = notices_by_hand.offers(customer, entity, "EUR", now=desk.at(on))
        return [(offer.stage.code, offer.total) for offer in found]

    assert offered(DUE - timedelta(days=3)) == [("friendly", 25000)]
    assert offered(CALL) == []
    assert offered(FIRM) == [("firm", 25000)]
    by_hand(desk)
    assert offered(FIRM) == []
    assert offered(DUE + timedelta(days=31)) == []  # the firm one has not arrived yet


def test_nobody_is_asked_twice_on_a_rung_or_heard_twice_a_day(desk):
    desk.issue("globex", "250.00", due_on=DUE)
    by_hand(desk)
    with pytest.raises(Refused, match="nothing_to_ask"):
        by_hand(desk)
    desk.issue("globex", "90.00", due_on=DUE)
    with pytest.raises(Refused, match="spoken_today"):
        by_hand(desk)


def test_a_blocked_customer_is_not_written_to_by_hand_either(desk):
    desk.issue("globex", "250.00", due_on=DUE)
    desk.desk.block("globex", on=DUE)
    with pytest.raises(Refused, match="not_now"):
        by_hand(desk)


def test_a_contact_without_an_address_for_the_channel_is_refused(desk):
    desk.issue("globex", "250.00", due_on=DUE)
    with pytest.raises(Refused, match="no_address"):
        by_hand(desk, channel="sms")
    with pytest.raises(Refused, match="stage_unknown"):
        by_hand(desk, stage="call")


def test_002_26_a_text_message_needs_consent_leaves_in_hours_and_says_how_to_stop(desk):
    invoice = desk.issue("globex", "250.00", due_on=DUE)
    Contact.objects.filter(customer__code="globex").update(phone="+31612345678")
    type(desk.world.entity).objects.update(phone="+49 30 901820")
    with pytest.raises(Refused, match="opted_out"):
        by_hand(desk, channel="sms")
    consents.record(
        channel="sms", address="+31612345678", given=True, source="person", note="On the phone", now=desk.at(FIRM, 7),
        by=desk.world.person("collector"),
    )  # fmt: skip
    notice = by_hand(desk, channel="sms", hour=7)
    assert notice.due_at == desk.at(FIRM, 9)
    desk.hand_over(FIRM)
    desk.send(FIRM)
    (sent,) = [each for each in desk.sent if each.channel == "sms"]
    assert "€250.00" in sent.text and "Reply STOP to end" in sent.text
    assert desk.rungs(invoice) == [("firm", FIRM)]
    message = desk.notice("globex").message
    assert (message.hours, message.zone) == ("b2b", "Europe/Berlin")
