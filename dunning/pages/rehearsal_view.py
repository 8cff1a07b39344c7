"""What the rehearsal pages draw: bars by week, rows by stage and person, customers it changes, verdicts of a night. No doors."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext_lazy

from dunning.models import PolicyVersion
from dunning.rehearsal_tally import Tally, workdays
from dunning.rules.arbiter import Verdict
from dunning.words import policy_words
from receivables import context
from receivables.models import Customer, User

WIDTH, HEIGHT, TOP = 1040, 150, 18
NAMES, CHANGED = 6, 25
REASONS: dict[str, Any] = {
    "sent": gettext_lazy("Something goes out"),
    "proposed": gettext_lazy("Waits for a person"),
    "not_due": gettext_lazy("Not due yet"),
    "stage_not_due": gettext_lazy("The next stage is not reached yet"),
    "gap": gettext_lazy("Heard of us a few days ago"),
    "item_gap": gettext_lazy("The stage before was a few days ago"),
    "deadline_running": gettext_lazy("A deadline we gave is running"),
    "pending": gettext_lazy("A message is on its way, or the money is"),
    "disputed": gettext_lazy("Disputed"),
    "promised": gettext_lazy("Promised"),
    "plan": gettext_lazy("Payment plan on track"),
    "blocked": gettext_lazy("Blocked"),
    "legal": gettext_lazy("In legal hands"),
    "covered": gettext_lazy("Covered by credit"),
    "minimum": gettext_lazy("Below the smallest amount"),
    "receipt_waiting": gettext_lazy("A probable receipt waits in cash"),
    "bank_stale": gettext_lazy("The newest bank file is too old"),
    "exempt": gettext_lazy("Exempt, or no policy speaks"),
    "closed": gettext_lazy("Customer closed"),
    "no_contact": gettext_lazy("No address to write to"),
    "opted_out": gettext_lazy("Asked us to stop"),
    "cap": gettext_lazy("Heard enough of us this week"),
    "later_stage": gettext_lazy("Hears of older invoices already"),
    "done": gettext_lazy("All stages done"),
    "nothing_open": gettext_lazy("Nothing open"),
    "paid": gettext_lazy("Paid meanwhile"),
    "too_late": gettext_lazy("Its day was over"),
    "policy": gettext_lazy("The stage fell away"),
}


def reason(code: str) -> str:
    """A reason in words."""
    return str(REASONS.get(code, code))


def report(row: PolicyVersion, user: Any) -> dict[str, Any]:
    """Everything the report shows."""
    kept = row.rehearsal
    before, after = Tally.from_json(kept["before"]), Tally.from_json(kept["after"])
    since, until = date.fromisoformat(kept["since"]), date.fromisoformat(kept["until"])
    days = workdays(since, until)
    names = {stage["code"]: policy_words.stage_name(stage) for stage in row.ladder["stages"]}
    return {
        "since": since,
        "until": until,
        "at": kept["at"],
        "before": before,
        "after": after,
        "wrong": sum(after.faults.values()),
        "faults": _faults(after, user),
        "fewer": sum(1 for _c, old, new in kept["changes"] if new < old),
        "more": sum(1 for _c, old, new in kept["changes"] if new > old),
        "bars": bars(before, after, since, until),
        "stages": _stages(before, after, row),
        "people": _people(before, after, days),
        "unreached": _unreached(after, user),
        "stuck": [
            {
                "stage": names.get(_base(key), _base(key)),
                "why": reason(key.partition("|")[2]),
                "before": before.stuck.get(key, 0),
                "after": count,
            }
            for key, count in sorted(after.stuck.items(), key=lambda each: -each[1])
        ],
        "changed": _changed(kept["changes"], user),
        "withdrawn": [(reason(code), n) for code, n in sorted(after.withdrawn.items())],
        "per_day": round(after.outward * 10 / days) / 10 if days else 0,
        "most": max(after.days.values(), default=0),
        "most_on": date.fromisoformat(max(after.days, key=lambda d: (after.days[d], d)))
        if after.days
        else None,
    }


def bars(before: Tally, after: Tally, since: date, until: date) -> dict[str, Any]:
    """Bars by week: messages and calls stacked, and a line for what was in force."""
    first = since - timedelta(days=since.weekday())
    weeks = [first + timedelta(days=7 * n) for n in range((until - first).days // 7 + 1)]

    def split(tally: Tally, week: date) -> tuple[int, int]:
        found = tally.weeks.get(week.isoformat(), {})
        written = sum(found.get(channel, 0) for channel in ("email", "sms", "letter"))
        return written, sum(found.values()) - written

    most = max([1, *(sum(split(t, w)) for t in (before, after) for w in weeks)])
    wide = WIDTH / max(1, len(weeks))
    drawn, line = [], []
    for n, week in enumerate(weeks):
        written, done = split(after, week)
        tall, top = (round(HEIGHT * each / most) for each in (written, done))
        drawn.append(
            {
                "x": round(n * wide, 1),
                "w": round(wide * 0.72, 1),
                "y1": TOP + HEIGHT - tall,
                "h1": tall,
                "y2": TOP + HEIGHT - tall - top,
                "h2": top,
                "week": week,
                "written": written,
                "done": done,
                "month": week if week.day <= 7 else None,
            }
        )
        line.append(
            f"{round((n + 0.36) * wide, 1)},{TOP + HEIGHT - round(HEIGHT * sum(split(before, week)) / most)}"
        )
    return {
        "bars": drawn,
        "line": " ".join(line),
        "most": most,
        "width": WIDTH,
        "height": TOP + HEIGHT + 22,
        "foot": TOP + HEIGHT,
    }


def verdicts(found: Sequence[Verdict], user: Any, most: int) -> dict[str, Any]:
    """The drafts of a night as rows, and how many of each kind there are. Customers the reader may not see are left out."""
    drafts = [draft for verdict in found for draft in verdict.drafts]
    seen = {
        c.pk: c for c in Customer.objects.for_user(user).filter(pk__in={draft.customer for draft in drafts})
    }
    drafts = [draft for draft in drafts if draft.customer in seen]
    kinds = Counter((draft.stage.code, draft.stage.name, draft.target.channel) for draft in drafts)
    people = {u.pk: u for u in User.objects.filter(pk__in={d.target.user for d in drafts if d.target.user})}
    rows = [
        {
            "customer": seen[draft.customer],
            "stage": policy_words.stage_name({"code": draft.stage.code, "name": draft.stage.name}),
            "channel": draft.target.channel,
            "channel_words": policy_words.CHANNELS[draft.target.channel],
            "to": people[draft.target.user].shown
            if draft.target.user in people
            else _to(draft.target.recipient),
            "at": draft.target.due_at,
            "currency": draft.currency,
            "total": draft.total,
            "items": len(draft.climbing),
            "proposed": draft.state == "PROPOSED",
            "numbers": ", ".join(intent.item.number for intent in draft.climbing[:4]),
            "more": max(0, len(draft.climbing) - 4),
        }
        for draft in drafts[:most]
    ]
    return {
        "rows": rows,
        "count": len(drafts),
        "kinds": [
            (
                policy_words.stage_name({"code": code, "name": name}),
                channel,
                policy_words.CHANNELS[channel],
                n,
            )
            for (code, name, channel), n in kinds.most_common()
        ],
        "outward": sum(draft.stage.outward for draft in drafts),
        "proposed": sum(draft.state == "PROPOSED" for draft in drafts),
        "calls": sum(draft.target.channel == "call" for draft in drafts),
    }


def _to(recipient: str) -> str:
    if recipient.startswith("role:"):
        return str(context.role_words().get(recipient[5:], recipient[5:]))
    return recipient


def _stages(before: Tally, after: Tally, row: PolicyVersion) -> list[dict[str, Any]]:
    names = {stage["code"]: policy_words.stage_name(stage) for stage in row.ladder["stages"]}
    order = {code: n for n, code in enumerate(names)}
    keys = sorted({*before.messages, *after.messages}, key=lambda key: (order.get(_base(key), 99), key))
    return [
        {
            "stage": names.get(_base(key), _base(key)),
            "again": key.partition("|")[0].partition("+")[2],
            "channel": key.partition("|")[2],
            "channel_words": policy_words.CHANNELS[key.partition("|")[2]],
            "before": before.messages.get(key, 0),
            "after": after.messages.get(key, 0),
            "change": after.messages.get(key, 0) - before.messages.get(key, 0),
        }
        for key in keys
    ]


def _base(key: str) -> str:
    return key.partition("|")[0].partition("+")[0]


def _people(before: Tally, after: Tally, days: int) -> list[dict[str, Any]]:
    old = {who: (total, most) for who, total, most, _day, _p95 in before.load(days)}
    rows = after.load(days)
    ids = [int(who[5:]) for who, *_rest in rows if who.startswith("user:")]
    people = {user.pk: user.shown for user in User.objects.filter(pk__in=ids)}
    return [
        {
            "who": people.get(int(who[5:]), who) if who.startswith("user:") else _to(who),
            "total": total,
            "most": most,
            "most_on": date.fromisoformat(day),
            "p95": p95,
            "before": old.get(who, (0, 0))[0],
        }
        for who, total, most, day, p95 in rows
    ]


def _unreached(after: Tally, user: Any) -> list[dict[str, Any]]:
    ids = {pk for each in after.unreached.values() for pk in each}
    seen = Customer.objects.for_user(user).in_bulk(ids)
    return [
        {
            "why": reason(code),
            "count": len(found),
            "customers": [seen[pk] for pk in found if pk in seen][:NAMES],
        }
        for code, found in sorted(after.unreached.items(), key=lambda each: -len(each[1]))
    ]


def _changed(rows: Sequence[Sequence[int]], user: Any) -> list[dict[str, Any]]:
    seen = Customer.objects.for_user(user).in_bulk([row[0] for row in rows])
    found = [
        {"customer": seen[pk], "before": old, "after": new, "change": new - old}
        for pk, old, new in rows
        if pk in seen
    ]
    return found[:CHANGED]


def _faults(after: Tally, user: Any) -> list[dict[str, Any]]:
    seen = Customer.objects.for_user(user).in_bulk([each["customer"] for each in after.shown_faults])
    return [
        {
            **each,
            "customer": seen[each["customer"]],
            "why": reason(each["why"]),
            "day": date.fromisoformat(each["day"]),
        }
        for each in after.shown_faults
        if each["customer"] in seen
    ]
