"""camt of every version and shape: batches, reversals, pending entries, envelopes, missing parts."""

import pytest

from integrations.banking.camt import Adapter
from integrations.banking.port import BankOptions, arithmetic
from integrations.errors import Unreadable


def amount(value, currency="EUR", tag="Amt"):
    return f'<{tag} Ccy="{currency}">{value}</{tag}>'


def entry(
    value, direction="CRDT", more="", status="<Sts>BOOK</Sts>", details="", currency="EUR", day="2026-03-05"
):
    booked = f"<BookgDt><Dt>{day}</Dt></BookgDt>" if day else ""
    head = f"{amount(value, currency)}<CdtDbtInd>{direction}</CdtDbtInd>{more}{status}{booked}"
    return f"<Ntry>{head}<NtryDtls>{details}</NtryDtls></Ntry>"


def balance(code, value, direction="CRDT", currency="EUR"):
    kind = f"<Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
    sign = f"<CdtDbtInd>{direction}</CdtDbtInd>"
    return f"<Bal>{kind}{amount(value, currency)}{sign}<Dt><Dt>2026-03-05</Dt></Dt></Bal>"


def document(*parts, kind="camt.053.001.02", root="BkToCstmrStmt", tag="Stmt", account="<IBAN>DE1</IBAN>"):
    inner = f"<Id>S</Id><ElctrncSeqNb>7</ElctrncSeqNb><Acct><Id>{account}</Id></Acct>{''.join(parts)}"
    return f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{kind}"><{root}><{tag}>{inner}</{tag}></{root}></Document>'


def read(text, **options):
    raw = text if isinstance(text, bytes) else text.encode()
    return Adapter().read(raw, name="x.xml", options=BankOptions(**options))


def transaction(value=None, reference="", currency="EUR", nested=False, direction=""):
    told = "" if value is None else amount(value, currency)
    told = f"<AmtDtls><TxAmt>{told}</TxAmt></AmtDtls>" if nested else told
    strd = (
        f"<RmtInf><Strd><CdtrRefInf><Ref>{reference}</Ref></CdtrRefInf></Strd></RmtInf>" if reference else ""
    )
    sign = f"<CdtDbtInd>{direction}</CdtDbtInd>" if direction else ""
    return f"<TxDtls><Refs><EndToEndId>E-{reference}</EndToEndId></Refs>{told}{sign}{strd}</TxDtls>"


@pytest.mark.parametrize("version", range(1, 14))
@pytest.mark.parametrize(
    ("kind", "root", "tag", "name"),
    [
        ("052", "BkToCstmrAcctRpt", "Rpt", "interim"),
        ("053", "BkToCstmrStmt", "Stmt", "final"),
        ("054", "BkToCstmrDbtCdtNtfctn", "Ntfctn", "notification"),
    ],
)
def test_every_version_is_read(version, kind, root, tag, name):
    [found] = read(document(entry("10.00"), kind=f"camt.{kind}.001.{version:02d}", root=root, tag=tag))
    assert (found.kind, found.account, found.number, [x.amount for x in found.lines]) == (
        name,
        "DE1",
        "7",
        [1_000],
    )


@pytest.mark.parametrize("nested", [False, True])
def test_a_batch_that_adds_up_is_split(nested):
    details = transaction("4.00", "RF1", nested=nested) + transaction("6.00", "RF2", nested=nested)
    [found] = read(document(entry("10.00", details=details, more="<AcctSvcrRef>B</AcctSvcrRef>")))
    assert [(x.amount, x.reference, x.end_to_end_id, x.bank_id) for x in found.lines] == [
        (400, "RF1", "E-RF1", "B/1"),
        (600, "RF2", "E-RF2", "B/2"),
    ]


@pytest.mark.parametrize(
    "details",
    [
        transaction("4.00", "A") + transaction("5.00", "B"),
        transaction("4.00", "A") + transaction("6.00", "B", currency="USD"),
        transaction(None, "A") + transaction(None, "B"),
    ],
)
def test_a_batch_that_does_not_add_up_stays_one_line(details):
    [found] = read(document(entry("10.00", details=details)))
    [line] = found.lines
    assert (line.amount, len(line.details), line.reference) == (1_000, 2, "A B")


