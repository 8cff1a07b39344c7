"""The parts of an e-mail that show facts: the summary, the items, the charges, where to pay. They escape all they are given."""

from html import escape

from receivables.mail import elements as el
from receivables.notice_values import (
    ROWS_MOST,
    bank_pairs,
    charge_rows,
    day,
    item_row,
    link,
    rest_of,
    shown,
)
from receivables.rules.money import Money
from receivables.rules.notice_facts import NoticeFacts, NoticeItem
from receivables.rules.templates import Values, fill
from receivables.words.notice_words import counted, say

_SMALL = "400 12px/17px"


def alone(name: str, values: Values, facts: NoticeFacts, language: str) -> str:
    """A placeholder that stands by itself: a table, a button, or its plain value."""
    if name == "items":
        return items(facts, language)
    if name == "bank_details":
        return pairs(say("pay_to", language), bank_pairs(facts.entity.bank, facts, language))
    if name == "charges":
        return charges(facts, language)
    if name == "payment_link":
        return el.button(link(facts.payment_link, name), say("pay", language))
    text = fill(f"{{{name}}}", values, "html")
    if name == "page_link":
        words = escape(say("open_page", language))
        return el.paragraph(f'<a href="{text}" class="db-link" style="color:{el.BRAND};">{words}</a>')
    return el.paragraph(text)


def summary(facts: NoticeFacts, due: Money, language: str) -> str:
    """The calm block on top: how much, since when. `due` holds the charges where the message asks for them."""
    late = facts.days_past_due > 0
    left = el.line(say("amount_due", language), "400 13px/18px", "mut")
    left += el.line(shown(due, language), "600 26px/32px", more=el.FIGURES, classes="db-big")
    right = el.line(say("due_since" if late else "due_on", language), "400 13px/18px", "mut")
    right += el.line(day(facts.oldest_due_on, language), "600 16px/32px", more=el.FIGURES)
    if late:
        days = counted("days", facts.days_past_due, language)
        right += el.line(say("late_by", language, days=days), "400 13px/18px", "late")
    halves = el.tag("td", left, "padding-right:20px;", valign="top")
    halves += el.tag("td", right, "text-align:right;", valign="top", align="right")
    look = f"background-color:{el.BAND};border-bottom:1px solid {el.EDGE};"
    return el.cell(el.rows(f"<tr>{halves}</tr>"), "20px 36px 18px", more=look, classes="db-band db-line")


def items(facts: NoticeFacts, language: str) -> str:
    """The open items: number, due date with days late, open amount with the original where it differs; then the total."""
    head = el.heading(say("invoice", language), first=True) + el.heading(say("due", language))
    lines = [head + el.heading(say("open", language), right=True)]
    lines += [_item(each, language) for each in facts.items[:ROWS_MOST]]
    count, left = rest_of(facts.items, facts.currency)
    if count:
        more = el.field(escape(say("and_more", language, n=count)), first=True, span=2)
        lines.append(more + el.field(escape(shown(left, language)), right=True))
    total = el.field(el.strong(say("total", language)), first=True, last=True, span=2)
    lines.append(total + el.field(el.strong(shown(facts.amount_total, language)), right=True, last=True))
    inner = "\n".join(f"<tr>{each}</tr>" for each in lines)
    return el.rows(f"\n{inner}\n", margin="8px 0 22px", listing=True)


def _item(item: NoticeItem, language: str) -> str:
    row, tone = item_row(item, language), "mut" if item.disputed else "ink"
    number, due, money = escape(row.number), escape(row.due_on), escape(row.open)
    if row.disputed:
        number += el.line(say("disputed", language), _SMALL, "mut")
    elif row.late:
        due += el.line(say("late_by", language, days=row.late), _SMALL, "late")
    if row.original:
        money += el.line(f"{say('of', language)} {row.original}", _SMALL, "mut")
    cells = el.field(number, first=True, tone=tone) + el.field(due, tone=tone)
    return cells + el.field(money, right=True, tone=tone)


def charges(facts: NoticeFacts, language: str) -> str:
    """Interest, fixed sums and fees with the total that includes them."""
    lines = [
        el.field(escape(name), first=True) + el.field(escape(text), right=True)
        for name, text in charge_rows(facts.charges, language)
    ]
    total = el.field(el.strong(say("grand_total", language)), first=True, last=True)
    lines.append(total + el.field(el.strong(shown(facts.grand_total, language)), right=True, last=True))
    return el.rows("\n".join(f"<tr>{each}</tr>" for each in lines), margin="0 0 20px", listing=True)


def pairs(title: str, found: list[tuple[str, str]]) -> str:
    """Names and values in two columns, such as where to pay."""
    name_style = "padding:3px 16px 3px 0;white-space:nowrap;" + el.text_style("400 13px/20px", "mut")
    value_style = "padding:3px 0;font-variant-numeric:tabular-nums;word-break:break-word;"
    value_style = value_style + el.text_style("400 14px/20px")
    lines = "".join(
        "<tr>"
        + el.tag("td", escape(name), name_style, "db-mut", valign="top")
        + el.tag("td", escape(value), value_style, "db-ink", valign="top", width="100%")
        + "</tr>"
        for name, value in found
    )
    head = el.line(title, "600 14px/20px", more="margin:0 0 6px;")
    return el.tag("div", head + el.rows(lines), "margin:4px 0 20px;")
