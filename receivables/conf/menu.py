"""The menu: which pages exist, in which section, behind which verb and which `g` letter. Upper floors are named by address only.

An entry whose address does not exist in this installation is left out; a count is a dotted string to `(user) -> int`.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Entry:
    """A line of the menu. `verb` is of the access matrix; `letter` follows `g`; `under`: other names it is lit for."""

    key: str
    label: str | Promise
    url_name: str
    verb: str
    letter: str
    icon: str = "document"
    count: str = ""
    under: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """A heading and its entries."""

    label: str | Promise
    entries: tuple[Entry, ...]


MENU: tuple[Section, ...] = (
    Section(
        _("Work"),
        (
            Entry(
                "requests",
                _("Requests"),
                "receivables:requests",
                "request.view",
                "r",
                "inbox",
                "receivables.pages.counts.requests",
            ),
            Entry(
                "approvals",
                _("Approvals"),
                "receivables:approvals",
                "work.view",
                "p",
                "check",
                "receivables.pages.counts.approvals",
            ),
            Entry("invoices", _("Invoices"), "receivables:invoices", "invoice.view", "i", "document"),
            Entry(
                "cash",
                _("Cash"),
                "receivables:cash",
                "bank.view",
                "c",
                "coins",
                "receivables.pages.counts.cash",
            ),
            Entry("payments", _("Payments"), "receivables:payments", "payment.view", "y", "coins"),
            Entry("disputes", _("Disputes"), "receivables:disputes", "dispute.view", "d", "document"),
        ),
    ),
    Section(
        _("Collect"),
        (
            Entry(
                "policies",
                _("Policies"),
                "dunning:policies",
                "policy.view",
                "w",
                under=(
                    "dunning:policy",
                    "dunning:policy_new",
                    "dunning:policy_edit",
                    "dunning:policy_version",
                    "dunning:policy_rehearsal",
                    "dunning:policy_rehearsing",
                    "dunning:policy_dry_run",
                ),
            ),
            Entry(
                "notices",
                _("Notices"),
                "dunning:notices",
                "notice.view",
                "q",
                "inbox",
                "dunning.pages.counts.notices",
                under=("dunning:notice", "dunning:notices_waiting"),
            ),
            Entry("calls", _("Calls"), "dunning:calls", "call.view", "j", "people"),
            Entry(
                "promises",
                _("Promises"),
                "dunning:promises",
                "promise.view",
                "v",
                "check",
                under=("dunning:plan",),
            ),
            Entry(
                "texts",
                _("Texts"),
                "receivables:texts",
                "template.view",
                "g",
                under=("receivables:text", "receivables:text_draft"),
            ),
            Entry("blocks", _("Blocks"), "dunning:blocks", "block.view", "x"),
            Entry("handovers", _("Hand-overs"), "dunning:handovers", "handover.view", "z"),
            Entry(
                "interest",
                _("Late interest"),
                "dunning:interest_notes",
                "interest.view",
                "n",
                "coins",
                under=("dunning:interest_claim", "dunning:interest_rates"),
            ),
            Entry("charges", _("Charges"), "receivables:charges", "charge.view", "f", "coins"),
            Entry("holds", _("Holds and limits"), "credit:holds", "credit.view", "k", "check"),
        ),
    ),
    Section(
        _("Records"),
        (
            Entry("customers", _("Customers"), "receivables:customers", "customer.view", "u", "people"),
            Entry("bank_accounts", _("Bank accounts"), "receivables:bank_accounts", "bank.view", "b"),
            Entry(
                "outbox",
                _("Outbox"),
                "receivables:outbox",
                "message.view",
                "o",
                count="receivables.pages.counts.outbox",
                under=("receivables:message",),
            ),
            Entry("imports", _("Imports"), "receivables:imports", "ledger.import", "m"),
        ),
    ),
    Section(
        _("Figures"),
        (
            Entry("aging", _("Aging"), "reports:aging", "aging.view", "a", "chart"),
            Entry("ledger", _("Ledger"), "receivables:ledger", "entry.view", "l"),
        ),
    ),
    Section(
        _("Control"),
        (
            Entry("changes", _("Changes"), "receivables:changes", "customer.view", "h"),
            Entry(
                "periods",
                _("Periods and rates"),
                "receivables:periods",
                "period.lock",
                "e",
                under=("receivables:rates",),
            ),
            Entry("audit", _("Audit"), "receivables:audit", "audit.view", "t"),
            Entry("settings", _("Settings"), "receivables:settings", "staff.admin", "s"),
        ),
    ),
)
