"""The ledger, dispute, period and rate pages: the picture of a date, its proof, and what people do there."""

from datetime import timedelta

import pytest
from django.urls import reverse

from receivables import posting
from receivables.models import Dispute, ExchangeRate
from receivables.rules.money import Money
from receivables.services import disputes
from tests.fixtures.world import DAY_0


def at(name, *args):
    return reverse(f"receivables:{name}", args=args)


def test_the_ledger_of_a_past_day_shows_what_was_open_then_and_proves_its_sums(world, login):
    invoice = world.issue("globex", "100.00", on=DAY_0, due_on=DAY_0)
    world.pay(invoice, "30.00", on=DAY_0 + timedelta(days=10))
    client = login("collector")
    then = client.get(at("ledger"), {"as_of": "2026-03-05"}).content.decode()
    assert "€100.00" in then
    assert "€70.00" not in then
    later = client.get(at("ledger"), {"as_of": "2026-03-12"}).content.decode()
    assert "€70.00" in later
    assert "Ties to the ledger" in later


def test_as_known_at_leaves_out_what_was_written_later(world, login):
    world.issue("globex", "100.00", on=DAY_0)
    world.receive("globex", "30.00", on=DAY_0, now=world.at(DAY_0 + timedelta(days=5)), ref="LATE")
    client = login("collector")
    assert "LATE" in client.get(at("ledger"), {"as_of": "2026-03-20"}).content.decode()
    page = client.get(at("ledger"), {"as_of": "2026-03-20", "known_at": "2026-03-04T12:00"}).content.decode()
    assert "LATE" not in page
    assert "audit number 1" in page


def test_filters_live_in_the_address_and_wrong_ones_filter_nothing(world, login):
    world.issue("globex", "100.00", on=DAY_0, number="G-1")
    world.issue("acme", "50.00", on=DAY_0, number="A-1")
    client = login("auditor")
    page = client.get(
        at("ledger"), {"q": "globex", "kind": "invoice", "as_of": "2026-04-01"}
    ).content.decode()
    assert "G-1" in page
    assert "A-1" not in page
    assert (
        client.get(
            at("ledger"), {"as_of": "nonsense", "known_at": "x", "after": "x", "kind": "x"}
        ).status_code
        == 200
    )


def test_pages_go_by_key(world, login):
    for n in range(55):
        world.receive("acme", "1.00", ref=f"R{n:02d}")
    client = login("auditor")
    first = client.get(at("ledger"), {"as_of": "2026-04-01"}).context["page"]
    second = client.get(at("ledger"), {"as_of": "2026-04-01", "after": first.next_key}).context["page"]
    assert [len(first.rows), len(second.rows)] == [50, 5]
    assert {row.pk for row in first.rows}.isdisjoint(row.pk for row in second.rows)


def test_the_number_of_queries_does_not_grow_with_the_rows(world, login, count_queries):
    client, seen = login("auditor"), []
    for many in (3, 20):
        for _n in range(many):
            world.pay(world.issue("acme", "1.00", on=DAY_0))
        with count_queries() as queries:
            client.get(at("ledger"), {"as_of": "2026-04-01"})
        seen.append(len(queries))
    assert seen[0] == seen[1]


def entry_of(invoice):
    return invoice.instalments.get().entry


def dispute(world, invoice, amount=None, **options):
    return disputes.open_on(
        entry=entry_of(invoice), reason="price", amount=Money.of(amount, "EUR") if amount else None, today=DAY_0,
        now=world.at(DAY_0), by=world.by, **options,
    )  # fmt: skip


def test_a_dispute_is_opened_assigned_and_settled_by_a_credit_note_over_part_of_it(world, login):
    invoice = world.issue("initech", "100.00")
    client = login("finance_manager")
    form = {
        "amount": "40.00",
        "reason": "price",
        "note": "agreed 60",
        "owner": "",
        "department": "Sales",
        "sla_hours": "16",
    }
    client.post(at("dispute_open", entry_of(invoice).pk), form)
    made = Dispute.objects.get()
    assert (made.amount, made.department, made.state) == (4000, "Sales", "OPEN")
    boss = world.user("sales_manager")
    client.post(at("dispute_assign", made.pk), {"owner": boss.pk, "department": "Sales"})
    assert "sales_manager" in client.get(at("disputes")).content.decode()
    client.post(at("dispute_resolve", made.pk), {"end": "accept", "credit": "25.00", "resolution": "25 off"})
    made.refresh_from_db()
    assert (made.state, made.credit_note.gross, world.open(invoice)) == ("ACCEPTED", 2500, "75.00")
    assert "25 off" in client.get(at("dispute", made.pk)).content.decode()


