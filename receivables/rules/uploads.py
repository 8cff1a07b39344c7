"""Which files may be attached to a request: judged by their first bytes, never by their name. Nothing is opened or run.

The limits are said before an upload and again in each refusal.
"""

import io
import re
import zipfile
from dataclasses import dataclass

from receivables.rules.refusals import Refused

SIZE_MAX = 10_000_000
PER_INVOICE_MAX = 20
KINDS_SHOWN = "PDF, PNG, JPG, XLSX, DOCX, XML, OFD"
ACCEPT = ".pdf,.png,.jpg,.jpeg,.xlsx,.docx,.xml,.ofd"
NAME_MAX = 120
_ENTRIES_MAX = 10_000
_XML = re.compile(rb"(?:\xef\xbb\xbf)?\s*<\?xml\s", re.ASCII)
_OOXML = "application/vnd.openxmlformats-officedocument."


@dataclass(frozen=True, slots=True)
class FileType:
    """What the bytes say: a short code and the media type under which the file is handed back."""

    code: str
    content_type: str


_BY_MAGIC = (
    (b"%PDF-", FileType("pdf", "application/pdf")),
    (b"\x89PNG\r\n\x1a\n", FileType("png", "image/png")),
    (b"\xff\xd8\xff", FileType("jpg", "image/jpeg")),
)
_BY_ENTRY = (
    ("xl/workbook.xml", FileType("xlsx", _OOXML + "spreadsheetml.sheet")),
    ("word/document.xml", FileType("docx", _OOXML + "wordprocessingml.document")),
    ("OFD.xml", FileType("ofd", "application/ofd")),
)


def judge(data: bytes) -> FileType:
    """The type of an attachment. Refuses file_empty, file_too_large (with both sizes) and file_type_refused."""
    if not data:
        raise Refused("file_empty", "The file is empty.", field="file")
    if len(data) > SIZE_MAX:
        message = f"The file has {len(data)} bytes; the limit is {SIZE_MAX} (10 MB)."
        raise Refused("file_too_large", message, field="file", size=len(data), limit=SIZE_MAX)
    found = _type(data)
    if found is None:
        raise Refused(
            "file_type_refused", f"Only {KINDS_SHOWN} can be attached.", field="file", allowed=KINDS_SHOWN
        )
    return found


def display_name(name: str) -> str:
    """A name fit for showing: no folders, no control or direction marks, at most 120 characters. Never a path."""
    last = re.split(r"[\\/]", name)[-1]
    kept = "".join(c for c in last if c.isprintable()).strip(" .")
    return kept[:NAME_MAX] or "file"


def _type(data: bytes) -> FileType | None:
    for magic, found in _BY_MAGIC:
        if data.startswith(magic):
            return found
    if data.startswith(b"PK\x03\x04"):
        return _packed(data)
    return FileType("xml", "application/xml") if _XML.match(data[:200]) else None


def _packed(data: bytes) -> FileType | None:
    """By the list of entries alone: nothing is unpacked, so a bomb stays folded. Macros are refused."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return None
    if len(names) > _ENTRIES_MAX or any(name.lower().endswith("vbaproject.bin") for name in names):
        return None
    return next((found for entry, found in _BY_ENTRY if entry in names), None)
