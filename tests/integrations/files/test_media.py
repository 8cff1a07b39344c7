"""A file is what its first bytes say. Its name is for showing."""

import gzip
import io
import zipfile

import pytest

from integrations.errors import Unreadable
from integrations.files.media import Kind, admit, display_name


def workbook(*extra: str, types: bytes = b"<Types/>") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", types)
        for name in ("xl/workbook.xml", *extra):
            archive.writestr(name, b"<x/>")
    return buffer.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (OLE, ".xls"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "password"),
        (workbook("xl/vbaProject.bin"), "macros"),
        (workbook(types=b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"), "macros"),
        (b"%PDF-1.7\n", "PDF"),
        (b"<html><body><table><tr><td>1", "HTML"),
        (b"\xef\xbb\xbf  <TABLE border=1>", "HTML"),
        (b"<!DOCTYPE html PUBLIC 'x'>", "HTML"),
        (b"<?xml version='1.0'?><?mso-application progid='Excel.Sheet'?><Workbook/>", "Excel 2003"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (bytes(range(256)) * 20, "not a text"),
    ],
)
def test_bad_input_22_what_cannot_be_read_is_named(raw, why):
    with pytest.raises(Unreadable, match=why) as caught:
        admit(raw, name="statement.csv")
    assert caught.value.code == "unsupported_media"
    assert caught.value.repair


def test_bad_input_22_a_zip_of_something_else_is_no_workbook():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", b"<x/>")
    with pytest.raises(Unreadable) as caught:
        admit(buffer.getvalue(), name="x.xlsx")
    assert caught.value.code == "unsupported_media"


@pytest.mark.parametrize("raw", [b"", b"\xef\xbb\xbf", b"\xff\xfe", b" \r\n\t\n"])
def test_bad_input_01_an_empty_file_has_no_rows(raw):
    with pytest.raises(Unreadable) as caught:
        admit(raw, name="empty.csv")
    assert caught.value.code == "no_rows"


def test_kinds_are_told_whatever_the_name_says():
    assert admit(b"a;b\n1;2\n", name="x.pdf").kind is Kind.TEXT
    assert admit(b"<?xml version='1.0'?><Document/>", name="x.csv").kind is Kind.XML
    assert admit(workbook(), name="x.csv").kind is Kind.XLSX
    assert admit(gzip.compress(b"a,b\n1,2\n"), name="x.gz").stream.read() == b"a,b\n1,2\n"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("a\0.csv", "a.csv"),
        ("x" * 500, "x" * 120),
        ("=cmd.csv", "=cmd.csv"),
        ("CON", "CON"),
        ("evil\u202egpj.csv", "evilgpj.csv"),
        ("C:\\tmp\\账单.xlsx", "账单.xlsx"),
        ("", "file"),
    ],
)
def test_bad_input_31_a_file_name_is_only_shown(name, shown):
    assert display_name(name) == shown
    assert admit(b"a,b\n1,2\n", name=name).name == shown
