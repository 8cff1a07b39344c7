"""Reasons in sentences: why somebody was or was not written to, why a notice waits for a person, why it was withdrawn.

The codes stay in rows and in the API; a code without a sentence is shown as it is.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from receivables import localised

Words = str | Promise

SHORT: dict[str, Words] = {
    "sent": gettext_lazy("Written to"),
    "proposed": gettext_lazy("Waits for release"),
    "not_due": gettext_lazy("Not due"),
    "stage_not_due": gettext_lazy("Next step not due"),
    "gap": gettext_lazy("Heard from us a short while ago"),
    "item_gap": gettext_lazy("Asked a short while ago"),
    "deadline_running": gettext_lazy("Deadline is running"),
    "pending": gettext_lazy("Something is on its way"),
    "disputed": gettext_lazy("In dispute"),
    "promised": gettext_lazy("Promised"),
    "plan": gettext_lazy("On a payment plan"),
    "blocked": gettext_lazy("Blocked"),
    "legal": gettext_lazy("In legal hands"),
    "covered": gettext_lazy("Covered by their credit"),
    "minimum": gettext_lazy("Too small"),
    "receipt_waiting": gettext_lazy("A receipt waits in Cash"),
    "bank_stale": gettext_lazy("No fresh bank file"),
    "exempt": gettext_lazy("Exempt"),
    "closed": gettext_lazy("Closed"),
    "no_contact": gettext_lazy("Nobody to write to"),
    "opted_out": gettext_lazy("Asked us to stop"),
    "cap": gettext_lazy("Enough messages this week"),
    "later_stage": gettext_lazy("Late items come first"),
    "done": gettext_lazy("All steps done"),
    "nothing_open": gettext_lazy("Nothing open"),
    "paid": gettext_lazy("Paid"),
    "too_late": gettext_lazy("Too late for this step"),
    "policy": gettext_lazy("The policy changed"),
    "bounced": gettext_lazy("Came back"),
    "by_hand": gettext_lazy("By hand"),
    "important": gettext_lazy("Large or important"),
    "changed_since_approval": gettext_lazy("Changed since it was released"),
    "cannot_render": gettext_lazy("Cannot be written"),
    "bad_recipient": gettext_lazy("Address refused"),
    "undeliverable": gettext_lazy("Undeliverable"),
    "contact_retired": gettext_lazy("Contact retired"),
    "withdrawn": gettext_lazy("Withdrawn"),
}

SENTENCES: dict[str, Words] = {
    "sent": gettext_lazy("They were written to on the step “%(stage)s”."),
    "proposed": gettext_lazy("A notice on the step “%(stage)s” waits for somebody to release it."),
    "not_due": gettext_lazy("Not due yet. The first step, “%(stage)s”, comes on %(day)s."),
    "stage_not_due": gettext_lazy("The next step, “%(stage)s”, comes on %(day)s."),
    "gap": gettext_lazy("They heard from us a short while ago. “%(stage)s” goes out from %(day)s on."),
    "item_gap": gettext_lazy("This item was asked for a short while ago. “%(stage)s” may follow from %(day)s on."),
    "deadline_running": gettext_lazy("We gave them until %(day)s to pay. “%(stage)s” waits until that day is over."),
    "pending": gettext_lazy("A notice on the step “%(stage)s” is on its way and has not arrived yet."),
    "disputed": gettext_lazy("It is in dispute. Nobody asks for it until the dispute is settled."),
    "promised": gettext_lazy("They promised to pay. We wait until %(day)s."),
    "plan": gettext_lazy("It is on a payment plan that is being kept."),
    "blocked": gettext_lazy("Dunning is blocked (%(reason)s) until %(day)s."),
    "legal": gettext_lazy("It is in legal hands. Nobody writes but them."),
    "covered": gettext_lazy("They have as much money with us as they owe. Match it before asking for more."),
    "minimum": gettext_lazy("What is open is too small for the step “%(stage)s”."),
    "receipt_waiting": gettext_lazy("A payment that looks like theirs waits in Cash. Match it first."),
    "bank_stale": gettext_lazy("No fresh bank file came in, so we may be asking for what is paid. Take one in."),
    "exempt": gettext_lazy("No policy speaks about this customer."),
    "closed": gettext_lazy("The customer is closed."),
    "no_contact": gettext_lazy("There is nobody to write to for “%(stage)s”: add a contact with a working address."),
    "opted_out": gettext_lazy("They asked us to stop, or never agreed. Call them instead."),
    "cap": gettext_lazy("They had as many messages this week as they should get. “%(stage)s” waits."),
    "later_stage": gettext_lazy("They hear of items that are weeks late, so nothing is said about what is not due."),
    "done": gettext_lazy("Every step of the policy was taken. What happens now is up to us."),
    "nothing_open": gettext_lazy("Nothing is open."),
    "paid": gettext_lazy("It was paid before the notice left."),
    "too_late": gettext_lazy("The step is not said any more: its last day is over."),
    "policy": gettext_lazy("The policy in force no longer has this step."),
    "bounced": gettext_lazy("It came back as undeliverable. The next run tries another way."),
    "by_hand": gettext_lazy("Somebody decided it by hand."),
    "important": gettext_lazy("The policy wants a person to look at it: the customer is important or the amount is large."),
    "changed_since_approval": gettext_lazy("It was released, but what would be sent has changed since. Look again."),
    "cannot_render": gettext_lazy("It cannot be written as it stands: %(detail)s."),
    "bad_recipient": gettext_lazy("The provider refused the address. The next run tries another way."),
    "undeliverable": gettext_lazy("The address is known not to work. The next run tries another way."),
    "contact_retired": gettext_lazy("The contact was retired before it left."),
    "withdrawn": gettext_lazy("It was withdrawn before it left."),
}  # fmt: skip

OPEN_ENDED: dict[str, Words] = {
    "promised": gettext_lazy("They promised to pay, and we wait for it."),
    "blocked": gettext_lazy("Dunning is blocked (%(reason)s) until somebody releases it."),
    "pending": gettext_lazy("The payment is on its way (direct debit or card)."),
    "covered": gettext_lazy("They have as much money with us as they owe. Match it before asking for more."),
    "minimum": gettext_lazy("What is open is too small to ask for."),
}
"""The same codes where a figure of the sentence is not known."""

BLOCKS: dict[str, Words] = {
    "clarifying": gettext_lazy("being clarified"),
    "key_account": gettext_lazy("key account, by hand only"),
    "insolvency": gettext_lazy("insolvency"),
    "legal": gettext_lazy("legal hold"),
    "do_not_contact": gettext_lazy("do not contact"),
    "rep_handles": gettext_lazy("sales handles it"),
    "pending_payment": gettext_lazy("payment in flight"),
    "other": gettext_lazy("another reason"),
}

RENDERING: dict[str, Words] = {
    "no_text": gettext_lazy("nobody wrote a text for this step and channel"),
    "value_missing": gettext_lazy("the text asks for something that is not known"),
    "two_currencies": gettext_lazy("two currencies met in one message"),
    "totals_differ": gettext_lazy("the total is not the sum of the items"),
    "output_too_long": gettext_lazy("the message is too long"),
    "render_failed": gettext_lazy("the letter could not be typeset"),
    "attachments_too_large": gettext_lazy("its files are too large"),
    "rate_missing": gettext_lazy("there is no exchange rate for its fee"),
}


def short(code: str) -> str:
    """A few words for a chip."""
    return str(SHORT.get(code.partition(":")[0], code.replace("_", " ")))


def sentence(code: str, figures: Sequence[Any] = (), *, stages: Mapping[str, str] | None = None) -> str:
    """What a reason says, for people. `figures` as `rules/reasons` keeps them; `stages` names the rungs."""
    name, _colon, detail = code.partition(":")
    told = _told(name, figures, stages or {}, detail)
    words = SENTENCES.get(name)
    if words is None:
        return short(code)
    missing = [key for key in ("stage", "day", "reason") if f"%({key})s" in str(words) and not told.get(key)]
    if missing and name in OPEN_ENDED:
        words = OPEN_ENDED[name]
    elif missing:
        return short(code) + "."
    return str(words) % told


def _told(name: str, figures: Sequence[Any], stages: Mapping[str, str], detail: str) -> dict[str, str]:
    """Names of figures by what they look like: an ISO day, a reason of a block, else a rung."""
    told = {"detail": str(RENDERING.get(detail, detail or _("look at its text")))}
    for figure in figures:
        day = _day(figure)
        if day is not None:
            told["day"] = localised.day(day)
        elif name in ("blocked", "legal"):
            told["reason"] = str(BLOCKS.get(str(figure), figure))
        else:
            told["stage"] = stages.get(str(figure), str(figure).replace("_", " "))
    return told


def _day(figure: Any) -> date | None:
    try:
        return date.fromisoformat(figure) if isinstance(figure, str) and len(figure) == 10 else None
    except ValueError:
        return None
