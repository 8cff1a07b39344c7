"""`manage.py init` in an empty folder: the first command that README names."""

import pytest

pytestmark = pytest.mark.process


def test_it_makes_its_own_tables_and_two_administrators(start_process, tmp_path):
    first = start_process(
        "init", "--admin", "ada", "--admin", "ben", DATABASE_URL="", DUEBOOK_DATA_DIR=str(tmp_path)
    )
    out, err = first.communicate(timeout=120)
    assert first.returncode == 0, err
    assert out.count("one-time password") == 2
    proof = start_process("check_books", DATABASE_URL="", DUEBOOK_DATA_DIR=str(tmp_path))
    assert "0 findings" in proof.communicate(timeout=120)[0]
