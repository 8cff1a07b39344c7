"""The columns of a request batch: their headings in a file, how a row becomes a request, and what is typed into the template.

Pure: cells in, content out. Reading the file belongs to the tables port, checking the request to `request_checks`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from receivables.rules.refusals import Refused
from receivables.rules.request_lines import LineInput

ROWS_MAX = 500
EXAMPLE = "EXAMPLE"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: our name, the heading in our template, further headings understood, whether it must be there."""

    name: str
    heading: str
    also: tuple[str, ...] = ()
    needed: bool = False
    example: str = ""


COLUMNS: tuple[Column, ...] = (
    Column("customer", "Customer", ("客户", "Customer code", "Tax ID"), True, EXAMPLE),
    Column("buyer_title", "Buyer name", ("购买方名称", "Legal name"), example="Acme Tools GmbH"),
    Column("po_number", "PO number", ("采购订单号", "PO"), example="PO-2026-00417"),
    Column("description", "Description", ("项目名称", "Item"), True, "Consulting in May"),
    Column("quantity", "Quantity", ("数量",), example="3"),
    Column("unit_price", "Unit price without tax", ("不含税单价", "Unit price"), True, "800.00"),
    Column("tax_percent", "Tax %", ("税率", "Tax rate"), True, "19"),
    Column("currency", "Currency", ("币种",), example="EUR"),
    Column("kind", "Kind", ("发票类型",), example="ordinary"),
    Column("contract_ref", "Contract", ("合同号",)),
    Column("order_ref", "Order", ("订单号",)),
    Column("urgent_reason", "Urgent because", ("加急原因",)),
    Column("duplicate_confirmed", "Further invoice", ("确认非重复",), example="no"),
)
BY_NAME: Mapping[str, Column] = {column.name: column for column in COLUMNS}
KINDS = {"": "ordinary", "普通": "ordinary", "专票": "special_vat", "special": "special_vat"}
YES = frozenset({"yes", "y", "true", "1", "是"})
NO = frozenset({"", "no", "n", "false", "0", "否"})


@dataclass(frozen=True, slots=True)
class RowContent:
    """What a row asks for, still text: one line per request."""

    customer: str
    line: LineInput
    texts: Mapping[str, str]
    duplicate_confirmed: bool


def place(header: Sequence[str]) -> dict[str, int]:
    """Our column name → its index in the file. Refuses header_missing with the headings that are needed and not there."""
    known = {_plain(word): column.name for column in COLUMNS for word in (column.heading, *column.also)}
    found: dict[str, int] = {}
    for index, title in enumerate(header):
        name = known.get(_plain(title))
        if name and name in found:
            raise Refused(
                "header_twice", f"The column {title[:40]!r} stands twice.", field="file", column=title[:40]
            )
        if name:
            found[name] = index
    missing = [column.heading for column in COLUMNS if column.needed and column.name not in found]
    if missing:
        message = f"The file lacks the columns {', '.join(missing)}. Use the template."
        raise Refused("header_missing", message, field="file", columns=", ".join(missing))
    return found


def read(cells: Mapping[str, str]) -> RowContent:
    """A row as content. Refuses value_missing, yes_or_no."""
    text = {name: original(cells.get(name, "")).strip() for name in BY_NAME}
    for name in ("customer", "description", "unit_price", "tax_percent"):
        if not text[name]:
            heading = BY_NAME[name].heading
            raise Refused("value_missing", f"{heading} is empty.", field=name, column=heading)
    confirmed = text["duplicate_confirmed"].casefold()
    if confirmed not in YES | NO:
        raise Refused("yes_or_no", "Write yes or no.", field="duplicate_confirmed")
    kind = text["kind"].casefold()
    line = LineInput(text["description"], text["quantity"] or "1", text["unit_price"], text["tax_percent"])
    texts = {
        name: text[name]
        for name in ("buyer_title", "po_number", "currency", "contract_ref", "order_ref", "urgent_reason")
    }
    return RowContent(text["customer"], line, {**texts, "kind": KINDS.get(kind, kind)}, confirmed in YES)


def original(cell: str) -> str:
    """The cell without the apostrophe that our own error file put before it, so that a corrected file reads as it was meant."""
    return cell[1:] if cell.startswith("'") else cell


def _plain(title: str) -> str:
    return " ".join(title.replace("*", " ").split()).casefold()
