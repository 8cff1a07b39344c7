"""Ledgers that nobody here wrote, taken in whole by the command: counts, totals and aging equal an independent computation.

The other computation is pandas over the raw file, in integers of cents; it shares no line of code with ours.
"""

import gzip
import io
from datetime import date, timedelta

import pandas as pd
import pytest
from django.core.management import CommandError, call_command

from receivables import books
from receivables.models import Allocation, Audit, Customer, Entry, Invoice, Payment
from receivables.rules.aging import Buckets
from reports import aging

LEDGERS = {
    "ibm_dev": (1_725, 102, date(2013, 5, 6)),
    "ibm_missing_dev": (1_813, 107, date(2013, 5, 6)),
    "cassandra_dev": (6_104, 185, date(2016, 2, 10)),
}


def cents(amounts):
    """Integers of cents from decimal text."""
    parts = amounts.str.split(".", expand=True).reindex(columns=[0, 1]).fillna("")
    return (parts[0] + parts[1].str.ljust(2, "0").str[:2]).astype("int64")


def raw(path):
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    rows["cents"] = cents(rows["amount"])
    for name in ("invoice_date", "due_date", "settled_date"):
        rows[name] = pd.to_datetime(rows[name], errors="coerce")
    return rows


def expected_aging(rows, on):
    """Customer → (not due, 1-30, 31-60, 61-90, over 90, unapplied, net) of what is open at the end of `on`."""
    day = pd.Timestamp(on)
    settled_on = rows[["settled_date", "invoice_date"]].max(axis=1).where(rows["settled_date"].notna())
    known = rows[rows["invoice_date"] <= day]
    open_then = known[~(settled_on[known.index] <= day)]
    late = (day - open_then["due_date"]).dt.days
    bands = pd.cut(late, [-(10**6), 0, 30, 60, 90, 10**6], labels=range(5)).astype(int)
    table = (
        open_then.groupby(["customer_id", bands])["cents"]
        .sum()
        .unstack(fill_value=0)
        .reindex(columns=range(5), fill_value=0)
    )
    early = rows[(rows["settled_date"] <= day) & ~(settled_on <= day)].groupby("customer_id")["cents"].sum()
    return {
        customer: (
            *(map(int, table.loc[customer]) if customer in table.index else [0] * 5),
            int(early.get(customer, 0)),
        )
        for customer in table.index.union(early.index)
    }


def taken_in(world, path, **options):
    out = io.StringIO()
    call_command("import_ledger", str(path), entity=world.entity.code, stdout=out, stderr=out, **options)
    return out.getvalue()


def ours(world, on):
    asked = aging.Question(as_of=on, known_at=None, user=world.auditor, buckets=Buckets.default())
    found = aging.report(asked)
    assert all(proof.holds for proof in found.proofs)
    assert sum(row.undated for row in found.rows) == 0
    return {row.code: (*row.buckets, row.unapplied) for row in found.rows}


@pytest.fixture
def office(world):
    world.auditor = world.user("auditor")
    return world


@pytest.mark.parametrize("name", LEDGERS)
def test_AG_a_real_ledger_agrees_to_the_cent_at_three_dates_and_imports_once(office, shared, name):
    count, still_open, cutoff = LEDGERS[name]
    path = shared / "data" / f"{name}.csv.gz"
    rows = raw(path)
    taken_in(office, path, currency="EUR")
    settled = rows["settled_date"].notna()
    assert (Invoice.objects.count(), Payment.objects.count(), Allocation.objects.count()) == (
        count,
        settled.sum(),
        settled.sum(),
    )
    assert Entry.objects.debits().unsettled().count() == still_open == int((~settled).sum())
    assert sum(Invoice.objects.values_list("gross", flat=True)) == int(rows["cents"].sum())
    assert Customer.objects.count() == rows["customer_id"].nunique()
    first = rows["invoice_date"].min().date()
    for on in (cutoff, cutoff - timedelta(days=200), first + (cutoff - first) // 3):
        assert ours(office, on) == expected_aging(rows, on), on
    before = (Entry.objects.count(), Audit.objects.count())
    assert "Nothing changed" in taken_in(office, path, currency="EUR")
    assert (Entry.objects.count(), Audit.objects.count()) == before
    assert [str(each) for each in books.check()] == []


def test_a_superset_of_a_ledger_adds_only_what_is_new(office, shared):
    taken_in(office, shared / "data" / "ibm_dev.csv.gz", currency="EUR")
    said = taken_in(office, shared / "data" / "ibm_missing_dev.csv.gz", currency="EUR")
    assert "88 invoices posted, 1725 known already, 0 conflicts" in said
    assert Invoice.objects.count() == 1_813


def test_open_items_with_three_decimals_are_row_errors_and_the_good_rows_agree(office, shared, tmp_path):
    path = shared / "data" / "highradius_open_items.csv.gz"
    with gzip.open(path, "rt") as text:
        rows = pd.read_csv(text, dtype=str, keep_default_na=False)
    decimals = rows["converted_usd"].str.partition(".")[2].str.len()
    good = rows[decimals <= 2].drop_duplicates("doc_id").copy()
    with pytest.raises(CommandError, match="Nothing was posted"):
        taken_in(office, path, mapping="open_items")
    assert Invoice.objects.count() == 0
    errors = tmp_path / "errors.csv"
    said = taken_in(office, path, mapping="open_items", good_rows=True, errors=errors)
    assert f"{(decimals > 2).sum()} errors" in said
    assert Invoice.objects.count() == len(good)
    good["cents"] = cents(good["converted_usd"])
    assert sum(Invoice.objects.values_list("gross", flat=True)) == int(good["cents"].sum())
    good["invoice_date"] = pd.to_datetime(good["posting_date"], format="%d-%m-%Y")
    good["due_date"] = pd.to_datetime(good["due_in_date"], format="%d-%m-%Y")
    good["settled_date"], good["customer_id"] = pd.NaT, good["cust_number"]
    for on in (date(2020, 5, 22), date(2020, 4, 15), date(2020, 9, 1)):
        assert ours(office, on) == expected_aging(good, on), on
    assert len(errors.read_text("utf-8-sig").splitlines()) == 1 + min(1_000, (decimals > 2).sum())
