"""Which files the house rules look at, and what kind of file each one is. It judges nothing."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("receivables", "credit", "dunning", "integrations", "reports")
DOOR_FILES = frozenset(
    {"api.py", "pages.py", "portal.py", "webhooks.py", "opt_out.py", "tasks.py", "admin.py"}
)
DOOR_FOLDERS = frozenset({"api", "pages", "portal", "management"})


@cache
def paths() -> tuple[str, ...]:
    """Every file that git keeps or would keep, as paths from the root; without git, every file outside the made folders."""
    command = ["git", "-C", str(ROOT), "ls-files", "-co", "--exclude-standard"]
    try:
        listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):
        made = {".venv", "var", "node_modules", ".git", "__pycache__"}
        found = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
        listed = [path.as_posix() for path in found if not made & set(path.parts)]
    return tuple(sorted(path for path in listed if (ROOT / path).is_file()))


def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def product(suffix: str) -> Iterator[str]:
    """The product's own files of that suffix."""
    for path in paths():
        if path.endswith(suffix) and path.split("/")[0] in FLOORS:
            yield path


def is_migration(path: str) -> bool:
    return "migrations" in PurePosixPath(path).parts


def kind(path: str) -> str:
    """door, services, models, rules, conf, adapter, tests or other, by where the file stands."""
    parts = PurePosixPath(path).parts
    inside = parts[1:-1]
    if parts[0] == "integrations":
        return "adapter"
    if parts[0] not in FLOORS:
        return "tests"
    if "conf" in inside:
        return "conf"
    if is_migration(path):
        return "migrations"
    if DOOR_FOLDERS & set(inside) or parts[-1] in DOOR_FILES:
        return "door"
    for name in ("services", "models", "rules"):
        if name in inside or parts[-1] == f"{name}.py":
            return name
    return "other"


def module_path(dotted: str) -> str:
    """`receivables.rules.money` or a name inside it → the file that holds it, or the word itself where it is not ours."""
    parts = dotted.split(".")
    if parts[0] not in FLOORS:
        return dotted
    for length in range(len(parts), 1, -1):
        stem = "/".join(parts[:length])
        if (ROOT / f"{stem}.py").is_file():
            return f"{stem}.py"
    while (
        len(parts) > 1 and parts[-1][:1].isupper()
    ):  # a class of a package, or of a file that is not there yet
        parts.pop()
    return "/".join(parts) + ("/__init__.py" if ROOT.joinpath(*parts).is_dir() else ".py")


def imports(tree: ast.AST, path: str) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything imported, `from a import b` as `a.b`, relative imports resolved."""
    here = PurePosixPath(path).with_suffix("").parts
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = list(here[: len(here) - node.level]) if node.level else []
            start = ".".join([*base, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{start}.{alias.name}") for alias in node.names)