@pytest.mark.parametrize("end", ["reject", "withdraw"])
def test_a_dispute_that_is_lost_or_withdrawn_leaves_the_amount_owed(world, login, end):
    invoice = world.issue("initech", "100.00")
    made = dispute(world, invoice)
    login("finance_manager").post(
        at("dispute_resolve", made.pk), {"end": end, "credit": "", "resolution": "see mail"}
    )
    made.refresh_from_db()
    assert (made.state, world.open(invoice)) == (
        {"reject": "REJECTED", "withdraw": "WITHDRAWN"}[end],
        "100.00",
    )


def test_more_than_is_open_cannot_be_disputed_and_not_twice(world, login):
    invoice = world.issue("initech", "100.00")
    client, address = login("collector"), at("dispute_open", entry_of(invoice).pk)
    form = {"amount": "100.01", "reason": "price", "sla_hours": "8"}
    answer = client.post(address, form)
    assert (answer.status_code, "100.00" in answer.content.decode()) == (422, True)
    client.post(address, form | {"amount": "10.00"})
    assert client.post(address, form | {"amount": "10.00"}).status_code == 409
    assert Dispute.objects.count() == 1


def test_the_deadline_counts_working_hours_and_a_missed_one_is_said(world, login):
    made = dispute(world, world.issue("initech", "100.00"), sla_hours=8)
    assert made.due_at.date() == DAY_0 + timedelta(days=1)
    assert "Deadline missed" in login("collector").get(at("disputes")).content.decode()


def test_the_stop_version_rises_when_a_dispute_opens_and_when_it_ends(world):
    invoice = world.issue("initech", "100.00")
    invoice.customer.refresh_from_db()
    seen = [invoice.customer.stop_version]
    made = dispute(world, invoice)
    invoice.customer.refresh_from_db()
    seen.append(invoice.customer.stop_version)
    disputes.reject(dispute=made, resolution="owed", on=DAY_0, now=world.at(DAY_0), by=world.by)
    invoice.customer.refresh_from_db()
    seen.append(invoice.customer.stop_version)
    assert seen[0] < seen[1] < seen[2]


def test_a_period_is_closed_and_opened_again_with_reasons(world, login):
    client = login("finance_manager")
    form = {"entity": world.entity.pk, "until": "2026-02-28", "reason": "February reported", "act": "lock"}
    client.post(at("periods"), form)
    assert posting.locked_until(world.entity).isoformat() == "2026-02-28"
    assert client.post(at("periods"), form).status_code == 422
    client.post(at("periods"), form | {"until": "", "act": "reopen", "reason": "late invoice"})
    assert posting.locked_until(world.entity) is None
    page = client.get(at("periods")).content.decode()
    assert "February reported" in page
    assert "late invoice" in page


def test_a_rate_is_entered_once_per_source_and_day(world, login):
    client = login("finance_manager")
    form = {"base": "eur", "quote": "usd", "rate": "1.0825", "on": "2026-03-02", "source": "ECB"}
    client.post(at("rates"), form)
    assert client.post(at("rates"), form | {"rate": "2"}).status_code == 409
    assert ExchangeRate.objects.get().rate == "1.0825"
    assert "1.0825" in client.get(at("rates")).content.decode()


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("ledger", "admin"),
        ("periods", "collector"),
        ("rates", "accountant"),
        ("disputes", "admin"),
        ("payments", "admin"),
    ],
)
def test_a_page_is_for_those_who_may(world, login, name, role):
    assert login(role).get(at(name)).status_code == 403


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("name", ["ledger", "payments", "disputes", "periods", "rates"])
def test_an_empty_page_says_what_belongs_there(world, login, name, language):
    client = login("finance_manager")
    answer = client.get(at(name), headers={"accept-language": language})
    assert answer.status_code == 200


def test_a_part_of_the_accounts_shows_its_sums_and_raises_no_false_alarm(world, login):
    invoice = world.issue("acme", "100.00", due_on=DAY_0)
    world.apply(world.receive("acme", "40.00", on=DAY_0), invoice, "40.00", on=DAY_0)
    client = login("accountant")
    part = client.get("/ledger/", {"kind": "invoice", "as_of": DAY_0})
    assert part.context["broken"] == [] and "Does not tie" not in part.content.decode()
    assert [(each.ledger, each.net) for each in part.context["positions"]] == [(10000, 6000)]
    assert "Ties to the ledger" in client.get("/ledger/", {"as_of": DAY_0}).content.decode()
