"""The database settings, and the fixtures that give processes a database of their own."""

import pytest
from django.db import connection

from receivables.conf import databases, environment

RACER = """
import sys
from django.db import connection, transaction
for _ in range(int(sys.argv[1])):
    with transaction.atomic():
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("select n from race for update")
            else:
                cursor.execute("select n from race")
            n = cursor.fetchone()[0]
            cursor.execute("update race set n = %s", [n + 1])
print("done")
"""


@pytest.mark.django_db
def test_sqlite_waits_for_other_writers_and_keeps_its_promises():
    if connection.vendor != "sqlite":
        pytest.skip("SQLite only")
    with connection.cursor() as cursor:
        cursor.execute("pragma journal_mode")
        assert cursor.fetchone()[0] == "wal"
        cursor.execute("pragma foreign_keys")
        assert cursor.fetchone()[0] == 1
    assert connection.settings_dict["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_outside_tests_a_commit_is_on_the_disk(monkeypatch, tmp_path):
    monkeypatch.delenv("DATABASE_URL")
    options = databases.configure(tmp_path, test_mode=False)["OPTIONS"]
    assert "synchronous=FULL" in options["init_command"]


def test_a_wrong_scheme_opens_nothing_and_is_explained(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", "mysql://root@localhost/duebook")
    monkeypatch.setattr(environment, "problems", [])
    assert databases.configure(tmp_path, test_mode=False)["ENGINE"].endswith("dummy")
    ((number, sentence, remedy),) = environment.problems
    assert (number, "DATABASE_URL" in sentence, "postgresql://" in remedy) == ("duebook.E001", True, True)
    assert "root@localhost" not in sentence + remedy


@pytest.mark.process
def test_two_processes_lose_no_update(start_process, ask):
    prepare = "from django.db import connection as c\nc.cursor().execute('create table race (n int)')\n"
    assert start_process(prepare + "c.cursor().execute('insert into race values (0)')").wait() == 0
    racers = [start_process(RACER, 50) for _ in range(2)]
    for racer in racers:
        out, err = racer.communicate(timeout=120)
        assert out == "done\n", err
    assert ask("select n from race") == [(100,)]


@pytest.mark.process
def test_a_process_database_is_fresh_and_migrated(ask):
    assert ask("select count(*) from django_migrations")[0][0] > 0
    with pytest.raises(Exception, match="race"):
        ask("select n from race")
