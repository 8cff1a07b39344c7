"""The form of a call: one save holds the outcome and what follows from it."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _

from dunning.models import Call
from dunning.pages.choices import ItemsForm, contact_field, item_label, people
from dunning.services.calls import Disputed, Promised
from receivables.models import Customer, Dispute, Entry
from receivables.pages.form_base import amount_field, date_input
from receivables.rules.refusals import Refused


class CallForm(ItemsForm):
    """Outcome, cause and note; then the promise, the dispute or the day that the outcome asks for."""

    PLACES = {"due_on": "promised_on", "reason": "dispute_reason", "disputed": "disputed"}
    outcome = forms.ChoiceField(label=_("Outcome"), choices=Call.Outcome.choices, widget=forms.RadioSelect)
    contact = contact_field(_("Who answered"))
    items = forms.MultipleChoiceField(
        label=_("Promised items"), widget=forms.CheckboxSelectMultiple, required=False
    )
    cause = forms.ChoiceField(
        label=_("Why they have not paid"), required=False, choices=[("", "–"), *Call.Cause.choices]
    )
    note = forms.CharField(
        label=_("What was said"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )
    amount = amount_field(
        label=_("Promised amount"),
        required=False,
        help_text=_("Empty: all that is open of the chosen items."),
    )
    promised_on = forms.DateField(label=_("Promised day"), required=False, widget=date_input())
    disputed = forms.ChoiceField(label=_("Item in question"), required=False)
    dispute_reason = forms.ChoiceField(
        label=_("What they question"), required=False, choices=[("", "–"), *Dispute.Reason.choices]
    )
    dispute_amount = amount_field(
        label=_("Amount in question"), required=False, help_text=_("Empty: all that is open of the item.")
    )
    follow_up_on = forms.DateField(label=_("Follow up on"), required=False, widget=date_input())

    def __init__(self, data: Any, *, customer: Customer, entries: Iterable[Entry], **options: Any) -> None:
        super().__init__(data, entries=list(entries), **options)
        people(self.fields["contact"], customer)
        field: Any = self.fields["disputed"]
        field.choices = [("", "–"), *((pk, item_label(entry)) for pk, entry in self.entries.items())]

    def promised(self) -> Promised | None:
        """What "will pay" says; None for every other outcome."""
        if self.cleaned_data["outcome"] != Call.Outcome.WILL_PAY:
            return None
        if self.cleaned_data["promised_on"] is None:
            raise Refused("date_missing", said("By which day will they pay?"), field="promised_on")
        return Promised(self.spread(), self.cleaned_data["promised_on"])

    def question(self) -> Disputed | None:
        """What "disputes" says; None for every other outcome."""
        given = self.cleaned_data
        if given["outcome"] != Call.Outcome.DISPUTES or not given["disputed"]:
            return None
        entry = self.entries[given["disputed"]]
        return Disputed(entry, given["dispute_reason"], self.money("dispute_amount", entry.currency))


class CallFilters(forms.Form):
    """Filters of the task list; whose tasks they are stands in the tabs."""

    q = forms.CharField(
        label=_("Search"), required=False, max_length=80,
        widget=forms.TextInput(attrs={"placeholder": _("Customer"), "type": "search"}),
    )  # fmt: skip
