"""Writes camt.053 statements for the demo company's bank: what a bank would send, in ISO 20022's words. It reads nothing."""

from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import escape

from receivables.rules.money import format_plain

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"


@dataclass(frozen=True)
class Booking:
    """One line of the statement: signed minor units, who paid and what they wrote."""

    on: date
    amount: int
    payer: str
    payer_iban: str
    text: str
    reference: str
    is_return: bool = False


def statement(
    *, iban: str, currency: str, number: str, opening: int, opening_on: date, bookings: list[Booking]
) -> bytes:
    """A camt.053.001.08 file of one statement whose arithmetic closes."""
    closing = opening + sum(b.amount for b in bookings)
    closing_on = max([b.on for b in bookings], default=opening_on)
    entries = "".join(_entry(b, currency) for b in bookings)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="{NAMESPACE}"><BkToCstmrStmt>
<GrpHdr><MsgId>{number}</MsgId><CreDtTm>{closing_on}T20:00:00</CreDtTm></GrpHdr>
<Stmt><Id>{number}</Id><ElctrncSeqNb>{number[-4:].lstrip("0") or "0"}</ElctrncSeqNb><CreDtTm>{closing_on}T20:00:00</CreDtTm>
<Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>{currency}</Ccy></Acct>
{_balance("OPBD", opening, opening_on, currency)}{_balance("CLBD", closing, closing_on, currency)}
{entries}</Stmt></BkToCstmrStmt></Document>""".encode()


def _balance(code: str, amount: int, on: date, currency: str) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_amount(amount, currency)}"
        f"<Dt><Dt>{on}</Dt></Dt></Bal>"
    )


def _entry(booking: Booking, currency: str) -> str:
    returned = "<RvslInd>true</RvslInd>" if booking.is_return else ""
    side = "Dbtr" if booking.amount > 0 else "Cdtr"
    return f"""<Ntry>{_amount(booking.amount, currency)}{returned}<Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>{booking.on}</Dt></BookgDt><ValDt><Dt>{booking.on}</Dt></ValDt><AcctSvcrRef>{escape(booking.reference)}</AcctSvcrRef>
<NtryDtls><TxDtls><Refs><EndToEndId>{escape(booking.reference)}</EndToEndId></Refs>
<RltdPties><{side}><Pty><Nm>{escape(booking.payer)}</Nm></Pty></{side}>
<{side}Acct><Id><IBAN>{booking.payer_iban}</IBAN></Id></{side}Acct></RltdPties>
<RmtInf><Ustrd>{escape(booking.text)}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
"""


def _amount(amount: int, currency: str) -> str:
    sign = "CRDT" if amount >= 0 else "DBIT"
    return f'<Amt Ccy="{currency}">{format_plain(abs(amount), currency)}</Amt><CdtDbtInd>{sign}</CdtDbtInd>'
