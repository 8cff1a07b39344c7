"""The aging page: figures that open their documents, filters in the address, scope, and files of exactly what is shown."""

import csv
import io
import re
from datetime import timedelta
from html import unescape

import openpyxl
import pytest

from receivables.services import disputes
from reports import aging, aging_items
from tests.fixtures.world import DAY_0

ON = DAY_0 + timedelta(days=120)
AS_OF = f"as_of={ON}"


@pytest.fixture
def ledger(world):
    """Two currencies, a credit on account, an item in each bucket."""
    for days, amount in (
        (-5, "1000.00"),
        (0, "10.00"),
        (15, "900.00"),
        (37, "100.00"),
        (75, "50.00"),
        (120, "33.33"),
    ):
        world.issue("acme", amount, due_on=ON - timedelta(days=days))
    world.issue("globex", "99.99", due_on=ON - timedelta(days=3))
    world.issue("hengda", "5000", due_on=ON - timedelta(days=3), currency="JPY")
    world.receive("acme", "12.34", on=ON)
    return world


def links(page):
    found = re.findall(r'href="(/aging/items/\?[^"]*column=[^"]+)"', page.content.decode())
    return [unescape(each) for each in found]


def table(answer):
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))


def test_every_figure_opens_documents_whose_sum_equals_it(ledger, login):
    client = login("cfo")
    page = client.get(f"/aging/?{AS_OF}")
    assert page.status_code == 200
    found = set(links(page))
    assert len(found) > 15
    for link in found:
        answer = client.get(link)
        assert answer.status_code == 200, link
        assert answer.context["found"].holds, link
        assert answer.context["found"].count > 0, link


@pytest.mark.parametrize("group", aging.DIMENSIONS)
@pytest.mark.parametrize(
    "buckets", ["30,60,90", "30,60,90,120,180", "years", "-31,-8,-1,0,7,30", "document:30,60"]
)
def test_pitfall_81_every_grouping_and_set_of_buckets_ties_to_the_ledger(ledger, login, group, buckets):
    client = login("cfo")
    page = client.get("/aging/", {"as_of": ON, "group": group, "buckets": buckets})
    assert [p["proof"][0].holds for p in page.context["sections"]] == [True, True]
    assert [p["proof"][0].ledger for p in page.context["sections"]] == [218098, 5000]
    for link in links(page)[:3]:
        assert client.get(link).context["found"].holds, link


def test_pitfall_90_currencies_have_sections_of_their_own_and_a_converted_total_says_its_rate(ledger, login):
    from receivables.models import ExchangeRate

    client = login("cfo")
    page = client.get(f"/aging/?{AS_OF}")
    assert [s["currency"] for s in page.context["sections"]] == ["EUR", "JPY"]
    missing = client.get(f"/aging/?{AS_OF}&into=EUR")
    assert "No rate from JPY to EUR" in missing.content.decode()
    ExchangeRate.objects.create(
        base="EUR", quote="JPY", on=ON, rate="160", source="ECB", recorded_at=ledger.at(ON), audit_seq=1
    )
    page = client.get(f"/aging/?{AS_OF}&into=EUR")
    assert page.context["converted"]["total"].plain() == "2212.23"
    assert "converted at 1 JPY = 0.006250 EUR (ECB" in page.content.decode()


def test_AG_33_pitfall_91_a_rep_sees_own_customers_only_in_page_totals_items_and_export(ledger, login):
    rep = ledger.user("sales_rep", "rosa")
    ledger.customer("globex").profiles.update(rep=rep)
    client = login("sales_rep", username="rosa")
    page = client.get(f"/aging/?{AS_OF}")
    assert [(s["currency"], s["total"]["net"]["amount"]) for s in page.context["sections"]] == [("EUR", 9999)]
    assert "Acme" not in page.content.decode()
    other = ledger.customer("acme").pk
    drilled = client.get(f"/aging/items/?{AS_OF}&currency=EUR&key={other}")
    assert (drilled.context["found"].count, drilled.context["found"].total) == (0, 0)
    assert client.get(f"/aging/export.csv?{AS_OF}").status_code == 403
    manager = login("sales_manager", all_entities=False)
    assert list(manager.get(f"/aging/?{AS_OF}").context["sections"]) == []


