"""What bodies, parameters and answers are made of. Strict: an amount is a decimal string, a day ISO, an id a whole number.

Whether an amount fits its currency is judged by `Money`, not here.
"""

import re
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from receivables.models.ledger import LARGEST
from receivables.rules import text_hygiene
from receivables.rules.money import Money, format_plain
from receivables.rules.refusals import Refused

LARGEST_ID = 2**63 - 1
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_FIRST, _LAST = date(1970, 1, 1), date(2199, 12, 31)


class In(BaseModel):
    """A body: unknown fields are refused, nothing is converted."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Out(BaseModel):
    """A part of an answer. A field that the caller's roles hide is absent, so such fields have a default."""


def _day(value: Any) -> Any:
    if isinstance(value, date) or value is None:
        return value
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise PydanticCustomError("date_invalid", "a day is written like 2026-03-31")
    try:
        found = date.fromisoformat(value)
    except ValueError:
        raise PydanticCustomError("date_invalid", "there is no such day") from None
    if not _FIRST <= found <= _LAST:
        raise PydanticCustomError("date_out_of_range", "the day lies outside 1970 to 2199")
    return found


def _digits(value: Any) -> Any:
    if isinstance(value, str):
        if not re.fullmatch(r"[0-9]{1,19}", value, re.ASCII):
            raise PydanticCustomError("id_invalid", "a whole number above zero is needed")
        return int(value)
    return value


def _clean(value: str) -> str:
    try:
        return text_hygiene.one_line(value, field="text", limit=10_000)
    except Refused as refused:
        raise PydanticCustomError("text_invalid", "{said}", {"said": refused.message}) from None


def _clean_lines(value: str) -> str:
    try:
        return text_hygiene.many_lines(value, field="text", limit=10_000)
    except Refused as refused:
        raise PydanticCustomError("text_invalid", "{said}", {"said": refused.message}) from None


Id = Annotated[int, Field(strict=True, ge=1, le=LARGEST_ID)]
QueryId = Annotated[int, BeforeValidator(_digits), Field(ge=1, le=LARGEST_ID)]
Seq = Annotated[int, BeforeValidator(_digits), Field(ge=0, le=LARGEST_ID)]
Day = Annotated[date, BeforeValidator(_day)]
Amount = Annotated[
    str,
    Field(
        strict=True,
        pattern=r"^[0-9]{1,16}(\.[0-9]{1,4})?$",
        description='Major units as a decimal string: "19.90".',
    ),
]
Currency = Annotated[str, Field(strict=True, pattern=r"^[A-Z]{3}$", description="ISO 4217")]
Text40 = Annotated[str, Field(strict=True, max_length=40), AfterValidator(_clean)]
Text80 = Annotated[str, Field(strict=True, max_length=80), AfterValidator(_clean)]
Text200 = Annotated[str, Field(strict=True, max_length=200), AfterValidator(_clean)]
Text300 = Annotated[str, Field(strict=True, max_length=300), AfterValidator(_clean)]
Reason = Annotated[str, Field(strict=True, min_length=1, max_length=200), AfterValidator(_clean)]
Note = Annotated[str, Field(strict=True, max_length=4000), AfterValidator(_clean_lines)]
Hash = Annotated[str, Field(strict=True, pattern=r"^[0-9a-f]{64}$")]

Said = Annotated[
    str, Field(pattern=r"^-?[0-9]{1,20}(\.[0-9]{1,4})?$", description="Major units as a decimal string")
]
"""An amount in an answer, beside its `currency`."""


class Named(Out):
    """Another noun by id and what people call it."""

    id: int
    code: str
    name: str


class ProblemOut(BaseModel):
    """RFC 9457."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    field: str = ""
    pointer: str = ""
    figures: dict[str, Any] = {}
    errors: list[dict[str, Any]] = []


def money(amount: str, currency: str) -> Money:
    """An amount of a body. Refuses currency_unknown, decimals that the currency does not have, and more than the books hold."""
    found = Money.of(amount, currency)
    if found.minor > LARGEST:
        raise Refused("amount_out_of_range", "The amount is larger than the books can hold.", field="amount")
    return found


def plain(minor: int | None, currency: str) -> str:
    """Minor units as the API writes them."""
    return format_plain(minor or 0, currency)


def moment(at: datetime | None) -> str | None:
    """ISO 8601 with its offset."""
    return at.isoformat() if at else None


def named(row: Any) -> dict[str, Any]:
    """A customer or legal entity inside another answer."""
    return {"id": row.pk, "code": row.code, "name": getattr(row, "legal_name", "") or row.name}
