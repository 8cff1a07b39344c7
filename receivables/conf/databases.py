"""Turns DATABASE_URL into Django's database settings: SQLite for one machine, PostgreSQL for production."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url

from receivables.conf import environment

SCHEMES = ("sqlite", "postgres", "postgresql")


def configure(data_dir: Path, test_mode: bool) -> dict[str, Any]:
    """The settings of the one database. A wrong DATABASE_URL is noted as a problem and nothing is opened in its place."""
    address = environment.text("DATABASE_URL")
    if not address:
        data_dir.mkdir(parents=True, exist_ok=True)
        return _sqlite(
            {"ENGINE": "django.db.backends.sqlite3", "NAME": str(data_dir / "duebook.sqlite3")}, test_mode
        )
    if urlsplit(address).scheme not in SCHEMES:
        environment.problems.append(
            (
                "duebook.E001",
                "DATABASE_URL does not begin with sqlite:// or postgresql://.",
                "Write DATABASE_URL=postgresql://user:password@host:5432/name, or unset it to use SQLite.",
            )
        )
        return {"ENGINE": "django.db.backends.dummy"}
    parsed: dict[str, Any] = dict(dj_database_url.parse(address, conn_max_age=600, conn_health_checks=True))
    if parsed["ENGINE"].endswith("sqlite3"):
        return _sqlite(parsed, test_mode)
    options = parsed.setdefault("OPTIONS", {})
    options.setdefault("connect_timeout", 10)
    if test_mode:
        options.setdefault("options", "-c synchronous_commit=off")
    return _with_test_name(parsed)


def _sqlite(parsed: dict[str, Any], test_mode: bool) -> dict[str, Any]:
    """IMMEDIATE takes the write lock at the start of a transaction, so two writers wait for each other instead of failing."""
    synchronous = "OFF" if test_mode else "FULL"
    parsed["CONN_MAX_AGE"] = 0
    parsed["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": f"PRAGMA journal_mode=WAL;PRAGMA synchronous={synchronous};PRAGMA foreign_keys=ON;",
    }
    return _with_test_name(parsed)


def _with_test_name(parsed: dict[str, Any]) -> dict[str, Any]:
    """Each test session has a database of its own name, so that two of them on one machine do not meet."""
    name = environment.text("DUEBOOK_TEST_NAME")
    if name:
        parsed["TEST"] = {"NAME": name}
    return parsed
