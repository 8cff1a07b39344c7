"""What each placeholder of a template stands for, and what is wrong with a template, in the reader's language."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from receivables.rules.templates import Problem
from receivables.words import file_words

_N = file_words.marked

PLACEHOLDERS: dict[str, str | Promise] = {
    "customer": _("The customer's legal name"),
    "contact": _("The person who is written to"),
    "entity": _("Our company that is owed the money"),
    "amount_total": _("The open amount of all items in this message, with its currency"),
    "currency": _("The currency of the message, such as EUR"),
    "items": _("The table of open items: number, due date, amount, days late"),
    "item_count": _("How many items, such as “3 invoices”"),
    "oldest_due_on": _("The due date of the oldest item"),
    "days_past_due": _("How long the oldest item is late, such as “16 days”"),
    "days_until_due": _("In how many days the first item is due, such as “7 days”"),
    "stage": _("The stage of the ladder in words"),
    "reference": _("The reference to quote when answering or paying"),
    "contract_clause": _("The clause of the contract on payment"),
    "promise_by": _("The day by which we ask for a promise to pay"),
    "promised_on": _("The day the customer promised to pay"),
    "promised_amount": _("The amount the customer promised to pay"),
    "paid_on": _("The day the payment reached us"),
    "paid_amount": _("The amount of the payment that reached us"),
    "new_deadline": _("The new day by which to pay"),
    "bank_details": _("Our bank account, one line per part"),
    "payment_link": _("The link to pay online; a button in e-mails"),
    "charges": _("Interest, fixed sums and fees, one line each"),
    "charges_total": _("The sum of interest, fixed sums and fees"),
    "grand_total": _("The open amount with interest, fixed sums and fees"),
    "interest": _("The late interest"),
    "letter_number": _("The number of the letter"),
    "sender_name": _("Who signs for us"),
    "sender_title": _("The function of who signs"),
    "sender_phone": _("The telephone number of who signs"),
    "rep_name": _("The sales rep of the customer"),
    "written_on": _("The day of the message"),
    "opt_out": _("How to stop these text messages, such as “Reply STOP to end”"),
    "page_link": _("The link to the page in Duebook, for our own people"),
}

PROBLEMS: dict[str, str | Promise] = {
    "channel_unknown": _("“%(what)s” is no channel."),
    "too_long": _("The text is too long (%(what)s characters)."),
    "control_character": _("The character %(what)s cannot stand here."),
    "engine_syntax": _("“%(what)s” is no placeholder. Right: one brace on each side, such as {customer}."),
    "stray_brace": _("A brace stands alone. Right: placeholders such as {customer}."),
    "markup": _("“%(what)s” is markup. Plain text with blank lines, “- ” lists and **bold** is right."),
    "script": _("“%(what)s” cannot stand in a message."),
    "bold_open": _("Two stars open bold text that is not closed on the same line."),
    "placeholder_unknown": _("{%(what)s} is not known. Choose one from the list."),
    "placeholder_not_here": _("{%(what)s} cannot be used in this channel."),
    "placeholder_not_in_subject": _("{%(what)s} is too long for a subject."),
    "placeholder_missing": _("{%(what)s} is needed in this channel."),
    "needs_own_line": _("{%(what)s} needs a line of its own."),
    "text_missing": _("There is no text yet."),
    "subject_unneeded": _("A text message has no subject."),
}


def problem(found: Problem) -> str:
    """A problem as a sentence; a code without one is shown as it is."""
    sentence = PROBLEMS.get(found.code)
    return str(sentence) % {"what": found.what} if sentence else found.code


SENTENCES: tuple[str, ...] = (
    _N("There is nothing to write for {%(name)s}."),
    _N("{%(name)s} means nothing."),
    _N("{%(name)s} is no text but %(given)s."),
    _N("{%(name)s} has %(length)s characters; %(limit)s fit."),
    _N("{%(name)s} holds characters that are no text."),
    _N("{%(name)s} is no web address."),
    _N("%(currencies)s met in one message."),
    _N("The message would be longer than %(limit)s."),
    _N("The message would be longer than %(limit)s bytes."),
    _N("The total is not the sum of the items."),
    _N("The statement does not add up."),
    _N("The interest is not the sum of its lines."),
    _N("The claim is not the sum of its items."),
    _N("The files of this message are too large to be sent."),
    _N("The paper would be made of %(length)s bytes."),
    _N("The paper has %(length)s bytes."),
    _N("The paper took longer than %(count)s seconds."),
    _N("The paper could not be set: %(why)s"),
    _N("The typesetter could not be started: %(why)s."),
    _N("The typesetter was stopped by signal %(count)s."),
    _N("The font package %(package)s is not installed; run `make setup`."),
    _N("The text message says nothing."),
    _N("%(length)s characters (%(count)s segments) are too many; at most %(limit)s fit."),
    _N("A text message of only a link looks like fraud; say who writes."),
)
"""Why a message could not be written, as `refusal_words` finds it; the reason stands beside a parked message."""
