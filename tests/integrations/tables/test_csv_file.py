"""Separated text as strangers write it: every oddity is told on its row, and nothing shifts."""

import io
import json
import tracemalloc

import pytest

from integrations.errors import Unreadable
from integrations.tables.port import Limits, TableOptions, open_table


def table(raw, **options):
    return open_table(raw, name="invoices.csv", options=TableOptions(**options))


def cells(raw, **options):
    return [row.cells for row in table(raw, **options).rows]


def problems(raw, **options):
    return [(p.code, p.line) for row in table(raw, **options).rows for p in row.problems]


@pytest.mark.parametrize("raw", [b"", b"\xef\xbb\xbf", b"number,amount\n", b"\xef\xbb\xbfnumber,amount\r\n"])
def test_bad_input_01_a_file_without_rows_is_refused(raw):
    with pytest.raises(Unreadable) as caught:
        table(raw)
    assert caught.value.code == "no_rows"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_bad_input_03_byte_order_mark_and_line_ends_change_nothing(end):
    plain = f"number,amount{end}A1,1.00{end}A2,2.00{end}"
    assert cells(plain.encode("utf-8-sig")) == cells(plain.encode()) == [["A1", "1.00"], ["A2", "2.00"]]


def test_bad_input_03_mixed_line_ends_are_read():
    assert cells(b"a,b\r\n1,2\r3,4\n5,6") == [["1", "2"], ["3", "4"], ["5", "6"]]


def test_bad_input_04_invalid_bytes_are_told_with_row_and_offset():
    raw = b"name,amount\n" + "é,1\n".encode() * 4_998 + b"bad\xff,2\n" + "ü,3\n".encode()
    found = [p for row in table(raw).rows for p in row.problems]
    assert [(p.code, p.line) for p in found] == [("invalid_bytes", 5_000)]
    assert str(raw.index(b"\xff")) in found[0].reason
    assert "\ufffd" in found[0].value


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_bad_input_05_the_separator_is_found_out(delimiter):
    raw = "\n".join(delimiter.join(r) for r in (["a", "b", "c"], ["1", "x", "2"], ["3", "y", "4"])).encode()
    found = table(raw)
    assert (found.delimiter, found.header) == (delimiter, ["a", "b", "c"])


def test_bad_input_05_decimal_commas_do_not_win_over_semicolons():
    assert table(b"date;text;amount\n2026-03-05;x;1.234,56\n2026-03-06;y;4,50\n").delimiter == ";"


def test_bad_input_05_quoted_line_ends_are_part_of_the_cell():
    found = list(table(b'a,b\n"1\n2","x ""y"""\n3,4\n').rows)
    assert [(r.line, r.cells) for r in found] == [(2, ["1\n2", 'x "y"']), (4, ["3", "4"])]


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        (b'a,b\n1,2\n3,"open\n5,6\n7,8\n', 3),
        (b'a,b\n"fine\nfine",2\n3,"open\n5,"6"\n', 4),
        (b'a,b\n"one\ntwo","three\nfour\n', 3),
    ],
)
def test_bad_input_05_an_unbalanced_quote_is_told_where_it_starts(raw, line):
    assert problems(raw) == [("unbalanced_quote", line)]


def test_bad_input_06_ragged_rows_are_errors_and_nothing_shifts():
    raw = b"a,b,c\n1,2,3\n1,2\n1,2,3,4\n4,5,6,\n7,8,9\n"
    assert problems(raw) == [("ragged_row", 3), ("ragged_row", 4)]
    assert [r.cells for r in table(raw).rows if not r.problems] == [list("123"), list("456"), list("789")]


def test_bad_input_11_a_header_is_found_by_name_or_refused_naming_it():
    found = table(b"Number , amount\nA,1\n")
    assert (found.column("number"), found.column("AMOUNT")) == (0, 1)
    with pytest.raises(Unreadable, match="due_on") as caught:
        found.column("due_on")
    assert caught.value.code == "header_missing"
    with pytest.raises(Unreadable) as twice:
        table(b"a,a\n1,2\n").column("a")
    assert twice.value.code == "header_duplicate"


def test_bad_input_19_a_formula_in_text_stays_text():
    assert cells(b"a,b\n=1+1,\"=cmd|'/C calc'!A0\"\n") == [["=1+1", "=cmd|'/C calc'!A0"]]


def test_bad_input_24_giant_fields_rows_and_column_counts_are_errors_not_crashes():
    assert problems(b"a,b\n1," + b"x" * 1_000_000 + b"\n2,3\n") == [("too_large", 2)]
    assert problems(b"a,b\n1," + b"x" * 10_000_000 + b"\n2,3\n") == [("too_large", 2)]
    with pytest.raises(Unreadable) as caught:
        list(table(b"a,b\n" + b"1," * 100_000 + b"\n").rows)
    assert caught.value.code == "too_many_columns"


def test_bad_input_23_the_number_of_rows_is_capped():
    with pytest.raises(Unreadable) as caught:
        list(table(b"a,b\n" + b"1,2\n" * 20, limits=Limits(rows=10)).rows)
    assert caught.value.code == "too_many_rows"


def test_bad_input_25_nul_and_control_characters_are_row_errors():
    assert problems(b"a,b\nx\0y,1\nx\x1by,2\nfine,3\n") == [
        ("control_character", 2),
        ("control_character", 3),
    ]
    assert cells("a,b\nac\u202eme\u200b,1\n".encode()) == [["acme", "1"]]


def test_a_preamble_is_passed_over_when_header_names_are_known():
    found = table(
        b"Export of 2026\n\nDate,Amount\n2026-03-05,1\n", header="names", header_names=("date", "amount")
    )
    assert (found.header, found.header_line, len(found.preamble)) == (["Date", "Amount"], 3, 1)


def test_a_large_file_is_never_whole_in_memory(scale):
    count = scale(300_000)
    raw = b"number,customer,amount\n" + b"".join(b"A%07d,acme,%d.50\n" % (n, n) for n in range(count))
    stream = io.BytesIO(raw)
    tracemalloc.start()
    assert sum(1 for _ in table(stream).rows) == count
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12_000_000


def test_the_csv_spectrum_is_read_as_it_says(shared):
    folder = shared / "samples" / "csv_edge"
    for file in sorted((folder / "csv-spectrum").glob("*.csv")):
        expected = json.loads((folder / "csv-spectrum-json" / f"{file.stem}.json").read_text("utf-8"))
        expected = [expected] if isinstance(expected, dict) else expected
        found = table(file.read_bytes())
        read = [dict(zip(found.header, row.cells, strict=True)) for row in found.rows]
        if file.stem == "location_coordinates":  # its two files tell different telephone numbers
            read, expected = (
                [{k: v for k, v in r.items() if "Phone" not in k} for r in rows] for rows in (read, expected)
            )
        assert flat(read) == flat(expected), file.name


def flat(rows):
    return [{key: value.replace("\r\n", "\n") for key, value in row.items()} for row in rows]
