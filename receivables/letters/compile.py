"""A typeset paper from a source of this folder and plain data, in a process of its own with time, memory and size capped.

The data are values and never Typst: a customer called `#eval("1")` is printed so. The same data give the same bytes. What cannot
be set raises `RenderFailed`; the message it belongs to is parked with that reason.
"""

import json
import subprocess
import sys
from datetime import UTC, date, datetime, time
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from receivables.rules.refusals import Refused

SECONDS_MOST: Final = 20
BYTES_MOST: Final = 10 * 1024**2
DATA_MOST: Final = 8 * 1024**2
TAGGED_MOST: Final = 80_000
"""Marks for screen readers triple a table's bytes; a paper of hundreds of rows goes without them."""
SOURCES: Final = frozenset({"letter", "statement", "interest", "handover"})
_FONTS = (("font_source_sans_pro", "files"), ("pylopdf_fonts_zh_cn", ""))


class RenderFailed(Refused):
    """A paper cannot be made: render_failed, render_timeout, render_too_large or fonts_missing."""


def paper(
    source: str, data: dict[str, Any], *, written_on: date, seconds: int = SECONDS_MOST, form: str = "pdf"
) -> bytes:
    """The PDF (or the first page as PNG) of one of SOURCES. Raises RenderFailed."""
    if source not in SOURCES:
        raise ValueError(f"{source} is no source of ours")
    job = {
        "source": source,
        "data": data,
        "fonts": font_folders(),
        "seconds": seconds,
        "timestamp": int(datetime.combine(written_on, time(), UTC).timestamp()),
        "format": form,
    }
    job["tags"] = len(str(data)) < TAGGED_MOST
    told = json.dumps(job, ensure_ascii=False, default=str).encode("utf-8", "replace")
    if len(told) > DATA_MOST:
        raise RenderFailed(
            "render_too_large", f"The paper would be made of {len(told)} bytes.", length=len(told)
        )
    return _checked(_run(told, seconds))


def _run(told: bytes, seconds: int) -> subprocess.CompletedProcess[bytes]:
    """Isolated from the environment and the working folder; killed when its time is over."""
    program = Path(__file__).with_name("typesetter.py")
    try:
        return subprocess.run(  # noqa: S603 - our own program, nothing of the data is an argument
            [sys.executable, "-I", str(program)],
            input=told,
            capture_output=True,
            timeout=seconds,
            env={"LC_ALL": "C.UTF-8", "RAYON_NUM_THREADS": "2"},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise RenderFailed(
            "render_timeout", f"The paper took longer than {seconds} seconds.", seconds=seconds
        ) from None
    except OSError as wrong:
        raise RenderFailed(
            "render_failed", f"The typesetter could not be started: {wrong.strerror}."
        ) from None


def _checked(done: subprocess.CompletedProcess[bytes]) -> bytes:
    if done.returncode < 0:
        raise RenderFailed("render_failed", f"The typesetter was stopped by signal {-done.returncode}.")
    if done.returncode != 0 or not done.stdout:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no reason given"]
        raise RenderFailed("render_failed", f"The paper could not be set: {said[-1][:300]}")
    if len(done.stdout) > BYTES_MOST:
        raise RenderFailed(
            "render_too_large", f"The paper has {len(done.stdout)} bytes.", length=len(done.stdout)
        )
    return done.stdout


@cache
def font_folders() -> list[str]:
    """Where the two font packages keep their files. Raises RenderFailed fonts_missing."""
    found = []
    for package, folder in _FONTS:
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            raise RenderFailed(
                "fonts_missing", f"The font package {package} is not installed; run `make setup`."
            )
        found.append(str(Path(spec.origin).parent / folder))
    return found
