"""What the papers say: read back from their PDFs, in both languages."""

import dataclasses
import io
from datetime import date

import pypdf

from receivables import rendering
from receivables.mail.default_templates import default
from receivables.rules.money import Money
from receivables.rules.notice_facts import HandOverFacts, PackPaper
from tests.fixtures.notices import chinese, english, item
from tests.receivables.test_rendering import interest_of, statement_of


def pages(attachment):
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(attachment.content)).pages]


def squeezed(attachment):
    return "".join("".join(pages(attachment)).split())


def letter(facts, language="en", code="formal_demand"):
    found = default(code, "letter", language)
    text = rendering.TemplateText(found.subject, found.body, language, "letter")
    return rendering.render(text, facts).attachments[0]


def test_a_demand_letter_holds_all_that_it_must():
    text = squeezed(letter(english()))
    for part in (
        "GlobexSuppliesLtd", "Attn.MsRaman", "ManchesterM34LZ", "M-2026-17", "21Nov2026", "R-481", "€12,400.00", "€15,550.50",
        "Total", "€15,777.92", "5Dec2026", "DE89370400440532013000", "KatrinVogel", "Page1of1", "NW-7F3K2", "indispute",
    ):  # fmt: skip
        assert part in text, part


def test_a_chinese_letter_is_chinese_throughout():
    text = squeezed(letter(chinese(), "zh-hans"))
    for part in (
        "催款函",
        "收件人：王丽女士",
        "2026年11月21日",
        "¥310,300.80",
        "合计",
        "含附加费用合计",
        "中国工商银行上海张江支行",
        "第1页，共1页",
        "此致",
    ):
        assert part in text, part
    assert "Total" not in text and "Invoice" not in text


def test_a_long_letter_repeats_its_heading_and_counts_its_pages():
    many = tuple(item(f"R-{n:04d}", "1.10") for n in range(120))
    found = pages(letter(english(items=many, amount_total=Money.of("132.00", "EUR"))))
    assert len(found) >= 3
    assert all("Days late" in page for page in found[:3])
    assert [f"Page {n} of {len(found)}" in page for n, page in enumerate(found, 1)] == [True] * len(found)
    assert sum(page.count("R-0") + page.count("R-1") for page in found) == 120


def test_the_closing_words_stay_with_the_signature():
    for rows in range(12, 22):
        many = tuple(item(f"R-{n:04d}", "1.00") for n in range(rows))
        found = pages(letter(english(items=many, amount_total=Money.of(rows, "EUR"))))
        signed = next(page for page in found if "Head of Receivables" in page)
        assert "Yours sincerely" in signed


def test_a_letter_made_of_a_mail_names_its_signer_once():
    found = default("firm_reminder", "email", "en")
    text = rendering.TemplateText(found.subject, found.body, "en", "letter")
    page = squeezed(rendering.render(text, english()).attachments[0])
    assert page.count("HeadofReceivables") == 1 and page.count("KatrinVogel") == 2, "signature and contact"
    assert "https://pay.northwind.example/p/7F3K2" in page


def test_a_charge_of_an_unknown_kind_is_called_a_fee():
    odd = (dataclasses.replace(english().charges[0], kind="levy"),)
    assert "Reminderfee(§288(2)BGB)" in squeezed(letter(english(charges=odd)))


def test_a_statement_shows_movements_open_items_and_both_balances():
    text = squeezed(rendering.statement(statement_of()))
    for part in (
        "Statementofaccount",
        "Balancebroughtforward€100.00",
        "Closingbalance€150.00",
        "Payment",
        "−€30.00",
        "R-0",
        "€70.00",
    ):
        assert part in text, part
    chinese_text = squeezed(rendering.statement(statement_of(language="zh-hans")))
    assert "对账单" in chinese_text and "期初余额" in chinese_text


def test_an_empty_statement_says_so():
    nothing = {"opening": Money.zero("EUR"), "closing": Money.zero("EUR"), "lines": (), "items": ()}
    text = squeezed(rendering.statement(statement_of(**nothing)))
    assert (
        "Nomovementsinthisperiod." in text
        and "Nothingisopen." in text
        and "IBANDE893704" not in text.split("Nothing")[1][:60]
    )


def test_an_interest_note_shows_how_it_was_worked_out():
    text = squeezed(rendering.interest_note(interest_of(payable_until=date(2026, 12, 5))))
    for part in (
        "§288(2)BGB",
        "R-1",
        "2Oct2026",
        "31Oct2026",
        "30",
        "€1,000.00",
        "10.27",
        "365",
        "€8.44",
        "€40.00",
        "€48.44",
        "principal×rate×days",
    ):
        assert part in text, part


def test_a_hand_over_sheet_lists_claim_history_and_papers():
    facts = english()
    sheet = HandOverFacts(
        facts.customer, facts.entity, "EUR", "HO-3", date(2026, 11, 21), "Brandt & Partner", facts.items, facts.amount_total,
        facts.charges, ((date(2026, 11, 5), "Call: promised to pay"),), (PackPaper("Contract", "V-118", date(2024, 3, 1)),),
        "One item is disputed.\nThe rest is not.", "en", "Katrin Vogel",
    )  # fmt: skip
    text = squeezed(rendering.hand_over_sheet(sheet))
    for part in (
        "HO-3",
        "Brandt&Partner",
        "Creditor",
        "Debtor",
        "€15,777.92",
        "Call:promisedtopay",
        "V-118",
        "Therestisnot.",
        "Handedover:KatrinVogel",
    ):
        assert part in text, part
    assert "债权移交单" in squeezed(rendering.hand_over_sheet(dataclasses.replace(sheet, language="zh")))
