"""`python -m bench [name…]`: runs the measurements in this folder on SQLite and on PostgreSQL, and prints medians and ratios.

A measurement is a file `bench/<name>.py` with `TITLE`, `prepare(scale)` and `CASES`: name → function without arguments. The first
case is what the others are compared with. Nothing here asserts a time; each kind of database runs in a process of its own.
"""

import argparse
import importlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
KINDS = ("sqlite", "postgres")


def names() -> list[str]:
    return sorted(path.stem for path in (ROOT / "bench").glob("*.py") if not path.stem.startswith("_"))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help="all of them when none is given")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scale", type=float, default=1.0, help="share of the full volume")
    parser.add_argument("--db", choices=KINDS)
    parser.add_argument("--inside", choices=KINDS, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    unknown = set(chosen.names) - set(names())
    if unknown:
        parser.error(f"no such measurement: {', '.join(sorted(unknown))}")
    if chosen.list:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "receivables.conf.settings")
        importlib.import_module("django").setup()
        print("\n".join(f"{name}: {importlib.import_module('bench.' + name).TITLE}" for name in names()))
        return 0
    if chosen.inside:
        measure(chosen.inside, chosen.names or names(), chosen.rounds, chosen.scale)
        return 0
    codes = [outside(kind, sys.argv[1:]) for kind in ([chosen.db] if chosen.db else KINDS)]
    return max(codes, default=0)


def outside(kind: str, arguments: list[str]) -> int:
    """Gives one kind of database its process, and throws the database away afterwards."""
    from tests import postgres

    folder = Path(tempfile.mkdtemp(prefix="duebook-bench-"))
    server = None
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "receivables.conf.settings",
        "DUEBOOK_DATA_DIR": str(folder),
    }
    environment["TMPDIR"] = str(folder)  # what a measurement leaves behind goes with the folder
    environment["DATABASE_URL"] = f"sqlite:///{folder / 'bench.sqlite3'}"
    environment["DUEBOOK_TEST_NAME"] = str(folder / "measured.sqlite3")
    try:
        if kind == "postgres":
            server = postgres.find()
            environment |= {
                "DATABASE_URL": server.url,
                "DUEBOOK_TEST_NAME": f"test_duebook_{os.getpid()}_bench",
            }
            print(f"postgres: {server.origin}")
        command = [sys.executable, "-m", "bench", *arguments, "--inside", kind]
        return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    except postgres.NoPostgres as reason:
        print(f"postgres: left out, {reason}")
        return 0
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def measure(kind: str, chosen: list[str], rounds: int, scale: float) -> None:
    """Makes a test database in this process, and prints one table a measurement."""
    import django

    django.setup()
    from django.test.utils import get_runner, setup_test_environment

    setup_test_environment()
    runner = get_runner(__import__("django.conf").conf.settings)(verbosity=0, interactive=False)
    old = runner.setup_databases()
    try:
        for name in chosen:
            room = importlib.import_module(f"bench.{name}")
            print(f"\n{room.TITLE} [{kind}, scale {scale:g}, {rounds} rounds]")
            room.prepare(scale)
            table(room.CASES, rounds)
    finally:
        runner.teardown_databases(old)


def table(cases: dict[str, Callable[[], object]], rounds: int) -> None:
    """Rounds go through all cases in turn, so that a busy moment of the machine hits none of them alone."""
    if not cases:
        return
    taken: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, case in cases.items():
            started = time.perf_counter()
            case()
            taken[name].append(time.perf_counter() - started)
    first = statistics.median(next(iter(taken.values())))
    for name, seconds in taken.items():
        median = statistics.median(seconds)
        print(
            f"  {name:<40} {median * 1000:10.2f} ms  ×{median / first if first else 0:6.2f}  (best {min(seconds) * 1000:.2f})"
        )


if __name__ == "__main__":
    raise SystemExit(main())