def test_an_export_holds_the_rows_the_totals_the_proof_and_the_question(ledger, login):
    rows = table(login("cfo").get(f"/aging/export.csv?{AS_OF}&q=acme"))
    assert rows[0][:4] == ["Customer", "Code", "Currency", "Not due"]
    assert rows[1] == [
        "Acme Tools GmbH", "acme", "EUR", "1010.00", "900.00", "100.00", "50.00", "33.33", "0.00", "12.34", "2080.99", "0.00",
    ]  # fmt: skip
    assert rows[2][:1] == ["Total"] and rows[2][3:] == rows[1][3:]
    foot = {row[0]: row[1] for row in rows[3:] if row}
    assert foot["Proof"].endswith("net 2080.99; ledger 2080.99; difference 0.00")
    assert (foot["As of"], foot["Search"], foot["Known at"]) == (ON.isoformat(), "acme", "now")
    assert "Created at" in foot


def test_a_workbook_holds_numbers_and_a_name_that_is_no_formula(world, login):
    world.customer("=cmd", legal_name="=HYPERLINK(1)")
    world.receive("=cmd", "7.50", on=ON)
    answer = login("cfo").get(f"/aging/export.xlsx?{AS_OF}")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    row = [cell.value for cell in sheet[2]]
    assert row[:2] == ["'=HYPERLINK(1)", "'=cmd"]
    assert (row[-2], sheet.cell(2, len(row) - 1).data_type) == (-7.5, "n")


def test_items_can_be_exported_with_their_sum_beside_the_figure(ledger, login):
    client = login("cfo")
    key = ledger.customer("acme").pk
    rows = table(client.get(f"/aging/items/export.csv?{AS_OF}&currency=EUR&key={key}&column=overdue"))
    assert [row[13] for row in rows[1:5]] == ["33.33", "50.00", "100.00", "900.00"]
    assert "documents 1083.33; figure 1083.33; difference 0.00" in rows[6][1]


def test_disputed_is_a_memo_with_documents_of_its_own(ledger, login):
    from receivables.models import Entry

    entry = Entry.objects.get(customer__code="acme", amount=90000)
    disputes.open_on(
        entry=entry,
        amount=ledger_money("300.00"),
        reason="price",
        note="",
        today=ON,
        now=ledger.at(ON),
        by=ledger.by,
    )
    client = login("cfo")
    page = client.get(f"/aging/?{AS_OF}")
    eur = page.context["sections"][0]
    assert eur["total"]["disputed"]["amount"] == 30000
    assert eur["proof"][0].holds
    answer = client.get("/aging/items/?" + eur["total"]["disputed"]["url"])
    assert (answer.context["found"].total, answer.context["found"].holds) == (30000, True)


def ledger_money(plain):
    from receivables.rules.money import Money

    return Money.of(plain, "EUR")


def test_show_all_streams_every_row_and_the_page_shows_the_largest(world, login, monkeypatch):
    from reports.pages import aging as door

    monkeypatch.setattr(door, "TOP", 2)
    for n in range(5):
        world.issue(f"shop{n}", f"{n + 1}.00", due_on=ON)
    client = login("cfo")
    page = client.get(f"/aging/?{AS_OF}").content.decode()
    assert page.count('class="row-link"') == 2 and "Shop4" in page and "Shop0" not in page
    answer = client.get(f"/aging/?{AS_OF}&all=1")
    assert answer.streaming
    text = b"".join(answer.streaming_content).decode()
    assert (
        text.count('class="row-link"') == 5 and "<!-- rows" not in text and text.rstrip().endswith("</html>")
    )


