"""The forms of the payment pages: filters, money received by hand, bounce, refund and transfer."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from receivables.models import Customer, LegalEntity, Payment, Reversal, User
from receivables.pages.form_base import PlacedForm, amount_field, date_input, offer_currencies
from receivables.rules.currencies import EXPONENTS
from receivables.rules.money import Money, to_minor
from receivables.rules.refusals import Refused
from receivables.words import refusal_words

METHODS = [
    ("bank", _("Bank transfer")),
    ("cheque", _("Cheque")),
    ("card", _("Card")),
    ("cash", pgettext_lazy("method", "Cash")),
    ("other", _("Other")),
]
REASONS = {
    Reversal.Reason.BOUNCE: _("Bounced"),
    Reversal.Reason.CHARGEBACK: _("Chargeback"),
    Reversal.Reason.RECALL: _("Recalled by the payer's bank"),
    Reversal.Reason.MISTAKE: _("Entered by mistake"),
}


class PaymentFilters(forms.Form):
    """Filters of the list; all of them live in the address. An unreadable value filters nothing."""

    q = forms.CharField(
        label=_("Search"), required=False, max_length=80,
        widget=forms.TextInput(attrs={"placeholder": _("Reference, customer"), "type": "search"}),
    )  # fmt: skip
    standing = forms.ChoiceField(
        label=_("Standing"), required=False,
        choices=[("", _("All")), ("unapplied", _("Unapplied")), ("applied", _("Applied in full"))],
    )  # fmt: skip
    currency = forms.ChoiceField(label=_("Currency"), required=False)
    received_from = forms.DateField(label=_("Received from"), required=False, widget=date_input())
    received_to = forms.DateField(label=_("Received until"), required=False, widget=date_input())

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        offer_currencies(self.fields["currency"], Payment.objects.for_user(user))


class ReceiveForm(PlacedForm):
    """Money that came by another way than a bank file."""

    PLACES = {"booked_on": "value_on"}
    entity = forms.ModelChoiceField(LegalEntity.objects.none(), label=_("Legal entity"))
    customer = forms.CharField(label=_("Customer number"), max_length=40)
    amount = amount_field()
    currency = forms.CharField(label=_("Currency"), max_length=3, help_text=_("Three letters."))
    value_on = forms.DateField(label=_("Value date"), widget=date_input())
    method = forms.ChoiceField(label=_("How it came"), choices=METHODS)
    reference = forms.CharField(label=_("Reference"), max_length=140, help_text=_("What the payer wrote."))

    def __init__(self, data: Any, *, user: User, **options: Any) -> None:
        super().__init__(data, **options)
        self.user = user
        entity: Any = self.fields["entity"]
        entity.queryset = LegalEntity.objects.for_user(user).order_by("name")

    def clean_customer(self) -> Customer:
        """The customer of that number, if the person may see it."""
        found = (
            Customer.objects.for_user(self.user).filter(code=self.cleaned_data["customer"].strip()).first()
        )
        if found is None:
            raise forms.ValidationError(_("There is no customer with this number."))
        customer: Customer = found
        return customer

    def clean_currency(self) -> str:
        """Upper case and known."""
        code = str(self.cleaned_data["currency"]).strip().upper()
        if code not in EXPONENTS:
            raise forms.ValidationError(_("This is no currency code such as EUR."))
        return code

    def clean(self) -> dict[str, Any]:
        """The amount as money, by the currency's decimals."""
        given: dict[str, Any] = super().clean() or {}
        if "amount" in given and "currency" in given:
            try:
                given["money"] = Money.of(given["amount"], given["currency"])
            except Refused as refused:
                self.refuse(refused)
        return given


class MoneyForm(PlacedForm):
    """An amount in a currency that is known beforehand, and why."""

    amount = amount_field()
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, data: Any, *, currency: str, **options: Any) -> None:
        super().__init__(data, **options)
        self.currency = currency

    def clean_amount(self) -> Money:
        """Minor units by the currency's decimals."""
        return read_money(self.cleaned_data["amount"], self.currency)


class TransferForm(MoneyForm):
    """Credit for a related customer."""

    to = forms.ModelChoiceField(Customer.objects.none(), label=_("For which customer"))
    field_order = ["to", "amount", "reason"]

    def __init__(self, data: Any, *, payment: Payment, user: User, **options: Any) -> None:
        super().__init__(data, currency=payment.currency, **options)
        to: Any = self.fields["to"]
        to.queryset = relatives(payment.customer, user)


class ReverseForm(PlacedForm):
    """The bank took the money back."""

    PLACES = {"booked_on": "on"}
    reason = forms.ChoiceField(
        label=_("What happened"), choices=[(code.value, words) for code, words in REASONS.items()]
    )
    on = forms.DateField(label=_("Day"), widget=date_input())
    note = forms.CharField(label=_("Note"), required=False, max_length=200)


class DayForm(PlacedForm):
    """Only the day."""

    PLACES = {"booked_on": "on"}
    on = forms.DateField(label=_("Day"), widget=date_input())


def read_money(text: str, currency: str) -> Money:
    """Money from what was typed; a form error that says what is wrong."""
    try:
        return Money(to_minor(text, currency), currency)
    except Refused as refused:
        raise forms.ValidationError(refusal_words.said(refused.message)) from refused


def relatives(customer: Customer, user: User) -> Any:
    """Parent, children and siblings' parent line of a customer that the person may see."""
    rows = Customer.objects.for_user(user)
    return (rows.filter(parent=customer) | rows.filter(pk=customer.parent_id)).order_by("legal_name")


def today_first(today: date, **values: Any) -> dict[str, Any]:
    """Initial values with today's date in every date field that forms here have."""
    return {"on": today, "value_on": today, **values}
