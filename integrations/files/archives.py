"""Opening zip and gzip from strangers: sizes are checked as declared before unpacking, and counted again while unpacking."""

import io
import stat
import struct
import zipfile
import zlib
from typing import BinaryIO

from integrations.errors import Unreadable

SIZE_MAX = 200 * 1024 * 1024
RATIO_MAX = 100
ENTRIES_MAX = 1_000
_SMALL = 64 * 1024
"""Below this a high ratio is harmless: style sheets and theme parts compress well."""
_DIRECTORY_MAX = ENTRIES_MAX * 1_024
_CHUNK = 64 * 1024
_NESTED = (".zip", ".xlsx", ".xlsm", ".docx", ".gz", ".7z", ".rar", ".jar", ".bz2", ".xz")


def gunzip(stream: BinaryIO, *, limit: int = SIZE_MAX) -> bytes:
    """The whole of a gzip file, given up as soon as it passes `limit` bytes or 100 times its packed size.

    Raises Unreadable: `archive_bomb`, `archive_damaged`.
    """
    packed = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    allowed = min(limit, max(packed * RATIO_MAX, _SMALL))
    unpacker = zlib.decompressobj(wbits=31)
    parts: list[bytes] = []
    counted = 0
    try:
        while chunk := stream.read(_CHUNK):
            while chunk:
                part = unpacker.decompress(chunk, _CHUNK)
                counted += len(part)
                parts.append(part)
                if counted > allowed:
                    raise _bomb(f"it grows beyond {allowed} bytes")
                chunk = unpacker.unconsumed_tail
                if unpacker.eof:
                    chunk = unpacker.unused_data
                    if not chunk.startswith(b"\x1f\x8b"):
                        break  # trailing garbage, as gzip itself allows
                    unpacker = zlib.decompressobj(wbits=31)
    except zlib.error as e:
        raise Unreadable("archive_damaged", "The gzip file is damaged.") from e
    if not unpacker.eof:
        raise Unreadable("archive_damaged", "The gzip file ends too early.", repair="Upload it again.")
    return b"".join(parts)


def open_zip(stream: BinaryIO) -> zipfile.ZipFile:
    """A zip whose directory passed every check; nothing has been unpacked yet.

    Raises Unreadable: `archive_bomb`, `archive_path`, `nested_archive`, `archive_damaged`, `unsupported_media`.
    """
    _check_directory_size(stream)
    stream.seek(0)
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as e:
        raise Unreadable(
            "archive_damaged", "The workbook is damaged or cut off.", repair="Upload it again."
        ) from e
    entries = archive.infolist()
    if len(entries) > ENTRIES_MAX:
        raise _bomb(f"it holds {len(entries)} entries")
    total = 0
    for entry in entries:
        _check_entry(entry)
        total += entry.file_size
    if total > SIZE_MAX:
        raise _bomb(f"it would unpack to {total} bytes")
    return archive


def _check_directory_size(stream: BinaryIO) -> None:
    """A million entries must be refused before the standard library builds a million objects."""
    size = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, size - 65_557))
    tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        raise Unreadable("archive_damaged", "The workbook is damaged or cut off.", repair="Upload it again.")
    count, directory = struct.unpack("<HI", tail[at + 10 : at + 16])
    if count > ENTRIES_MAX or directory > _DIRECTORY_MAX:
        raise _bomb(f"it lists {count} or more entries")


def _check_entry(entry: zipfile.ZipInfo) -> None:
    name = entry.filename.replace("\\", "/")
    if name.startswith("/") or ":" in name.split("/")[0] or ".." in name.split("/"):
        raise Unreadable("archive_path", "An entry of the archive points outside of it.", value=name)
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise Unreadable("archive_path", "An entry of the archive is a symbolic link.", value=name)
    if name.lower().endswith(_NESTED):
        raise Unreadable("nested_archive", "The archive holds another archive.", value=name)
    if entry.flag_bits & 0x1:
        raise Unreadable("unsupported_media", "The archive is protected by a password.", value=name)
    if entry.file_size > SIZE_MAX:
        raise _bomb(f"an entry declares {entry.file_size} bytes")
    if entry.file_size > _SMALL and entry.file_size > RATIO_MAX * max(entry.compress_size, 1):
        raise _bomb(f"an entry unpacks to {entry.file_size} bytes from {entry.compress_size}")


class CountedEntry(io.RawIOBase):
    """One entry read as a stream, given up when more comes out than the directory declared."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self._left = archive.getinfo(name).file_size
        self._raw = archive.open(name)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        try:
            part = self._raw.read(_CHUNK if size is None or size < 0 else size)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as e:
            raise Unreadable("archive_damaged", "A part of the workbook is damaged.") from e
        self._left -= len(part)
        if self._left < 0:
            raise _bomb("an entry is larger than it declares")
        return part

    def close(self) -> None:
        self._raw.close()
        super().close()


def read_entry(archive: zipfile.ZipFile, name: str) -> bytes:
    """One small part whole. Raises Unreadable as `open_zip` does, and `archive_damaged` when it is not there."""
    if name not in archive.namelist():
        raise Unreadable("archive_damaged", f"The workbook lacks its part {name[:80]}.")
    entry = CountedEntry(archive, name)
    try:
        parts = []
        while part := entry.read(_CHUNK):
            parts.append(part)
    finally:
        entry.close()
    whole = b"".join(parts)
    if whole.startswith(b"PK\x03\x04"):
        raise Unreadable("nested_archive", "The archive holds another archive.", value=name)
    return whole


def _bomb(why: str) -> Unreadable:
    return Unreadable("archive_bomb", f"The archive is refused before unpacking: {why}.")
