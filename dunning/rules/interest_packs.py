"""Late-interest packs: what a law or contract says about late payment, read from data and checked.

A pack names its law, its questions, its rate, its day-count and its fixed sums. It computes nothing (`rules/interest.py`
does) and it is no legal advice: whether it fits a debt is answered by people, question by question.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from dunning.rules.reference_rates import RateRow, Series, day, percent
from receivables.rules.money import Money
from receivables.rules.refusals import Refused

FOLDER = Path(__file__).resolve().parent.parent / "packs"
RATES = "reference_rates"
DAY_COUNTS = ("365", "360", "actual")
"""Days of a year in the division; `actual` is 366 for days within a leap year."""
UNITS = ("year", "month", "day")
AT_START, BY_PERIOD = "at_start", "by_period"


@dataclass(frozen=True, slots=True)
class Question:
    """A fact on which the law depends; the pack applies when the answer is one of `one_of`."""

    fact: str
    one_of: tuple[str, ...]
    ask: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reference:
    """A published rate plus `margin` points; `holds` at_start (of the delay, to its end) or by_period."""

    series: Series
    margin: str
    holds: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """The agreed rate, not below `floor` on the day of the contract; else `otherwise` (rate, unit), if any."""

    floor: Series | None
    otherwise: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Capitalisation:
    """Interest joins the principal every `every_days`; a delay up to `simple_days` stays simple."""

    every_days: int
    simple_days: int


@dataclass(frozen=True, slots=True)
class Step:
    """A debt of `from_minor` or more has this fixed sum, unless a later step fits too."""

    from_minor: int
    amount: Money


@dataclass(frozen=True, slots=True)
class Pack:
    """One law or contract as data. `currency` is that of the fixed sums; empty: that of the debt."""

    code: str
    name: Mapping[str, str]
    citation: str
    currency: str
    in_force_from: date | None
    applies_when: tuple[Question, ...]
    rate: Reference | Agreement
    day_count: str
    first_day: int
    base: str
    capitalises: Capitalisation | None
    longest_days: int | None
    compensation: tuple[Step, ...]
    compensation_citation: str | None

    @property
    def series(self) -> Series | None:
        """The reference rate it reads, if any."""
        return self.rate.series if isinstance(self.rate, Reference) else self.rate.floor

    def with_rows(self, added: Iterable[RateRow]) -> "Pack":
        """This pack with rows people added to its reference rate. Refuses where there is none."""
        if self.series is None:
            raise Refused("pack_without_series", f"{self.code} reads no reference rate.", pack=self.code)
        series = self.series.with_rows(added)
        if isinstance(self.rate, Reference):
            return replace(self, rate=replace(self.rate, series=series))
        return replace(self, rate=replace(self.rate, floor=series))


@cache
def shipped() -> Mapping[str, Pack]:
    """Every pack of the data folder by its code. Refuses a folder that breaks a rule (pack_invalid)."""
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.json"))}
    series = read_series(json.loads(texts.pop(RATES)))
    packs = [read_pack(json.loads(text), series) for text in texts.values()]
    for stem, pack in zip(texts, packs, strict=True):
        _need(pack.code == stem, stem, "code")
    return {pack.code: pack for pack in packs}


def by_code(code: str) -> Pack:
    """One pack. Refuses a code nobody has (pack_unknown)."""
    try:
        return shipped()[code]
    except KeyError:
        raise Refused(
            "pack_unknown", f"There is no interest pack {code[:40]!r}.", field="pack", pack=code[:40]
        ) from None


def read_series(data: Any) -> dict[str, Series]:
    """Reference rates of {"series": [{code, name, rows}]}."""
    _keys(data, {"series"}, RATES)
    found = {}
    for item in data["series"]:
        _keys(item, {"code", "name", "rows"}, RATES)
        code = item["code"]
        _need(isinstance(code, str) and code not in found, RATES, "code")
        rows = tuple(RateRow.of(row) for row in item["rows"])
        found[code] = Series(code, _two_languages(item["name"], code), rows)
    return found


PACK_KEYS = {
    *(
        "code",
        "name",
        "citation",
        "currency",
        "in_force_from",
        "applies_when",
        "rate",
        "day_count",
        "first_day",
    ),
    *("rounding", "base", "capitalises", "longest_days", "compensation", "compensation_citation"),
}


def read_pack(data: Any, series: Mapping[str, Series]) -> Pack:
    """A checked pack from its JSON. Refuses missing, unknown and impossible things (pack_invalid)."""
    code = data.get("code") if isinstance(data, dict) else None
    code = code if isinstance(code, str) else "?"
    _keys(data, PACK_KEYS, code)
    for key in ("citation", "currency"):
        _need(isinstance(data[key], str), code, key)
    _need(bool(data["citation"]), code, "citation")
    _need(data["day_count"] in DAY_COUNTS, code, "day_count")
    _need(data["rounding"] == "half_up", code, "rounding")
    _need(data["base"] == "gross", code, "base")
    for key in ("first_day", "longest_days"):
        _need(data[key] is None or (type(data[key]) is int and data[key] > 0), code, key)
    _need(data["first_day"] is not None, code, "first_day")
    since, steps = data["in_force_from"], data["compensation"]
    _need(bool(steps) == bool(data["compensation_citation"]), code, "compensation_citation")
    return Pack(
        code=code,
        name=_two_languages(data["name"], code),
        citation=data["citation"],
        currency=data["currency"],
        in_force_from=None if since is None else day(since, field="in_force_from"),
        applies_when=tuple(_question(item, code) for item in data["applies_when"]),
        rate=_rate(data["rate"], series, code),
        day_count=data["day_count"],
        first_day=data["first_day"],
        base=data["base"],
        capitalises=_capitalisation(data["capitalises"], code),
        longest_days=data["longest_days"],
        compensation=_steps(steps, data["currency"], code),
        compensation_citation=data["compensation_citation"],
    )


def _question(item: Any, code: str) -> Question:
    _keys(item, {"fact", "one_of", "ask"}, code)
    _need(isinstance(item["fact"], str) and bool(item["one_of"]), code, "applies_when")
    _need(all(isinstance(answer, str) for answer in item["one_of"]), code, "one_of")
    return Question(item["fact"], tuple(item["one_of"]), _two_languages(item["ask"], code))


def _rate(item: Any, series: Mapping[str, Series], code: str) -> Reference | Agreement:
    if isinstance(item, dict) and item.get("from") == "series":
        _keys(item, {"from", "series", "margin", "holds"}, code)
        _need(item["series"] in series and item["holds"] in (AT_START, BY_PERIOD), code, "rate")
        percent(item["margin"], field="margin")
        return Reference(series[item["series"]], item["margin"], item["holds"])
    _keys(item, {"from", "floor_series", "otherwise"}, code)
    floor, otherwise = item["floor_series"], item["otherwise"]
    _need(item["from"] == "agreed" and (floor is None or floor in series), code, "rate")
    if otherwise is not None:
        _keys(otherwise, {"rate", "per"}, code)
        _need(percent(otherwise["rate"]) >= 0 and otherwise["per"] in UNITS, code, "otherwise")
        otherwise = (otherwise["rate"], otherwise["per"])
    return Agreement(None if floor is None else series[floor], otherwise)


def _capitalisation(item: Any, code: str) -> Capitalisation | None:
    if item is None:
        return None
    _keys(item, {"every_days", "simple_days"}, code)
    every, simple = item["every_days"], item["simple_days"]
    _need(type(every) is int and type(simple) is int and 0 < every <= simple, code, "capitalises")
    return Capitalisation(every, simple)


def _steps(items: Any, currency: str, code: str) -> tuple[Step, ...]:
    _need(isinstance(items, list), code, "compensation")
    for item in items:
        _keys(item, {"from", "amount"}, code)
    steps = tuple(Step(Money.of(i["from"], currency).minor, Money.of(i["amount"], currency)) for i in items)
    starts = [step.from_minor for step in steps]
    _need(not steps or starts[0] == 0, code, "compensation")
    _need(
        starts == sorted(set(starts)) and all(step.amount.minor > 0 for step in steps), code, "compensation"
    )
    return steps


def _two_languages(item: Any, code: str) -> Mapping[str, str]:
    _keys(item, {"en", "zh"}, code)
    _need(all(isinstance(text, str) and text for text in item.values()), code, "name")
    return dict(item)


def _keys(item: Any, wanted: set[str], code: str) -> None:
    _need(isinstance(item, dict), code, "object")
    odd = set(item) ^ wanted
    _need(not odd, code, ", ".join(sorted(odd)))


def _need(holds: bool, code: str, key: str) -> None:
    if not holds:
        raise Refused("pack_invalid", f"The interest pack {code} is wrong at: {key}.", pack=code, key=key)


def yearly(rate: Fraction, unit: str) -> Fraction:
    """Percent a year of percent a month or a year."""
    return rate * 12 if unit == "month" else rate
