"""Field access on the way out: what a role may not see is not in the answer, however deep it stands."""

from typing import Any

from receivables.wire.guards import Caller

_GO_TOGETHER = {"tax_id": ("tax_id_note",), "payment_terms": ("terms",)}


def masked(caller: Caller, noun: str, value: Any) -> Any:
    """The value without the fields of the noun that are hidden from the caller, in all its parts."""
    hidden = caller.fields(noun).hidden
    if not hidden:
        return value
    return _without(value, hidden | {also for name in hidden for also in _GO_TOGETHER.get(name, ())})


def _without(value: Any, hidden: frozenset[str]) -> Any:
    if isinstance(value, dict):
        return {name: _without(each, hidden) for name, each in value.items() if name not in hidden}
    if isinstance(value, list | tuple):
        return [_without(each, hidden) for each in value]
    return value
