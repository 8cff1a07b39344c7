"""Papers are judged by their bytes, kept under our own keys outside any web root, and named for the eye only."""

import io
import zipfile

import pytest

from receivables import storage
from receivables.models import Audit
from receivables.rules import uploads
from receivables.rules.refusals import Refused
from receivables.services import attachments

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


def packed(*names):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"%PDF-1.4 ...", "pdf"),
        (PNG, "png"),
        (b"\xff\xd8\xff\xe0....", "jpg"),
        (packed("[Content_Types].xml", "xl/workbook.xml"), "xlsx"),
        (packed("[Content_Types].xml", "word/document.xml"), "docx"),
        (packed("OFD.xml", "Doc_0/Document.xml"), "ofd"),
        (b'<?xml version="1.0"?><Invoice/>', "xml"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><Invoice/>', "xml"),
    ],
)
def test_000_46_allowed_kinds_are_known_by_their_bytes(data, code):
    assert uploads.judge(data).code == code


@pytest.mark.parametrize(
    "data",
    [b"MZ\x90", b"<html><script>", b"GIF89a", b"PK\x03\x04broken", packed("a.txt"), b"just text",
     packed("xl/workbook.xml", "xl/vbaProject.bin"), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"],
)  # fmt: skip
def test_000_46_anything_else_is_refused_whatever_it_is_called(data, desk):
    invoice = desk.draft()
    with pytest.raises(Refused) as caught:
        desk.attach(invoice, name="contract.pdf", data=data)
    assert caught.value.code == "file_type_refused"
    assert caught.value.figures["allowed"] == "PDF, PNG, JPG, XLSX, DOCX, XML, OFD"
    assert invoice.attachments.count() == 0


def test_000_46_size_is_refused_with_the_exact_limit(desk):
    limit = uploads.SIZE_MAX
    assert uploads.judge(b"%PDF-" + b"0" * (limit - 5)).code == "pdf"
    with pytest.raises(Refused) as caught:
        desk.attach(desk.draft(), data=b"%PDF-" + b"0" * (limit - 4))
    assert (caught.value.code, caught.value.figures) == (
        "file_too_large",
        {"size": limit + 1, "limit": limit},
    )
    with pytest.raises(Refused, match="file_empty"):
        uploads.judge(b"")


def test_000_46_names_are_made_by_us_and_the_given_one_is_for_show(desk, settings):
    paper = desk.attach(desk.draft(), name="../../etc/pass\u202ewd\r\n.pdf")
    assert paper.name == "passwd.pdf"
    assert "pass" not in paper.stored_as
    assert storage.read(paper.stored_as).startswith(b"%PDF")
    assert (settings.MEDIA_ROOT / paper.stored_as).stat().st_mode & 0o777 == 0o600


def test_a_paper_leaves_a_draft_with_its_bytes_and_a_line_in_the_log(desk):
    invoice = desk.draft()
    paper = desk.attach(invoice)
    attachments.remove(attachment=paper, now=desk.now, by=desk.by(desk.rep))
    assert invoice.attachments.count() == 0
    with pytest.raises(FileNotFoundError):
        storage.read(paper.stored_as)
    assert Audit.objects.order_by("-seq").first().before["name"] == "contract.pdf"


@pytest.mark.parametrize("key", ["../secret", "papers/aa/../../x", "/etc/passwd", ""])
def test_a_key_that_is_not_ours_never_becomes_a_path(key):
    with pytest.raises(ValueError, match="not a storage key"):
        storage.read(key)
