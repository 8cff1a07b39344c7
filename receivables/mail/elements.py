"""Elements of an HTML e-mail: tags with their inline style and the class that the dark scheme changes. They know no facts.

`inner` is HTML that was escaped already; `text` is escaped here.
"""

from html import escape

INK, MUTED, LATE, BRAND = "#16202c", "#55606e", "#8f5400", "#1f5eff"
EDGE, GROUND, CARD, BAND = "#e6e9ee", "#f1f3f6", "#ffffff", "#f6f7f9"
FONT = (
    "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',"
    "Arial,sans-serif"
)
FIGURES = "font-variant-numeric:tabular-nums;white-space:nowrap;"
_COLOURS = {"ink": INK, "mut": MUTED, "late": LATE}


def text_style(font: str, tone: str = "ink") -> str:
    """ "600 16px/22px" in the colour of a tone."""
    return f"font:{font} {FONT};color:{_COLOURS[tone]};"


def tag(name: str, inner: str, style: str, classes: str = "", **attributes: str | int) -> str:
    """One element; attributes are escaped."""
    more = "".join(f' {key}="{escape(str(value))}"' for key, value in attributes.items())
    of_class = f' class="{classes}"' if classes else ""
    return f'<{name}{more}{of_class} style="{style}">{inner}</{name}>'


def line(text: str, font: str, tone: str = "ink", *, more: str = "", classes: str = "") -> str:
    """A line of text on its own."""
    return tag("div", escape(text), text_style(font, tone) + more, f"db-{tone} {classes}".strip())


def paragraph(inner: str) -> str:
    return tag("p", inner, "margin:0 0 16px;" + text_style("400 15px/24px"), "db-ink")


def cell(inner: str, padding: str, *, more: str = "", classes: str = "") -> str:
    """A full-width cell of the card; phones pad it less."""
    return tag("td", inner, f"padding:{padding};{more}", f"db-pad {classes}".strip())


def rows(inner: str, *, margin: str = "0", listing: bool = False) -> str:
    """A table over the whole width; a `listing` is one for screen readers too."""
    role = "" if listing else ' role="presentation"'
    return (
        f'<table{role} width="100%" cellpadding="0" cellspacing="0" style="border-collapse:collapse;margin:{margin};">'
        f"{inner}</table>"
    )


def heading(text: str, *, right: bool = False, first: bool = False) -> str:
    """A column's heading."""
    side = "right" if right else "left"
    style = f"padding:0 0 8px {'0' if first else '12px'};text-align:{side};border-bottom:1px solid {EDGE};"
    style += text_style("400 13px/18px", "mut")
    return tag("th", escape(text), style, "db-mut db-line", scope="col", align=side)


def field(
    inner: str,
    *,
    right: bool = False,
    first: bool = False,
    tone: str = "ink",
    last: bool = False,
    span: int = 1,
) -> str:
    """A cell of a listing; only the first column's words wrap."""
    side = "right" if right else "left"
    style = f"padding:10px 0 10px {'0' if first else '12px'};text-align:{side};" + text_style(
        "400 14px/20px", tone
    )
    style += "" if last else f"border-bottom:1px solid {EDGE};"
    style += "word-break:break-word;" if first else FIGURES
    return tag(
        "td",
        inner,
        style,
        f"db-{tone} db-line{'' if first or right else ' db-day'}",
        valign="top",
        align=side,
        colspan=span,
    )


def strong(text: str) -> str:
    return f"<b>{escape(text)}</b>"


def button(address: str, label: str) -> str:
    """One button; Outlook draws the cell where it does not know rounded corners."""
    style = "display:inline-block;padding:12px 26px;color:#ffffff;text-decoration:none;border-radius:7px;"
    anchor = tag("a", escape(label), f"{style}font:600 15px/20px {FONT};", href=address)
    held = tag("td", anchor, f"border-radius:7px;background-color:{BRAND};", bgcolor=BRAND)
    return f'<table role="presentation" cellpadding="0" cellspacing="0" style="margin:4px 0 22px;"><tr>{held}</tr></table>'
