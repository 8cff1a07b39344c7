"""Runs before Django reads its settings: test mode, a database of our own, nothing of the developer's. Loaded by `-p`.

DUEBOOK_TEST_DB chooses `sqlite` (default) or `postgres`. One server and one folder serve the controller and all its
xdist workers, which inherit the variables set here.
"""

import atexit
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests import postgres

_KEPT = {"DUEBOOK_SHARED", "DUEBOOK_CHROMIUM", "DUEBOOK_ASSETS_DIR"}
_LOCAL = re.compile(r"127\.|::1$|localhost$|0\.0\.0\.0$|::$|$")


def _prepare() -> None:
    """Sets the environment of the whole session, once, in the controlling process."""
    kind = os.environ.get("DUEBOOK_TEST_DB", "sqlite")
    folder = Path(tempfile.mkdtemp(prefix="duebook-test-"))
    owner = os.getpid()

    def remove() -> None:
        if os.getpid() == owner:  # not in a process that a test has forked
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(remove)
    os.environ["DUEBOOK_TEST_NAME"] = f"test_duebook_{owner}"
    if kind == "postgres":
        server = postgres.find()
        atexit.register(lambda: server.stop() if os.getpid() == owner else None)
        os.environ["DUEBOOK_TEST_ORIGIN"] = server.origin
        os.environ["DATABASE_URL"] = server.url
        _drop_leftovers(server.url)
    elif kind == "sqlite":
        os.environ["DUEBOOK_TEST_ORIGIN"] = "SQLite"
        os.environ["DATABASE_URL"] = f"sqlite:///{folder / 'duebook.sqlite3'}"
        os.environ["DUEBOOK_TEST_NAME"] = str(folder / "test.sqlite3")
    else:
        raise pytest.UsageError(f"DUEBOOK_TEST_DB is {kind!r}; it may be sqlite or postgres.")
    for name in list(os.environ):
        ours = name.startswith("DUEBOOK_") and not name.startswith("DUEBOOK_TEST_") and name not in _KEPT
        if ours or name.startswith(("SENDGRID_", "TWILIO_", "CELERY_")) or name == "ALLOWED_HOSTS":
            del os.environ[name]
    os.environ["DUEBOOK_TEST_FOLDER"] = str(folder)
    os.environ["DUEBOOK_DATA_DIR"] = str(folder)
    os.environ["DUEBOOK_TEST_MODE"] = "1"


def _drop_leftovers(url: str) -> None:
    """Databases of test processes that were killed. Only on this machine, where process ids mean something."""
    import psycopg

    if not _is_local(urlsplit(url).hostname or ""):
        return
    with psycopg.connect(url, autocommit=True) as connection:
        names = connection.execute(
            "select datname from pg_database where datname like 'test\\_duebook\\_%'"
        ).fetchall()
        for (name,) in names:
            owner = re.match(r"test_duebook_(\d+)", name)
            if owner and not Path(f"/proc/{owner[1]}").exists() and Path("/proc").is_dir():
                connection.execute(f'drop database if exists "{name}" with (force)')


def _is_local(host: str) -> bool:
    return bool(_LOCAL.match(host)) or host.startswith(("/", "%2F", "%2f"))


def _guard(event: str, arguments: tuple[Any, ...]) -> None:
    """No test talks to the world: connecting or resolving beyond this machine is an error, not a delay."""
    if event == "socket.connect":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else ""
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else str(host or "")
    if not _is_local(host) and host != _database_host:
        raise ConnectionRefusedError(f"tests may not reach {host}")


if "PYTEST_XDIST_WORKER" not in os.environ:
    _prepare()
_database_host = urlsplit(os.environ["DATABASE_URL"]).hostname or ""
sys.addaudithook(_guard)


def pytest_report_header() -> str:
    return f"duebook: {os.environ['DUEBOOK_TEST_ORIGIN']}, counts × {os.environ.get('DUEBOOK_TEST_SCALE', '0.1')}"
