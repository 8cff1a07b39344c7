"""The laws on late payment that this installation knows, by the name of an upper floor's list: this floor imports none of it.

Codes and names only; what a law says is computed where the packs are.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from django.utils.module_loading import import_string

PACKS = "dunning.rules.interest_packs.shipped"


@cache
def interest_packs() -> dict[str, dict[str, str]]:
    """Names by language ("en", "zh-hans") of every pack, by its code."""
    shipped: Callable[[], Mapping[str, Any]] = import_string(PACKS)
    return {code: dict(pack.name) for code, pack in shipped().items()}


def pack_name(code: str, language: str) -> str:
    """A pack in the reader's language, else in English, else its code."""
    names = interest_packs().get(code, {})
    return names.get(language) or names.get("en") or code
