"""Tax ids, bank account numbers and creditor references: is it well formed, and what would be right.

Wrong length or alphabet is refused with the right format; a failed checksum only warns. It is no proof that the id
exists: nobody is asked.
"""

from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "warning", "refused"]


@dataclass(frozen=True, slots=True)
class TaxIdCheck:
    """`normalised` = what to store; `format_hint` and `example` tell how a right one looks (empty when unknown)."""

    normalised: str
    status: Status
    format_hint: str
    example: str
    message: str


def normalise(value: str) -> str:
    """Full-width to ASCII, upper case, without blanks, hyphens, dots and slashes."""
    raise NotImplementedError


def check(kind_or_country: str, value: str) -> TaxIdCheck:
    """Checks a tax id of a country ("CN", "DE", "GB") or a kind ("eu_vat", "cn_uscc", "us_ein"); never raises."""
    raise NotImplementedError


def iban(value: str) -> TaxIdCheck:
    """ISO 13616; here a failed checksum is refused, because money would go astray."""
    raise NotImplementedError


def creditor_reference(value: str) -> TaxIdCheck:
    """ISO 11649 (RF...), leading zeros allowed; a failed checksum is refused."""
    raise NotImplementedError
