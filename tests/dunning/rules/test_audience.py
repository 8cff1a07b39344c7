"""Who hears a rung and how: channel by channel, role by role, inside the hours of the recipient."""

from datetime import UTC, datetime

import pytest

from dunning.rules.audience import Colleague, inside, outside
from dunning.rules.ladder import Stage
from tests.fixtures.dunning_pictures import (
    CFO,
    COLLECTOR,
    D0,
    FINANCE,
    REP,
    SALES_MANAGER,
    contact,
    house,
    noon,
    picture,
)

FIRM = Stage("firm", 16, "billing", ("email", "letter"), "firm")
BOTH = {"email": "billing@customer.example", "letter": "Street 1, Town"}


def sent_to(*contacts, stage=FIRM):
    found = outside(picture(contacts=contacts), stage, house(), noon(D0))
    return found if isinstance(found, str) else (found.channel, found.contact)


@pytest.mark.parametrize(
    ("contacts", "expected"),
    [
        pytest.param((contact(1, addresses=BOTH),), ("email", 1), id="the_first_channel"),
        pytest.param((contact(1, addresses={"letter": "Street 1"}),), ("letter", 1), id="pitfall_11_missing_address"),
        pytest.param(
            (contact(1, addresses=BOTH, stopped=frozenset({"email"})),), ("letter", 1), id="opted_out_of_mail"
        ),
        pytest.param((contact(1, addresses=BOTH, recent={"email": 3}),), ("letter", 1), id="weekly_cap"),
        pytest.param((contact(1, addresses={}),), "no_contact", id="nothing_known"),
        pytest.param((), "no_contact", id="nobody_known"),
        pytest.param((contact(1, stopped=frozenset({"email"})),), "opted_out", id="stopped_everywhere"),
        pytest.param((contact(1, recent={"email": 9}),), "cap", id="enough_this_week"),
        pytest.param((contact(1, stopped=frozenset({"email"})), contact(2)), ("email", 2), id="the_next_contact"),
        pytest.param((contact(1, "legal"),), "no_contact", id="another_role_is_not_billing"),
    ],
)  # fmt: skip
def test_pitfall_11_the_next_channel_or_a_reason(contacts, expected):
    assert sent_to(*contacts) == expected


def test_a_role_falls_back_to_billing():
    to_management = Stage("m", 31, "management", ("email",), "m")
    assert sent_to(contact(1), contact(2, "management"), stage=to_management) == ("email", 2)
    assert sent_to(contact(1), stage=to_management) == ("email", 1)


def test_di_16_dl_49_pitfall_20_the_recipients_clock_decides():
    """Apia is 13 hours ahead of UTC, Pago Pago 11 behind; each is written to in the own morning of a working day."""
    late = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    apia = outside(picture(contacts=(contact(zone="Pacific/Apia", country="WS"),)), FIRM, house(), late)
    pago = outside(picture(contacts=(contact(zone="Pacific/Pago_Pago", country="AS"),)), FIRM, house(), late)
    assert apia.due_at == late
    assert pago.due_at == late
    sunday = datetime(2026, 3, 8, 12, tzinfo=UTC)
    berlin = outside(picture(contacts=(contact(),)), FIRM, house(), sunday)
    assert berlin.due_at == datetime(2026, 3, 9, 8, tzinfo=UTC)


def test_hours_that_do_not_exist_do_not_stop_the_batch():
    assert sent_to(contact(1, hours="whenever")) == "no_contact"


@pytest.mark.parametrize(
    ("audience", "options", "user", "role"),
    [
        ("rep", {}, REP, "sales_rep"),
        ("rep", {"rep": None}, COLLECTOR, "sales_rep"),
        ("rep", {"rep": None, "collector": None}, None, "sales_rep"),
        ("collector", {"collector": None}, REP, "collector"),
        ("sales_manager", {}, None, "sales_manager"),
    ],
)
def test_the_rep_of_record_on_that_day_is_called_to_act(audience, options, user, role):
    found = inside(picture(**options), Stage("call", 1, audience, ("call",), ""), house(), noon(D0))
    assert (found.channel, found.user, found.owner_role) == ("call", user, role)
    assert found.recipient == (f"user:{user}" if user else f"role:{role}")


def test_where_nobody_holds_a_role_the_next_higher_one_does():
    stage = Stage("call", 1, "rep", ("call",), "")
    found = inside(
        picture(rep=None, collector=None), stage, house(roles={"sales_manager": (SALES_MANAGER,)}), noon(D0)
    )
    assert found.owner_role == "sales_manager"
    mail = Stage("management", 31, "cfo", ("email", "app"), "m")
    found = inside(picture(), mail, house(roles={"finance_manager": (FINANCE,)}), noon(D0))
    assert (found.user, found.channel) == (FINANCE, "email")
    assert inside(picture(), mail, house(roles={}), noon(D0)) == "no_contact"


@pytest.mark.parametrize(
    ("person", "channel", "recipient"),
    [
        (Colleague(CFO, "cfo@us.example"), "email", "cfo@us.example"),
        (Colleague(CFO, "cfo@us.example", told_by=("app",)), "app", f"user:{CFO}"),
        (Colleague(CFO, ""), "app", f"user:{CFO}"),
    ],
)
def test_our_people_are_told_the_way_they_want(person, channel, recipient):
    mail = Stage("management", 31, "cfo", ("email", "app"), "m")
    found = inside(picture(), mail, house(people={CFO: person}), noon(D0))
    assert (found.channel, found.recipient, found.told) == (channel, recipient, (CFO,))


def test_a_rep_who_left_is_replaced_by_the_role():
    stage = Stage("call", 1, "rep", ("call",), "")
    found = inside(picture(rep=99), stage, house(), noon(D0))
    assert (found.user, found.owner_role) == (None, "sales_rep")
