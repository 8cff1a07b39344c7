"""The statement of account on a page and as a table: its days, its account, its figures, and who may see it."""

import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse

from receivables.models import User
from tests.fixtures.world import DAY_0

TODAY = DAY_0


@pytest.fixture
def acme(world, monkeypatch):
    """100 owed from last year, 50 invoiced and 30 paid this year; and one invoice in dollars."""
    monkeypatch.setattr("receivables.clock.today", lambda entity=None: TODAY)
    world.issue("acme", "100.00", on=TODAY - timedelta(days=90), number="A-1")
    new = world.issue("acme", "50.00", on=TODAY - timedelta(days=20), number="A-2")
    world.issue("acme", "7.00", on=TODAY - timedelta(days=20), number="A-3", currency="USD")
    world.pay(new, "30.00", on=TODAY - timedelta(days=5))
    return world.customer("acme")


def shown(client, customer, **query):
    return client.get(reverse("receivables:customer_statement", args=[customer.pk]), query)


def test_the_statement_begins_with_the_year_and_ties_to_the_ledger(acme, login):
    client = login("accountant")
    answer = shown(client, acme)
    picture = answer.context["picture"]
    assert (picture.opening.minor, picture.closing.minor, picture.currency) == (10000, 12000, "EUR")
    assert [(line.reference, line.balance) for line, _words, _url in answer.context["lines"]][0] == (
        "A-2",
        15000,
    )
    assert all(url for _line, _words, url in answer.context["lines"])
    assert "Ties to the ledger" in answer.content.decode()
    assert (
        reverse("receivables:customer_statement", args=[acme.pk])
        in client.get(reverse("receivables:customer", args=[acme.pk])).content.decode()
    )


def test_days_and_account_are_chosen_in_the_address(acme, login):
    client = login("auditor")
    dollars = shown(client, acme, account="NL-USD").context["picture"]
    assert (dollars.currency, dollars.closing.minor) == ("USD", 700)
    early = shown(client, acme, since="2020-01-01", until=str(TODAY - timedelta(days=30))).context["picture"]
    assert (early.opening.minor, early.closing.minor, len(early.lines)) == (0, 10000, 1)


@pytest.mark.parametrize("query", [{"account": "XX-EUR"}, {"since": "yesterday"}, {"until": "2026-02-31"}])
def test_what_cannot_be_read_falls_back_to_the_usual_statement(acme, login, query):
    answer = shown(login("accountant"), acme, **query)
    assert (answer.status_code, answer.context["picture"].closing.minor) == (200, 12000)


def test_a_statement_that_ends_before_it_begins_says_so(acme, login):
    query = {"since": "2026-02-01", "until": "2026-01-01"}
    answer = shown(login("accountant"), acme, **query)
    assert answer.status_code == 422 and "ends before it begins" in answer.content.decode()
    address = reverse("receivables:customer_statement_export", args=[acme.pk, "csv"])
    assert login("accountant").get(address, query).status_code == 422


def test_the_table_holds_opening_movements_and_closing(acme, login):
    address = reverse("receivables:customer_statement_export", args=[acme.pk, "csv"])
    answer = login("accountant").get(address, {"account": "NL-EUR"})
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert [row[5] for row in rows[1:]] == ["100.00", "150.00", "120.00", "120.00"]
    assert rows[2][2:5] == ["A-2", str(TODAY + timedelta(days=10)), "50.00"]
    assert login("accountant").get(address.replace("csv", "xlsx")).content[:2] == b"PK"


def test_who_may_not_export_gets_the_page_without_the_table(acme, login, world):
    client = login("sales_rep")
    world.customer("acme").profiles.update(rep=User.objects.get(username="sales_rep"))
    answer = shown(client, acme)
    address = reverse("receivables:customer_statement_export", args=[acme.pk, "csv"])
    assert answer.status_code == 200 and address not in answer.content.decode()
    assert client.get(address).status_code == 403


def test_another_reps_customer_has_no_statement(acme, login):
    assert shown(login("sales_rep"), acme).status_code == 404


def test_a_customer_without_entries_is_told_how_an_account_begins(world, login):
    answer = shown(login("accountant"), world.customer("umbrella"))
    assert "No account yet" in answer.content.decode()
