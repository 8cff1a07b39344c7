"""How the columns of a bank's table are to be read: a saved mapping, the shipped ones, and a proposal for a person to confirm.

Data, not decisions: a proposal is never used by itself.
"""

import json
from dataclasses import asdict, dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, get_args

from integrations.errors import Unreadable
from integrations.files.names import comparable
from integrations.tables.dates import DateOrder
from integrations.tables.values import DecimalMark

_PRESETS = Path(__file__).resolve().parent / "presets"

ROLES = ("booked_on", "value_on", "amount", "debit", "credit", "direction", "currency", "reference", "end_to_end_id",
         "payer_name", "payer_account", "text", "bank_id", "status", "kind", "balance", "account")  # fmt: skip


@dataclass(frozen=True)
class ColumnMapping:
    """`columns`: role → header names (all present ones are joined for text) or zero-based indexes where there is no header.

    Amount: `amount` signed, or `amount` with `direction`, or `debit` and `credit`. `directions`: cell → "in", "out", "own"
    (between own pockets). `own_rules`: (role, beginning, "in"/"out") tells the sign of an own movement, first match wins,
    `own_default` otherwise. `void_status` rows were cancelled; `pairs_on` names a role in which a refund repeats the id of
    the cancelled row before a "_": such pairs cancel out. `blank_values` count as empty. `footer` = beginnings of rows
    that are sums. `account_pattern` finds the account in the lines above the header.
    """

    name: str = ""
    label: str = ""
    columns: dict[str, list[str | int]] | None = None
    header: bool = True
    delimiter: str = ""
    encoding: str = ""
    sheet: str = ""
    decimal_mark: DecimalMark = ""
    date_order: DateOrder = "ISO"
    short_years: bool = False
    currency: str = ""
    currency_aliases: dict[str, str] | None = None
    directions: dict[str, str] | None = None
    own_rules: list[list[str]] | None = None
    own_default: str = "out"
    pending_status: list[str] | None = None
    void_status: list[str] | None = None
    pairs_on: str = ""
    blank_values: list[str] | None = None
    footer: list[str] | None = None
    account_pattern: str = ""
    negate: bool = False

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "ColumnMapping":
        """Raises Unreadable `mapping_wrong` for unknown keys or roles."""
        known = {f.name for f in fields(cls)}
        unknown = sorted(set(data) - known) + sorted(set(data.get("columns") or {}) - set(ROLES))
        if unknown:
            raise Unreadable(
                "mapping_wrong", f"The mapping has unknown parts: {', '.join(map(str, unknown))[:200]}."
            )
        if data.get("decimal_mark", "") not in get_args(DecimalMark) or data.get(
            "date_order", ""
        ) not in get_args(DateOrder):
            raise Unreadable(
                "mapping_wrong", "The mapping's decimal mark or date order is none that is known."
            )
        return cls(**data)

    def as_dict(self) -> dict[str, Any]:
        """What to save: JSON, without the parts left at their defaults."""
        plain = ColumnMapping()
        return {key: value for key, value in asdict(self).items() if value != getattr(plain, key)}

    def names_of(self, role: str) -> list[str | int]:
        return list((self.columns or {}).get(role, ()))

    def required(self) -> tuple[str, ...]:
        """Header names that must be there for this mapping to fit."""
        needed = [n for role in (self.columns or {}) for n in self.names_of(role)[:1] if isinstance(n, str)]
        return tuple(dict.fromkeys(needed))

    def fits(self, cells: list[str]) -> bool:
        """True when a row of `cells` could be the header this mapping expects."""
        return (
            self.header
            and bool(self.required())
            and {comparable(n) for n in self.required()} <= {comparable(c) for c in cells}
        )


@cache
def presets() -> dict[str, ColumnMapping]:
    """The shipped mappings by name. Those without a header are never detected; they must be chosen."""
    found = {}
    for file in sorted(_PRESETS.glob("*.json")):
        data = json.loads(file.read_text(encoding="utf-8"))
        found[file.stem] = ColumnMapping.from_dict({"name": file.stem, **data})
    return found


@cache
def _synonyms() -> dict[str, list[str]]:
    data: dict[str, list[str]] = json.loads((_PRESETS.parent / "synonyms.json").read_text(encoding="utf-8"))
    return data


def proposal(header: list[str]) -> ColumnMapping | None:
    """A mapping guessed from header names in several languages, for a person to confirm; None without date and amount."""
    columns: dict[str, list[str | int]] = {}
    for role, words in _synonyms().items():
        known = {comparable(w) for w in words}
        titles: list[str | int] = [title for title in header if comparable(title) in known]
        if titles:
            columns[role] = titles if role == "text" else titles[:1]
    if "booked_on" not in columns and "value_on" in columns:
        columns["booked_on"] = columns["value_on"]
    has_amount = "amount" in columns or ("debit" in columns and "credit" in columns)
    return ColumnMapping(label="proposal", columns=columns) if "booked_on" in columns and has_amount else None
