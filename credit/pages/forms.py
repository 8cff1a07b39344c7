"""The forms of the credit pages: class, limit, hold, release, policy by age and the order check."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from credit.models import CreditAccount, CreditHold
from receivables.models import Customer, LegalEntity
from receivables.pages.form_base import PlacedForm, amount_field, date_input
from receivables.rules.currencies import EXPONENTS
from receivables.rules.money import to_minor
from receivables.rules.refusals import Refused
from receivables.words import refusal_words

STAGES = [
    ("quote", gettext_lazy("Quote")),
    ("order", gettext_lazy("Order")),
    ("delivery", gettext_lazy("Delivery")),
    ("invoice", gettext_lazy("Invoice")),
]


def reason_field() -> forms.CharField:
    """Why: the next reader asks."""
    return forms.CharField(label=gettext_lazy("Reason"), max_length=300)


def minor(text: str, currency: str) -> int:
    """Minor units of what was typed; a form error that says what is wrong."""
    try:
        return to_minor(text, currency)
    except Refused as refused:
        raise forms.ValidationError(refusal_words.said(refused.message)) from refused


class ClassForm(PlacedForm):
    """The class from a day on."""

    risk_class = forms.ChoiceField(label=gettext_lazy("Class"), choices=CreditAccount.Class.choices)
    on = forms.DateField(label=gettext_lazy("From"), widget=date_input())
    reason = reason_field()


class LimitForm(PlacedForm):
    """A limit; empty is none, zero is nothing on credit."""

    PLACES = {"limit_amount": "limit"}
    limit = amount_field(
        label=gettext_lazy("Limit"), required=False,
        help_text=gettext_lazy("Empty: no limit. 0: nothing on credit."),
    )  # fmt: skip
    currency = forms.CharField(label=gettext_lazy("Currency"), max_length=3)
    reason = reason_field()

    def clean_currency(self) -> str:
        code: str = self.cleaned_data["currency"].strip().upper()
        if code not in EXPONENTS:
            raise forms.ValidationError(_("This is not a currency code. Example: EUR."))
        return code

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        text = (given.get("limit") or "").strip()
        if text and given.get("currency"):
            try:
                given["limit_minor"] = minor(text, given["currency"])
            except forms.ValidationError as wrong:
                self.add_error("limit", wrong)
        return given


class HoldForm(PlacedForm):
    """Why new orders are held."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        choices=[choice for choice in CreditHold.Reason.choices if choice[0] != CreditHold.Reason.OVERDUE],
    )
    note = forms.CharField(label=gettext_lazy("Note"), max_length=300, required=False)


class ReleaseForm(PlacedForm):
    """Why orders may pass, and until when no rule holds them again."""

    reason = reason_field()
    until = forms.DateField(
        label=gettext_lazy("Holds until"), widget=date_input(), required=False,
        help_text=gettext_lazy("Until that day no rule holds orders again."),
    )  # fmt: skip


class PolicyForm(PlacedForm):
    """Days of an entity and the least amounts that count."""

    lower_after_days = forms.IntegerField(
        label=gettext_lazy("The class falls after days overdue"), min_value=0, max_value=365,
        help_text=gettext_lazy("Exceeded, not reached: 30 means from day 31 on."),
    )  # fmt: skip
    hold_after_days = forms.IntegerField(
        label=gettext_lazy("Orders are held after days overdue"), min_value=0, max_value=365, required=False,
        help_text=gettext_lazy("Empty: nobody is held by rule."),
    )  # fmt: skip
    minimum = forms.CharField(
        label=gettext_lazy("Least amounts that count"), required=False, max_length=200,
        help_text=gettext_lazy("Per currency. Example: EUR 50.00, USD 60.00"),
    )  # fmt: skip
    reason = reason_field()

    def clean_minimum(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for part in filter(None, (each.strip() for each in self.cleaned_data["minimum"].split(","))):
            code, _blank, text = part.partition(" ")
            if code.upper() not in EXPONENTS or not text.strip():
                raise forms.ValidationError(_("Write each as currency and amount. Example: EUR 50.00"))
            found[code.upper()] = minor(text.strip(), code.upper())
        return found


class CheckForm(PlacedForm):
    """An order that may or may not go on credit."""

    customer = forms.CharField(
        label=gettext_lazy("Customer"), max_length=40, help_text=gettext_lazy("The customer number.")
    )
    entity = forms.ModelChoiceField(LegalEntity.objects.none(), label=gettext_lazy("Legal entity"))
    amount = amount_field()
    currency = forms.CharField(label=gettext_lazy("Currency"), max_length=3)
    stage = forms.ChoiceField(label=gettext_lazy("Stage"), choices=STAGES, initial="order")
    prepaid = forms.BooleanField(label=pgettext_lazy("order", "Paid in advance"), required=False)

    def __init__(self, data: Any, *, user: Any, **options: Any) -> None:
        super().__init__(data, **options)
        self.user = user
        entity: Any = self.fields["entity"]
        entity.queryset = LegalEntity.objects.for_user(user).order_by("name")

    def clean_customer(self) -> Customer:
        code = self.cleaned_data["customer"].strip()
        found: Customer | None = Customer.objects.for_user(self.user).filter(code__iexact=code).first()
        if found is None:
            raise forms.ValidationError(_("There is no customer with this number."))
        return found

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        currency = (given.get("currency") or "").strip().upper()
        if currency not in EXPONENTS:
            self.add_error("currency", _("This is not a currency code. Example: EUR."))
        elif given.get("amount"):
            given["currency"] = currency
            try:
                given["minor"] = minor(given["amount"], currency)
            except forms.ValidationError as wrong:
                self.add_error("amount", wrong)
        return given
