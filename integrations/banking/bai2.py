"""BAI2 balance reports: files of groups of accounts, with continuation records and control totals, all of them checked.

A control total that differs is a problem on the statement, never a reason to drop a line.
"""

from integrations.banking.bai2_account import (
    CREDITS,
    DEBITS,
    Account,
    Group,
    bai_date,
    compare,
    incomplete,
    read_line,
    total,
)
from integrations.banking.bai2_records import Record, detail, records, signed, summaries
from integrations.banking.port import (
    FINAL,
    Balance,
    BankOptions,
    Problem,
    Statement,
    checked,
)
from integrations.errors import Unreadable
from integrations.files.currencies import DIGITS
from integrations.files.decoding import whole_text
from integrations.files.media import Kind, admit
from integrations.tables.values import Unparsed

_OPENING, _CLOSING = "010", "015"


class Adapter:
    """BAI2."""

    def recognises(self, raw: bytes) -> bool:
        head = raw[:200].lstrip(b"\xef\xbb\xbf \t\r\n").replace(b" ", b"")
        return head.startswith(b"01,") and (
            b"\n02," in raw[:4000] or b"\r02," in raw[:4000] or b"/02," in raw[:4000]
        )

    def read(self, raw: bytes, *, name: str, options: BankOptions) -> list[Statement]:
        """Raises Unreadable: unsupported_media, no_rows."""
        admitted = admit(raw, name=name)
        if admitted.kind is not Kind.TEXT:
            raise Unreadable("unsupported_media", "The file is no BAI2 text.")
        text, _ = whole_text(admitted.stream.read(), options.encoding)
        groups, file_problems, file_totals = _groups(text, options)
        statements = [_statement(g, a, file_problems, file_totals) for g in groups for a in g.accounts]
        if not statements:
            raise Unreadable("no_rows", "The file holds no BAI2 account.")
        return statements


def _groups(text: str, options: BankOptions) -> tuple[list[Group], list[Problem], dict[str, int]]:
    groups: list[Group] = []
    problems: list[Problem] = []
    totals: dict[str, int] = {}
    number, count, trailer = "", 0, False
    for record in records(text):
        count += record.physical
        if record.code == "01":
            number = record.at(5)
        elif record.code == "02":
            groups.append(_group(record))
        elif record.code == "99":
            trailer = True
            totals = {
                "file_control": total(record, 1, problems),
                "file_groups": len(groups),
                "file_records": count,
            }
            compare(
                problems, record, "file", added=sum(g.control for g in groups), parts=len(groups), count=count
            )
        elif not groups:
            problems.append(
                Problem("record_unknown", "A record stands outside a group.", record.line, record.raw[:40])
            )
        else:
            _in_group(groups[-1], record, number, options)
    if not trailer:
        problems.append(
            Problem("file_cut", "The file ends without its trailer record (99): it may be cut off.")
        )
    return groups, problems, totals


def _group(record: Record) -> Group:
    group = Group(status=record.at(3), currency=record.at(6), records=record.physical)
    try:
        group.as_of = bai_date(record.at(4))
    except Unparsed as e:
        group.problems.append(
            Problem("date_unread", f"The as-of date: {e.reason}", record.line, record.at(4))
        )
    if group.status not in ("", "1"):
        words = {"2": "a deletion", "3": "a correction", "4": "a test"}
        group.problems.append(
            Problem(
                "group_status",
                f"The group is {words.get(group.status, 'of unknown kind')}, not an update.",
                record.line,
            )
        )
    return group


def _in_group(group: Group, record: Record, number: str, options: BankOptions) -> None:
    group.records += record.physical
    account = group.accounts[-1] if group.accounts else None
    if record.code == "03":
        currency = record.at(2) or group.currency or options.currency or "USD"
        account = Account(record, currency, group.as_of, number, records=record.physical)
        account.summaries = list(summaries(record, account.problems))
        account.sum = sum(s.amount for s in account.summaries if s.amount is not None)
        group.accounts.append(account)
    elif record.code == "98":
        group.control = total(record, 1, group.problems)
        compare(
            group.problems,
            record,
            "group",
            added=sum(a.control for a in group.accounts),
            parts=len(group.accounts),
            count=group.records,
        )
    elif account is None:
        group.problems.append(
            Problem("record_unknown", "A record stands outside an account.", record.line, record.raw[:40])
        )
    elif record.code == "16":
        account.records += record.physical
        line, amount = read_line(detail(record), record, account)
        account.lines.append(line)
        account.sum += amount
    elif record.code == "49":
        account.records += record.physical
        account.control = signed(record.at(1)) or 0
        compare(account.problems, record, "account", added=account.sum, parts=None, count=account.records)
    else:
        account.problems.append(
            Problem("record_unknown", "The record is of no known kind.", record.line, record.raw[:40])
        )


def _statement(
    group: Group, account: Account, file_problems: list[Problem], file_totals: dict[str, int]
) -> Statement:
    balances = {s.code: s.amount for s in account.summaries if s.amount is not None}
    if account.currency not in DIGITS:
        account.problems.append(
            Problem(
                "currency_missing",
                f"The currency {account.currency[:10]!r} is not known.",
                account.record.line,
            )
        )
    totals = {"control": account.control, "group_control": group.control, **file_totals}
    totals |= {
        name: balances[code] for name, code in (("credits", CREDITS), ("debits", DEBITS)) if code in balances
    }
    return checked(
        Statement(
            account=account.record.at(1),
            currency=account.currency,
            number=account.number,
            opening=balances.get(_OPENING),
            closing=balances.get(_CLOSING),
            opening_on=account.as_of,
            closing_on=account.as_of,
            lines=tuple(account.lines),
            problems=(*account.problems, *incomplete(account), *group.problems, *file_problems),
            kind=FINAL,
            balances=tuple(
                Balance(code, amount, account.currency, account.as_of)
                for code, amount in balances.items()
                if code < "100"
            ),
            totals=totals,
        )
    )
