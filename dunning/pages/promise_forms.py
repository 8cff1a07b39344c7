"""The forms of the promise pages: filters, a promise, a plan, renegotiation, a person's verdict."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dunning.models import PromiseToPay
from dunning.pages.choices import ItemsForm, contact_field, people
from receivables.models import Customer
from receivables.pages.form_base import PlacedForm, amount_field, date_input

EVERY = [("7", _("Every week")), ("14", _("Every two weeks")), ("30", _("Every 30 days"))]


class PromiseFilters(forms.Form):
    """Filters of the list; the state stands in the tabs."""

    q = forms.CharField(
        label=_("Search"), required=False, max_length=80,
        widget=forms.TextInput(attrs={"placeholder": _("Customer, item"), "type": "search"}),
    )  # fmt: skip
    source = forms.ChoiceField(
        label=_("Source"), required=False, choices=[("", _("All")), *PromiseToPay.Source.choices]
    )
    due_from = forms.DateField(label=_("Promised from"), required=False, widget=date_input())
    due_to = forms.DateField(label=_("Promised until"), required=False, widget=date_input())


class PromiseForm(ItemsForm):
    """Who promised what for which day."""

    amount = amount_field(
        label=_("Promised amount"),
        required=False,
        help_text=_("Empty: all that is open of the chosen items."),
    )
    due_on = forms.DateField(label=_("Promised day"), widget=date_input())
    source = forms.ChoiceField(label=_("How it was promised"), choices=PromiseToPay.Source.choices)
    contact = contact_field(_("Who promised"))
    note = forms.CharField(label=_("Note"), required=False, max_length=300)

    def __init__(self, data: Any, *, customer: Customer, **options: Any) -> None:
        super().__init__(data, **options)
        people(self.fields["contact"], customer)

    def terms(self) -> dict[str, Any]:
        """What the verb takes beside the items."""
        return {name: self.cleaned_data[name] for name in ("due_on", "source", "contact", "note")}


class PlanForm(PromiseForm):
    """A total in equal parts; the last one takes the remainder."""

    PLACES = {"parts": "number"}
    due_on = forms.DateField(label=_("First day"), widget=date_input())
    number = forms.IntegerField(label=_("Number of parts"), min_value=2, max_value=60, initial=3)
    every = forms.ChoiceField(label=_("How often"), choices=EVERY, initial="30")

    field_order = ["items", "amount", "number", "due_on", "every", "source", "contact", "note"]

    def parts(self, total: int) -> list[tuple[date, int]]:
        """Days and amounts."""
        number, first = self.cleaned_data["number"], self.cleaned_data["due_on"]
        step, each = timedelta(days=int(self.cleaned_data["every"])), total // number
        amounts = [each] * (number - 1) + [total - each * (number - 1)]
        return [(first + step * place, amount) for place, amount in enumerate(amounts)]


class ReasonForm(PlacedForm):
    """A reason, and nothing else."""

    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class DecideForm(ReasonForm):
    """A person's own verdict."""

    kept = forms.ChoiceField(
        label=_("Verdict"), widget=forms.RadioSelect,
        choices=[("yes", pgettext_lazy("promise", "Kept")), ("no", pgettext_lazy("promise", "Broken"))],
    )  # fmt: skip
    field_order = ["kept", "reason"]
