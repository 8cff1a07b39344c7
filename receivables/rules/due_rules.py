"""Due rules: small steps that lead from an invoice date to a due date, in the order they are written.

"End of month, then 45 days" and "45 days, then end of month" are different promises, so the order is the rule. No
business days here: the shift off a holiday belongs to the terms.
"""

from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

from receivables.rules.refusals import Refused

Step = tuple[str, int | tuple[str, int]]
"""("days", n) n days on, back when negative · ("months", n) the same day n months on, clamped to the month's
end · ("end_of_month", 0) last day of the month reached · ("day", d) day d of the month reached, clamped ·
("next_day", d) the first d-th of a month on or after (clamped) · ("weekday", ("fri", 0)) the first Friday on
or after · ("weekday", ("fri", 2)) the first second-Friday-of-a-month on or after; -1 the last Friday of a
month.
"""

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_RANGES = {
    "days": (-366, 3660),
    "months": (0, 120),
    "day": (1, 31),
    "next_day": (1, 31),
}
_MOST_STEPS = 8


def due_on(steps: Sequence[Step], start_on: date) -> date:
    """The date the steps lead to from `start_on`; no steps: `start_on`. Refuses dates beyond year 9999."""
    try:
        for kind, value in steps:
            start_on = (
                _nth_weekday(start_on, value) if isinstance(value, tuple) else _MOVES[kind](start_on, value)
            )
    except (OverflowError, ValueError):
        raise Refused("date_out_of_range", "The due date lies beyond the calendar.", field="due") from None
    return start_on


def steps_from_json(data: object) -> tuple[Step, ...]:
    """[{"months": 1}, {"day": 15}, {"weekday": "fri", "nth": 2}, {"end_of_month": true}] as steps,
    checked."""
    if not isinstance(data, list) or len(data) > _MOST_STEPS:
        raise _invalid(f"A due rule is a list of up to {_MOST_STEPS} steps.")
    return tuple(_step(item) for item in data)


def steps_to_json(steps: Sequence[Step]) -> list[dict[str, object]]:
    """The stored form; steps_from_json(steps_to_json(steps)) == steps."""
    stored: list[dict[str, object]] = []
    for kind, value in steps:
        if isinstance(value, tuple):
            stored.append({"weekday": value[0]} | ({"nth": value[1]} if value[1] else {}))
        else:
            stored.append({kind: True if kind == "end_of_month" else value})
    return stored


def _step(item: object) -> Step:
    if not isinstance(item, Mapping):
        raise _invalid('A step is written like {"days": 30}.')
    if "weekday" in item:
        name, nth = item["weekday"], item.get("nth", 0)
        if set(item) - {"weekday", "nth"} or name not in WEEKDAYS or not _whole(nth) or not -1 <= nth <= 4:
            raise _invalid(
                'A weekday step is written like {"weekday": "fri", "nth": 2}; nth is 1 to 4, or -1 for last.'
            )
        return ("weekday", (str(name), int(nth)))
    if dict(item) == {"end_of_month": True}:
        return ("end_of_month", 0)
    if len(item) != 1 or not set(item) <= set(_RANGES):
        raise _invalid(f"A step is one of {', '.join(_RANGES)}, end_of_month, weekday.")
    kind, value = next(iter(item.items()))
    low, high = _RANGES[kind]
    if not _whole(value) or not low <= value <= high:
        raise _invalid(f"{kind} must be a whole number from {low} to {high}.")
    return (str(kind), int(value))


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _invalid(message: str) -> Refused:
    return Refused("terms_invalid", message, field="due")


def _add_months(on: date, months: int) -> date:
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    return date(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))


def _set_day(on: date, day: int) -> date:
    return on.replace(day=min(day, monthrange(on.year, on.month)[1]))


def _next_day(on: date, day: int) -> date:
    found = _set_day(on, day)
    return found if found >= on else _set_day(_add_months(on.replace(day=1), 1), day)


def _nth_weekday(on: date, rule: tuple[str, int]) -> date:
    weekday, nth = WEEKDAYS.index(rule[0]), rule[1]
    if nth == 0:
        return on + timedelta(days=(weekday - on.weekday()) % 7)
    found = _nth_of_month(on, weekday, nth)
    return found if found >= on else _nth_of_month(_add_months(on.replace(day=1), 1), weekday, nth)


def _nth_of_month(on: date, weekday: int, nth: int) -> date:
    if nth == -1:
        last = _set_day(on, 31)
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    first = on.replace(day=1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


_MOVES: dict[str, Callable[[date, int], date]] = {
    "days": lambda on, n: on + timedelta(days=n),
    "months": _add_months,
    "end_of_month": lambda on, _: _set_day(on, 31),
    "day": _set_day,
    "next_day": _next_day,
}
