"""Requests from a table: every row has its result, good rows go on, bad rows come back as a file that can be corrected."""

import io

import openpyxl
import pytest

from receivables.models import Audit, ImportFile, Invoice, WorkItem
from receivables.rules import batch_columns
from receivables.rules.refusals import Refused
from receivables.services import batches

HEAD = [column.heading for column in batch_columns.COLUMNS]


def book(rows, head=HEAD):
    """An XLSX of dicts by our column names."""
    names = [column.name for column in batch_columns.COLUMNS]
    work = openpyxl.Workbook()
    work.active.append(head)
    for row in rows:
        work.active.append([row.get(name) for name in names])
        for cell in work.active[work.active.max_row]:
            cell.data_type = "s" if isinstance(cell.value, str) else cell.data_type
    target = io.BytesIO()
    work.save(target)
    return target.getvalue()


def row(n=1, **changes):
    return {"customer": "acme", "po_number": f"PO-{n}", "description": "Consulting", "quantity": 2, "unit_price": "50.00",
            "tax_percent": 19, **changes}  # fmt: skip


def stage(desk, data, name="may.xlsx", user=None):
    by = desk.by(user or desk.rep)
    return batches.stage(entity=desk.world.entity, name=name, data=data, now=desk.now, by=by)


def read(data):
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    return [
        ["" if cell is None else str(cell) for cell in cells] for cells in sheet.iter_rows(values_only=True)
    ]


def refused(code, call, *args, **options):
    with pytest.raises(Refused) as caught:
        call(*args, **options)
    assert caught.value.code == code, caught.value


