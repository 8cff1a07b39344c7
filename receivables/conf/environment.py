"""Reads the process environment into settings. It knows words and numbers, not what they are for."""

import os
import secrets
import urllib.parse
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off", ""})

problems: list[tuple[str, str, str]] = []
"""What was wrong with a value: (check id, sentence, remedy). `conf.checks` shows them; reading goes on with the default."""


def text(name: str, default: str = "") -> str:
    """The variable without surrounding blanks, or the default where it is absent or empty."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: bool = False) -> bool:
    """A yes or no. Any other word is a problem, and the default holds."""
    word = os.environ.get(name)
    if word is None:
        return default
    if word.strip().lower() in _TRUE:
        return True
    if word.strip().lower() not in _FALSE:
        problems.append(("duebook.E002", f"{name} is neither yes nor no.", f"Set {name} to 1 or 0."))
        return default
    return False


def number(name: str, default: int, low: int = 0, high: int = 2**31) -> int:
    """A whole number between two bounds; anything else is a problem, and the default holds."""
    word = text(name)
    if not word:
        return default
    if word.lstrip("-").isdecimal() and low <= int(word) <= high:
        return int(word)
    problems.append(
        (
            "duebook.E003",
            f"{name} is not a whole number from {low} to {high}.",
            f"Correct {name} or unset it.",
        )
    )
    return default


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list without blanks and empty parts."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def folder(name: str, default: Path) -> Path:
    """An absolute folder; a relative one counts from the project's root, never from the current folder."""
    return (ROOT / Path(text(name, str(default))).expanduser()).resolve()


def url(name: str, default: str, schemes: tuple[str, ...]) -> str:
    """An address whose scheme is one of those allowed; anything else is a problem, and the default holds."""
    value = text(name, default)
    if value and urllib.parse.urlsplit(value).scheme not in schemes:
        wanted = " or ".join(f"{scheme}://" for scheme in schemes)
        problems.append(
            ("duebook.E001", f"{name} does not begin with {wanted}.", f"Correct {name} or unset it.")
        )
        return default
    return value.rstrip("/") if value.startswith("http") else value


def secret(name: str, kept_in: Path, may_make: bool) -> str:
    """The secret from the environment, else the one made at the first start and kept beside the data, readable by its owner only.

    In production none is kept: its absence is a problem, and a passing one that no other process knows lets the checks run.
    """
    given = text(name)
    if given:
        return given
    try:
        return kept_in.read_text().strip()
    except OSError:
        pass
    made = secrets.token_urlsafe(50)
    if not may_make:
        problems.append(("duebook.E004", "There is no secret key.", f"Set {name} to 50 random characters."))
        return made
    try:
        kept_in.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(kept_in, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return kept_in.read_text().strip() or made
    except OSError:
        return made
    with os.fdopen(handle, "w") as file:
        file.write(made)
    return made
