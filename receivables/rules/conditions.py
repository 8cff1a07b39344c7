"""User-defined conditions over named facts (when / if / then, steps of a flow), read by the rule-engine
library after
a strict look at every token. Never evaluates Python; knows no database and no clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import rule_engine

from receivables.rules import condition_form
from receivables.rules.condition_tokens import (
    AMOUNT,
    BOOLEAN,
    DATE,
    FACT_TYPES,
    LIST,
    NUMBER,
    TEXT,
    scan,
    spell_out,
    unknown_fact,
)
from receivables.rules.money import Money
from receivables.rules.refusals import Refused

__all__ = ["AMOUNT", "BOOLEAN", "DATE", "LIST", "NUMBER", "TEXT", "Condition"]

_TYPES = {
    TEXT: rule_engine.DataType.STRING,
    NUMBER: rule_engine.DataType.FLOAT,  # the library's name; its values are Decimal
    BOOLEAN: rule_engine.DataType.BOOLEAN,
    DATE: rule_engine.DataType.DATETIME,
    LIST: rule_engine.DataType.ARRAY(rule_engine.DataType.STRING),
}


@dataclass(frozen=True)
class Condition:
    """A checked condition. `text` is what people read; `simple` the form's JSON when it came from a form.

    Facts have types: text, number, boolean, date, amount (`Money`), list (of texts). An amount is compared
    only within its currency: `amount >= 10000.00 EUR` is false for dollars, so `not (…)` is true for them.
    A fact that is None can be tested with `== null`; ordering it is refused when the condition is asked.
    """

    text: str
    allowed_facts: Mapping[str, str]
    simple: Mapping[str, Any] | None = None
    used: frozenset[str] = field(default=frozenset(), compare=False)
    _rule: Any = field(default=None, compare=False, repr=False)

    @classmethod
    def parse(cls, text: str, allowed_facts: Mapping[str, str]) -> "Condition":
        """Check and compile.

        Refused: unknown_fact (listing the allowed ones), condition_syntax (with position),
        condition_too_long, condition_too_deep, condition_type (a text compared with a number, or an answer
        that is not yes or no), currency_unknown, amount_invalid.
        """
        if not isinstance(text, str):
            raise Refused("condition_syntax", "A condition is a text.", field="condition", at=0)
        wrong = sorted(name for name, kind in allowed_facts.items() if kind not in FACT_TYPES or "__" in name)
        if wrong:
            raise ValueError(f"facts without a proper name or type: {wrong}")
        tokens = scan(text, allowed_facts)
        used = frozenset(token.text for token in tokens if token.kind in ("fact", "amount"))
        rule = _compile(spell_out(tokens), allowed_facts)
        return cls(text, dict(allowed_facts), None, used, rule)

    @classmethod
    def from_json(cls, form: Mapping[str, Any], allowed_facts: Mapping[str, str]) -> "Condition":
        """The form: {"all"|"any": [{"fact", "op", "value", "currency"?} | nested, …]} or {"not": …}.

        Operators: == != < <= > >= in not_in contains is_empty is_set. Amounts are decimal strings beside
        `currency`, dates ISO strings. {"text": …} is accepted too, as `to_json` writes it. Refused as `parse`,
        and condition_form.
        """
        if isinstance(form, Mapping) and set(form) == {"text"}:
            return cls.parse(form["text"], allowed_facts)
        made = cls.parse(condition_form.to_text(form, allowed_facts), allowed_facts)
        return cls(made.text, made.allowed_facts, form, made.used, made._rule)

    def to_json(self) -> dict[str, Any]:
        """What is stored: the form's JSON, or {"text": …}."""
        return dict(self.simple) if self.simple is not None else {"text": self.text}

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """True when the condition holds for these facts; facts it does not use are ignored.

        Amount facts are `Money`; numbers int or Decimal. Refused: fact_missing (a used fact is not given),
        fact_type (given with a wrong type), fact_unknown (None where the condition needs a value).
        """
        values: dict[str, Any] = {}
        for name in sorted(self.used):
            if name not in facts:
                message = f"The condition needs {name!r}, which is not known here."
                raise Refused("fact_missing", message, field="condition", fact=name)
            values.update(_value(name, self.allowed_facts[name], facts[name]))
        try:
            return bool(self._rule.matches(values))
        except (rule_engine.EngineError, TypeError) as error:
            empty = sorted(name for name in self.used if facts[name] is None)
            message = f"The condition needs a value for {', '.join(empty) or 'its facts'}."
            raise Refused("fact_unknown", message, field="condition", facts=empty) from error


def _compile(text: str, allowed_facts: Mapping[str, str]) -> Any:
    types: dict[str, Any] = {}
    for name, kind in allowed_facts.items():
        if kind == AMOUNT:
            types[f"{name}__minor"] = rule_engine.DataType.FLOAT
            types[f"{name}__currency"] = rule_engine.DataType.STRING
        else:
            types[name] = _TYPES[kind]
    context = rule_engine.Context(
        default_timezone="utc", type_resolver=rule_engine.type_resolver_from_dict(types)
    )
    try:
        rule = rule_engine.Rule(text, context=context)
    except rule_engine.SymbolResolutionError as error:
        raise unknown_fact(str(error.symbol_name), allowed_facts) from error
    except rule_engine.RuleSyntaxError as error:
        raise Refused("condition_syntax", "The condition cannot be read.", field="condition", at=0) from error
    except (rule_engine.EngineError, TypeError, ArithmeticError) as error:
        detail = getattr(error, "message", "") or "the parts do not fit together"
        message = f"The condition compares things of different kinds: {detail}."
        raise Refused("condition_type", message, field="condition") from error
    if rule.statement.expression.result_type != rule_engine.DataType.BOOLEAN:
        raise Refused("condition_type", "A condition must answer yes or no.", field="condition")
    return rule


def _value(name: str, kind: str, value: Any) -> dict[str, Any]:
    """The fact as rule-engine wants it; an amount becomes two values."""
    if kind == AMOUNT:
        if value is not None and not isinstance(value, Money):
            raise _wrong_type(name, "an amount with its currency")
        minor, currency = (None, None) if value is None else (value.minor, value.currency)
        return {f"{name}__minor": minor, f"{name}__currency": currency}
    if value is None:
        return {name: None}
    fits: bool = {
        TEXT: isinstance(value, str),
        NUMBER: isinstance(value, int | Decimal) and not isinstance(value, bool),
        BOOLEAN: isinstance(value, bool),
        DATE: isinstance(value, date) and not isinstance(value, datetime),
        LIST: isinstance(value, list | tuple | set | frozenset) and all(isinstance(v, str) for v in value),
    }[kind]
    if not fits:
        raise _wrong_type(name, f"a {kind}")
    return {name: tuple(sorted(value)) if kind == LIST else value}


def _wrong_type(name: str, wanted: str) -> Refused:
    return Refused("fact_type", f"The fact {name!r} must be {wanted}.", field="condition", fact=name)
