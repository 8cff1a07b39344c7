"""Fees of rungs: announced on the message, charged when it was accepted, once, and never for what did not arrive."""

from datetime import date, timedelta

import pytest

from dunning.models import PolicyVersion
from receivables.models import Charge
from receivables.services import charges
from tests.fixtures.notice_desk import NoticeDesk

DUE = date(2026, 3, 2)
CALL = DUE + timedelta(days=1)
FIRM = DUE + timedelta(days=16)
DEMAND = DUE + timedelta(days=31)


@pytest.fixture
def desk(notice_desk: NoticeDesk) -> NoticeDesk:
    return notice_desk


def charging(percent="", **amounts):
    """Gives the firm and the demand rung a fee."""
    row = PolicyVersion.objects.get(policy__code="standard", active=True)
    fee = (
        {"kind": "percent", "percent": percent, "base": "open"}
        if percent
        else {"kind": "fixed", "amounts": amounts}
    )
    for stage in row.ladder["stages"]:
        if stage["code"] in ("firm", "demand"):
            stage["fee"] = fee
    PolicyVersion.objects.filter(pk=row.pk).update(ladder=row.ladder)


def test_fe_10_each_rungs_fee_is_charged_once_when_it_was_accepted(desk):
    charging(EUR="5.00")
    desk.issue("globex", "900.00", due_on=DUE)
    desk.night(CALL)
    desk.night(FIRM)
    desk.hand_over(FIRM)
    assert desk.notice("globex").message.charges[0]["amount"] == 500
    assert Charge.objects.count() == 0
    desk.send(FIRM)
    assert list(Charge.objects.values_list("kind", "amount")) == [("fee", 500)]
    for day in range(1, 4):
        desk.day(FIRM + timedelta(days=day))
    assert Charge.objects.count() == 1


def test_pitfall_69_a_rung_looked_at_again_announces_its_fee_once(desk):
    charging(EUR="5.00")
    invoice = desk.issue("globex", "900.00", due_on=DUE)
    desk.night(CALL)
    desk.night(FIRM)
    desk.hand_over(FIRM)
    desk.world.pay(invoice, "1.00", on=FIRM)
    desk.send(FIRM)
    desk.look_again(FIRM)
    desk.send(FIRM)
    assert Charge.objects.filter(key__startswith="fee:").count() == 1


def test_fe_15_a_percentage_is_of_the_open_principal_and_never_of_the_fee_before(desk):
    charging(percent="1")
    invoice = desk.issue("globex", "900.00", due_on=DUE)
    for day in (CALL, FIRM):
        desk.day(day)
    assert Charge.objects.get().amount == 900
    desk.world.pay(invoice, "100.00", on=FIRM)
    desk.day(DEMAND)
    assert list(Charge.objects.order_by("pk").values_list("amount", flat=True)) == [900, 800]
    assert (
        "€9.00" in desk.notice("globex").message.body
    )  # the fee before stands on the letter, on its own line


def test_fe_16_pitfall_10_a_bounced_reminder_costs_nothing(desk):
    charging(EUR="5.00")
    desk.issue("globex", "900.00", due_on=DUE)
    for day in (CALL, FIRM):
        desk.day(day)
    assert desk.world.balance("globex") == "905.00"
    desk.bounce(desk.notice("globex").message, FIRM)
    desk.follow(FIRM, 12)
    assert desk.world.balance("globex") == "900.00"
    assert Charge.objects.get().waiver.reason == "not_delivered"


def test_fe_18_who_owes_nothing_after_their_credit_pays_no_fee(desk):
    charging(EUR="5.00")
    desk.issue("globex", "100.00", due_on=DUE)
    desk.night(CALL)
    desk.night(FIRM)
    desk.world.receive("globex", "500.00", on=FIRM)
    desk.hand_over(FIRM)
    desk.send(FIRM)
    assert Charge.objects.count() == 0
    assert desk.notice("globex").why == "covered"


def test_pitfall_79_the_invoice_is_not_touched_by_its_fee(desk):
    charging(EUR="5.00")
    invoice = desk.issue("globex", "900.00", due_on=DUE)
    for day in (CALL, FIRM):
        desk.day(day)
    assert desk.world.open(invoice) == "900.00"
    charge = Charge.objects.get()
    assert charge.number == f"{invoice.number}/firm-1"
    charges.waive(
        charge=charge, reason="Goodwill", on=FIRM, now=desk.at(FIRM, 12), by=desk.world.person("cfo")
    )
    assert desk.world.balance("globex") == "900.00"
