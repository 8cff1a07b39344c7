"""Notices become messages: the last look, the words, the outbox, and back."""

from datetime import date, timedelta

import pytest

from dunning import rendering
from dunning.questions import notice_looks
from dunning.services import delivery
from receivables.models import Contact, Message, WorkItem
from receivables.rules.money import Money
from receivables.services import disputes
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


def test_a_released_notice_is_handed_over_sent_and_reached(desk):
    invoice = desk.issue("globex", "250.00", due_on=DUE)
    desk.night(EARLY)
    assert desk.hand_over(EARLY).handed_over == 2  # the customer's note, and the rep's
    notice = desk.notice("globex")
    assert (notice.state, notice.message.state, notice.reached_on) == ("HANDED_OVER", "PLANNED", None)
    assert notice.message.stop_version == notice.customer.stop_version
    desk.send(EARLY)
    assert desk.rungs(invoice) == [("friendly", EARLY)]
    ((recipient, text),) = letters(desk)
    assert recipient == "billing@globex.example"
    assert "€250.00" in text


def test_handing_over_twice_plans_nothing_twice(desk):
    desk.issue("globex", due_on=DUE)
    desk.night(EARLY)
    desk.hand_over(EARLY)
    assert desk.hand_over(EARLY) == delivery.Done()
    assert sorted(Message.objects.values_list("kind", flat=True)) == ["digest", "notice"]


def test_nothing_is_handed_over_before_its_time(desk):
    desk.issue("globex", due_on=DUE)
    desk.night(EARLY)
    desk.hand_over(EARLY, hour=7)  # the customer's office opens at nine
    assert desk.notice("globex").state == "RELEASED"


def test_003_14_the_note_lists_all_invoices_of_the_window_and_none_that_is_paid_or_disputed(desk):
    first = desk.issue("globex", "100.00", due_on=DUE)
    second = desk.issue("globex", "200.00", due_on=DUE - timedelta(days=2))
    paid = desk.issue("globex", "400.00", due_on=DUE)
    argued = desk.issue("globex", "800.00", due_on=DUE)
    desk.world.pay(paid, on=EARLY - timedelta(days=1))
    disputes.open_on(
        entry=desk.desk.entry(argued), reason="quality", today=EARLY, now=desk.at(EARLY, 1), by=desk.by
    )
    desk.day(EARLY)
    ((_recipient, text),) = letters(desk)
    assert first.number in text and second.number in text
    assert paid.number not in text and argued.number not in text
    assert "€300.00" in text


def test_pitfall_29_several_invoices_are_one_message_per_currency_sorted_with_a_total(desk):
    late = desk.issue("globex", "100.00", due_on=DUE)
    early = desk.issue("globex", "50.00", due_on=DUE - timedelta(days=1))
    desk.issue("globex", "70.00", due_on=DUE, currency="USD")
    desk.day(EARLY)
    euros, dollars = sorted((text for _to, text in letters(desk)), key=lambda text: "$70.00" in text)
    assert euros.index(early.number) < euros.index(late.number)
    assert "€150.00" in euros and "$" not in euros
    assert "$70.00" in dollars


def test_003_16_the_firm_mail_cites_the_contract_and_asks_for_a_promise(desk):
    invoice = desk.issue("globex", "500.00", due_on=DUE)
    type(invoice).objects.filter(pk=invoice.pk).update(contract_ref="")
    desk.night(CALL)
    desk.day(FIRM)
    ((_recipient, text),) = letters(desk)
    assert "We refer to the payment terms agreed with you" in text
    assert "23 Mar 2026" in text  # three working days to name a date, and never after the new deadline
    assert desk.rungs(invoice) == [("firm", FIRM)]


def test_pitfall_52_what_was_paid_before_the_hand_over_is_withdrawn_with_its_reason(desk):
    invoice = desk.issue("globex", "250.00", due_on=DUE)
    desk.night(CALL)
    desk.night(FIRM)
    desk.world.pay(invoice, on=FIRM)
    done = desk.hand_over(FIRM)
    notice = desk.notice("globex")
    assert done.withdrawn == 1
    assert (notice.state, notice.why, notice.message) == ("WITHDRAWN", "paid", None)
    assert desk.rungs(invoice) == []


def test_an_item_paid_meanwhile_falls_out_and_the_others_are_asked_for(desk):
    paid = desk.issue("globex", "250.00", due_on=DUE)
    other = desk.issue("globex", "40.00", due_on=DUE)
    desk.night(CALL)
    desk.night(FIRM)
    desk.world.pay(paid, on=FIRM)
    desk.hand_over(FIRM)
    desk.send(FIRM)
    ((_recipient, text),) = letters(desk)
    assert paid.number not in text and other.number in text
    assert desk.rungs(paid) == []
    assert desk.rungs(other) == [("firm", FIRM)]
    assert desk.notice("globex").total == 4000


