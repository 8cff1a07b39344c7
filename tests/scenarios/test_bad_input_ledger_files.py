"""Bad ledger files, rows 14, 19 to 24, 29 and 31: workbooks, archives, giants, disguises and names of files."""

import io
import random
import zipfile
from datetime import date

import openpyxl
import pytest

from receivables.models import Customer, Entry, ImportFile, Invoice
from tests.fixtures.ledger_desk import HEAD, row

TITLES = HEAD.strip().split(",")


@pytest.fixture(params=("page", "command"))
def give(request, ledger_desk):
    return getattr(ledger_desk, request.param)


def workbook(*rows, **options):
    book = openpyxl.Workbook()
    if options.get("epoch_1904"):
        from openpyxl.utils.datetime import CALENDAR_MAC_1904

        book.epoch = CALENDAR_MAC_1904
    book.active.append(TITLES)
    for each in rows:
        book.active.append(each)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def zipped(entries):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return out.getvalue()


def nothing(answer, *statuses):
    assert answer.status in (*statuses, 422), answer.status
    assert answer.invoices == 0 and Entry.objects.count() == 0


def test_bad_input_14_dates_of_a_1904_workbook_are_converted(give):
    answer = give(workbook(["A1", "acme", "", date(2026, 1, 5), None, 10.5, None], epoch_1904=True), "l.xlsx")
    assert answer.status == 200
    assert (Invoice.objects.get().invoice_on, Invoice.objects.get().gross) == (date(2026, 1, 5), 1050)


@pytest.mark.parametrize("formula", ["=1+1", '=HYPERLINK("http://x")', "=cmd|'/C calc'!A0"])
def test_bad_input_19_a_formula_without_a_value_is_an_error(give, formula):
    nothing(give(workbook(["A1", "acme", "", date(2026, 1, 5), None, formula, None]), "l.xlsx"))


def test_bad_input_19_text_like_a_formula_in_csv_stays_text(give):
    assert give((HEAD + row(customer="k1", name="=1+1")).encode()).status == 200
    assert Customer.objects.get(code="k1").legal_name == "=1+1"


@pytest.mark.parametrize(
    "entries",
    [
        {"xl/workbook.xml": b"<a/>", "xl/worksheets/sheet1.xml": b"0" * 60_000_000},
        {"xl/workbook.xml": b"<a/>", **{f"x{n}": b"" for n in range(1100)}},
        {"xl/workbook.xml": b"<a/>", "../../x": b"1"},
        {"xl/workbook.xml": b"<a/>", "inner.zip": b"PK\x03\x04"},
    ],
    ids=["bomb", "many", "path", "nested"],
)
def test_bad_input_20_archives_that_mean_harm(give, entries):
    nothing(give(zipped(entries), "l.xlsx"), 413, 415)


@pytest.mark.parametrize(
    "xml",
    [
        b'<!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;">]><workbook>&c;</workbook>',
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><workbook/>',
    ],
)
def test_bad_input_21_xml_with_entities(give, xml):
    good = zipfile.ZipFile(io.BytesIO(workbook(["A1", "acme", "", date(2026, 1, 5), None, 1, None])))
    entries = {name: good.read(name) for name in good.namelist()}
    nothing(give(zipped({**entries, "xl/workbook.xml": xml}), "l.xlsx"), 415)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"%PDF-1.7 ...", "l.csv"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "l.xls"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "l.xlsx"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "l.xls"),
        (b"PK\x03\x04garbage", "l.xlsx"),
        (b"MZ\x90\x00" + b"\0" * 64, "l.csv"),
        (b"<?xml version='1.0'?><a/>", "l.csv"),
    ],
)
def test_bad_input_22_disguises_are_known_by_their_first_bytes(ledger_desk, data, name):
    answer = ledger_desk.page(data, name)
    assert answer.status in (415, 422) and answer.invoices == 0
    assert ImportFile.objects.count() == 0
    nothing(ledger_desk.command(data, name))


def test_bad_input_22_pdf_is_415(ledger_desk):
    assert ledger_desk.page(b"%PDF-1.7 ...", "l.csv").status == 415


def test_bad_input_23_a_sheet_that_lies_about_its_size_is_streamed(give):
    raw = workbook(["A1", "acme", "", date(2026, 1, 5), None, 1, None])
    good = zipfile.ZipFile(io.BytesIO(raw))
    entries = {name: good.read(name) for name in good.namelist()}
    sheet = entries["xl/worksheets/sheet1.xml"]
    entries["xl/worksheets/sheet1.xml"] = sheet.replace(b'ref="A1:G2"', b'ref="A1:XFD1048576"')
    assert give(zipped(entries), "l.xlsx").invoices == 1


@pytest.mark.parametrize(
    "extra",
    [
        lambda: row("B1", name="x" * 1_000_000),
        lambda: row("B1", name="x" * 10_000_000),
        lambda: "B1," + ",".join(["1"] * 100_000) + "\n",
    ],
    ids=["field", "row", "columns"],
)
def test_bad_input_24_giants_are_errors_not_crashes(give, extra):
    nothing(give((HEAD + row() + extra()).encode()))


def test_bad_input_29_an_upload_over_the_limit_is_413(ledger_desk, settings):
    settings.UPLOAD_MAX_BYTES = 100
    answer = ledger_desk.page((HEAD + row() * 5).encode())
    assert (answer.status, ImportFile.objects.count()) == (413, 0)


def test_bad_input_29_a_file_cut_in_half_is_refused(give):
    import gzip

    noise = random.Random(1).sample(range(10**9), 400)
    packed = gzip.compress((HEAD + "".join(row(f"A{n}") for n in noise)).encode())
    nothing(give(packed[: len(packed) // 2], "l.csv.gz"))


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a\x00.csv", "x" * 500 + ".csv", "=cmd.csv", "CON", "<b>.csv"]
)
def test_bad_input_31_the_name_of_a_file_is_only_shown(ledger_desk, name):
    from django.core.files.uploadedfile import SimpleUploadedFile

    upload = SimpleUploadedFile("x.csv", (HEAD + row()).encode())
    upload._name = name  # past Django's own cleaning
    from receivables import clock
    from receivables.services import ledger_uploads

    taken = ledger_uploads.take(
        entity=ledger_desk.world.entity,
        name=name,
        data=upload.read(),
        now=clock.now(),
        by=ledger_desk.world.by,
    )
    assert len(taken.name) <= 120 and "/" not in taken.name and "\x00" not in taken.name
    assert taken.stored_as.startswith("ledgers/") and ".." not in taken.stored_as
    page = ledger_desk.client.get("/imports/").content.decode()
    assert "<b>.csv" not in page
