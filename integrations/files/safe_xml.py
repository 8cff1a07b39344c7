"""XML from strangers: no document type, no entities, no network, no giant trees. A parsed document has plain local names."""

import re
from collections.abc import Iterator
from io import RawIOBase
from pathlib import PurePosixPath
from typing import Any, BinaryIO
from xml.parsers import expat

from lxml import etree

from integrations.errors import Unreadable

Element = Any
"""An lxml element; lxml ships no types."""


class _Enough(Exception):
    """The root element was reached without meeting a document type."""


def parse(raw: bytes) -> Element:
    """The root element, namespaces stripped from every tag so that all versions of a message read alike.

    Raises Unreadable: `xml_refused` (DTD or entities), `not_xml` with the line.
    """
    raw = _readable(raw)
    refuse_document_type(raw)
    try:
        root = etree.fromstring(raw, _parser())
    except etree.XMLSyntaxError as e:
        raise Unreadable("not_xml", f"The XML is not well formed: {e.msg}", line=e.lineno or None) from e
    if root is None:
        raise Unreadable("not_xml", "The file holds no XML element.")
    for element in root.iter(tag=etree.Element):
        element.tag = local_name(element.tag)
    return root


_DECLARED = re.compile(
    rb"""\A\s*<\?xml[^>]*?encoding=["'](gb18030|gbk|gb2312|big5)["'][^>]*\?>""", re.IGNORECASE
)


def _readable(raw: bytes) -> bytes:
    """Chinese alphabets, which the guard's parser does not know, become UTF-8 first. Invalid bytes are refused."""
    found = _DECLARED.match(raw)
    if found is None:
        return raw
    try:
        return raw[found.end() :].decode("big5" if found[1].lower() == b"big5" else "gb18030").encode()
    except UnicodeDecodeError as e:
        at = found.end() + e.start
        raise Unreadable("not_xml", f"Byte {at} of the file is not valid text.") from e


def elements(stream: BinaryIO | RawIOBase, *tags: str) -> Iterator[tuple[str, Element]]:
    """(local name, element) for each finished element whose local name is in `tags`; memory is freed behind it.

    The stream must be seekable or already checked by `refuse_document_type`.
    """
    options = {
        "resolve_entities": False,
        "no_network": True,
        "load_dtd": False,
        "huge_tree": False,
        "remove_comments": True,
    }
    try:
        events = etree.iterparse(stream, events=("end",), tag=[f"{{*}}{t}" for t in tags], **options)
        for _, element in events:
            yield local_name(element.tag), element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    except etree.XMLSyntaxError as e:
        raise Unreadable(
            "not_xml", f"A part of the file is not well formed XML: {e.msg}", line=e.lineno or None
        ) from e


def refuse_document_type(raw: bytes) -> None:
    """Reads up to the root element and refuses at a `<!DOCTYPE`, before any entity could be declared or fetched."""
    guard = expat.ParserCreate()
    guard.StartDoctypeDeclHandler = _refuse
    guard.StartElementHandler = _stop
    try:
        guard.Parse(raw, True)
    except _Enough:
        return
    except expat.ExpatError as e:
        raise Unreadable("not_xml", f"The XML is not well formed: {e}", line=e.lineno or None) from e


def refuse_document_type_in_head(head: bytes) -> None:
    """The same for the first piece of a stream; a piece that ends before the root element is refused too."""
    guard = expat.ParserCreate()
    guard.StartDoctypeDeclHandler = _refuse
    guard.StartElementHandler = _stop
    try:
        guard.Parse(head, False)
    except _Enough:
        return
    except expat.ExpatError as e:
        raise Unreadable(
            "not_xml", f"A part of the file is not well formed XML: {e}", line=e.lineno or None
        ) from e
    raise Unreadable("xml_refused", "A part of the file does not begin like an XML part of a workbook.")


def _refuse(*_: object) -> None:
    raise Unreadable(
        "xml_refused",
        "The XML declares a document type; such files are refused because they can hide entities.",
        repair="Export the file again without a DOCTYPE.",
    )


def _stop(*_: object) -> None:
    raise _Enough


def _parser() -> Any:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def local_name(tag: object) -> str:
    """`{urn:...}Stmt` → `Stmt`."""
    return str(tag).rpartition("}")[2]


def text(element: Element | None, path: str = ".") -> str:
    """Stripped text of the first element at `path` below `element`; "" when there is none."""
    if element is None:
        return ""
    found = element if path == "." else element.find(path)
    return "" if found is None or found.text is None else " ".join(found.text.split())


def part_beside(part: str, target: str) -> str:
    """Where a relationship's `target` points, seen from the folder of `part` inside a package."""
    return target.lstrip("/") if target.startswith("/") else str(PurePosixPath(part).parent / target)