def test_a_reversal_keeps_the_direction_the_bank_gives():
    [found] = read(document(entry("10.00", "DBIT", more="<RvslInd>true</RvslInd>")))
    assert (found.lines[0].amount, found.lines[0].is_reversal) == (-1_000, True)


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        ("<Sts>BOOK</Sts>", "booked"),
        ("<Sts><Cd>PDNG</Cd></Sts>", "pending"),
        ("<Sts>INFO</Sts>", "info"),
        ("<Sts><Cd>FUTR</Cd></Sts>", "pending"),
        ("", "booked"),
    ],
)
def test_only_booked_entries_count(status, meaning):
    [found] = read(document(balance("OPBD", "5"), balance("CLBD", "15"), entry("10", status=status)))
    assert found.lines[0].status == meaning
    assert arithmetic(found).closes is (meaning == "booked")


def test_entries_that_cannot_be_read_are_kept():
    parts = [
        entry("ten"),
        entry("1.005"),
        entry("1", "LEFT"),
        entry("1", day="2026-02-30"),
        entry("1", day=""),
    ]
    [found] = read(document(*parts, entry("1")))
    assert [bool(x.problem) for x in found.lines] == [True] * 5 + [False]
    assert all(x.original for x in found.lines[:5])


def test_entries_in_another_currency_are_not_added():
    [found] = read(
        document(balance("OPBD", "0"), balance("CLBD", "1"), entry("1"), entry("1", currency="USD"))
    )
    assert "currencies_mixed" in [p.code for p in found.problems]
    assert arithmetic(found).movement == 100


def test_debit_balances_and_previous_closing_as_opening():
    [found] = read(document(balance("PRCD", "5.00", "DBIT"), balance("CLBD", "5.00"), entry("10")))
    assert (found.opening, arithmetic(found).closes) == (-500, True)


def test_an_account_without_iban_is_read_and_a_missing_one_comes_from_the_options():
    [found] = read(document(entry("1"), account="<Othr><Id>12-34</Id></Othr>"))
    assert found.account == "12-34"
    [found] = read(document(entry("1"), account=""), account="DE9")
    assert found.account == "DE9"


def test_prefixes_envelopes_marks_and_garbage_do_not_matter():
    plain = document(entry("1"))
    inner = plain.replace("<", "<n:").replace("<n:/", "</n:").replace("xmlns=", "xmlns:n=")
    wrapped = f'<?xml version="1.0"?>\n<Envelope><AppHdr/>{inner}</Envelope>'
    for text in (inner, wrapped, "\ufeff" + plain, "\r\n" + plain + "\x00\x1a\n"):
        assert Adapter().recognises(text.encode())
        assert [x.amount for x in read(text)[0].lines] == [100]
    assert [
        x.amount for x in read(('<?xml version="1.0" encoding="UTF-16"?>' + plain).encode("utf-16"))[0].lines
    ] == [100]


def test_the_banks_own_count_is_checked():
    summary = "<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries></TtlNtries></TxsSummry>"
    [found] = read(document(summary, entry("1")))
    assert "entries_missing" in [p.code for p in found.problems]


def test_structured_references_documents_and_the_final_payer_are_read():
    details = (
        "<TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs><RltdPties><UltmtDbtr><Pty><Nm>GLOBEX</Nm></Pty></UltmtDbtr>"
        "<DbtrAcct><Id><Othr><Id>99</Id></Othr></Id></DbtrAcct></RltdPties><RmtInf><Ustrd>Thank</Ustrd><Ustrd>you</Ustrd>"
        "<Strd><RfrdDocInf><Nb>INV-1</Nb></RfrdDocInf><CdtrRefInf><Ref>RF18539007547034</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>"
    )
    [found] = read(document(entry("1", details=details)))
    [line] = found.lines
    assert (line.payer_name, line.payer_account, line.end_to_end_id) == ("GLOBEX", "99", "")
    assert (line.reference, line.text) == ("RF18539007547034 INV-1", "Thank you")


def test_xml_that_is_no_statement_is_refused():
    with pytest.raises(Unreadable) as caught:
        read("<Invoice/>")
    assert caught.value.code == "no_rows"
