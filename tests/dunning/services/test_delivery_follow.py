"""What became of messages comes back to their notices: reached, given up, bounced, tried again."""

from datetime import date, timedelta

import pytest

from dunning.models import NoticeItem
from integrations.errors import Rejected, Unavailable, Uncertain
from receivables.models import Charge, Contact, Message, NumberSeries, WorkItem
from tests.fixtures.notice_desk import NoticeDesk

DUE = date(2026, 3, 2)
EARLY = DUE - timedelta(days=7)
CALL = DUE + timedelta(days=1)
FIRM = DUE + timedelta(days=16)


@pytest.fixture
def desk(notice_desk: NoticeDesk) -> NoticeDesk:
    return notice_desk


def letters(desk):
    """What went to customers, as (recipient, text)."""
    return [(each.recipient, each.text) for each in desk.sent if not each.recipient.endswith("@us.example")]


def test_pitfall_07_a_notice_planned_but_never_sent_is_sent_and_not_escalated(desk):
    invoice = desk.issue("globex", "250.00", due_on=DUE)
    desk.night(CALL)
    desk.night(FIRM)
    desk.hand_over(FIRM)
    for day in range(1, 4):
        desk.night(FIRM + timedelta(days=day))
    assert desk.rungs(invoice) == [("firm", None)]
    desk.send(FIRM + timedelta(days=5))  # Monday: the words are of another day by now
    assert desk.look_again(FIRM + timedelta(days=5)).renewed == 1
    desk.send(FIRM + timedelta(days=5))
    assert desk.rungs(invoice) == [("firm", FIRM + timedelta(days=5))]
    assert len(letters(desk)) == 1


def test_pitfall_08_a_provider_that_answers_too_late_gets_no_second_message(desk):
    desk.issue("globex", "250.00", due_on=DUE)
    desk.mailroom.provider.always = Uncertain("timeout", "no answer")
    desk.night(CALL)
    desk.day(FIRM)
    desk.mailroom.provider.always = None
    desk.night(FIRM + timedelta(days=1))
    desk.hand_over(FIRM + timedelta(days=1))
    assert Message.objects.filter(kind="notice", contact__isnull=False).count() == 1


def test_pitfall_09_a_refused_address_reaches_nothing_opens_a_task_and_the_next_run_takes_the_letter(desk):
    invoice = desk.issue("globex", "250.00", due_on=DUE)
    desk.mailroom.provider.script = [Rejected("bad_recipient", "no such mailbox")]
    desk.night(CALL)
    desk.night(FIRM)
    desk.hand_over(FIRM)
    desk.mailroom.provider.script = []
    desk.mailroom.provider.always = Rejected("bad_recipient", "no such mailbox")
    desk.send(FIRM)
    notice = desk.notice("globex")
    assert notice.state == "WITHDRAWN"
    assert desk.rungs(invoice) == []
    assert WorkItem.objects.open().filter(kind="undeliverable", customer__code="globex").count() == 1


def test_di_15_a_bounced_message_takes_the_rung_back(desk):
    invoice = desk.issue("globex", "250.00", due_on=DUE)
    desk.night(CALL)
    desk.day(FIRM)
    assert desk.rungs(invoice) == [("firm", FIRM)]
    desk.bounce(desk.notice("globex").message, FIRM)
    assert desk.follow(FIRM, 12) == (0, 1)
    notice = desk.notice("globex")
    assert (notice.state, notice.why, notice.reached_on) == ("WITHDRAWN", "bounced", None)
    assert desk.rungs(invoice) == []
    assert desk.follow(FIRM, 13) == (0, 0)
    assert WorkItem.objects.open().filter(kind="undeliverable").count() == 1


def test_pitfall_11_after_a_bounce_the_same_rung_goes_out_as_a_letter(desk):
    invoice = desk.issue("globex", "250.00", due_on=DUE)
    desk.night(CALL)
    desk.day(FIRM)
    desk.bounce(desk.notice("globex").message, FIRM)
    Contact.objects.filter(customer__code="globex").update(
        undeliverable_since=FIRM, undeliverable_reason="bounced"
    )
    desk.follow(FIRM, 12)
    desk.day(FIRM + timedelta(days=1))
    notice = desk.notice("globex")
    assert (notice.channel, notice.stage, notice.state) == ("letter", "firm", "HANDED_OVER")
    assert desk.rungs(invoice) == [("firm", FIRM + timedelta(days=1))]
    assert notice.number == "NL-letter-000001"


def test_di_12_one_refused_address_does_not_stop_the_others(desk):
    for code in ("acme", "globex", "initech"):
        desk.issue(code, "250.00", due_on=DUE)
    contact = Contact.objects.get(customer__code="globex")

    def refuse(outgoing):
        if outgoing.recipient == contact.email:
            raise Rejected("bad_recipient", "no such mailbox")

    desk.mailroom.provider.on_send = refuse
    desk.night(CALL)
    desk.day(FIRM)
    assert {to for to, _text in letters(desk)} == {"billing@acme.example", "billing@initech.example"}
    assert desk.notice("globex").state == "WITHDRAWN"


def test_di_13_a_send_that_failed_advances_nothing_and_is_tried_again(desk):
    invoice = desk.issue("globex", "250.00", due_on=DUE)
    desk.mailroom.provider.script = [Unavailable("connect", "refused")] * 3
    desk.night(CALL)
    desk.night(FIRM)
    desk.hand_over(FIRM)
    desk.send(FIRM)
    assert desk.rungs(invoice) == [("firm", None)]
    desk.mailroom.provider.script = []
    desk.send(FIRM, 12)
    assert desk.rungs(invoice) == [("firm", FIRM)]


def test_pitfall_13_and_14_a_rung_that_was_not_accepted_never_ages_into_the_next(desk):
    invoice = desk.issue("globex", "250.00", due_on=DUE)
    desk.night(CALL)
    desk.night(FIRM)
    desk.night(DUE + timedelta(days=31))
    desk.night(DUE + timedelta(days=61))
    assert desk.rungs(invoice) == [("firm", None)]


def test_a_thousand_accepted_messages_reach_their_rungs_in_one_line_a_chunk(desk, scale):
    for n in range(scale(100)):
        desk.issue(f"c{n}", "250.00", due_on=DUE)
    desk.night(CALL)
    desk.night(FIRM)
    while desk.hand_over(FIRM).handed_over:
        pass
    desk.send(FIRM)
    assert NoticeItem.objects.filter(reached_on=FIRM, stage="firm").count() == scale(100)
    assert Charge.objects.count() == 0 and NumberSeries.objects.filter(code="letter").count() == 0
