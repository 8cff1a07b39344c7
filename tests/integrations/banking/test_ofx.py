"""OFX 1.x and 2.x as banks write them."""

import pytest

from integrations.banking.ofx import Adapter
from integrations.banking.port import BankOptions
from integrations.errors import Unreadable


def read(text, encoding="utf-8"):
    return Adapter().read(text.encode(encoding), name="x.ofx", options=BankOptions())


def transaction(amount="1.00", day="20260305", more="", tag="STMTTRN"):
    return f"<{tag}><TRNTYPE>CREDIT<DTPOSTED>{day}<TRNAMT>{amount}<FITID>F1{more}</{tag}>"


def sgml(*transactions, currency="EUR", statement="STMTRS", account="BANKACCTFROM"):
    body = "".join(transactions)
    return (
        f"OFXHEADER:100\nDATA:OFXSGML\nCHARSET:1252\n\n<OFX><BANKMSGSRSV1><STMTTRNRS><{statement}><CURDEF>{currency}"
        f"<{account}><ACCTID>42</{account}><BANKTRANLIST>{body}</BANKTRANLIST>"
        f"<LEDGERBAL><BALAMT>5<DTASOF>20260305</LEDGERBAL></{statement}></STMTTRNRS></BANKMSGSRSV1></OFX>"
    )


XML = """<?xml version="1.0" encoding="UTF-8"?><?OFX OFXHEADER="200" VERSION="211"?>
<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR</CURDEF><BANKACCTFROM><ACCTID>42</ACCTID></BANKACCTFROM><BANKTRANLIST>
<STMTTRN><TRNTYPE>CREDIT</TRNTYPE><DTPOSTED>20260305</DTPOSTED><TRNAMT>119.00</TRNAMT><FITID>F1</FITID>
<NAME>M&amp;M &lt;GmbH&gt;</NAME><MEMO></MEMO></STMTTRN>
</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"""


def test_version_two_is_read_and_entities_of_xml_unescaped():
    [found] = read(XML)
    [line] = found.lines
    assert (found.account, line.amount, line.payer_name) == ("42", 11_900, "M&M <GmbH>")


@pytest.mark.parametrize(
    ("text", "minor"),
    [("1.00", 100), ("-1.5", -150), ("+7", 700), ("1,25", 125), (".50", 50), ("-0.00", 0), ("12.340", 1_234)],
)
def test_amounts_are_read_in_either_mark(text, minor):
    assert read(sgml(transaction(text)))[0].lines[0].amount == minor


@pytest.mark.parametrize(
    "day", ["20260305", "20260305120000", "20260305235959.999[-5:EST]", "2026-03-05T10:00:00"]
)
def test_the_day_is_the_one_the_bank_writes(day):
    assert str(read(sgml(transaction(day=day)))[0].lines[0].booked_on) == "2026-03-05"


@pytest.mark.parametrize(
    "wrong", [{"amount": "abc"}, {"amount": ""}, {"amount": "1.005"}, {"day": "20260230"}, {"day": ""}]
)
def test_transactions_that_cannot_be_read_are_kept(wrong):
    [found] = read(sgml(transaction(**wrong), transaction()))
    assert [bool(x.problem) for x in found.lines] == [True, False]


def test_end_tags_may_be_missing_on_empty_values():
    [found] = read(sgml(transaction(more="<NAME><MEMO>INV-7"), transaction(more="<NAME>GLOBEX<MEMO>")))
    assert [(x.text, x.payer_name) for x in found.lines] == [("INV-7", ""), ("GLOBEX", "GLOBEX")]


def test_credit_cards_pending_and_own_currencies_are_read():
    own = "<CURRENCY><CURRATE>1.1<CURSYM>USD</CURRENCY>"
    text = sgml(
        transaction(),
        transaction(more=own),
        transaction(tag="STMTTRNP"),
        statement="CCSTMTRS",
        account="CCACCTFROM",
    )
    [found] = read(text)
    assert [(x.currency, x.status) for x in found.lines] == [
        ("EUR", "booked"),
        ("USD", "booked"),
        ("EUR", "pending"),
    ]
    assert "currencies_mixed" in [p.code for p in found.problems]
    assert (found.account, found.closing) == ("42", 500)


def test_a_western_code_page_is_read():
    assert read(sgml(transaction(more="<NAME>Müller")), "cp1252")[0].lines[0].payer_name == "Müller"


def test_bad_input_28_one_id_used_twice_is_two_lines_and_a_warning():
    [found] = read(sgml(transaction(), transaction()))
    assert len(found.lines) == 2
    assert [p.warning for p in found.problems if p.code == "id_twice"] == [True]


def test_an_error_answer_of_the_bank_is_told():
    with pytest.raises(Unreadable) as caught:
        read("<OFX><STATUS><CODE>15500<SEVERITY>ERROR<MESSAGE>Signon invalid</STATUS></OFX>")
    assert caught.value.code == "bank_refused"


def test_bad_input_21_a_document_type_is_refused():
    with pytest.raises(Unreadable) as caught:
        read(XML.replace("<OFX>", '<!DOCTYPE OFX [<!ENTITY a "b">]><OFX>', 1))
    assert caught.value.code == "xml_refused"
