"""Real processes: a killed import is wholly in or wholly out, and the same file taken in twice at once comes in once."""

import signal
import time
from datetime import date

import pytest

from tests.fixtures.bank import IBAN, mt940

# Without one test that asks for the database none is migrated, and the processes' copies would be empty.
pytestmark = [pytest.mark.process, pytest.mark.django_db]

SETUP = """
from datetime import time
from receivables.models import BankAccount, LegalEntity
entity = LegalEntity.objects.create(code="NL", name="Nordlicht", country="DE",
    time_zone="UTC", currency="EUR", work_starts=time(9), work_ends=time(17))
BankAccount.objects.create(entity=entity, name="Main", iban="IBAN", currency="EUR")
""".replace("IBAN", IBAN)
COUNT = (
    "select (select count(*) from receivables_statementline), (select count(*) from receivables_importfile)"
)


def big(tmp_path, lines):
    path = tmp_path / "big.sta"
    path.write_bytes(mt940([(date(2026, 3, 2), f"{n}.00", f"line {n}") for n in range(1, lines + 1)]))
    return path


def test_P11_an_import_killed_at_any_moment_is_wholly_in_or_wholly_out(tmp_path, start_process, ask, scale):
    lines = max(400, scale(4_000))
    path = big(tmp_path, lines)
    _out, err = start_process(SETUP).communicate(timeout=60)
    assert not err, err
    for delay in (1.0, 1.6, 2.1, 2.6, 3.0):
        process = start_process("import_statement", path)
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait(30)
        assert ask(COUNT)[0][:2] in [(0, 0), (lines, 1)]
    process = start_process("import_statement", path)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert ask(COUNT)[0][:2] == (lines, 1)
    again = start_process("import_statement", path).communicate(timeout=60)[0]
    assert again.startswith("known") and ask(COUNT)[0][:2] == (lines, 1)


def test_bad_input_30_the_same_file_taken_in_by_two_at_once_comes_in_once(tmp_path, start_process, ask):
    path = big(tmp_path, 300)
    _out, err = start_process(SETUP).communicate(timeout=60)
    assert not err, err
    both = [start_process("import_statement", path) for _ in range(2)]
    said = [process.communicate(timeout=120) for process in both]
    assert sum("300 new lines" in out for out, _err in said) == 1
    assert sum("known:" in out or "duplicate" in err for out, err in said) == 1
    assert ask(COUNT)[0][:2] == (300, 1)
