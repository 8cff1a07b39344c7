"""Big files are read in pieces and in reasonable memory; nothing here asserts a time."""

import tracemalloc

from integrations.banking.port import BankOptions, arithmetic, read


def test_a_long_statement_loses_no_line(scale):
    count = scale(50_000)
    lines = "".join(
        f":61:2603050305C1,{n % 100:02d}NTRFREF{n}//B{n}\n:86:Invoice {n}\n" for n in range(count)
    )
    total = sum(100 + n % 100 for n in range(count))
    text = f":20:X\n:25:ACC\n:28C:1\n:60F:C260304EUR0,\n{lines}:62F:C260305EUR{total // 100},{total % 100:02d}\n-\n"
    _, [statement] = read(text.encode(), name="x")
    assert (len(statement.lines), arithmetic(statement).closes) == (count, True)


def test_a_long_table_is_read_whole(scale):
    count = scale(50_000)
    raw = "Booking Date;Details;Credit;Debit;CCY;Running Balance;IBAN;Ref\n"
    raw += "".join(f"2026-03-05;Invoice {n};1,00;;EUR;1,00;DE1;B{n}\n" for n in range(count))
    tracemalloc.start()
    _, [statement] = read(raw.encode(), name="x", options=BankOptions())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert arithmetic(statement).movement == count * 100
    assert peak < 3_000 * count + 20_000_000
