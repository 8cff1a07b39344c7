"""An import that is killed in the middle, and two imports at once: in the end every row is in once, with exact sums."""

import random
import time
from datetime import date, timedelta

import pytest

pytestmark = pytest.mark.process
ROWS = 4_000
SETUP = """
from datetime import time
from receivables.models import LegalEntity
LegalEntity.objects.create(code="NL", name="Nordlicht", country="DE", time_zone="UTC", currency="EUR",
                           work_starts=time(9), work_ends=time(17))
"""
IMPORT = """
import sys
from django.core.management import call_command
from receivables.services import ledger_import
ledger_import.CHUNK = 200
call_command("import_ledger", sys.argv[1], entity="NL", currency="EUR")
"""
CHECK = """
from receivables import books
print([str(each) for each in books.check()])
"""


@pytest.fixture
def ledger(tmp_path):
    """A file of 4,000 invoices, a third of them settled, and the sums that must come out."""
    dice, path, total, paid, settled = random.Random(3), tmp_path / "ledger.csv", 0, 0, 0
    lines = ["invoice_id,customer_id,invoice_date,recorded_date,due_date,amount,settled_date"]
    for n in range(ROWS):
        on, minor = date(2025, 1, 1) + timedelta(days=n % 300), dice.randrange(1, 10**7)
        done = str(on + timedelta(days=20)) if n % 3 == 0 else ""
        lines.append(
            f"I{n},K{n % 97},{on},{on},{on + timedelta(days=30)},{minor // 100}.{minor % 100:02d},{done}"
        )
        total, paid, settled = total + minor, paid + (minor if done else 0), settled + bool(done)
    path.write_text("\n".join(lines) + "\n")
    return path, total, paid, settled


def wait(process):
    out, error = process.communicate(timeout=120)
    return process.returncode, out, error


def sums(ask):
    ((invoices, gross),) = ask("select count(*), sum(gross) from receivables_invoice")
    ((payments, paid),) = ask("select count(*), coalesce(sum(amount), 0) from receivables_payment")
    ((net,),) = ask("select sum(amount) from receivables_entry")
    ((allocated,),) = ask("select coalesce(sum(amount), 0) from receivables_allocation")
    return invoices, int(gross), payments, int(paid), int(net), int(allocated)


def expected(ledger):
    _path, total, paid, settled = ledger
    return ROWS, total, settled, paid, total - paid, paid


def test_bad_input_30_an_import_killed_in_the_middle_is_finished_by_the_next(start_process, ask, ledger):
    assert wait(start_process(SETUP))[0] == 0
    killed = start_process(IMPORT, ledger[0])
    done, limit = 0, time.monotonic() + 60
    while done < 400 and killed.poll() is None and time.monotonic() < limit:
        done = ask("select count(*) from receivables_invoice")[0][0]
        time.sleep(0.01)
    killed.kill()
    killed.wait()
    ((there,),) = ask("select count(*) from receivables_invoice")
    assert 0 < there < ROWS and there % 200 == 0, "killed too late or half a chunk is in"
    code, out, error = wait(start_process(IMPORT, ledger[0]))
    assert code == 0, error
    assert sums(ask) == expected(ledger)
    assert ask("select state, rows_done, rows_skipped, rows_failed from receivables_importfile") == [
        ("DONE", ROWS, 0, 0)
    ]
    assert "Nothing changed" in wait(start_process(IMPORT, ledger[0]))[1]
    assert wait(start_process(CHECK))[1].strip() == "[]"


def test_bad_input_30_two_imports_of_one_file_at_once_take_it_in_once(start_process, ask, ledger):
    assert wait(start_process(SETUP))[0] == 0
    both = [start_process(IMPORT, ledger[0]) for _ in range(2)]
    answers = [wait(process) for process in both]
    assert [code for code, _out, _error in answers] == [0, 0], answers
    assert sums(ask) == expected(ledger)
    assert ask("select state, rows_done, rows_skipped, rows_failed from receivables_importfile") == [
        ("DONE", ROWS, 0, 0)
    ]
    assert wait(start_process(CHECK))[1].strip() == "[]"


def test_two_files_with_the_same_invoices_at_once_take_each_invoice_in_once(
    start_process, ask, ledger, tmp_path
):
    assert wait(start_process(SETUP))[0] == 0
    other = tmp_path / "other.csv"
    header, *rows = ledger[0].read_text().splitlines()
    other.write_text("\n".join([header, *reversed(rows)]) + "\n")
    answers = [wait(process) for process in [start_process(IMPORT, ledger[0]), start_process(IMPORT, other)]]
    assert [code for code, _out, _error in answers] == [0, 0], answers
    assert sums(ask) == expected(ledger)
    assert wait(start_process(CHECK))[1].strip() == "[]"
