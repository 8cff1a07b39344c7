"""`python -m tests.legs`: the whole suite, once on SQLite and once on PostgreSQL, and the totals of both.

It runs pytest and adds up; it tests nothing itself. Exit code 0 only where every leg that could run passed.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LEGS = ("sqlite", "postgres")
WORKERS = "2"


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.legs",
        description=__doc__,
        epilog="Whatever else stands there goes to pytest as it is: tests/receivables/rules -q -k aging",
        allow_abbrev=False,
    )
    parser.add_argument("--scale", default=os.environ.get("DUEBOOK_TEST_SCALE", "0.1"), help="1: full counts")
    parser.add_argument("--only", choices=LEGS, help="one leg")
    chosen, for_pytest = parser.parse_known_args()
    failed, lines, totals = False, [], [0, 0, 0]
    for leg in (chosen.only,) if chosen.only else LEGS:
        why_not = missing() if leg == "postgres" else None
        if why_not:
            lines.append(f"{leg}: left out, {why_not}")
            failed = failed or bool(os.environ.get("CI"))
            continue
        print(f"\n=== {leg} ===", flush=True)
        code, counts = run(leg, chosen.scale, for_pytest)
        failed = failed or code != 0
        totals = [total + count for total, count in zip(totals, counts, strict=True)]
        lines.append(f"{leg}: {counts[0]} passed, {counts[1]} failed, {counts[2]} skipped (exit {code})")
    print("\n" + "\n".join(lines))
    print(f"total: {totals[0]} passed, {totals[1]} failed, {totals[2]} skipped")
    return 1 if failed else 0


def missing() -> str | None:
    """Why there is no PostgreSQL to test on, or None."""
    from tests import postgres

    try:
        postgres.find().stop()
    except postgres.NoPostgres as reason:
        return f"no PostgreSQL: {reason}"
    return None


def run(leg: str, scale: str, more: list[str]) -> tuple[int, tuple[int, int, int]]:
    """One leg: pytest's exit code, and how many passed, failed (errors included) and were skipped."""
    folder = Path(tempfile.mkdtemp(prefix="duebook-legs-"))
    report = folder / "report.xml"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-n",
        WORKERS,
        "--dist",
        "loadfile",
        f"--junitxml={report}",
    ]
    environment = os.environ | {"DUEBOOK_TEST_DB": leg, "DUEBOOK_TEST_SCALE": scale}
    try:
        code = subprocess.run([*command, *more], cwd=ROOT, env=environment, check=False).returncode
        return code, read(report)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def read(report: Path) -> tuple[int, int, int]:
    """Passed, failed and skipped in pytest's report; one failure where it wrote none."""
    if not report.exists():
        return 0, 1, 0
    suites = ElementTree.parse(report).getroot().iter("testsuite")
    counts = [
        {key: int(suite.get(key, "0")) for key in ("tests", "failures", "errors", "skipped")}
        for suite in suites
    ]
    failed = sum(one["failures"] + one["errors"] for one in counts)
    skipped = sum(one["skipped"] for one in counts)
    return sum(one["tests"] for one in counts) - failed - skipped, failed, skipped


if __name__ == "__main__":
    raise SystemExit(main())
