"""What each typeset paper is made of: facts written in the recipient's language as plain strings, ready for the sources here.

It formats and arranges; it sets nothing and reads no database.
"""

from collections.abc import Iterable
from typing import Any

from receivables.notice_values import (
    bank_pairs,
    charge_rows,
    day,
    item_row,
    pay_to,
    shown,
)
from receivables.rules.money import Money
from receivables.rules.notice_facts import (
    BankDetails,
    Charge,
    HandOverFacts,
    InterestFacts,
    NoticeFacts,
    NoticeItem,
    Recipient,
    Sender,
    StatementFacts,
)
from receivables.rules.templates import Part, Values, cleaned, fill, runs
from receivables.words.notice_words import everything, kind, say

Table = dict[str, Any]
Pair = tuple[str, str]
_ITEM_COLUMNS = (
    ("invoice", "left"),
    ("invoice_date", "left"),
    ("due", "left"),
    ("original", "right"),
    ("open", "right"),
    ("late", "right"),
)


def letter(
    facts: NoticeFacts, title: str, parts: tuple[Part, ...], values: Values, language: str
) -> dict[str, Any]:
    """A demand letter: the template's parts with the tables where it asks for them."""
    info = [
        (say("date", language), day(facts.written_on, language)),
        (say("letter_number", language), facts.letter_number),
        (say("reference", language), facts.reference),
        (say("customer_code", language), facts.customer.code),
        (say("your_contact", language), facts.sender_name),
        (say("phone", language), facts.sender_phone),
        (say("email", language), facts.entity.email),
        (say("pay_by", language), day(facts.new_deadline, language)),
    ]
    signed = [facts.sender_name, facts.sender_title] if facts.sender_name else []
    body = [_part(each, facts, values, language) for each in _unsigned(parts)]
    return {
        **_frame(facts.entity, facts.customer, title, facts.letter_number, info, language),
        "parts": [each for each in body if each],
        "signature": [_line(each) for each in signed if each],
    }


def statement(facts: StatementFacts, language: str) -> dict[str, Any]:
    period = f"{day(facts.since, language)} – {day(facts.until, language)}"
    info = [
        (say("date", language), day(facts.written_on, language)),
        (say("reference", language), facts.reference),
        (say("customer_code", language), facts.customer.code),
    ]
    rows = [
        [
            day(each.booked_on, language),
            kind(each.kind, language),
            _line(each.reference),
            day(each.due_on, language),
            shown(each.amount, language),
            shown(each.balance, language),
        ]
        for each in facts.lines
    ]
    columns = (
        ("date", "left"),
        ("movement", "left"),
        ("document", "left"),
        ("due", "left"),
        ("debit_credit", "right"),
        ("balance", "right"),
    )
    return {
        **_frame(facts.entity, facts.customer, say("statement", language), facts.reference, info, language),
        "period": period,
        "figures": [
            (say("opening", language), shown(facts.opening, language)),
            (say("closing", language), shown(facts.closing, language)),
        ],
        "movements": _table(columns, rows, language, wide="document"),
        "items": items(facts.items, facts.closing, language),
        "bank": _bank(facts.entity.bank, facts.reference, language) if facts.closing.minor > 0 else [],
    }


def interest_note(facts: InterestFacts, language: str) -> dict[str, Any]:
    info = [
        (say("date", language), day(facts.written_on, language)),
        (say("note_number", language), facts.number),
        (say("customer_code", language), facts.customer.code),
        (say("pay_by", language), day(facts.payable_until, language)),
    ]
    figures = [
        (say("basis", language), _line(facts.rule)),
        (say("rate_source", language), _line(facts.rate_source)),
        (say("interest", language), shown(facts.interest, language)),
    ]
    columns = (
        ("invoice", "left"), ("from", "left"), ("until", "left"), ("days", "right"), ("principal", "right"), ("rate", "right"),
        ("base", "right"), ("interest", "right"),
    )  # fmt: skip
    rows = [
        [
            _line(each.number),
            day(each.since, language),
            day(each.until, language),
            str(each.days),
            shown(each.principal, language),
            _line(each.rate),
            _line(each.base),
            shown(each.amount, language),
        ]
        for each in facts.lines
    ]
    total = [[say("total", language), *[""] * 6, shown(facts.interest, language)]]
    charges = _charges((Charge("interest", facts.interest), *facts.fixed_sums), facts.total, language)
    return {
        **_frame(facts.entity, facts.customer, say("interest_note", language), facts.number, info, language),
        "figures": [pair for pair in figures if pair[1]],
        "derivation": _table(columns, rows, language, wide="invoice", total=total),
        "notes": list(
            dict.fromkeys(f"{_line(each.number)}: {_line(each.note)}" for each in facts.lines if each.note)
        ),
        "charges": charges,
        "bank": _bank(facts.entity.bank, facts.number, language),
        "signature": [_line(each) for each in (facts.sender_name, facts.entity.name) if facts.sender_name],
    }


