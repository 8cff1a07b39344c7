"""The payment pages: what a person reads and does there, what is refused, and who may."""

import pytest
from django.urls import reverse

from receivables.models import Allocation, Change, Customer, Payment
from receivables.services import cash
from tests.fixtures.world import DAY_0


def at(name, *args):
    return reverse(f"receivables:{name}", args=args)


def test_the_list_shows_what_is_unapplied_and_keeps_filters_in_the_address(world, login):
    world.pay(world.issue("acme", "100.00"))
    world.receive("globex", "55.00", ref="WIRE-9")
    client = login("accountant")
    whole = client.get(at("payments")).content.decode()
    assert "WIRE-9" in whole
    assert "€155.00" in whole
    only = client.get(at("payments"), {"standing": "applied"}).content.decode()
    assert "WIRE-9" not in only
    assert "€55.00" not in only


def test_money_by_hand_lands_on_account_and_is_applied_on_its_page(world, login):
    invoice = world.issue("acme", "100.00")
    client = login("accountant")
    form = {"entity": world.entity.pk, "customer": "acme", "amount": "120.50", "currency": "eur", "value_on": "2026-03-02",
            "method": "cheque", "reference": "CHQ 1"}  # fmt: skip
    answer = client.post(at("payment_new"), form)
    payment = Payment.objects.get()
    assert answer.headers["Location"] == at("payment", payment.pk)
    assert (payment.amount, payment.method, payment.received_by) == (12050, "cheque", "accountant")
    page = client.get(at("payment", payment.pk)).content.decode()
    assert 'value="100.00"' in page
    client.post(at("payment_apply", payment.pk), {f"item_{invoice.instalments.get().entry_id}": "100.00"})
    assert (world.state(invoice), world.left(payment)) == ("PAID", "20.50")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [("amount", "1,5", "plain decimal"), ("amount", "0", "more than zero"), ("customer", "nobody", "no customer"),
     ("currency", "XXX", "no currency code"), ("amount", "1.234", "decimals")],
)  # fmt: skip
def test_a_wrong_field_is_named_beside_it(world, login, field, value, said):
    world.customer("acme")
    form = {"entity": world.entity.pk, "customer": "acme", "amount": "1.00", "currency": "EUR", "value_on": "2026-03-02",
            "method": "bank", "reference": "x", field: value}  # fmt: skip
    answer = login("accountant").post(at("payment_new"), form)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Payment.objects.exists()


def test_oldest_first_and_its_undo_in_the_toast(world, login):
    invoice, payment = world.issue("acme", "100.00"), world.receive("acme", "60.00")
    client = login("accountant")
    page = client.post(at("payment_apply", payment.pk), {"oldest": "1"}, follow=True)
    row = Allocation.objects.get()
    undo = f"{at('payment_undo', payment.pk)}?row={row.pk}"
    assert undo in page.content.decode().replace("&amp;", "&")
    assert world.open(invoice) == "40.00"
    login("finance_manager").post(undo)
    assert (world.open(invoice), world.left(payment)) == ("100.00", "60.00")


def test_an_amount_beyond_what_is_left_is_a_conflict_with_figures_and_never_an_error(world, login):
    invoice, payment = world.issue("acme", "100.00"), world.receive("acme", "60.00")
    answer = login("accountant").post(
        at("payment_apply", payment.pk), {f"item_{invoice.instalments.get().entry_id}": "60.01"}
    )
    assert answer.status_code == 409
    assert "60.01" in answer.content.decode()
    assert world.left(payment) == "60.00"


def test_a_refund_is_proposed_here_and_moves_nothing_until_another_approves(world, login):
    invoice, payment = world.issue("acme", "100.00"), world.receive("acme", "150.00")
    (row,) = world.apply(payment, invoice, "100.00")
    client = login("accountant")
    answer = client.post(at("payment_refund", payment.pk), {"amount": "51.00", "reason": "asked"})
    assert answer.status_code == 409
    client.post(
        at("payment_refund", payment.pk), {"amount": "70.00", "reason": "asked", f"release_{row.pk}": "20"}
    )
    change = Change.objects.get()
    assert (change.kind, change.proposal["release"]) == ("payment.refund", [[row.pk, 2000]])
    assert world.left(payment) == "50.00"
    assert "accountant" in client.get(at("payment", payment.pk)).content.decode()
    world.approve(change)
    assert (world.open(invoice), world.left(payment)) == ("20.00", "0.00")


def test_reversing_and_winning_it_back(world, login):
    invoice = world.issue("globex", "100.00", on=DAY_0)
    payment = world.pay(invoice)
    client = login("finance_manager")
    client.post(at("payment_reverse", payment.pk), {"reason": "chargeback", "on": "2026-03-09", "note": ""})
    assert world.state(invoice) == "SENT"
    row = payment.reversals.get()
    client.post(at("payment_reversal_undo", payment.pk, row.pk), {"on": "2026-03-10"})
    assert world.state(invoice) == "PAID"


def test_a_child_gets_its_parents_money_and_nobody_else_is_offered(world, login):
    parent = world.customer("hengda")
    child, _other = world.customer("acme", parent=parent), world.customer("globex")
    payment = world.receive("hengda", "100.00")
    client = login("accountant")
    page = client.get(at("payment_transfer", payment.pk)).content.decode()
    assert "Acme Tools" in page
    assert "Globex" not in page
    client.post(at("payment_transfer", payment.pk), {"to": child.pk, "amount": "30.00", "reason": "group"})
    assert (world.balance("acme"), world.left(payment)) == ("-30.00", "70.00")


def test_an_overpayment_can_only_be_kept_by_two(world, login):
    invoice, payment = world.issue("acme", "100.00"), world.receive("acme", "110.00")
    world.apply(payment, invoice, "100.00")
    login("accountant").post(
        at("payment_keep", payment.pk), {"amount": "10.00", "reason": "waived in writing"}
    )
    assert world.left(payment) == "10.00"
    world.approve(Change.objects.get())
    assert world.left(payment) == "0.00"


@pytest.mark.parametrize(
    ("name", "role"),
    [("payment_apply", "collector"), ("payment_reverse", "accountant"), ("payment_refund", "cfo"),
     ("payment_transfer", "auditor"), ("payment_undo", "sales_rep")],
)  # fmt: skip
def test_who_may_not_is_told_so(world, login, name, role):
    payment = world.receive("acme", "1.00")
    assert login(role).post(at(name, payment.pk)).status_code == 403


def test_another_entitys_payment_is_not_there(world, login):
    payment = world.receive("acme", "1.00")
    answer = login("collector", all_entities=False).get(at("payment", payment.pk))
    assert answer.status_code == 404


def test_a_rep_sees_the_payments_of_own_customers_only(world, login):
    rep = world.user("sales_rep")
    world.customer("acme", rep=rep)
    world.receive("acme", "1.00", ref="MINE")
    world.receive("globex", "1.00", ref="THEIRS")
    page = login("sales_rep").get(at("payments")).content.decode()
    assert "MINE" in page
    assert "THEIRS" not in page


def test_a_bounce_stands_on_the_page_with_its_word(world, login):
    payment = world.pay(world.issue("globex", "10.00"))
    cash.reverse(payment=payment, reason="bounce", on=DAY_0, now=world.at(DAY_0), by=world.by)
    page = login("accountant").get(at("payment", payment.pk)).content.decode()
    assert "Bounced" in page
    assert Customer.objects.get(code="globex").stop_version


def test_recording_a_payment_asks_for_the_currency_once(world, login):
    page = login("accountant").get("/payments/new/").content.decode()
    assert page.count('name="currency"') == 1
