"""Forms for what two people change: tax id, bank account, payment terms, each with its reason. They check nothing themselves."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from receivables.models import Customer, LegalEntity, User
from receivables.pages.customer_forms import countries, terms_choices
from receivables.pages.form_base import PlacedForm, date_input
from receivables.rules.term_presets import PRESETS
from receivables.rules.terms import Terms

FIELD = {"tax_id": "tax_id", "bank_account": "bank_account", "terms": "payment_terms"}
"""The field of the access table behind each proposal."""


class Proposal(PlacedForm):
    """A proposal with its reason."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The second person reads it, for example: letter of the customer of 3 March."),
    )

    def __init__(self, *args: Any, user: User, customer: Customer, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields([name for name in self.fields if name != "reason"])


class TaxIdForm(Proposal):
    """Country and tax id belong together."""

    country = forms.ChoiceField(label=_("Country"), choices=countries)
    tax_id = forms.CharField(label=_("Tax id"), max_length=200)

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, customer=customer, **kwargs)
        self.fields["country"].initial, self.fields["tax_id"].initial = customer.country, customer.tax_id


class BankAccountForm(Proposal):
    """Where refunds go."""

    bank_account = forms.CharField(
        label=_("Bank account"),
        required=False,
        max_length=200,
        help_text=_("An IBAN, or the account number. Empty takes it away."),
    )

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, customer=customer, **kwargs)
        self.fields["bank_account"].initial = customer.bank_account


class TermsForm(Proposal):
    """Payment terms with one legal entity, from a day on."""

    entity = forms.ModelChoiceField(
        label=_("Legal entity"), queryset=LegalEntity.objects.none(), empty_label=None
    )
    terms = forms.ChoiceField(
        label=_("Payment terms"),
        choices=lambda: [*terms_choices(), ("", _("Other: days net"))],
        required=False,
    )
    days = forms.IntegerField(label=_("Days net"), required=False, min_value=0, max_value=366)
    valid_from = forms.DateField(
        label=_("Valid from"), widget=date_input(), help_text=_("Not before the day of approval.")
    )

    def __init__(self, *args: Any, user: User, today: date, **kwargs: Any) -> None:
        super().__init__(*args, user=user, today=today, **kwargs)
        entity = self.fields["entity"]
        assert isinstance(entity, forms.ModelChoiceField)
        entity.queryset = LegalEntity.objects.for_user(user).order_by("name")
        self.fields["valid_from"].initial = today

    def clean(self) -> dict[str, Any]:
        """Either shipped terms or a number of days."""
        data: dict[str, Any] = super().clean() or {}
        if not data.get("terms") and data.get("days") is None:
            self.add_error("days", _("Choose terms, or give the days. Example: 30."))
        return data


def chosen_terms(data: dict[str, Any]) -> dict[str, Any]:
    """The stored form of the chosen terms."""
    return (PRESETS[data["terms"]] if data["terms"] else Terms.net(data["days"])).to_json()


FORMS: dict[str, type[Proposal]] = {"tax_id": TaxIdForm, "bank_account": BankAccountForm, "terms": TermsForm}
