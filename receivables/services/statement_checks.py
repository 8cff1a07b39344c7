"""What makes a bank statement wait for a person: balances, numbers, accounts and currencies that do not fit. It stores
nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from integrations.banking import port
from receivables import localised
from receivables.models import BankAccount, Statement

NUMBERED = ("mt940", "camt")
"""Formats whose statements carry a number; without one a gap cannot be seen, so a person looks."""


@dataclass
class Verdict:
    """`problems` as stored: code, message, value, stops (False for warnings). `sums` is the arithmetic that is shown."""

    sums: port.Arithmetic
    problems: list[dict[str, object]] = field(default_factory=list)

    @property
    def flagged(self) -> bool:
        return any(problem["stops"] for problem in self.problems)

    def add(self, code: str, message: str, value: str = "", *, stops: bool = True) -> None:
        self.problems.append({"code": code, "message": message, "value": value, "stops": stops})


def account_form(account: str) -> str:
    """An IBAN or account number for comparing: letters and digits only, upper case."""
    return "".join(c for c in account.upper() if c.isalnum())


def judge(statement: port.Statement, *, format: str, account: BankAccount, told: Sequence[str]) -> Verdict:
    """One statement against its account; `told` are the distinct account numbers of the whole file."""
    verdict = Verdict(port.arithmetic(statement))
    for problem in statement.problems:
        if problem.code not in ("number_missing", "account_missing"):
            verdict.add(problem.code, problem.message, problem.value, stops=not problem.warning)
    if statement.kind != port.FINAL:
        return verdict
    if verdict.sums.difference:
        _replace_sums(verdict, statement)
    elif verdict.sums.closes is False and not verdict.flagged:
        verdict.add("does_not_close", _("The figures of this statement do not belong together."))
    if not statement.number and format in NUMBERED:
        verdict.add(
            "number_missing", _("The statement has no number, so a missing one could not be noticed.")
        )
    own, here = account_form(account.iban), account_form(statement.account)
    if own and here and not same_account(own, here):
        verdict.add(
            "account_differs",
            _("The file says account %(told)s, but this is %(ours)s.")
            % {"told": statement.account, "ours": account},
            statement.account,
        )
    elif not own and len(told) > 1:
        verdict.add(
            "accounts_mixed", _("The file holds several accounts: %(all)s.") % {"all": ", ".join(told)}, here
        )
    if statement.currency and statement.currency != account.currency:
        verdict.add(
            "currency_differs",
            _("The statement is in %(theirs)s, the account in %(ours)s.")
            % {"theirs": statement.currency, "ours": account.currency},
            statement.currency,
        )
    return verdict


def same_account(one: str, other: str) -> bool:
    """Banks write the account inside the IBAN, with or without their own code before it."""
    shorter, longer = sorted((one, other), key=len)
    return one == other or (len(shorter) >= 6 and longer.endswith(shorter))


def _replace_sums(verdict: Verdict, statement: port.Statement) -> None:
    sums, code = verdict.sums, statement.currency
    verdict.problems = [p for p in verdict.problems if p["code"] != "does_not_close"]
    figures = {
        name: localised.money(value or 0, code)
        for name, value in (
            ("opening", sums.opening),
            ("movement", sums.movement),
            ("expected", sums.expected),
            ("closing", sums.closing),
            ("difference", sums.difference),
        )
    }
    verdict.add(
        "does_not_close",
        _(
            "Opening %(opening)s plus lines %(movement)s makes %(expected)s, "
            "but the closing balance is %(closing)s: difference %(difference)s."
        )
        % figures,
        str(sums.difference),
    )


def gap(verdict: Verdict, statement: port.Statement, account: BankAccount) -> None:
    """Warns where this statement does not begin with the balance the one before ended with."""
    if statement.kind != port.FINAL or statement.opening is None or statement.closing_on is None:
        return
    taken = Statement.objects.filter(
        account=account, kind=port.FINAL, currency=statement.currency, closing__isnull=False
    )
    taken = taken.exclude(state=Statement.State.DISCARDED)
    start = statement.opening_on or statement.closing_on
    before = taken.filter(closing_on__lte=start).order_by("-closing_on", "-pk").first()
    if (
        before is None
        or before.closing is None
        or taken.filter(closing=statement.opening, closing_on__lte=statement.closing_on).exists()
    ):
        return
    verdict.add(
        "gap",
        _(
            "It begins with %(opening)s, but statement %(number)s ended with %(closing)s: %(missing)s lies between them."
        )
        % {
            "opening": localised.money(statement.opening, statement.currency),
            "number": before.number or before.closing_on,
            "closing": localised.money(before.closing, statement.currency),
            "missing": localised.money(statement.opening - before.closing, statement.currency),
        },
        str(statement.opening - before.closing),
        stops=False,
    )
