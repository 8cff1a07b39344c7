"""The HTML of an e-mail: one column of 600 px in tables with inline styles, the only thing every mail program draws alike.

No image, font or style comes from anywhere. The head's few rules (dark scheme, phones) only refine what stands inline.
Every text that enters is escaped here or was escaped by `templates.fill`.
"""

from html import escape

from receivables.mail import elements as el
from receivables.mail import pieces
from receivables.notice_values import link, named, shown
from receivables.rules.money import Money
from receivables.rules.notice_facts import NoticeFacts, Sender
from receivables.rules.templates import Part, Values, cleaned, fill
from receivables.words.notice_words import say

_HEAD = """\
<style>
@media (prefers-color-scheme: dark) {
  .db-ground { background-color: #0e1319 !important; }
  .db-card { background-color: #151b23 !important; border-color: #28313d !important; }
  .db-band { background-color: #1c242e !important; }
  .db-ink { color: #e8ecf1 !important; }
  .db-mut { color: #a3adba !important; }
  .db-late { color: #f0b04a !important; }
  .db-line { border-color: #28313d !important; }
  .db-link { color: #7fa3ff !important; }
}
@media (max-width: 480px) {
  .db-pad { padding-left: 20px !important; padding-right: 20px !important; }
  .db-out { padding: 0 !important; }
  .db-card { border-left: 0 !important; border-right: 0 !important; border-radius: 0 !important; }
}
@media (max-width: 360px) {
  .db-day { white-space: normal !important; }
  .db-big { font-size: 20px !important; }
}
</style>"""


_TABLE = '<table role="presentation" width="{width}" cellpadding="0" cellspacing="0" class="{name}" style="{style}">'


def page(
    *, facts: NoticeFacts, parts: tuple[Part, ...], values: Values, subject: str, language: str, staff: bool
) -> str:
    """The whole HTML document of one message."""
    due = facts.grand_total if any(each.name == "charges" for each in parts) else facts.amount_total
    rows = [_header(facts.entity, facts.reference)]
    if not staff and facts.items and facts.amount_total.minor > 0:
        rows.append(pieces.summary(facts, due, language))
    rows.append(el.cell(_body(parts, values, facts, language), "26px 36px 8px"))
    rows.append(_footer(facts, language, staff))
    card = "\n".join(f"<tr>{row}</tr>" for row in rows)
    preheader = "" if staff or not facts.items else _preheader(due, facts.reference, language)
    ground = f"background-color:{el.GROUND};"
    look = f"width:100%;max-width:600px;background-color:{el.CARD};border:1px solid {el.EDGE};border-radius:10px;"
    outer = _TABLE.format(width="100%", name="db-ground", style=ground)
    inner = _TABLE.format(
        width="600", name="db-card", style=f"{look}border-collapse:separate;text-align:left;"
    )
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<meta name="supported-color-schemes" content="light dark">\n'
        f"<title>{escape(subject)}</title>\n{_HEAD}\n</head>\n"
        f'<body class="db-ground" style="margin:0;padding:0;{ground}">\n{preheader}{outer}'
        f'<tr><td align="center" class="db-out" style="padding:28px 12px;">\n{inner}\n{card}\n</table>\n'
        "</td></tr></table>\n</body>\n</html>\n"
    )


def _preheader(due: Money, reference: str, language: str) -> str:
    """What an inbox shows behind the subject."""
    text = f"{named(say('amount_due', language), shown(due, language), language)} · {cleaned(reference, 'reference')}"
    hidden = "display:none;font-size:1px;line-height:1px;max-height:0;max-width:0;opacity:0;overflow:hidden;"
    return el.tag("div", escape(text), hidden) + "\n"


def _header(entity: Sender, reference: str) -> str:
    name = el.tag(
        "td", escape(cleaned(entity.name, "entity")), el.text_style("600 16px/22px"), "db-ink", valign="top"
    )
    if reference:
        style = (
            f"padding-left:16px;text-align:right;white-space:nowrap;{el.text_style('400 12px/22px', 'mut')}"
        )
        name += el.tag("td", escape(cleaned(reference, "reference")), style, "db-mut", valign="top")
    look = f"border-bottom:1px solid {el.EDGE};"
    return el.cell(el.rows(f"<tr>{name}</tr>"), "20px 36px", more=look, classes="db-line")


def _body(parts: tuple[Part, ...], values: Values, facts: NoticeFacts, language: str) -> str:
    done = []
    for part in parts:
        filled = [fill(line, values, "html") for line in part.lines]
        if part.kind == "alone":
            done.append(pieces.alone(part.name, values, facts, language))
        elif part.kind == "list":
            points = "".join(el.tag("li", text, "margin:0 0 6px;") for text in filled)
            style = "margin:0 0 16px;padding:0 0 0 20px;" + el.text_style("400 15px/24px")
            done.append(el.tag("ul", points, style, "db-ink"))
        else:
            done.append(el.paragraph("<br>\n".join(filled)))
    return "\n".join(done)


def _footer(facts: NoticeFacts, language: str, staff: bool) -> str:
    entity = facts.entity
    legal = [f"{say('tax_id', language)} {entity.tax_id}" if entity.tax_id else "", entity.registration]
    reach = [entity.phone, entity.email, entity.website]
    groups = [[entity.name, *entity.address], reach, legal]
    lines = [" · ".join(each for each in group if each) for group in groups]
    lines += [named(say("reference", language), facts.reference, language)] if facts.reference else []
    text = [escape(cleaned(line, "entity")) for line in lines if line]
    text += [] if staff else [_opt_out(facts, language)]
    inner = el.tag("div", "<br>\n".join(text), el.text_style("400 12px/19px", "mut"), "db-mut")
    look = f"border-top:1px solid {el.EDGE};background-color:{el.BAND};border-radius:0 0 10px 10px;"
    return el.cell(inner, "18px 36px 22px", more=look, classes="db-line db-band")


def _opt_out(facts: NoticeFacts, language: str) -> str:
    """Why this message came, and how to have no more: a link where there is one, else the sentence we were given."""
    why = escape(say("opt_out", language, entity=cleaned(facts.entity.name, "entity")))
    if facts.opt_out.startswith("https:"):
        style = f"color:{el.MUTED};text-decoration:underline;"
        words = escape(say("opt_out_link", language))
        return f"{why} {el.tag('a', words, style, 'db-mut', href=link(facts.opt_out, 'opt_out'))}"
    return f"{why} {escape(cleaned(facts.opt_out, 'opt_out'))}".strip()


def plain_footer(facts: NoticeFacts, language: str) -> str:
    """Who writes and how to have no more mail, under the plain text."""
    entity = facts.entity
    why = say("opt_out", language, entity=cleaned(entity.name, "entity"))
    lines = ["", "", "--", " · ".join([entity.name, *entity.address]), f"{why} {facts.opt_out}".strip()]
    return "\n".join(lines[:3] + [cleaned(line, "entity") for line in lines[3:]])
