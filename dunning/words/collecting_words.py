"""What codes of promises, calls and blocks are called, and the built-in scripts of a call. Texts people edit are templates."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ENDS: dict[str, str | Promise] = {
    "renegotiated": _("Renegotiated"),
    "plan_broken": _("The plan was broken"),
    "nothing_left": _("Nothing of it is owed any more"),
    "handed_over": _("Handed over"),
}
STEPS: dict[str, str | Promise] = {
    "call": _("Overdue"),
    "escalate": _("Overdue for more than two weeks"),
    "handover": _("Hand-over proposed"),
    "follow_up": _("Follow-up"),
}
SCRIPTS: dict[str, str | Promise] = {
    "call": _(
        "Good day, this is {caller} of {entity}. I call about {amount_total} that has been open since {oldest_due_on}. "
        "Did the invoices reach you? Is anything wrong with them? When may we expect the payment?"
    ),
    "broken_promise": _(
        "Good day, this is {caller} of {entity}. You promised {promised_amount} for {promised_on}, and it has not reached us. "
        "What happened? On which day will it be paid, and by whom is it released?"
    ),
    "late": _(
        "Good day, this is {caller} of {entity}. {amount_total} has been overdue for {days_past_due} days. Under our contract "
        "payment was due on {oldest_due_on}. I need a firm day and an amount from you now, or we have to take the next step."
    ),
}
"""By what the call is about; `late` from the 16th day on."""
CHECKLIST: tuple[str | Promise, ...] = (
    _("Do they have the invoices? Send them again if not."),
    _("Is there something to question? Open the dispute at once."),
    _("Who releases the payment, and when is their next payment run?"),
    _("Repeat day and amount before you hang up."),
)


def end(reason: str) -> str:
    """Why a promise stands no more: a code in words, or what somebody wrote."""
    return str(ENDS.get(reason, reason))


def script(stage: str, days_past_due: int) -> str:
    """The script of a call with its placeholders."""
    if stage.startswith("promise:"):
        return str(SCRIPTS["broken_promise"])
    return str(SCRIPTS["late" if days_past_due >= 16 else "call"])
