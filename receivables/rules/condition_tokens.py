"""The strict look at a condition's text before rule-engine sees it: which tokens, names and sizes are
allowed, and how
comparisons of amounts are spelt out per currency. It evaluates nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from receivables.rules.money import to_minor
from receivables.rules.refusals import Refused

TEXT, NUMBER, BOOLEAN, DATE, AMOUNT, LIST = "text", "number", "boolean", "date", "amount", "list"
FACT_TYPES = (TEXT, NUMBER, BOOLEAN, DATE, AMOUNT, LIST)
LENGTH_MAX, TOKENS_MAX, DEPTH_MAX = 2_000, 300, 8

_WORDS = {"and", "or", "not", "in", "true", "false", "null"}
_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
# Only what is listed exists: no power, no division, no shifts, no regex, no attributes, no calls, no
# comprehensions.
_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)
    |(?P<date>d"\d{4}-\d{2}-\d{2}"|d'\d{4}-\d{2}-\d{2}')
    |(?P<string>"(?:[^"\\\n]|\\["\\])*"|'(?:[^'\\\n]|\\['\\])*')
    |(?P<number>\d{1,20}(?:\.\d{1,10})?(?![\w.]))
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<compare>==|!=|<=|>=|<(?!<)|>(?!>))
    |(?P<arith>[+\-]|\*(?!\*))
    |(?P<open>[(\[])|(?P<close>[)\]])|(?P<comma>,)""",
    re.VERBOSE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of the text. kind: date string number fact word compare arith open close comma amount
    money."""

    kind: str
    text: str
    at: int
    minor: int = 0


def scan(text: str, allowed_facts: Mapping[str, str]) -> list[Token]:
    """The tokens, every one allowed. Refused: condition_too_long, condition_too_deep, condition_syntax,
    unknown_fact."""
    if len(text) > LENGTH_MAX:
        message = f"The condition has {len(text)} characters; {LENGTH_MAX} are allowed."
        raise Refused("condition_too_long", message, field="condition", length=len(text), allowed=LENGTH_MAX)
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise syntax(f"{text[at : at + 10]!r} is not understood", at)
        kind = str(found.lastgroup)
        if kind == "name":
            kind = _name_kind(found[0], tokens, allowed_facts)
        if kind != "space":
            tokens.append(Token(kind, found[0], at))
        at = found.end()
    _check_shape(tokens)
    return tokens


def spell_out(tokens: list[Token]) -> str:
    """The text for rule-engine: amounts become (currency equal and minor units compared), everything else
    stays."""
    pieces = _join_money(tokens)
    out: list[str] = []
    i = 0
    while i < len(pieces):
        if _is_comparison(pieces, i):
            out.append(_compared(pieces[i], pieces[i + 1], pieces[i + 2]))
            i += 3
        elif _is_null_test(pieces, i):
            out.append(f"{pieces[i].text}__minor {pieces[i + 1].text} null")
            i += 3
        elif pieces[i].kind in ("amount", "money"):
            message = f"an amount is compared with an amount, as in {pieces[i].text} >= 10000.00 EUR"
            if pieces[i].kind == "money":
                message = f"{pieces[i].text} can only stand beside an amount and a comparison"
            raise syntax(message, pieces[i].at)
        else:
            out.append(pieces[i].text)
            i += 1
    return " ".join(out)


def syntax(what: str, at: int) -> Refused:
    """The refusal for text that is not a condition; `at` is the position, from 0."""
    return Refused(
        "condition_syntax",
        f"The condition cannot be read at position {at}: {what}.",
        field="condition",
        at=at,
    )


def unknown_fact(name: str, allowed_facts: Mapping[str, str]) -> Refused:
    """The refusal that names what may be asked for."""
    allowed = ", ".join(sorted(allowed_facts)) or "none"
    message = f"{name!r} is not a fact here. Allowed are: {allowed}."
    return Refused("unknown_fact", message, field="condition", fact=name, allowed=sorted(allowed_facts))


def _name_kind(name: str, before: list[Token], allowed_facts: Mapping[str, str]) -> str:
    if name in _WORDS:
        return "word"
    if name in allowed_facts:
        return "amount" if allowed_facts[name] == AMOUNT else "fact"
    if re.fullmatch("[A-Z]{3}", name) and before and before[-1].kind == "number":
        return "currency"
    raise unknown_fact(name, allowed_facts)


def _check_shape(tokens: list[Token]) -> None:
    if not tokens:
        raise syntax("it is empty", 0)
    if len(tokens) > TOKENS_MAX:
        message = f"The condition has {len(tokens)} parts; {TOKENS_MAX} are allowed."
        raise Refused(
            "condition_too_long", message, field="condition", length=len(tokens), allowed=TOKENS_MAX
        )
    depth = run = 0
    for i, token in enumerate(tokens):
        depth += {"open": 1, "close": -1}.get(token.kind, 0)
        run = run + 1 if token.text in ("not", "-", "+") else 0
        if max(depth, run) > DEPTH_MAX:
            message = f"The condition is nested deeper than {DEPTH_MAX} levels."
            raise Refused("condition_too_deep", message, field="condition", allowed=DEPTH_MAX)
        if token.text == "[" and (i == 0 or tokens[i - 1].text != "in"):
            raise syntax("a list stands only after 'in'", token.at)
        if token.text == "(" and i and tokens[i - 1].kind in ("fact", "amount", "string", "number", "close"):
            raise syntax("there are no functions", token.at)


def _join_money(tokens: list[Token]) -> list[Token]:
    out: list[Token] = []
    for token in tokens:
        if token.kind == "currency":
            number = out.pop()
            text = f"{number.text} {token.text}"
            out.append(Token("money", text, number.at, to_minor(number.text, token.text)))
        else:
            out.append(token)
    return out


def _is_comparison(pieces: list[Token], i: int) -> bool:
    if i + 2 >= len(pieces) or pieces[i + 1].kind != "compare":
        return False
    kinds = {pieces[i].kind, pieces[i + 2].kind}
    return "amount" in kinds and kinds <= {"amount", "money"}


def _is_null_test(pieces: list[Token], i: int) -> bool:
    if i + 2 >= len(pieces) or pieces[i].kind != "amount":
        return False
    return pieces[i + 1].text in ("==", "!=") and pieces[i + 2].text == "null"


def _compared(left: Token, op: Token, right: Token) -> str:
    """`a >= 10.00 EUR` → same currency and minor units compared; `!=` is true across currencies, the others
    false."""
    if left.kind == "money":
        left, right, op = right, left, Token(op.kind, _FLIPPED[op.text], op.at)
    name = left.text
    if right.kind == "money":
        currency, minor = f'"{right.text.split()[1]}"', str(right.minor)
    else:
        currency, minor = f"{right.text}__currency", f"{right.text}__minor"
    if op.text == "!=":
        return f"({name}__currency != {currency} or {name}__minor != {minor})"
    return f"({name}__currency == {currency} and {name}__minor {op.text} {minor})"
