"""The parts of an XLSX that give a cell its meaning: sheets, shared strings, which styles are dates, which epoch counts.

Only values are read; macros, links, formulas and drawings are never opened.
"""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from integrations.errors import Unreadable
from integrations.files import archives, safe_xml
from integrations.tables.dates import DateText
from integrations.tables.values import NumberText

STRINGS_MAX = 5_000_000
_DATE_FORMATS = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_NOT_CODE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]')
_R_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_R_ID_STRICT = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


@dataclass(frozen=True, slots=True)
class Workbook:
    """`sheets`: name → part, visible ones first. `date_styles`: cell styles that show a date."""

    archive: zipfile.ZipFile
    sheets: dict[str, str]
    epoch_1904: bool
    strings: list[str]
    date_styles: frozenset[int]


def open_workbook(archive: zipfile.ZipFile) -> Workbook:
    """Raises Unreadable: archive_damaged, xml_refused, not_xml, no_rows."""
    root = safe_xml.parse(archives.read_entry(archive, "xl/workbook.xml"))
    links = safe_xml.parse(archives.read_entry(archive, "xl/_rels/workbook.xml.rels"))
    targets = {r.get("Id"): r.get("Target", "") for r in links.iter("Relationship")}
    parts = {r.get("Type", "").rpartition("/")[2]: r.get("Target", "") for r in links.iter("Relationship")}
    sheets = sorted(root.iter("sheet"), key=lambda s: s.get("state", "visible") != "visible")
    found = {s.get("name", ""): _part(targets.get(s.get(_R_ID) or s.get(_R_ID_STRICT), "")) for s in sheets}
    if not found:
        raise Unreadable("no_rows", "The workbook has no sheet.")
    properties = root.find("workbookPr")
    flag = "" if properties is None else properties.get("date1904", "")
    names = set(archive.namelist())
    strings = _part(parts.get("sharedStrings", ""))
    styles = _part(parts.get("styles", ""))
    return Workbook(
        archive=archive,
        sheets=found,
        epoch_1904=flag in ("1", "true"),
        strings=list(_strings(archive, strings)) if strings in names else [],
        date_styles=_date_styles(archive, styles) if styles in names else frozenset(),
    )


def _part(target: str) -> str:
    return safe_xml.part_beside("xl/workbook.xml", target) if target else ""


def checked(archive: zipfile.ZipFile, part: str) -> archives.CountedEntry:
    """A part opened for streaming, its beginning already searched for a document type."""
    entry = archives.CountedEntry(archive, part)
    head = b""
    while len(head) < 65_536 and (piece := entry.read(65_536)):
        head += piece
    entry.close()
    safe_xml.refuse_document_type_in_head(head)
    return archives.CountedEntry(archive, part)


def _strings(archive: zipfile.ZipFile, part: str) -> Iterator[str]:
    with checked(archive, part) as stream:
        for count, (_, item) in enumerate(safe_xml.elements(stream, "si")):
            if count > STRINGS_MAX:
                raise Unreadable("too_large", "The workbook holds too many texts.")
            yield plain_text(item)


def plain_text(item: safe_xml.Element) -> str:
    """Text of a string item: runs joined, phonetic guides left out."""
    parts = []
    for t in item.iter("{*}t"):
        if safe_xml.local_name(t.getparent().tag) != "rPh":
            parts.append(t.text or "")
    return "".join(parts)


def _date_styles(archive: zipfile.ZipFile, part: str) -> frozenset[int]:
    root = safe_xml.parse(archives.read_entry(archive, part))
    custom = {int(f.get("numFmtId", "0")): f.get("formatCode", "") for f in root.iter("numFmt")}
    formats = root.find("cellXfs")
    if formats is None:
        return frozenset()
    ids = [int(xf.get("numFmtId", "0")) for xf in formats.iter("xf")]
    return frozenset(i for i, number in enumerate(ids) if _is_date(number, custom.get(number)))


def _is_date(number: int, code: str | None) -> bool:
    if code is None:
        return number in _DATE_FORMATS
    return (
        bool(re.search(r"[ymdhs年月日]", _NOT_CODE.sub("", code.split(";")[0]), re.IGNORECASE))
        and code != "General"
    )


def number_text(raw: str) -> NumberText | None:
    """A stored number as plain decimal text with the 15 digits a workbook means; None when it is no number. No floats."""
    try:
        value = Decimal(raw)
    except InvalidOperation:
        return None
    if not value.is_finite() or abs(value.adjusted()) > 60:
        return None
    if len(value.as_tuple().digits) > 15 and value:
        value = value.quantize(Decimal(1).scaleb(value.adjusted() - 14))
    plain = f"{value:f}"
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return NumberText("0" if plain == "-0" else plain)


def date_text(raw: str, epoch_1904: bool) -> DateText | None:
    """A date cell in ISO form, its time of day kept; None for the 29 February 1900 and for what lies outside the calendar."""
    try:
        serial = Decimal(raw)
        days = int(serial)
        seconds = int((serial - days) * 86_400 + Decimal("0.5"))
        if serial < 0 or (days == 60 and not epoch_1904):
            return None
        start = date(1904, 1, 1) if epoch_1904 else date(1899, 12, 30 if days > 60 else 31)
        day = start + timedelta(days=days)
    except (InvalidOperation, ValueError, OverflowError):
        return None
    return DateText(
        f"{day} {seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}" if seconds else f"{day}"
    )
