"""A bank file from the door to the books: taken in whole, then matched. Two steps of their own transactions, one call."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from receivables.actor import Actor
from receivables.models import BankAccount
from receivables.services import matching, statements
from receivables.services.matching import Matched
from receivables.services.statements import TakenIn


@dataclass
class Intake:
    """What the file brought, and what became of it for each account."""

    taken: TakenIn
    matched: dict[int, Matched] = field(default_factory=dict)

    @property
    def applied(self) -> int:
        return sum(done.applied for done in self.matched.values())

    @property
    def left(self) -> int:
        return sum(done.left for done in self.matched.values())


def take_in(
    *,
    raw: bytes,
    name: str,
    now: datetime,
    today: date,
    by: Actor,
    account: BankAccount | None = None,
    accounts: Sequence[BankAccount] = (),
    mapping: str = "",
) -> Intake:
    """`statements.take_in`, then `matching.match_new_lines` for each account of the file. Refuses as `statements.take_in`."""
    taken = statements.take_in(
        raw=raw, name=name, now=now, today=today, by=by, account=account, accounts=accounts, mapping=mapping
    )
    intake = Intake(taken)
    if not taken.known:
        for found in {statement.account_id: statement.account for statement in taken.statements}.values():
            intake.matched[found.pk] = matching.match_new_lines(account=found, now=now, by=by)
    return intake