def test_p3_what_is_paid_between_the_look_and_the_claim_is_not_sent(desk):
    invoice = desk.issue("globex", "250.00", due_on=DUE)
    desk.night(CALL)
    desk.night(FIRM)
    desk.hand_over(FIRM)
    desk.world.pay(invoice, on=FIRM)
    desk.send(FIRM)
    assert letters(desk) == []
    assert desk.look_again(FIRM).withdrawn == 1
    notice = desk.notice("globex")
    assert (notice.state, notice.why, notice.message.state) == ("WITHDRAWN", "paid", "CANCELLED")
    desk.send(FIRM)
    assert letters(desk) == []


def test_p3_a_part_payment_between_look_and_claim_is_in_the_words_that_leave(desk):
    invoice = desk.issue("globex", "250.00", due_on=DUE)
    desk.night(CALL)
    desk.night(FIRM)
    desk.hand_over(FIRM)
    desk.world.pay(invoice, "100.00", on=FIRM)
    desk.send(FIRM)
    assert letters(desk) == []
    assert desk.look_again(FIRM).renewed == 1
    desk.send(FIRM)
    ((_recipient, text),) = letters(desk)
    assert "€150.00" in text
    assert "pay €250.00" not in text


def test_p6_every_amount_in_the_message_equals_the_ledger_at_the_attempt(desk):
    one = desk.issue("globex", "250.00", due_on=DUE)
    two = desk.issue("globex", "70.30", due_on=DUE)
    desk.world.pay(one, "99.99", on=DUE)
    desk.night(CALL)
    desk.day(FIRM)
    ((_recipient, text),) = letters(desk)
    for invoice in (one, two):
        assert f"€{desk.world.open(invoice)}" in text
    assert f"€{Money(15001 + 7030, 'EUR').plain()}" in text
    message = desk.notice("globex").message
    assert message.attempts.get().rendered_hash == message.rendered_hash


def test_pitfall_53_unapplied_credit_is_shown_and_taken_off_what_is_asked(desk):
    desk.issue("globex", "250.00", due_on=DUE)
    desk.world.receive("globex", "60.00", on=DUE, ref="wire 77")
    desk.night(CALL)
    desk.day(FIRM)
    ((_recipient, text),) = letters(desk)
    assert "€190.00" in text and "wire 77" in text
    assert desk.notice("globex").total == 19000


def test_pitfall_53_who_has_more_with_us_than_they_owe_is_asked_for_nothing(desk):
    desk.issue("globex", "250.00", due_on=DUE)
    desk.night(CALL)
    desk.night(FIRM)
    desk.world.receive("globex", "900.00", on=FIRM)
    desk.hand_over(FIRM)
    assert desk.notice("globex").why == "covered"


def test_a_text_with_a_hole_stops_its_own_notice_only_and_somebody_is_told_once(desk, monkeypatch):
    desk.issue("acme", "250.00", due_on=DUE)
    desk.issue("globex", "250.00", due_on=DUE)
    Contact.objects.filter(customer__code="globex").update(name="x" * 200)
    broken = rendering.make

    def make(notice, *rest, **more):
        if notice.customer.code == "globex":
            raise rendering.Hole("value_missing", "nothing to write", field="contact")
        return broken(notice, *rest, **more)

    monkeypatch.setattr(notice_looks.rendering, "make", make)
    desk.night(CALL)
    desk.night(FIRM)
    done = desk.hand_over(FIRM)
    assert (done.handed_over, done.stuck) == (1, 1)
    notice = desk.notice("globex")
    assert (notice.state, notice.why) == ("RELEASED", "cannot_render:value_missing")
    assert desk.hand_over(FIRM).stuck == 0  # not each minute again
    assert desk.hand_over(FIRM, 12).stuck == 1
    assert WorkItem.objects.open().filter(kind="notice_stuck").count() == 1
    monkeypatch.undo()
    assert desk.hand_over(FIRM, 14).handed_over == 1
    assert desk.notice("globex").why == ""


def test_a_bug_in_one_notice_leaves_the_others_whole(desk, monkeypatch):
    desk.issue("acme", "250.00", due_on=DUE)
    desk.issue("globex", "250.00", due_on=DUE)
    fine = rendering.make

    def make(notice, *rest, **more):
        if notice.customer.code == "globex":
            raise ZeroDivisionError
        return fine(notice, *rest, **more)

    monkeypatch.setattr(notice_looks.rendering, "make", make)
    desk.night(CALL)
    desk.night(FIRM)
    done = desk.hand_over(FIRM)
    assert done.handed_over == 1
    assert done.skipped == [desk.notice("globex").pk]
    assert desk.notice("globex").why == "cannot_render:bug"
    assert WorkItem.objects.open().filter(kind="notice_stuck").count() == 1


def test_a_contact_whose_address_changed_after_the_run_is_not_written_to_at_the_old_one(desk):
    desk.issue("globex", "250.00", due_on=DUE)
    desk.night(CALL)
    desk.night(FIRM)
    Contact.objects.filter(customer__code="globex").update(email="new@globex.example")
    desk.hand_over(FIRM)
    assert desk.notice("globex").why == "no_contact"
