"""The facts of a notice written in a language: the value of every placeholder, and the rows of its tables. It renders nothing.

Amounts and dates come from `localised`, words from `notice_words`. Facts that do not tie (two currencies, a total that is not the
sum of its items) are refused here, before a letter is begun.
"""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from receivables import localised
from receivables.rules.money import Money
from receivables.rules.notice_facts import BankDetails, Charge, NoticeFacts, NoticeItem
from receivables.rules.templates import Amount, Hole, Values, cleaned
from receivables.words import notice_words
from receivables.words.notice_words import counted, say

ROWS_MOST = 100
"""Rows of a table in a message; a letter shows them all."""

CHARGE_KINDS = frozenset({"interest", "fixed_sum", "fee"})


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One open item as it is read. `late` is empty before it is due; `original` is empty where nothing was paid yet."""

    number: str
    document_on: str
    due_on: str
    original: str
    open: str
    late: str
    disputed: bool


def language_of(code: str) -> str:
    """The language that a message is written in: one of four, English for all others."""
    return notice_words.LANGUAGES[notice_words.place(code)]


def demand_whole(facts: NoticeFacts) -> None:
    """Refuses two_currencies and totals_differ: what a message asks for is the sum of what it lists."""
    amounts = [facts.amount_total, *(each.amount for each in facts.charges)]
    amounts += [money for each in facts.items for money in (each.original, each.open)]
    amounts += [each for each in (facts.promised_amount, facts.paid_amount) if each]
    demand_one_currency(facts.currency, amounts)
    asked = sum(each.open.minor for each in facts.items if not each.disputed)
    if facts.items and asked != facts.amount_total.minor:
        raise Hole("totals_differ", "The total is not the sum of the items.", field="amount_total")


def demand_one_currency(currency: str, amounts: list[Money]) -> None:
    met = {each.currency for each in amounts} | {currency}
    if len(met) > 1:
        raise Hole("two_currencies", f"{' and '.join(sorted(met))} met in one message.", field="amount_total")


def values_of(facts: NoticeFacts, language: str) -> Values:
    """Every placeholder's value in the language; an empty text where there is none."""
    late, asked = facts.days_past_due, facts.asked
    return {
        "customer": facts.customer.name,
        "contact": facts.customer.contact,
        "entity": facts.entity.name,
        "amount_total": amount(facts.amount_total, language),
        "currency": facts.currency,
        "items": items_text(facts, language),
        "item_count": counted("invoices", len(asked), language) if asked else "",
        "oldest_due_on": day(facts.oldest_due_on, language),
        "days_past_due": counted("days", late, language) if late > 0 else "",
        "days_until_due": counted("days", -late, language) if asked and late <= 0 else "",
        "stage": facts.stage,
        "reference": facts.reference,
        "contract_clause": facts.contract_clause,
        "promise_by": day(facts.promise_by, language),
        "promised_on": day(facts.promised_on, language),
        "promised_amount": amount(facts.promised_amount, language) if facts.promised_amount else "",
        "paid_on": day(facts.paid_on, language),
        "paid_amount": amount(facts.paid_amount, language) if facts.paid_amount else "",
        "new_deadline": day(facts.new_deadline, language),
        "bank_details": "\n".join(
            named(name, value, language) for name, value in bank_pairs(facts.entity.bank, facts, language)
        ),
        "payment_link": link(facts.payment_link, "payment_link") if facts.payment_link else "",
        "charges": charges_text(facts.charges, language),
        "charges_total": amount(facts.charges_total, language) if facts.charges else "",
        "grand_total": amount(facts.grand_total, language),
        "interest": amount(facts.interest, language) if facts.interest else "",
        "letter_number": facts.letter_number,
        "sender_name": facts.sender_name,
        "sender_title": facts.sender_title,
        "sender_phone": facts.sender_phone,
        "rep_name": facts.rep_name,
        "written_on": day(facts.written_on, language),
        "opt_out": facts.opt_out,
        "page_link": link(facts.page_link, "page_link", "http") if facts.page_link else "",
    }


