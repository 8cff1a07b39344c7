"""The rights of the access matrix in words, for the pages of settings. The table and the engine keep the codes."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

NOUNS: dict[str, str | Promise] = {
    "promise": _("Promises"),
    "ladder": _("Ladder"),
    "handover": _("Hand-overs"),
    "call": _("Calls"),
    "block": _("Blocks"),
    "aging": _("Aging"),
    "audit": _("Audit"),
    "bank": _("Bank lines"),
    "batch": _("Tables of requests"),
    "charge": _("Charges"),
    "contact": _("Contacts"),
    "credit": _("Credit"),
    "customer": _("Customers"),
    "dispute": _("Disputes"),
    "entity": _("Legal entities"),
    "entry": _("Ledger"),
    "export": _("Export"),
    "flow": _("Approval flows"),
    "hold": _("Holds"),
    "interest": _("Late interest"),
    "invoice": _("Invoices"),
    "ledger": _("Ledger import"),
    "message": _("Messages"),
    "notice": _("Notices"),
    "payment": _("Payments"),
    "period": _("Closed periods"),
    "policy": _("Policies"),
    "rate": _("Exchange rates"),
    "request": _("Requests"),
    "run": _("Night runs"),
    "staff": _("People"),
    "template": _("Texts of messages"),
    "token": _("API keys"),
    "work": _("Work"),
}

ACTS: dict[str, str | Promise] = {
    "move": pgettext_lazy("right", "move"),
    "end": pgettext_lazy("right", "end"),
    "release": pgettext_lazy("right", "release"),
    "place": pgettext_lazy("right", "place"),
    "log": pgettext_lazy("right", "log"),
    "close": pgettext_lazy("right", "close"),
    "make": pgettext_lazy("right", "make"),
    "activate": pgettext_lazy("right", "activate"),
    "admin": pgettext_lazy("right", "administer"),
    "allocate": pgettext_lazy("right", "apply"),
    "approve": pgettext_lazy("right", "approve"),
    "assign": pgettext_lazy("right", "assign"),
    "cancel": pgettext_lazy("right", "cancel and credit"),
    "change_decide": pgettext_lazy("right", "decide a change"),
    "change_propose": pgettext_lazy("right", "propose a change"),
    "check": pgettext_lazy("right", "check an order"),
    "claim": pgettext_lazy("right", "claim"),
    "class": pgettext_lazy("right", "set the class"),
    "create": pgettext_lazy("right", "create"),
    "decide": pgettext_lazy("right", "decide"),
    "delegate": pgettext_lazy("right", "delegate"),
    "dispatch": pgettext_lazy("right", "send"),
    "edit": pgettext_lazy("right", "edit"),
    "import": pgettext_lazy("right", "take in"),
    "issue": pgettext_lazy("right", "issue"),
    "limit": pgettext_lazy("right", "propose and decide limits"),
    "lock": pgettext_lazy("right", "close and open"),
    "match": pgettext_lazy("right", "match"),
    "open": pgettext_lazy("right", "open"),
    "policy": pgettext_lazy("right", "set the policy by age"),
    "propose": pgettext_lazy("right", "propose"),
    "receive": pgettext_lazy("right", "record"),
    "refund_decide": pgettext_lazy("right", "decide a refund"),
    "refund_propose": pgettext_lazy("right", "propose a refund"),
    "resolve": pgettext_lazy("right", "settle"),
    "reverse": pgettext_lazy("right", "reverse"),
    "send_back": pgettext_lazy("right", "send back"),
    "start": pgettext_lazy("right", "start"),
    "submit": pgettext_lazy("right", "submit"),
    "transfer": pgettext_lazy("right", "transfer"),
    "unallocate": pgettext_lazy("right", "take back"),
    "verify": pgettext_lazy("right", "verify"),
    "view": pgettext_lazy("right", "view"),
    "waive": pgettext_lazy("right", "waive"),
    "write_off_decide": pgettext_lazy("right", "decide a write-off"),
    "write_off_propose": pgettext_lazy("right", "propose a write-off"),
}


def noun(code: str) -> str:
    """What a right is about."""
    return str(NOUNS.get(code, code.replace("_", " ")))


def act(code: str) -> str:
    """What a right lets one do; nothing for a right without a second part."""
    return str(ACTS.get(code, code.replace("_", " ")))


def verb(code: str) -> str:
    """A right in words: `invoice.issue` → Invoices: issue. A code without words is shown as it is."""
    about, _dot, does = code.partition(".")
    if not does:
        return noun(about)
    return str(_("%(noun)s: %(act)s")) % {"noun": noun(about), "act": act(does)}
