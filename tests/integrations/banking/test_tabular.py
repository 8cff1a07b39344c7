"""Bank tables by mapping: what the mapping says is read, what it does not say is refused, and nothing is guessed."""

import io

import pytest
import xlsxwriter

from integrations.banking.port import BankOptions, ColumnMapping, presets, proposal
from integrations.banking.tabular import Adapter
from integrations.errors import Unreadable

PLAIN = {"booked_on": ["Date"], "amount": ["Amount"], "text": ["Text"]}


def read(raw, columns=None, **mapping):
    raw = raw if isinstance(raw, bytes) else raw.encode()
    plain = {"currency": "EUR", "decimal_mark": ".", "columns": columns or PLAIN}
    options = BankOptions(mapping=ColumnMapping.from_dict({**plain, **mapping}))
    return Adapter().read(raw, name="x.csv", options=options)


def test_a_mapping_survives_saving():
    for mapping in presets().values():
        assert ColumnMapping.from_dict(mapping.as_dict()) == mapping
    with pytest.raises(Unreadable, match="colour"):
        ColumnMapping.from_dict({"colour": "red"})
    with pytest.raises(Unreadable, match="payr"):
        ColumnMapping.from_dict({"columns": {"payr": ["x"]}})
    with pytest.raises(Unreadable):
        ColumnMapping.from_dict({"date_order": "YDM"})


def test_rows_that_cannot_be_read_are_kept_as_lines():
    raw = "Date,Text,Amount\n2026-03-05,ok,1.00\n2026-02-30,bad day,1.00\n2026-03-05,bad,abc\n"
    raw += "2026-03-05,too,few,cells\n2026-03-06,ok,2.00\n"
    [found] = read(raw)
    assert [(x.amount, bool(x.problem), x.source_line) for x in found.lines] == [
        (100, False, 2),
        (None, True, 3),
        (None, True, 4),
        (None, True, 5),
        (200, False, 6),
    ]
    assert "too | few" in found.lines[3].original
    assert "lines_unread" in [p.code for p in found.problems]


def test_bad_input_07_headers_are_named_and_never_guessed():
    with pytest.raises(Unreadable, match="amount") as caught:
        read("Date,Text,Betrag\n2026-03-05,x,1\n")
    assert caught.value.code == "header_missing"
    with pytest.raises(Unreadable) as twice:
        read("Date,Text,Amount,Amount\n2026-03-05,x,1,2\n")
    assert twice.value.code == "header_duplicate"
    [found] = read(" date ,TEXT\t,Amount  \n2026-03-05,x,1\n")
    assert found.lines[0].amount == 100


def test_preambles_footers_and_the_account_above_are_understood():
    raw = "Bank of Us\nAccount: 12-34\n\nDate,Text,Amount\n2026-03-05,x,1.00\nTotal,,1.00\n"
    [found] = read(raw, footer=["Total"], account_pattern=r"Account:\s*(\S+)")
    assert (found.account, len(found.lines)) == ("12-34", 1)


@pytest.mark.parametrize(
    ("debit", "credit", "minor"),
    [("1.00", "", -100), ("", "2.00", 200), ("-1.00", "", -100), ("0.00", "3", 300)],
)
def test_debit_and_credit_columns_give_the_sign(debit, credit, minor):
    columns = {"booked_on": ["Date"], "debit": ["Out"], "credit": ["In"]}
    assert read(f"Date,Out,In\n2026-03-05,{debit},{credit}\n", columns)[0].lines[0].amount == minor


@pytest.mark.parametrize("cells", [",", "1.00,2.00"])
def test_neither_or_both_of_debit_and_credit_is_a_problem(cells):
    columns = {"booked_on": ["Date"], "debit": ["Out"], "credit": ["In"]}
    [found] = read(f"Date,Out,In\n2026-03-05,{cells}\n", columns)
    assert (found.lines[0].amount, bool(found.lines[0].problem)) == (None, True)


def test_a_direction_column_gives_the_sign_and_unknown_words_are_problems():
    columns = {**PLAIN, "direction": ["CD"]}
    raw = "Date,Text,Amount,CD\n2026-03-05,a,1,C\n2026-03-05,b,1,D\n2026-03-05,c,1,own\n2026-03-05,d,1,?\n"
    [found] = read(raw, columns, directions={"C": "in", "D": "out", "own": "own"})
    assert [(x.amount, x.status, bool(x.problem)) for x in found.lines] == [
        (100, "booked", False),
        (-100, "booked", False),
        (-100, "info", False),
        (None, "booked", True),
    ]