def hand_over(facts: HandOverFacts, language: str) -> dict[str, Any]:
    info = [
        (say("date", language), day(facts.written_on, language)),
        (say("case_number", language), facts.case_number),
        (say("customer_code", language), facts.customer.code),
        (say("your_contact", language), facts.sender_name),
    ]
    to = Recipient(name=facts.to)
    total = sum((each.amount for each in facts.charges), facts.amount_total)
    debtor = [facts.customer.name, *facts.customer.address, facts.customer.tax_id, *facts.contacts]
    creditor = [facts.entity.name, *facts.entity.address, facts.entity.tax_id]
    history = [[day(on, language), _line(what)] for on, what in facts.history]
    papers = [
        [_line(each.name), _line(each.number), day(each.on, language), str(each.count)]
        for each in facts.papers
    ]
    paper_columns = (("paper", "left"), ("document", "left"), ("date", "left"), ("copies", "right"))
    return {
        **_frame(facts.entity, to, say("hand_over", language), facts.case_number, info, language),
        "parties": [
            (say("creditor", language), [_line(each) for each in creditor if each]),
            (say("debtor", language), [_line(each) for each in debtor if each]),
        ],
        "items": items(facts.items, facts.amount_total, language),
        "charges": _charges(facts.charges, total, language) if facts.charges else {**_EMPTY},
        "history": _table((("date", "left"), ("step", "left")), history, language, wide="step"),
        "papers": _table(paper_columns, papers, language, wide="paper"),
        "remarks": cleaned(facts.remarks, "remarks", lines=True),
        "signatures": [
            f"{say('handed_over', language)}: {facts.sender_name}".rstrip(": "),
            f"{say('received', language)}",
        ],
    }


_EMPTY: Table = {"columns": [], "rows": [], "muted": [], "total": []}


def items(found: tuple[NoticeItem, ...], total: Money, language: str) -> Table:
    """All open items; disputed ones are muted and say so."""
    rows = []
    for item in found:
        row = item_row(item, language)
        number = f"{row.number} ({say('in_dispute', language)})" if row.disputed else row.number
        late = str(item.days_past_due) if item.days_past_due > 0 else ""
        rows.append([number, row.document_on, row.due_on, shown(item.original, language), row.open, late])
    muted = [place for place, item in enumerate(found) if item.disputed]
    last = [[say("total", language), "", "", "", shown(total, language), ""]]
    return _table(_ITEM_COLUMNS, rows, language, wide="invoice", total=last, muted=muted)


_SIGNED = ("{sender_name}", "{sender_title}")


def _unsigned(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Without the name under the closing words: a letter has it beside the line to sign."""
    if not parts or parts[-1].kind != "paragraph":
        return parts
    kept = tuple(line for line in parts[-1].lines if line.strip() not in _SIGNED)
    return (*parts[:-1], Part("paragraph", kept)) if kept else parts[:-1]


def _part(part: Part, facts: NoticeFacts, values: Values, language: str) -> dict[str, Any]:
    if part.kind != "alone":
        lines = [[(fill(text, values), bold) for text, bold in runs(line)] for line in part.lines]
        return {"kind": part.kind, "lines": lines}
    if part.name == "items":
        return {"kind": "table", "table": items(facts.items, facts.amount_total, language)}
    if part.name == "charges":
        return {"kind": "table", "table": _charges(facts.charges, facts.grand_total, language)}
    if part.name == "bank_details":
        pairs = bank_pairs(facts.entity.bank, facts, language)
        return {"kind": "pairs", "title": say("pay_to", language), "pairs": pairs}
    return {"kind": "paragraph", "lines": [[(fill(f"{{{part.name}}}", values), False)]]}


def _charges(charges: tuple[Charge, ...], total: Money, language: str) -> Table:
    rows = [[name, text] for name, text in charge_rows(charges, language)]
    last = [[say("grand_total", language), shown(total, language)]]
    return {**_EMPTY, "columns": [("", "left", True), ("", "right", False)], "rows": rows, "total": last}


def _table(
    columns: Iterable[Pair],
    rows: list[list[str]],
    language: str,
    *,
    wide: str,
    total: list[list[str]] | None = None,
    muted: list[int] | None = None,
) -> Table:
    heads = [(say(word, language), side, word == wide) for word, side in columns]
    return {"columns": heads, "rows": rows, "muted": muted or [], "total": total or []}


def _bank(bank: BankDetails | None, reference: str, language: str) -> list[Pair]:
    return pay_to(bank, reference, language) if bank and (bank.iban or bank.account) else []


def _frame(
    entity: Sender, to: Recipient, title: str, number: str, info: list[Pair], language: str
) -> dict[str, Any]:
    """Letterhead, address window, facts at its right, footer: what each paper has."""
    attention = [say("attention", language, name=to.contact)] if to.contact else []
    bank = entity.bank
    accounts = (
        [bank.bank, f"IBAN {bank.iban}" if bank.iban else bank.account, f"BIC {bank.bic}" if bank.bic else ""]
        if bank
        else []
    )
    footer = [
        [entity.name, *entity.address],
        [entity.phone, entity.email, entity.website],
        [
            *accounts,
            f"{say('tax_id', language)} {entity.tax_id}" if entity.tax_id else "",
            entity.registration,
        ],
    ]
    kept = [[_line(line) for line in column if line] for column in footer]
    return {
        "language": language,
        "words": everything(language),
        "title": title,
        "sender": {
            "name": _line(entity.name),
            "return_line": _line(" · ".join([entity.name, *entity.address])),
        },
        "recipient": [_line(each) for each in (to.name, *attention, *to.address) if each],
        "info": [(name, _line(value)) for name, value in info if value],
        "footer": [column for column in kept if column],
        "running": _line(title if number in title else f"{title} · {number}"),
    }


def _line(value: str) -> str:
    return cleaned(value, "letter")
