"""The forms of the dispute pages: filters, opening, assigning and settling."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from receivables.models import Dispute, User
from receivables.pages.form_base import PlacedForm, amount_field
from receivables.pages.payment_forms import read_money
from receivables.services.disputes import SLA_HOURS

REASONS: dict[str, Any] = {
    "not_received": _("Not received"),
    "quality": _("Quality"),
    "price": _("Price"),
    "quantity": _("Quantity"),
    "wrong_invoice": _("Wrong invoice"),
    "already_paid": _("Already paid"),
    "deduction": _("Deduction"),
    "other": _("Other"),
}
ENDS = [
    ("accept", _("The customer is right")),
    ("reject", _("The amount is owed")),
    ("withdraw", _("The customer withdrew it")),
]


def _people() -> Any:
    return User.objects.filter(is_active=True).order_by("username")


class DisputeFilters(forms.Form):
    """Filters of the list; all of them live in the address."""

    q = forms.CharField(
        label=_("Search"), required=False, max_length=80,
        widget=forms.TextInput(attrs={"placeholder": _("Item, customer"), "type": "search"}),
    )  # fmt: skip
    state = forms.ChoiceField(
        label=_("State"), required=False,
        choices=[("", pgettext_lazy("dispute", "Open")), ("ACCEPTED", _("Accepted")),
                 ("REJECTED", _("Rejected")), ("WITHDRAWN", _("Withdrawn")),
                 ("all", _("All"))],
    )  # fmt: skip
    reason = forms.ChoiceField(label=_("Reason"), required=False, choices=[("", _("All")), *REASONS.items()])
    owner = forms.ModelChoiceField(User.objects.none(), label=_("Owner"), required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        owner: Any = self.fields["owner"]
        owner.queryset, owner.empty_label = _people(), _("All")


class OpenForm(PlacedForm):
    """What the customer questions."""

    amount = amount_field(label=_("Amount in question"))
    reason = forms.ChoiceField(label=_("Reason"), choices=list(REASONS.items()))
    note = forms.CharField(
        label=_("What the customer says"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    owner = forms.ModelChoiceField(User.objects.none(), label=_("Owner"), required=False)
    department = forms.CharField(label=_("Department"), required=False, max_length=60)
    sla_hours = forms.IntegerField(
        label=_("Working hours to settle it"), min_value=1, max_value=2000, initial=SLA_HOURS
    )

    def __init__(self, data: Any, *, currency: str, **options: Any) -> None:
        super().__init__(data, **options)
        self.currency = currency
        owner: Any = self.fields["owner"]
        owner.queryset, owner.empty_label = _people(), _("Nobody yet")

    def clean_amount(self) -> Any:
        """Money in the item's currency."""
        return read_money(self.cleaned_data["amount"], self.currency)


class AssignForm(PlacedForm):
    """Who settles it."""

    owner = forms.ModelChoiceField(User.objects.none(), label=_("Owner"), required=False)
    department = forms.CharField(label=_("Department"), required=False, max_length=60)

    def __init__(self, data: Any, **options: Any) -> None:
        super().__init__(data, **options)
        owner: Any = self.fields["owner"]
        owner.queryset, owner.empty_label = _people(), _("Nobody yet")


class ResolveForm(PlacedForm):
    """How it ended; the credit note is written at once where an amount is given."""

    end = forms.ChoiceField(label=_("How it ended"), choices=ENDS, widget=forms.RadioSelect)
    credit = amount_field(label=_("Credit note over"), required=False)
    resolution = forms.CharField(label=_("What was agreed"), widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, data: Any, *, dispute: Dispute, **options: Any) -> None:
        super().__init__(data, **options)
        self.currency = dispute.currency

    def clean_credit(self) -> Any:
        """Money, or None for no credit note."""
        text = self.cleaned_data["credit"].strip()
        return read_money(text, self.currency) if text else None

    def clean(self) -> dict[str, Any]:
        """A credit note belongs to an accepted dispute only."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("credit") and given.get("end") != "accept":
            self.add_error("credit", _("Only a dispute that the customer won brings a credit note."))
        return given
