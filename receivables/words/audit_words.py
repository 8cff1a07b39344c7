"""The actions and ways of the audit in words, for the pages that show it. The audit itself keeps the codes."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from receivables.words import invoice_words, master_words

VIA: dict[str, str | Promise] = {
    "page": pgettext_lazy("via", "Page"),
    "api": pgettext_lazy("via", "API"),
    "command": pgettext_lazy("via", "Command"),
    "engine": pgettext_lazy("via", "Engine"),
    "portal": pgettext_lazy("via", "Customer's link"),
    "rule": pgettext_lazy("via", "Rule"),
}

ACTIONS: dict[str, str | Promise] = {
    "attachment.added": _("Paper attached"),
    "attachment.removed": _("Paper removed"),
    "bank.matched": _("Bank lines matched"),
    "bank.outgoing_set_aside": _("Outgoing lines set aside"),
    "bank_account.mapped": _("Columns of a bank account mapped"),
    "bank_account.created": _("Bank account named"),
    "bank_account.edited": _("Bank account changed"),
    "bank_line.applied": _("Bank line applied"),
    "bank_line.ignored": _("Bank line set aside"),
    "bank_line.undone": _("Bank line taken back"),
    "batch.staged": _("Table of requests taken in"),
    "batch.posted": _("Table of requests submitted"),
    "charge.waived": _("Charge waived"),
    "credit.by_age": _("Rule by age applied"),
    "credit.class_set": _("Credit class set"),
    "credit.policy_set": _("Policy by age set"),
    "credit.transferred": _("Credit moved to a related customer"),
    "customer.credited": _("Customer credited"),
    "entity.created": _("Legal entity created"),
    "entity.edited": _("Legal entity changed"),
    "flow.drafted": _("Approval flow drafted"),
    "flow.activated": _("Approval flow put in force"),
    "hold.placed": _("Orders held"),
    "hold.released": _("Hold released"),
    "interest.claimed": _("Late interest claimed"),
    "interest.looked_at_again": _("Interest note looked at again"),
    "interest.rate_entered": _("Reference rate entered"),
    "interest.terms_set": _("Terms of late interest set"),
    "ledger_file.uploaded": _("Ledger file uploaded"),
    "ledger_file.checked": _("Ledger file checked"),
    "ledger_file.discarded": _("Ledger file put aside"),
    "ledger_import.opened": _("Ledger import begun"),
    "ledger_import.posted": _("Rows of a ledger posted"),
    "ledger_import.done": _("Ledger import done"),
    "ledger_mapping.saved": _("Mapping of a ledger kept"),
    "period.closed": _("Books closed"),
    "period.opened": _("Books opened again"),
    "rate.entered": _("Exchange rate entered"),
    "rate.imported": _("Exchange rates imported"),
    "risk.recorded": _("Risk event recorded"),
    "role.composed": _("Role composed"),
    "roles.shipped": _("Shipped roles created"),
    "series.set": _("Number series set"),
    "statement.taken_in": _("Statement taken in"),
    "statement.released": _("Statement released"),
    "statement.discarded": _("Statement discarded"),
    "statement.cancelled": _("Statement cancelled"),
    "template.activated": _("Text put in force"),
    "template.drafted": _("Text drafted"),
    "template.edited": _("Draft of a text changed"),
    "template.retired": _("Text taken out of use"),
    "token.created": _("API key made"),
    "token.revoked": _("API key revoked"),
    "user.created": _("Account created"),
    "user.edited": _("Account changed"),
    "user.first_admin": _("First administrator created"),
    "user.locked": _("Account locked out"),
    "user.unlocked": _("Account let in again"),
    "user.password_changed": _("Password changed"),
    "user.password_reset": _("One-time password made"),
    "user.ways_chosen": _("Ways to be told chosen"),
    "people.told": _("People told"),
    "consent.given": _("Consent noted"),
    "consent.withdrawn": _("Consent withdrawn"),
    "work.cancelled": _("Work cancelled"),
    "work.delegation_revoked": _("Delegation revoked"),
    "work.done": _("Work done"),
    "promise.made": _("Promise made"),
    "promise.renegotiated": _("Promise renegotiated"),
    "promise.withdrawn": _("Promise withdrawn"),
    "promise.decided": _("Promise decided by hand"),
    "promise.settled": _("Promises judged by the ledger"),
    "plan.agreed": _("Payment plan agreed"),
    "plan.cancelled": _("Payment plan cancelled"),
    "call.logged": _("Call logged"),
    "block.placed": _("Not asked for"),
    "block.released": _("Asked for again"),
    "ladder.moved": _("Moved on the ladder"),
    "notice.approved": _("Notice released"),
    "notice.handed_over": _("Notices handed to the outbox"),
    "notice.ignored": _("Step ignored"),
    "notice.looked_at_again": _("Notices looked at again"),
    "notice.not_reached": _("Notices that did not arrive"),
    "notice.postponed": _("Notice put off"),
    "notice.reached": _("Notices that reached somebody"),
    "notice.withdrawn": _("Notice withdrawn"),
    "notice.written_by_hand": _("Notice written by hand"),
    "handover.made": _("Handed over"),
    "handover.ended": _("Hand-over ended"),
    "policy.installed": _("Shipped policies laid"),
    "policy.created": _("Policy begun"),
    "policy.drafted": _("Policy drafted"),
    "policy.draft_saved": _("Draft of a policy changed"),
    "policy.rehearsed": _("Policy rehearsed"),
    "policy.activated": _("Policy put in force"),
    "policy.retired": _("Policy taken out of force"),
    "policy.discarded": _("Draft of a policy discarded"),
    "policy.assigned": _("Policy assigned"),
    "policy.unassigned": _("Assignment of a policy taken back"),
}


def action(code: str) -> str:
    """An action in words; a code nobody has named yet as itself."""
    for words in (ACTIONS, invoice_words.ACTIONS, master_words.EVENTS):
        if code in words:
            return str(words[code])
    return code


def via(code: str) -> str:
    """The way an action came."""
    return str(VIA.get(code, code))
