"""Zip and gzip from strangers: refused by what they declare and by what comes out, before anything is unpacked."""

import gzip
import io
import stat
import struct
import zipfile

import pytest

from integrations.errors import Unreadable
from integrations.files import archives


def zipped(entries: dict[str, bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer


def refused(stream: io.BytesIO) -> str:
    with pytest.raises(Unreadable) as caught:
        archives.open_zip(stream)
    return caught.value.code


def test_an_ordinary_archive_is_opened_and_read():
    archive = archives.open_zip(zipped({"a/b.xml": b"<a/>"}))
    assert archives.read_entry(archive, "a/b.xml") == b"<a/>"


def test_bad_input_20_a_zip_bomb_is_refused_by_its_ratio():
    assert refused(zipped({"xl/sheet.xml": b"\0" * 30_000_000})) == "archive_bomb"


def test_bad_input_20_a_zip_that_declares_too_much_is_refused():
    stream = zipped({"a.xml": b"x" * 100})
    raw = bytearray(stream.getvalue())
    at = raw.rfind(b"PK\x01\x02")
    raw[at + 20 : at + 28] = struct.pack("<II", 150_000_000, 10**9)
    assert refused(io.BytesIO(bytes(raw))) == "archive_bomb"


def test_bad_input_20_an_entry_larger_than_it_declares_is_given_up():
    stream = zipped({"a.xml": b"x" * 5_000}, compression=zipfile.ZIP_STORED)
    raw = stream.getvalue().replace(struct.pack("<II", 5_000, 5_000), struct.pack("<II", 5_000, 10))
    archive = archives.open_zip(io.BytesIO(raw))
    with pytest.raises(Unreadable):
        archives.read_entry(archive, "a.xml")


def test_bad_input_20_too_many_entries_are_refused():
    assert refused(zipped({f"{n}.xml": b"" for n in range(1_001)})) == "archive_bomb"


def test_bad_input_20_a_lying_entry_count_does_not_help():
    raw = bytearray(zipped({f"{n}.xml": b"" for n in range(1_500)}).getvalue())
    at = raw.rfind(b"PK\x05\x06")
    raw[at + 8 : at + 12] = struct.pack("<HH", 1, 1)
    assert refused(io.BytesIO(bytes(raw))) in ("archive_bomb", "archive_damaged")


@pytest.mark.parametrize("name", ["../../x", "a/../../x", "/etc/passwd", "C:/x", "..\\x"])
def test_bad_input_20_a_path_out_of_the_archive_is_refused(name):
    assert refused(zipped({name: b""})) == "archive_path"


def test_bad_input_20_a_symbolic_link_is_refused():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        link = zipfile.ZipInfo("link")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    assert refused(buffer) == "archive_path"


def test_bad_input_20_a_nested_archive_is_refused():
    assert refused(zipped({"inner.zip": b""})) == "nested_archive"
    archive = archives.open_zip(zipped({"inner.xml": zipped({"a": b""}).getvalue()}))
    with pytest.raises(Unreadable, match="another archive"):
        archives.read_entry(archive, "inner.xml")


def test_a_cut_zip_is_refused():
    raw = zipped({"a.xml": b"x" * 1000}).getvalue()
    assert refused(io.BytesIO(raw[: len(raw) // 2])) == "archive_damaged"


def test_gzip_is_unpacked_under_a_counted_limit():
    assert archives.gunzip(io.BytesIO(gzip.compress(b"a,b\n1,2\n"))) == b"a,b\n1,2\n"
    with pytest.raises(Unreadable) as caught:
        archives.gunzip(io.BytesIO(gzip.compress(b"0" * 50_000_000)))
    assert caught.value.code == "archive_bomb"


def test_a_cut_gzip_is_refused():
    with pytest.raises(Unreadable) as caught:
        archives.gunzip(io.BytesIO(gzip.compress(bytes(range(256)) * 9)[:-20]))
    assert caught.value.code == "archive_damaged"