def test_000_34_a_file_of_500_rows_is_taken_in_and_each_row_becomes_a_request(desk, scale):
    desk.customer("acme")
    count = scale(500)
    file = stage(desk, book([row(n) for n in range(count)]))
    assert (file.state, file.rows_total, file.rows_failed, Invoice.objects.count()) == ("STAGED", count, 0, 0)
    done = batches.post(file=file, now=desk.now, by=desk.by(desk.rep))
    assert (done.state, done.rows_done, done.rows_failed) == ("DONE", count, 0)
    assert Invoice.objects.filter(state="REQUESTED", gross=11900, requested_by=desk.rep).count() == count
    assert WorkItem.objects.open().count() == count
    assert Audit.objects.filter(action="batch.posted").count() == -(-count // batches.CHUNK)
    refused("state", batches.post, file=done, now=desk.now, by=desk.by(desk.rep))


def test_000_34_good_rows_pass_and_bad_ones_come_back_with_their_reason(desk):
    desk.customer("acme")
    desk.customer("globex", po_required=True)
    rows = [
        row(1),
        row(2, customer="nobody"),
        row(3, customer="globex", po_number=None),
        row(4, unit_price="1,234.50"),
        row(5, quantity=0),
        row(6, tax_percent="190"),
        row(7, buyer_title="Acme Tolls"),
        row(1),
        row(9, description=None),
        row(10, duplicate_confirmed="perhaps"),
        row(11, currency="EURO"),
    ]
    file = stage(desk, book(rows))
    codes = [[e["code"] for e in r["errors"]] for r in file.staged]
    assert codes == [
        [], ["customer_unknown"], ["po_number_missing"], ["unit_price_invalid"], ["quantity_invalid"], ["tax_rate_invalid"],
        ["title_mismatch"], ["duplicate_suspected"], ["value_missing"], ["yes_or_no"], ["currency_unknown"],
    ]  # fmt: skip
    done = batches.post(file=file, now=desk.now, by=desk.by(desk.rep))
    assert (done.state, done.rows_done, done.rows_failed, Invoice.objects.count()) == ("DONE", 1, 10, 1)
    back = read(batches.error_file(done))
    assert back[0] == [*HEAD, "Line", "Reason"]
    assert len(back) == 11
    assert "1234.50" in back[3][-1]
    assert back[3][-2] == "5"


def test_000_34_the_corrected_error_file_is_taken_in_again(desk):
    desk.customer("acme")
    file = stage(desk, book([row(1, description="=2+5+cmd|' /C calc'!A0", unit_price="fifty")]))
    batches.post(file=file, now=desk.now, by=desk.by(desk.rep))
    data = batches.error_file(ImportFile.objects.get())
    sheet = openpyxl.load_workbook(io.BytesIO(data))
    where = HEAD.index("Description") + 1
    cell = sheet.active.cell(2, where)
    assert (cell.value[0], cell.data_type) == ("'", "s")  # text, with the apostrophe that disarms it
    sheet.active.cell(2, HEAD.index("Unit price without tax") + 1).value = "50"
    target = io.BytesIO()
    sheet.save(target)
    again = stage(desk, target.getvalue(), name="corrected.xlsx")
    assert again.rows_failed == 0
    batches.post(file=again, now=desk.now, by=desk.by(desk.rep))
    assert Invoice.objects.get().lines.get().description.startswith("=2+5")


def test_000_34_the_template_can_be_uploaded_and_its_example_is_passed_over(desk):
    refused("no_rows", stage, desk, batches.template())
    head = read(batches.template())[0]
    assert head[0] == "Customer *"
    desk.customer("acme")
    assert stage(desk, book([row()], head=head)).rows_total == 1


def test_000_34_csv_and_chinese_headings_are_understood(desk):
    desk.customer("acme")
    text = "客户,项目名称,数量,不含税单价,税率,采购订单号\nacme,咨询,1,100.00,19,PO-1\n"
    assert [r["result"] for r in stage(desk, text.encode(), name="五月.csv").staged] == ["ready"]


def test_the_same_file_is_not_taken_in_twice(desk):
    desk.customer("acme")
    data = book([row()])
    stage(desk, data)
    refused("duplicate", stage, desk, data)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"%PDF-1.4", "file_unreadable"),
        (b"", "file_unreadable"),
        (b"a,b\n1,2\n", "header_missing"),
        (b"Customer,Customer\nx,y\n", "header_twice"),
        (b"x" * 5_000_001, "file_too_large"),
    ],
)
def test_files_that_cannot_be_a_batch_are_refused_as_a_whole(desk, data, code):
    refused(code, stage, desk, data, name="x.csv")
    assert not ImportFile.objects.exists()


def test_more_than_500_rows_are_refused_with_the_limit(desk):
    text = "Customer,Description,Unit price,Tax %\n" + "acme,x,1,0\n" * 501
    refused("too_many_rows", stage, desk, text.encode(), name="x.csv")


def test_a_rep_reaches_only_their_own_customers_by_a_batch(desk):
    desk.customer("acme")
    stranger = desk.world.user("sales_rep", "sam")
    assert stage(desk, book([row()]), user=stranger).staged[0]["errors"][0]["code"] == "customer_unknown"


def test_an_interrupted_posting_goes_on_after_its_last_whole_chunk(desk, monkeypatch):
    desk.customer("acme")
    monkeypatch.setattr(batches, "CHUNK", 2)
    file = stage(desk, book([row(n) for n in range(5)]))
    half = batches.post_chunk(file=file, now=desk.now, by=desk.by(desk.rep))
    assert (half.state, half.rows_done) == ("POSTING", 2)
    assert batches.resume(now=desk.now) == 1
    assert (ImportFile.objects.get().state, Invoice.objects.count()) == ("DONE", 5)
    assert batches.resume(now=desk.now) == 0


def test_what_changed_since_the_preview_is_seen_when_posting(desk):
    customer = desk.customer("acme")
    file = stage(desk, book([row()]))
    customer.state = "CLOSED"
    customer.save()
    done = batches.post(file=file, now=desk.now, by=desk.by(desk.rep))
    assert (done.rows_done, done.staged[0]["errors"][0]["code"]) == (0, "customer_closed")