def amount(money: Money, language: str) -> Amount:
    return Amount(shown(money, language), money.currency)


def shown(money: Money, language: str) -> str:
    """ "€1,234.50" in the language, whatever language the reader of the page has."""
    return localised.money(money.minor, money.currency, language=language_of(language))


def day(on: date | None, language: str) -> str:
    return localised.day(on, language=language_of(language)) if on else ""


def link(address: str, name: str, *also: str) -> str:
    """An address that may stand in a message: https (or a scheme of `also`) and a host. Raises Hole link_invalid."""
    try:
        parts = urlsplit(cleaned(address, name))
        good = parts.scheme in ("https", *also) and bool(parts.hostname) and not parts.username
    except ValueError:
        good = False
    if not good or any(c in address for c in " \"'<>\\") or len(address) > 2_000:
        raise Hole("link_invalid", f"{{{name}}} is no web address.", field=name)
    return address.strip()


def named(name: str, value: str, language: str) -> str:
    """ "Total: 5" with the colon of the language."""
    colon = {"zh-hans": "：", "fr": "\N{NO-BREAK SPACE}: "}.get(language_of(language), ": ")
    return f"{name}{colon}{value}"


def item_row(item: NoticeItem, language: str) -> ItemRow:
    return ItemRow(
        cleaned(item.number, "items"),
        day(item.document_on, language),
        day(item.due_on, language),
        shown(item.original, language) if item.original != item.open else "",
        shown(item.open, language),
        counted("days", item.days_past_due, language) if item.days_past_due > 0 else "",
        item.disputed,
    )


def rest_of(items: tuple[NoticeItem, ...], currency: str) -> tuple[int, Money]:
    """How many items lie beyond the rows of a message, and what is open on those that we ask for."""
    rest = items[ROWS_MOST:]
    left = sum(each.open.minor for each in rest if not each.disputed)
    return len(rest), Money(left, currency)


def items_text(facts: NoticeFacts, language: str) -> str:
    """The items as lines of plain text, one each, then the total; the lines of a table cannot be trusted to line up."""
    lines = []
    for item in facts.items[:ROWS_MOST]:
        row = item_row(item, language)
        marks = [row.number, f"{say('due_on', language)} {row.due_on}", row.open]
        marks += [named(say("late", language), str(item.days_past_due), language)] if row.late else []
        marks += [say("disputed", language)] if row.disputed else []
        lines.append("- " + " · ".join(marks))
    count, left = rest_of(facts.items, facts.currency)
    if count:
        lines.append("- " + named(say("and_more", language, n=count), shown(left, language), language))
    if lines:
        lines.append(named(say("total", language), shown(facts.amount_total, language), language))
    return "\n".join(lines)


def charges_text(charges: tuple[Charge, ...], language: str) -> str:
    return "\n".join("- " + named(name, text, language) for name, text in charge_rows(charges, language))


def charge_rows(charges: tuple[Charge, ...], language: str) -> list[tuple[str, str]]:
    """Each charge's name with the rule it stands on, and its amount."""
    return [
        (
            say(each.kind if each.kind in CHARGE_KINDS else "fee", language)
            + (f" ({cleaned(each.basis, 'charges')})" if each.basis else ""),
            shown(each.amount, language),
        )
        for each in charges
    ]


def bank_pairs(bank: BankDetails | None, facts: NoticeFacts, language: str) -> list[tuple[str, str]]:
    """Where to pay, as names and values, with the reference to quote; nothing where no account is known."""
    if bank is None or not (bank.iban or bank.account):
        return []
    return pay_to(bank, facts.reference, language)


def pay_to(bank: BankDetails, reference: str, language: str) -> list[tuple[str, str]]:
    groups = " ".join(bank.iban[i : i + 4] for i in range(0, len(bank.iban), 4)) if bank.iban else ""
    found = [
        (say("holder", language), bank.holder),
        (say("bank", language), bank.bank),
        ("IBAN", groups),
        ("BIC", bank.bic),
        (say("account", language), bank.account),
        (say("payment_reference", language), reference),
    ]
    return [(name, cleaned(value, "bank_details")) for name, value in found if value]
