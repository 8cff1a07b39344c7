"""The JSON that a form edits, turned into the text of a condition. It only writes text: what is allowed is
decided by
`condition_tokens`, so both ways of entering a condition obey the same limits.
"""

import re
from collections.abc import Mapping
from typing import Any

from receivables.rules.condition_tokens import (
    AMOUNT,
    BOOLEAN,
    DATE,
    DEPTH_MAX,
    LENGTH_MAX,
    LIST,
    NUMBER,
    TEXT,
    unknown_fact,
)
from receivables.rules.refusals import Refused

COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
OPERATORS: Mapping[str, tuple[str, ...]] = {
    TEXT: ("==", "!=", "in", "not_in", "contains", "is_empty", "is_set"),
    NUMBER: (*COMPARISONS, "in", "not_in", "is_empty", "is_set"),
    BOOLEAN: ("==", "!=", "is_empty", "is_set"),
    DATE: (*COMPARISONS, "is_empty", "is_set"),
    AMOUNT: (*COMPARISONS, "is_empty", "is_set"),
    LIST: ("contains", "is_empty", "is_set"),
}
"""Which operators a fact of each type offers: the form's second select."""

_NUMBER = re.compile(r"-?\d{1,20}(\.\d{1,10})?", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def to_text(form: Mapping[str, Any], allowed_facts: Mapping[str, str], depth: int = 1) -> str:
    """Text for the form's JSON. Refused: condition_form, condition_too_deep, unknown_fact."""
    if depth > DEPTH_MAX:
        message = f"The condition is nested deeper than {DEPTH_MAX} levels."
        raise Refused("condition_too_deep", message, field="condition", allowed=DEPTH_MAX)
    if not isinstance(form, Mapping):
        raise _wrong("each part is an object with all, any, not, or fact and op")
    if len(form) == 1 and ("all" in form or "any" in form):
        word = "all" if "all" in form else "any"
        parts = form[word]
        if not isinstance(parts, list) or not parts or len(parts) > LENGTH_MAX // 10:
            raise _wrong(f"{word} holds a list of conditions")
        texts = [to_text(part, allowed_facts, depth + 1) for part in parts]
        if len(texts) == 1:
            return texts[0]
        return "(" + (" and " if word == "all" else " or ").join(texts) + ")"
    if set(form) == {"not"}:
        return f"not ({to_text(form['not'], allowed_facts, depth + 1)})"
    return _leaf(form, allowed_facts)


def _leaf(form: Mapping[str, Any], allowed_facts: Mapping[str, str]) -> str:
    if not {"fact", "op"} <= set(form) <= {"fact", "op", "value", "currency"}:
        raise _wrong("a condition has fact, op, value and, for amounts, currency")
    name, op = form["fact"], form["op"]
    if not isinstance(name, str) or name not in allowed_facts:
        raise unknown_fact(str(name)[:60], allowed_facts)
    kind = allowed_facts[name]
    if op not in OPERATORS[kind]:
        raise _wrong(f"{name} is a {kind}; it offers {', '.join(OPERATORS[kind])}")
    if op in ("is_empty", "is_set"):
        return f"{name} {'==' if op == 'is_empty' else '!='} null"
    value = form.get("value")
    if op in ("in", "not_in"):
        if not isinstance(value, list) or not value:
            raise _wrong(f"{op} needs a list of values")
        listed = ", ".join(_literal(kind, each, form) for each in value)
        return f"{name} {'in' if op == 'in' else 'not in'} [{listed}]"
    if op == "contains":
        return f"{_literal(TEXT, value, form)} in {name}"
    return f"{name} {op} {_literal(kind, value, form)}"


def _literal(kind: str, value: Any, form: Mapping[str, Any]) -> str:
    """The value as the text writes it; the only place where foreign text enters a condition, hence the
    strictness."""
    if kind == BOOLEAN and isinstance(value, bool):
        return "true" if value else "false"
    numeric = isinstance(value, int | str) and not isinstance(value, bool) and _NUMBER.fullmatch(str(value))
    if kind == NUMBER and numeric:
        return str(value)
    if kind == AMOUNT and numeric and _CURRENCY.fullmatch(str(form.get("currency"))):
        return f"{value} {form['currency']}"
    if kind == DATE and isinstance(value, str) and _DATE.fullmatch(value):
        return f'd"{value}"'
    if kind == TEXT and isinstance(value, str) and value.isprintable():
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    example = "a decimal string such as 10000.00 beside its currency" if kind == AMOUNT else f"a {kind}"
    raise _wrong(f"the value of {form.get('fact')} must be {example}")


def _wrong(what: str) -> Refused:
    return Refused("condition_form", f"The condition is not filled in properly: {what}.", field="condition")
