"""MT940 and MT942 as banks really send them."""

from datetime import date

import pytest

from integrations.banking.mt940 import Adapter
from integrations.banking.port import BankOptions, arithmetic


def read(text, encoding="utf-8", **options):
    return Adapter().read(text.encode(encoding), name="x.sta", options=BankOptions(**options))


def statement(*fields, number="1"):
    body = "\n".join(fields)
    return f":20:X\n:25:ACC\n:28C:{number}\n:60F:C260101EUR0,\n{body}\n:62F:C260131EUR0,\n-\n"


def line(field, *more):
    [found] = read(statement(field, *more))
    return found.lines[0]


@pytest.mark.parametrize(
    ("mark", "amount", "reversal", "status"),
    [
        ("C", 1_250, False, "booked"),
        ("D", -1_250, False, "booked"),
        ("RC", -1_250, True, "booked"),
        ("RD", 1_250, True, "booked"),
        ("CR", 1_250, False, "booked"),
        ("DR", -1_250, False, "booked"),
        ("RCR", -1_250, True, "booked"),
        ("EC", 1_250, False, "pending"),
        ("ED", -1_250, False, "pending"),
    ],
)
def test_marks_and_funds_letters_give_the_sign(mark, amount, reversal, status):
    found = line(f":61:2601050105{mark}12,50NTRFREF//BANK")
    assert (found.amount, found.is_reversal, found.status) == (amount, reversal, status)
    assert (found.code, found.reference, found.bank_id) == ("NTRF", "REF", "BANK")


@pytest.mark.parametrize(
    ("text", "minor"),
    [("12,", 1_200), ("12", 1_200), ("12,5", 1_250), ("0,05", 5), ("0012,50", 1_250), ("12.50", 1_250)],
)
def test_amounts_may_lack_decimals(text, minor):
    assert line(f":61:260105C{text}NTRFNONREF").amount == minor


@pytest.mark.parametrize(
    ("field", "booked", "value"),
    [
        ("2601050107", date(2026, 1, 7), date(2026, 1, 5)),
        ("260105", date(2026, 1, 5), date(2026, 1, 5)),
        ("2512310102", date(2026, 1, 2), date(2025, 12, 31)),
        ("2601021230", date(2025, 12, 30), date(2026, 1, 2)),
        ("2402290229", date(2024, 2, 29), date(2024, 2, 29)),
        ("9912310102", date(2000, 1, 2), date(1999, 12, 31)),
    ],
)
def test_the_booking_day_takes_the_nearest_year(field, booked, value):
    found = line(f":61:{field}C1,NTRFNONREF")
    assert (found.booked_on, found.value_on) == (booked, value)


def test_a_line_that_cannot_be_read_is_kept_and_marked():
    [found] = read(statement(":61:garbage", ":86:what", ":61:260132C1,NTRFNONREF", ":61:260105C1,NTRFNONREF"))
    assert [(x.amount, bool(x.problem)) for x in found.lines] == [(None, True), (None, True), (100, False)]
    assert found.lines[0].original == "garbage"
    assert "lines_unread" in [p.code for p in found.problems]
    assert arithmetic(found).closes is False


def test_too_many_decimals_are_not_rounded():
    assert line(":61:260105C1,255NTRFNONREF").amount is None
    assert line(":61:260105C1,250NTRFNONREF").amount == 125


@pytest.mark.parametrize("mark", "?~>^")
def test_subfields_with_any_mark_tell_the_payer(mark):
    body = (
        "166?00CREDIT?20EREF+E2E-9?21SVWZ+Invoi?22ce INV-9?30COBADEFF?31DE02120300000000202051?32ACME ?33GMBH"
    )
    found = line(":61:260105C1,NTRFNONREF", ":86:" + body.replace("?", mark))
    assert (found.payer_name, found.payer_account) == ("ACME GMBH", "DE02120300000000202051")
    assert (found.end_to_end_id, found.text) == ("E2E-9", "Invoice INV-9 CREDIT")


def test_slash_words_tell_the_payer():
    body = "/TRTP/SEPA OVERBOEKING/IBAN/NL20INGB0001234567/BIC/INGBNL2A/NAME/GLOBEX BV/REMI/Factuur INV-8/EREF/NOTPROVIDED"
    found = line(":61:260105C1,NTRFNONREF", ":86:" + body)
    assert (found.payer_name, found.payer_account, found.text) == (
        "GLOBEX BV",
        "NL20INGB0001234567",
        "Factuur INV-8",
    )
    assert found.end_to_end_id == ""


def test_slash_words_with_a_counterparty_block():
    body = "/EREF/E1//CNTP/NL32INGB0000012345/INGBNL2A/INITECH///REMI/USTD//Invoice INV-5/"
    found = line(":61:260105C1,NTRFNONREF", ":86:" + body)
    assert (found.payer_name, found.payer_account) == ("INITECH", "NL32INGB0000012345")
    assert (found.end_to_end_id, found.text) == ("E1", "Invoice INV-5")


