"""Messages in words: why one waits or stopped, what a provider told of it, which states the list offers."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

STATES: dict[str, str | Promise] = {
    "PLANNED": pgettext_lazy("message", "Planned"),
    "IN_FLIGHT": pgettext_lazy("message", "In the air"),
    "UNCERTAIN": pgettext_lazy("message", "In doubt"),
    "PARKED": pgettext_lazy("message", "Needs you"),
    "ACCEPTED": pgettext_lazy("message", "Sent"),
    "SUPPRESSED": pgettext_lazy("message", "Held back"),
    "CANCELLED": pgettext_lazy("message", "Cancelled"),
}
CHANNELS: dict[str, str | Promise] = {"email": _("E-mail"), "sms": _("Text message"), "letter": _("Letter")}
REASONS: dict[str, str | Promise] = {
    "in_doubt": _(
        "The connection broke while it was handed over. It may have arrived, and there is no proof."
    ),
    "content_changed": _("Its words or files are no longer those that were planned. It was not sent."),
    "attachment_missing": _("A file of it cannot be read. It was not sent."),
    "too_large": _("Its files are larger than a mail may be. It was not sent."),
    "broken": _("It could not be put together. It was not sent."),
    "no_common_hour": _(
        "The recipient can be written to at no hour. Correct the contact's time zone or hours."
    ),
    "opted_out": _("The recipient asked not to be written to at this address."),
    "contact_retired": _("The contact is retired."),
    "undeliverable": _("Messages to this address came back."),
    "bad_recipient": _("The provider does not know this address."),
    "before_delivery": _("It was planned before messages left the house, and is out of date."),
    "outside_hours": _("It waits for the recipient's contact hours."),
    "quota_reached": _("Today's number of messages is reached; it goes tomorrow."),
    "no_connection": _("The provider could not be reached; it is tried again."),
    "credentials": _("The provider refused our key; it is tried again."),
    "rate_limited": _("The provider asked us to slow down; it is tried again."),
    "not_sent": _("It could not be handed over; it is tried again."),
    "gave_up": _("The worker stood still too long and did not send it; it is tried again."),
    "send_again": _("Somebody decided to send it again."),
    "dropped": _("Somebody decided not to send it."),
    "sent_before": _("An earlier copy turned out to have arrived, so this one is not sent."),
    "lease_over": _(
        "The worker stopped while it was handed over. It may have arrived; proof is being looked for."
    ),
    "timeout": _("The provider did not answer in time. It may have arrived; proof is being looked for."),
    "cut": _("The connection broke. It may have arrived; proof is being looked for."),
    "garbage": _("The provider's answer could not be read. It may have arrived; proof is being looked for."),
    "bug": _("Something failed while it was handed over. It may have arrived; proof is being looked for."),
    "charges_failed": _("It was sent, but the charges it announces could not be booked. Book them by hand."),
}
_PREFIXES: dict[str, str | Promise] = {
    "rejected:": _("The provider refused it for good."),
    "unavailable:": _("It was tried many times and never taken. It was not sent."),
    "http_": _("The provider answered with an error. It may have arrived; proof is being looked for."),
}
EVENTS: dict[str, str | Promise] = {
    "processed": _("Taken by the provider"),
    "delivered": _("Delivered"),
    "opened": _("Opened"),
    "clicked": _("A link was opened"),
    "deferred": _("Delayed by the recipient's mail server"),
    "bounced": _("Came back"),
    "dropped": _("Thrown away by the provider"),
    "failed": _("Could not be delivered"),
    "complained": _("Reported as unwanted"),
    "unsubscribed": _("The recipient unsubscribed"),
    "unknown": _("Something the provider told us that we do not know"),
}
ACTIONS: dict[str, str | Promise] = {
    "message.claimed": _("Taken for sending"),
    "message.accepted": _("Taken by the provider"),
    "message.not_done": _("Surely not taken"),
    "message.rejected": _("Refused by the provider"),
    "message.in_doubt": _("In doubt: it may have arrived"),
    "message.suppressed": _("Held back"),
    "message.parked": _("Put before a person"),
    "message.send_again": _("Somebody decided: send it again"),
    "message.it_was_sent": _("Somebody decided: it was sent"),
    "message.dropped": _("Somebody decided: do not send it"),
}


def reason(code: str) -> str:
    """A reason as a sentence; the code itself where we have none."""
    found = REASONS.get(code) or next((w for p, w in _PREFIXES.items() if code.startswith(p)), code)
    return str(found)
