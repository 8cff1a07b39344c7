"""The forms of blocks and of moves on the ladder."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dunning.models import DunningBlock
from dunning.pages.choices import contact_field, item_label, people
from receivables.models import Customer, Entry, LegalEntity
from receivables.pages.form_base import PlacedForm, amount_field, date_input
from receivables.rules.money import Money

TRACKS = [("chase", _("Towards the customer")), ("alert", _("Towards our own people"))]


class BlockFilters(forms.Form):
    """Filters of the list; all in the address."""

    q = forms.CharField(
        label=_("Search"), required=False, max_length=80,
        widget=forms.TextInput(attrs={"placeholder": _("Customer, item"), "type": "search"}),
    )  # fmt: skip
    reason = forms.ChoiceField(
        label=_("Reason"), required=False, choices=[("", _("All")), *DunningBlock.Reason.choices]
    )


class BlockForm(PlacedForm):
    """Who or what is not asked for, why and how long."""

    reason = forms.ChoiceField(label=_("Reason"), choices=DunningBlock.Reason.choices)
    entity = forms.ModelChoiceField(
        LegalEntity.objects.none(), label=_("At"), required=False, empty_label=_("All our entities")
    )
    item = forms.ChoiceField(label=_("Only this item"), required=False)
    contact = contact_field(_("Only this contact"))
    until_on = forms.DateField(
        label=_("Until and including"), required=False, widget=date_input(),
        help_text=_("Empty: until somebody releases it. After this day it is asked for again by itself."),
    )  # fmt: skip
    amount = amount_field(
        label=_("Amount on its way"), required=False, help_text=_("For a payment in flight only.")
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=300)

    PLACES = {"entry": "item"}

    def __init__(
        self, data: Any, *, customer: Customer, entries: Iterable[Entry], user: Any, **options: Any
    ) -> None:
        super().__init__(data, **options)
        self.entries = {str(entry.pk): entry for entry in entries}
        entity: Any = self.fields["entity"]
        entity.queryset = LegalEntity.objects.for_user(user).order_by("name")
        people(self.fields["contact"], customer)
        item: Any = self.fields["item"]
        item.choices = [("", "–"), *((pk, item_label(entry)) for pk, entry in self.entries.items())]

    def terms(self) -> dict[str, Any]:
        """What the verb takes."""
        given = self.cleaned_data
        entry = self.entries.get(given["item"])
        amount = None
        if given["amount"].strip():
            amount = Money.of(given["amount"].strip(), entry.currency if entry else "EUR").minor
        return {name: given[name] for name in ("reason", "entity", "contact", "until_on", "note")} | {
            "entry": entry,
            "amount": amount,
        }


class MoveForm(PlacedForm):
    """Where an item stands from today on."""

    track = forms.ChoiceField(label=_("Ladder"), choices=TRACKS)
    rank = forms.TypedChoiceField(label=_("Put it on"), coerce=int, empty_value=None, required=False)
    anew = forms.BooleanField(
        label=_("Begin the ladder anew: what was said may be said again"), required=False
    )
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, data: Any, *, rungs: list[tuple[int, str]], **options: Any) -> None:
        super().__init__(data, **options)
        field: Any = self.fields["rank"]
        field.choices = [("", _("Before the first rung")), *((str(rank), name) for rank, name in rungs)]


class IgnoreForm(PlacedForm):
    """Why a proposed step is ignored, and when it may be proposed again."""

    again_on = forms.DateField(label=_("Propose it again from"), widget=date_input())
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
