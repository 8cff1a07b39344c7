"""Bank accounts and statements in the browser: naming an account, trying a mapping, taking a file in, deciding."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from receivables.models import BankAccount, Statement, StatementLine
from tests.fixtures.bank import csv, mt940
from tests.fixtures.world import DAY_0

ROWS = [(DAY_0, "100.00", "NL-0001"), (DAY_0, "100.00", "NL-0001")]


def send(client, raw, name="bank.sta", **fields):
    data = {"file": SimpleUploadedFile(name, raw), **fields}
    return client.post(reverse("receivables:statement_upload"), data, follow=True)


def test_an_account_is_named_and_changed_by_the_finance_manager_only(world, login):
    new = reverse("receivables:bank_account_new")
    assert login("accountant").get(new).status_code == 403
    client = login("finance_manager")
    data = {
        "entity": world.entity.pk,
        "name": "Main",
        "iban": "DE89 3704 0044 0532 0130 00",
        "currency": "eur",
        "fees": "15.00",
    }
    assert client.post(new, data).status_code == 302
    account = BankAccount.objects.get()
    assert (account.iban, account.currency, account.match_policy["accept_fees_up_to"]) == (
        "DE89370400440532013000",
        "EUR",
        1500,
    )
    again = client.post(new, data)
    assert again.status_code == 422 and b"number already" in again.content
    page = client.get(reverse("receivables:bank_account", args=[account.pk]))
    assert b"15.00" in page.content


def test_a_mapping_is_proposed_tried_and_kept(world, bank, login):
    client = login("accountant")
    url = reverse("receivables:bank_mapping", args=[bank.account.pk])
    raw = b"Buchungstag;Betrag;Verwendungszweck\n02.03.2026;1.234,50;Rechnung NL-1\n"
    proposed = client.post(url, {"do": "propose", "file": SimpleUploadedFile("x.csv", raw)})
    assert b"Buchungstag" in proposed.content
    fields = {
        "column_booked_on": "Buchungstag",
        "column_amount": "Betrag",
        "column_text": "Verwendungszweck",
        "date_order": "DMY",
    }
    tried = client.post(url, {"do": "preview", "decimal_mark": ",", **fields})
    assert "1,234.50" in tried.content.decode()
    assert client.post(url, {"do": "save", "decimal_mark": ",", **fields}).status_code == 302
    bank.account.refresh_from_db()
    assert bank.account.mapping["columns"]["amount"] == ["Betrag"]
    assert send(client, raw, "x.csv", account=bank.account.pk).status_code == 200
    assert StatementLine.objects.get().amount == 123450


def test_bad_input_27_and_30_a_flagged_statement_shows_its_arithmetic_and_waits(bank, login):
    client = login("finance_manager")
    raw = mt940(ROWS, opening="50.00", closing="150.00")
    page = send(client, raw).content.decode()
    assert "Does not add up" in page and "€100.00" in page and "€250.00" in page
    assert {line.state for line in StatementLine.objects.all()} == {"HELD"}
    assert "0 new lines" in send(client, raw, "again.sta").content.decode()
    row = Statement.objects.get()
    client.post(reverse("receivables:statement_release", args=[row.pk]), {"reason": "seen on paper"})
    row.refresh_from_db()
    assert (row.state, row.decided_by) == ("TAKEN_IN", "finance_manager")
    assert client.get(reverse("receivables:statements")).status_code == 200


@pytest.mark.parametrize("raw", [b"%PDF-1.7", b"not a statement", b"\x00\x01"])
def test_a_file_that_is_no_statement_is_refused_in_words(bank, login, raw):
    answer = send(login("accountant"), raw)
    assert answer.status_code == 422 and not Statement.objects.exists()


def test_bad_input_31_a_hostile_name_is_shown_harmless(bank, login):
    answer = send(login("accountant"), mt940(ROWS), "=cmd<script>.sta")
    assert b"<script>.sta" not in answer.content
    assert Statement.objects.get().import_file.stored_as.startswith("bank/")


def test_a_csv_without_a_mapping_names_its_columns_in_the_refusal(bank, login):
    bank.account.mapping = {}
    bank.account.save()
    answer = send(
        login("accountant"), csv([("2026-03-02", "1.00", "a", "b", "c")]), "x.csv", account=bank.account.pk
    )
    assert answer.status_code == 422


def test_the_auditor_reads_and_decides_nothing(bank, login):
    bank.take_in(mt940(ROWS, closing="1.00"))
    row, client = Statement.objects.get(), login("auditor")
    assert client.get(reverse("receivables:statement", args=[row.pk])).status_code == 200
    assert (
        client.post(reverse("receivables:statement_discard", args=[row.pk]), {"reason": "x"}).status_code
        == 403
    )
    assert client.get(reverse("receivables:statement_upload")).status_code == 403
