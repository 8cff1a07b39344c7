"""What occasions, channels, languages and scopes of message texts are called."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

Words = str | Promise

AUDIENCES: dict[str, Words] = {
    "customer": gettext_lazy("To customers"),
    "staff": gettext_lazy("To our own people"),
}

CHANNELS: dict[str, Words] = {
    "email": gettext_lazy("E-mail"),
    "sms": gettext_lazy("Text message"),
    "letter": gettext_lazy("Letter"),
    "call": gettext_lazy("Call script"),
    "note": gettext_lazy("Note"),
}

LANGUAGES: dict[str, str] = {"en": "English", "zh-hans": "简体中文", "de": "Deutsch", "fr": "Français"}

OCCASIONS: dict[str, Words] = {
    "friendly_note": gettext_lazy("Friendly note before the due date"),
    "firm_reminder": gettext_lazy("Firm reminder"),
    "formal_demand": gettext_lazy("Formal demand"),
    "handover_notice": gettext_lazy("Notice of a hand-over"),
    "payment_thanks": gettext_lazy("Thanks for a payment"),
    "promise_confirmed": gettext_lazy("Promise confirmed"),
    "promise_broken": gettext_lazy("Promise not kept"),
    "stop_confirmed": gettext_lazy("Stop confirmed"),
    "call_script": gettext_lazy("Script of a call"),
    "escalation": gettext_lazy("Escalation to the sales manager"),
    "management_note": gettext_lazy("Note to management"),
    "rep_alert_3": gettext_lazy("Alert to sales, three days before"),
    "rep_alert_7": gettext_lazy("Alert to sales, a week before"),
}


def occasion(code: str) -> str:
    """What a text is for; a code of a policy's own is said in words."""
    return str(OCCASIONS.get(code) or code.replace("_", " ").capitalize())


def scope(entity: str, segment: str) -> str:
    """For whom a text is: all, one company of ours, one segment, or both."""
    parts = [entity, _("segment %(name)s") % {"name": segment} if segment else ""]
    return ", ".join(part for part in parts if part) or _("Everybody")
