"""User-defined conditions over named facts (when / if / then, steps of a flow), read by the rule-engine library after
a strict look at every token. Never evaluates Python; knows no database and no clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

TEXT, NUMBER, BOOLEAN, DATE, AMOUNT, LIST = "text", "number", "boolean", "date", "amount", "list"


@dataclass(frozen=True)
class Condition:
    """A checked condition. `text` is what people read; `simple` the form's JSON when it came from a form."""

    text: str
    allowed_facts: Mapping[str, str]
    simple: Mapping[str, Any] | None = None

    @classmethod
    def parse(cls, text: str, allowed_facts: Mapping[str, str]) -> "Condition":
        """Check and compile. Refused: unknown_fact, condition_syntax, condition_too_long, condition_too_deep, …"""
        raise NotImplementedError

    @classmethod
    def from_json(cls, form: Mapping[str, Any], allowed_facts: Mapping[str, str]) -> "Condition":
        """The form's shape: {"all"|"any": [{"fact", "op", "value", "currency"?} | nested], …} or {"not": …}."""
        raise NotImplementedError

    def to_json(self) -> dict[str, Any]:
        """What is stored: the form's JSON, or {"text": …}."""
        raise NotImplementedError

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """True when the condition holds. Amount facts are `Money` or (minor, currency). Refused: fact_missing, fact_unknown."""
        raise NotImplementedError
