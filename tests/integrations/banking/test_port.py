"""What every bank format must do alike: the contract, run over each adapter in the folder."""

import dataclasses
import socket
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations import registry
from integrations.banking.port import (
    Balance,
    BankOptions,
    Statement,
    StatementLine,
    arithmetic,
    checked,
    detect,
    read,
)
from integrations.errors import Unreadable

ADAPTERS = registry.names("banking")
DAY = date(2026, 3, 5)


def adapter(name):
    return registry.adapter("banking", name)


@pytest.mark.parametrize("name", ADAPTERS)
def test_every_format_tells_the_same_story(name, bank_files):
    [statement] = adapter(name).read(bank_files[name].encode(), name="march", options=BankOptions())
    assert (statement.account, statement.currency) == ("DE89370400440532013000", "EUR")
    paid, fee = statement.lines
    assert [(x.booked_on, x.value_on, x.amount, x.currency) for x in (paid, fee)] == [
        (DAY, DAY, 11_900, "EUR"),
        (DAY, DAY, -450, "EUR"),
    ]
    assert "INV-7" in f"{paid.text} {paid.reference}"
    assert "ACME" in f"{paid.payer_name} {paid.text}"
    assert "fee" in fee.text
    assert (paid.bank_id, fee.bank_id) == ("B1", "B2")
    assert paid.source_line < fee.source_line
    assert not any(x.problem or x.is_reversal for x in statement.lines)
    sums = arithmetic(statement)
    assert (sums.movement, sums.counted, sums.unread) == (11_450, 2, 0)
    assert sums.closes is not False
    assert statement.number
    assert [p for p in statement.problems if not p.warning] == []


@pytest.mark.parametrize("name", ADAPTERS)
def test_every_file_is_recognised_by_its_own_format_alone(name, bank_files):
    raw = bank_files[name].encode()
    assert [other for other in ADAPTERS if adapter(other).recognises(raw)] == [name]
    assert detect(raw) == name
    assert read(raw, name="x")[0] == name


@pytest.mark.parametrize("name", ADAPTERS)
@pytest.mark.parametrize("change", ["crlf", "bom", "blank_end", "gzip"])
def test_line_ends_marks_and_packing_change_nothing(name, change, bank_files):
    import gzip

    plain = bank_files[name].encode()
    raw = {
        "crlf": plain.replace(b"\n", b"\r\n"),
        "bom": b"\xef\xbb\xbf" + plain,
        "blank_end": plain + b"\n\n \n",
        "gzip": gzip.compress(plain),
    }[change]
    before = adapter(name).read(plain, name="x", options=BankOptions())
    after = adapter(name).read(raw, name="x", options=BankOptions())
    assert [s.lines for s in after] == [s.lines for s in before]
    assert [arithmetic(s) for s in after] == [arithmetic(s) for s in before]


@pytest.mark.parametrize("name", ADAPTERS)
@pytest.mark.parametrize(
    "raw", [b"", b"%PDF-1.4", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\0\1\2" * 500, b"hello\nworld\n"]
)
def test_what_is_no_bank_file_is_refused_and_not_recognised(name, raw):
    assert not adapter(name).recognises(raw)
    with pytest.raises(Unreadable):
        adapter(name).read(raw, name="x", options=BankOptions())


@pytest.mark.parametrize("name", ADAPTERS)
@given(cut=st.floats(0, 1), junk=st.binary(max_size=12))
def test_a_cut_or_spoilt_file_never_crashes(name, cut, junk):
    from tests.fixtures.bank_files import STORY

    whole = STORY[name].encode()
    at = int(len(whole) * cut)
    codes: list[str] = []
    for raw in (whole[:at], whole[:at] + junk + whole[at + len(junk) :]):
        try:
            for statement in adapter(name).read(raw, name="x", options=BankOptions()):
                arithmetic(statement)
                assert all(x.problem or (x.amount is not None and x.booked_on) for x in statement.lines)
        except Unreadable as e:
            codes.append(e.code)
    assert all(codes)


HOSTILE = b"""<?xml version="1.0"?><!DOCTYPE Document [<!ENTITY e SYSTEM "http://192.0.2.1/x">]>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02">
<BkToCstmrStmt><Stmt><Id>&e;</Id></Stmt></BkToCstmrStmt></Document>"""


@pytest.mark.parametrize("raw", [HOSTILE, HOSTILE.replace(b"<Document", b"<OFX><Document", 1)])
def test_bad_input_21_hostile_xml_is_refused_and_makes_no_request(raw, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a request was made")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    for name in ADAPTERS:
        with pytest.raises(Unreadable):
            adapter(name).read(raw, name="x", options=BankOptions())


def line(amount, **changes):
    plain = StatementLine(1, DAY, DAY, amount, "EUR", text="x")
    return dataclasses.replace(plain, **changes)


def statement(*lines, opening=1_000, closing=1_000, **changes):
    plain = Statement("DE89", "EUR", "1", opening, closing, DAY, DAY, tuple(lines))
    return dataclasses.replace(plain, **changes)


def test_bad_input_27_a_wrong_closing_balance_is_flagged_with_the_arithmetic():
    found = checked(statement(line(500), closing=1_600))
    [flag] = found.problems
    assert (flag.code, flag.value, flag.warning) == ("does_not_close", "100", False)
    for figure in ("1000", "500", "1500", "1600", "100"):
        assert figure in flag.message
    assert arithmetic(found).closes is False


def test_bad_input_27_a_missing_number_is_a_warning():
    assert [(p.code, p.warning) for p in checked(statement(number="")).problems] == [("number_missing", True)]


def test_pending_info_and_void_lines_do_not_count():
    lines = [line(5, status=s) for s in ("pending", "info", "void")]
    assert arithmetic(statement(*lines)).closes is True


def test_other_currencies_are_named_and_never_added():
    found = arithmetic(statement(line(500, currency="USD")))
    assert (found.movement, found.other_currencies, found.closes) == (0, ("USD",), False)
    balances = (Balance("OPBD", 1, "EUR", DAY), Balance("CLBD", 1, "SEK", DAY))
    assert arithmetic(statement(balances=balances, closing=None)).closes is False


def test_an_unread_line_keeps_a_statement_from_closing():
    found = checked(statement(line(None, problem="no amount")))
    assert arithmetic(found).closes is False
    assert [p.code for p in found.problems] == ["lines_unread"]


def test_nothing_to_check_against_is_neither_right_nor_wrong():
    assert arithmetic(statement(line(1), opening=None)).closes is None


def test_an_unknown_format_is_refused():
    with pytest.raises(Unreadable) as caught:
        detect(b"hello;world\n1;2\n")
    assert caught.value.code == "format_unknown"
