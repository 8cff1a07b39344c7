"""Finds adapters by convention: `integrations/<port>/<name>.py` holds `class Adapter`. Nothing is registered.

Listing reads file names only; a vendor's package is imported when its adapter is asked for, never before.
"""

import re
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

_FLOOR = Path(__file__).resolve().parent
_WORD = re.compile(r"[a-z][a-z0-9_]*\Z")
_ADAPTER = re.compile(rb"^class Adapter\b", re.MULTILINE)


class UnknownAdapter(LookupError):
    """No such port, or no such adapter in it. The message names those that exist."""


@cache
def names(port: str) -> tuple[str, ...]:
    """Names of the adapters of `port`, sorted. Raises UnknownAdapter for a port that does not exist."""
    folder = _FLOOR / port
    if not _WORD.match(port) or not folder.is_dir():
        raise UnknownAdapter(f"There is no port {port!r}.")
    return tuple(
        sorted(f.stem for f in folder.glob("*.py") if f.stem != "port" and _ADAPTER.search(f.read_bytes()))
    )


def adapter_class(port: str, name: str) -> type[Any]:
    """The class itself, not built: for adapters whose settings the caller passes."""
    if name not in names(port):
        raise UnknownAdapter(f"{port} has no adapter {name!r}; it has: {', '.join(names(port)) or 'none'}.")
    module = import_module(f"integrations.{port}.{name}")
    found: type[Any] = module.Adapter
    return found


def adapter(port: str, name: str, **settings: Any) -> Any:
    """One adapter, built with `settings`. The caller narrows it to the port's protocol."""
    return adapter_class(port, name)(**settings)
