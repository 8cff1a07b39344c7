"""What a file really is, judged by its first bytes and never by its name. It refuses what we cannot read, and says why."""

import io
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO

from integrations.errors import Unreadable
from integrations.files import archives

Source = bytes | BinaryIO
"""Bytes in memory, or a seekable binary file (an upload)."""


class Kind(StrEnum):
    TEXT = "text"
    XML = "xml"
    XLSX = "xlsx"


@dataclass(frozen=True, slots=True)
class Admitted:
    """A file we are willing to open. `stream` stands at its start; `name` is for the eye only, never for a path."""

    kind: Kind
    stream: BinaryIO
    name: str


_HEAD = 4096
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_REFUSED = (
    (b"%PDF", "a PDF document"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a program"),
    (b"{\\rtf", "a rich-text document"),
    (b"\x09\x08\x10\x00\x00\x06\x05\x00", "an old Excel workbook (.xls)"),
)
_HTML = re.compile(rb"\s*(<!doctype\s+html|<(html|head|body|table|meta|style|script)[\s>/])", re.IGNORECASE)
_XML = re.compile(rb"\s*<(\?xml|!--|!DOCTYPE|[A-Za-z_])")
_SAVE_AS = "Save it as CSV (UTF-8) or as an Excel workbook (.xlsx) and upload that."


def admit(source: Source, *, name: str = "", limit: int = archives.SIZE_MAX) -> Admitted:
    """Looks at `source`, unpacks gzip under a counted limit, and names the kind.

    Raises Unreadable: `no_rows` (empty), `unsupported_media`, `too_large`, `archive_bomb`.
    """
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    shown = display_name(name)
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    if size > limit:
        raise Unreadable("too_large", f"The file has {size} bytes; the limit is {limit}.")
    head = stream.read(_HEAD)
    stream.seek(0)
    if head.startswith(b"\x1f\x8b"):
        unpacked = archives.gunzip(stream, limit=limit)
        if unpacked.startswith((b"\x1f\x8b", b"PK\x03\x04")):
            raise Unreadable("nested_archive", "The compressed file holds another archive.")
        return admit(unpacked, name=name, limit=limit)
    return Admitted(_kind(head, stream), stream, shown)


def _kind(head: bytes, stream: BinaryIO) -> Kind:
    if not head.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n"):
        if not stream.read().strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00"):
            raise Unreadable("no_rows", "The file is empty: it has no rows.")
        stream.seek(0)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _workbook(stream)
    if head.startswith(_OLE):
        raise _unsupported(_ole_reason(stream))
    for magic, what in _REFUSED:
        if head.startswith(magic):
            raise _unsupported(what)
    text = _plain(head)
    if _HTML.match(text):
        raise _unsupported("a web page (HTML), whatever its name says")
    if b"<?mso-application" in text or b"urn:schemas-microsoft-com:office:spreadsheet" in text:
        raise _unsupported("an Excel 2003 XML table")
    if _XML.match(text):
        return Kind.XML
    if _is_binary(head):
        raise _unsupported("not a text file")
    return Kind.TEXT


def _plain(head: bytes) -> bytes:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", errors="ignore").encode()
    return head.removeprefix(b"\xef\xbb\xbf")


def _workbook(stream: BinaryIO) -> Kind:
    with archives.open_zip(stream) as archive:
        entries = set(archive.namelist())
        if "xl/workbook.xml" not in entries:
            raise _unsupported("a zip archive that is not an Excel workbook (.xlsx)")
        types = (
            archives.read_entry(archive, "[Content_Types].xml") if "[Content_Types].xml" in entries else b""
        )
        if b"macroEnabled" in types or any(e.lower().endswith("vbaproject.bin") for e in entries):
            raise _unsupported("an Excel workbook with macros (.xlsm)")
    stream.seek(0)
    return Kind.XLSX


def _ole_reason(stream: BinaryIO) -> str:
    stream.seek(0)
    if "EncryptedPackage".encode("utf-16-le") in stream.read(8 * 1024 * 1024):
        return "an Excel workbook protected by a password"
    return "an old Office file such as .xls"


def _is_binary(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    odd = sum(byte < 9 or 13 < byte < 32 for byte in head)
    return odd > max(8, len(head) // 10)


def _unsupported(what: str) -> Unreadable:
    return Unreadable("unsupported_media", f"The file is {what}; it cannot be read here.", repair=_SAVE_AS)


def display_name(name: str, *, length: int = 120) -> str:
    """A file's name made fit for showing: no folders, no control or direction marks, not longer than `length`."""
    last = re.split(r"[\\/]", name)[-1]
    kept = "".join(c for c in last if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    return kept.strip(" .")[:length] or "file"