@pytest.mark.parametrize(
    "query",
    [
        "as_of=yesterday",
        "as_of=0026-01-01",
        "group=password",
        "currency=XXX",
        "buckets=90,30",
        "buckets=a",
        "edges=,",
        "known=x",
    ],
)
def test_an_address_that_cannot_be_read_is_refused_in_words(ledger, login, query):
    assert login("cfo").get(f"/aging/?{query}").status_code == 422


@pytest.mark.parametrize(
    "query", ["entity=999", "entity=x", "column=password&currency=EUR", "key=1%20OR%201&currency=EUR"]
)
def test_what_does_not_exist_is_not_found(ledger, login, query):
    assert login("cfo").get(f"/aging/items/?{query}").status_code == 404


def test_a_search_is_literal(ledger, login):
    client = login("cfo")
    for text in ("%", "_", "\\", "'; DROP TABLE"):
        assert client.get("/aging/", {"q": text, "as_of": ON}).context["sections"] == [], text
    assert client.get("/aging/", {"q": "x\x00"}).status_code == 200
    assert len(client.get("/aging/", {"q": "公司"}).context["sections"]) == 1


def test_the_admin_may_not_see_figures(world, login):
    assert login("admin").get("/aging/").status_code == 403


def test_by_instalment_asks_for_a_currency_first(ledger, login):
    client = login("cfo")
    page = client.get(f"/aging/items/?{AS_OF}")
    assert [total.currency for total, _link in page.context["sums"]] == ["EUR", "JPY"]
    assert client.get(f"/aging/items/?{AS_OF}&currency=EUR").context["found"].count == 8


def test_known_at_a_day_shows_what_was_known_at_its_end(world, login):
    invoice = world.issue("globex", "100.00", due_on=DAY_0)
    from receivables.models import Audit

    seq = Audit.objects.order_by("-seq").first().seq
    world.apply(world.receive("globex", "40.00", on=DAY_0), invoice, "40.00", on=DAY_0)
    client = login("cfo")
    now = client.get(f"/aging/?{AS_OF}").context["sections"][0]["total"]["net"]["amount"]
    then = client.get(f"/aging/?{AS_OF}&known={seq}").context["sections"][0]["total"]
    assert (now, then["net"]["amount"]) == (6000, 10000)
    assert client.get("/aging/items/?" + then["net"]["url"]).context["found"].total == 10000


def test_figures_of_the_items_module_refuse_an_unknown_column(world):
    from receivables.rules.aging import Buckets

    user = world.user("cfo")
    asked = aging.Question(as_of=ON, known_at=None, user=user, buckets=Buckets.default(), currency="EUR")
    with pytest.raises(ValueError):
        aging_items.found(asked, aging_items.Figure("", "EUR", "password"))


def test_weeks_before_and_after_due_are_named_and_only_what_is_late_is_coloured(ledger, login):
    page = login("cfo").get(f"/aging/?{AS_OF}&buckets=-31,-8,-1,0,7,30,60,90")
    assert page.context["labels"][3] == "Due today"
    assert [each["shade"] for each in page.context["legend"]] == [0, 0, 0, 0, 1, 2, 3, 4, 4]


def test_a_streamed_file_says_its_time_in_the_readers_zone(ledger, login):
    client = login("cfo", time_zone="Asia/Shanghai")
    rows = table(client.get(f"/aging/export.csv?{AS_OF}"))
    assert rows[-1][0] == "Created at" and rows[-1][1].endswith("CST")


def test_own_currencies_stand_first_and_empty_columns_are_left_out(ledger, login):
    ledger.issue("acme", "9999999.00", due_on=ON, currency="AUD")
    page = login("cfo").get(f"/aging/?{AS_OF}")
    assert [s["currency"] for s in page.context["sections"]] == ["EUR", "AUD", "JPY"]
    assert [s["has"] for s in page.context["sections"]][0] == {
        "undated": False,
        "unapplied": True,
        "disputed": False,
    }
    assert "Of which disputed" not in page.content.decode()