def test_plain_sepa_words_are_read():
    found = line(":61:260105C1,NTRFNONREF", ":86:EREF+E7 SVWZ+Invoice INV-7")
    assert (found.end_to_end_id, found.text) == ("E7", "Invoice INV-7")


def test_free_text_keeps_every_word_and_the_second_line_of_the_entry():
    found = line(":61:260105C1,NTRFNONREF//B\nCARD 123", ":86:UMBRELLA\nINV-3\npaid")
    assert found.text == "CARD 123 UMBRELLA INV-3 paid"


def test_a_second_information_field_adds_to_the_line_and_one_behind_the_closing_does_not():
    first = ":86:166?00CREDIT?20Invoice?32ACME"
    [found] = read(statement(":61:260105C1,NTRFNONREF", first, ":86:INV-9") + ":86:for the whole statement\n")
    assert (found.lines[0].payer_name, found.lines[0].text) == ("ACME", "Invoice CREDIT INV-9")


def test_the_swift_envelope_is_passed_over():
    inner = statement(":61:2601050105C1,NTRFNONREF").rstrip("-\n")
    text = (
        "{1:F01BANKDEFFXXXX0000000000}{2:O9401200260105BANKDEFFXXXX00000000002601051200N}{4:\n"
        + inner
        + "\n-}{5:{CHK:0}}\n"
    )
    [found, again] = read(text + text)
    assert (len(found.lines), found.kind) == (1, "final")
    assert found.lines[0].amount == again.lines[0].amount == 100


def test_an_envelope_on_the_line_of_the_first_field_is_read():
    inner = statement(":61:2601050105C1,NTRFNONREF")
    [found] = read("{1:F01X}{2:I940X}{4:" + inner)
    assert (found.account, len(found.lines)) == ("ACC", 1)


def test_bad_input_27_two_accounts_in_one_file_stay_apart():
    text = statement(":61:260105C1,NTRFNONREF") + statement(":61:260105C2,NTRFNONREF", number="2").replace(
        "ACC", "OTHER"
    )
    assert [(s.account, s.number, len(s.lines)) for s in read(text)] == [("ACC", "1", 1), ("OTHER", "2", 1)]


def test_bad_input_27_a_wrong_closing_balance_and_a_missing_number_are_told():
    [found] = read(statement(":61:260105C1,NTRFNONREF").replace(":28C:1\n", ""))
    assert {p.code for p in found.problems} == {"does_not_close", "number_missing"}


def test_bad_input_28_equal_lines_and_zero_amounts_stay_apart():
    same = ":61:260105C1,NTRFREF//B"
    [found] = read(statement(same, same, ":61:260105C0,NTRFNONREF"))
    assert [(x.amount, x.source_line) for x in found.lines] == [(100, 5), (100, 6), (0, 7)]


def test_pages_and_debit_balances_are_read():
    text = ":20:A\n:25:ACC\n:28C:5/1\n:60F:D260101EUR10,\n:61:260105C4,NTRFNONREF\n:62M:D260105EUR6,\n-\n"
    text += ":20:A\n:25:ACC\n:28C:5/2\n:60M:D260105EUR6,\n:61:260106C7,NTRFNONREF\n:62F:C260106EUR1,\n:64:C260106EUR1,\n"
    first, second = read(text)
    assert [arithmetic(s).closes for s in (first, second)] == [True, True]
    assert (first.opening, second.closing) == (-1_000, 100)


def test_an_mt942_checks_its_own_sums():
    text = ":20:R\n:25:ACC\n:28C:1/1\n:34F:EUR0,\n:13D:2601051200+0100\n:61:260105C5,NTRFNONREF\n:90D:0EUR0,\n:90C:1EUR5,\n-\n"
    [good] = read(text)
    assert (good.kind, good.currency, good.problems) == ("interim", "EUR", ())
    [bad] = read(text.replace("90C:1", "90C:2"))
    assert [p.code for p in bad.problems] == ["sum_differs"]


def test_zero_digit_currencies_have_no_decimals():
    [found] = read(statement(":61:260105C1500,NTRFNONREF").replace("EUR", "JPY"))
    assert found.lines[0].amount == 1_500


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-16"])
def test_western_letters_survive(encoding):
    [found] = read(statement(":61:260105C1,NTRFNONREF", ":86:Müller Söhne"), encoding)
    assert found.lines[0].text == "Müller Söhne"


def test_a_missing_account_and_currency_come_from_the_options():
    [found] = read(":61:2601050105C1,NTRFNONREF\n:86:x\n", account="DE1", currency="EUR")
    assert (found.account, found.currency, found.lines[0].amount) == ("DE1", "EUR", 100)
