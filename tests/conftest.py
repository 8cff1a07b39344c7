"""Fixtures every test may use: the sample files, the scale of counts. More stand in tests/fixtures/, one subject a file."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]
pytest_plugins = [
    f"tests.fixtures.{path.stem}"
    for path in sorted((ROOT / "tests" / "fixtures").glob("*.py"))
    if path.stem != "__init__"
]
# A busy machine is no finding: no deadlines and no health checks. `make test` tries the same examples every time, so that a
# red run means a change; `make test-long` draws new ones.
FULL = float(os.environ.get("DUEBOOK_TEST_SCALE", "0.1")) >= 1
settings.register_profile(
    "duebook", deadline=None, suppress_health_check=list(HealthCheck), derandomize=not FULL, database=None
)
settings.load_profile("duebook")
NO_SAMPLES = "no sample files: DUEBOOK_SHARED names no folder"


def samples() -> Path | None:
    """The folder with the sample files, if it is there."""
    folder = Path(os.environ.get("DUEBOOK_SHARED") or ROOT.parent / "shared")
    return folder if (folder / "samples").is_dir() else None


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with `samples/` and `data/`; the test is skipped, and counted, where it is absent."""
    folder = samples()
    if folder is None:
        pytest.skip(NO_SAMPLES)
    return folder


@pytest.fixture(scope="session")
def scale() -> Callable[[int], int]:
    """`scale(2000)` is the count to use: a tenth in `make test`, all of it in `make test-long`, never less than one."""
    factor = float(os.environ.get("DUEBOOK_TEST_SCALE", "0.1"))
    return lambda count: max(1, round(count * factor))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what means nothing here, and says so."""
    on_postgres = os.environ.get("DUEBOOK_TEST_DB") == "postgres"
    for item in items:
        if item.get_closest_marker("long") and not FULL:
            item.add_marker(pytest.mark.skip(reason="full volume: `make test-long`"))
        if item.get_closest_marker("postgres") and not on_postgres:
            item.add_marker(pytest.mark.skip(reason="PostgreSQL only: runs in that leg"))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Says how many tests were skipped for want of the sample files, even when it is none."""
    skipped = terminalreporter.stats.get("skipped", [])
    missing = sum(1 for report in skipped if NO_SAMPLES in str(report.longrepr))
    where = "present" if samples() else "absent"
    terminalreporter.write_line(
        f"sample files {where} (DUEBOOK_SHARED); {missing} tests skipped without them"
    )