def test_rows_by_status_are_void_or_pending():
    columns = {**PLAIN, "status": ["S"]}
    [found] = read(
        "Date,Text,Amount,S\n2026-03-05,a,1,x\n2026-03-05,b,1,p\n",
        columns,
        void_status=["x"],
        pending_status=["p"],
    )
    assert [x.status for x in found.lines] == ["void", "pending"]


def test_currencies_in_one_file_become_statements_of_their_own():
    columns = {**PLAIN, "currency": ["Ccy"]}
    found = read(
        "Date,Text,Amount,Ccy\n2026-03-05,a,1,EUR\n2026-03-05,b,2,RMB\n",
        columns,
        currency_aliases={"RMB": "CNY"},
    )
    assert [(s.currency, s.lines[0].amount) for s in found] == [("EUR", 100), ("CNY", 200)]


def test_bad_input_18_an_unknown_currency_is_a_problem_of_its_row():
    columns = {**PLAIN, "currency": ["Ccy"]}
    [found] = read("Date,Text,Amount,Ccy\n2026-03-05,a,1,XXX\n", columns)
    assert "currency" in found.lines[0].problem


def test_date_order_and_decimal_mark_are_the_mappings_own():
    [found] = read("Date;Text;Amount\n05/03/2026;x;1.234,56\n", date_order="DMY", decimal_mark=",")
    assert (str(found.lines[0].booked_on), found.lines[0].amount) == ("2026-03-05", 123_456)
    [found] = read("Date;Text;Amount\n05/03/2026;x;1,234\n", decimal_mark="")
    assert found.lines[0].problem


def test_a_table_without_header_is_read_by_position():
    [found] = read(
        "03/05/2026,x,1.96\n03/06/2026,y,2.00\n",
        {"booked_on": [0], "text": [1], "amount": [2]},
        header=False,
        date_order="MDY",
    )
    assert [(str(x.booked_on), x.amount, x.text) for x in found.lines] == [
        ("2026-03-05", 196, "x"),
        ("2026-03-06", 200, "y"),
    ]


def test_a_workbook_is_read_with_its_own_dates_and_numbers():
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer)
    sheet = workbook.add_worksheet()
    sheet.write_row(0, 0, ["Date", "Text", "Amount"])
    sheet.write_number(1, 0, 46086, workbook.add_format({"num_format": "dd.mm.yyyy"}))
    sheet.write_row(1, 1, ["x", 1234.5])
    workbook.close()
    [found] = read(buffer.getvalue(), decimal_mark=",", date_order="MDY")
    assert (str(found.lines[0].booked_on), found.lines[0].amount) == ("2026-03-05", 123_450)


def test_bad_input_28_equal_rows_and_zero_amounts_stay_apart():
    [found] = read("Date,Text,Amount\n2026-03-05,x,1\n2026-03-05,x,1\n2026-03-05,x,0\n")
    assert [(x.amount, x.source_line) for x in found.lines] == [(100, 2), (100, 3), (0, 4)]


def test_a_refund_of_a_cancelled_row_cancels_out():
    columns = {**PLAIN, "status": ["S"], "bank_id": ["Id"]}
    raw = "Date,Text,Amount,S,Id\n2026-03-05,paid,-50,closed,77\n2026-03-05,back,50,ok,77_1\n2026-03-05,other,9,ok,78_1\n"
    [found] = read(raw, columns, void_status=["closed"], pairs_on="bank_id")
    assert [x.status for x in found.lines] == ["void", "void", "booked"]


def test_a_proposal_is_made_from_headers_in_several_languages_and_never_used_by_itself():
    found = proposal(["Buchungstag", "Verwendungszweck", "Betrag", "Währung", "Farbe"])
    assert found is not None
    assert found.columns == {
        "booked_on": ["Buchungstag"],
        "amount": ["Betrag"],
        "currency": ["Währung"],
        "text": ["Verwendungszweck"],
    }
    assert proposal(["交易日期", "摘要", "借方发生额", "贷方发生额"]) is not None
    assert proposal(["Name", "Colour"]) is None
    assert not Adapter().recognises(b"Buchungstag;Betrag;Farbe\n2026-03-05;1,00;rot\n")


def test_an_unknown_preset_is_refused_with_the_known_ones():
    with pytest.raises(Unreadable, match="alipay"):
        Adapter().read(b"a,b\n1,2\n", name="x", options=BankOptions(preset="nobank"))
