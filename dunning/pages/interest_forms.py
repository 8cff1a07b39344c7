"""The forms of late interest: what to look at, a rate for a period, and which law holds for a customer with its answers."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dunning.rules.interest_packs import Pack, Reference, shipped
from dunning.rules.interest_terms import Agreed, Facts
from dunning.words import interest_words
from receivables.models import Customer, LegalEntity
from receivables.pages.form_base import PlacedForm, amount_field, date_input
from receivables.rules.currencies import EXPONENTS
from receivables.rules.money import Money, to_minor

PER = [("year", gettext_lazy("a year")), ("month", gettext_lazy("a month")), ("day", gettext_lazy("a day"))]


class LookForm(PlacedForm):
    """Whose interest, in which currency, up to which day."""

    customer = forms.CharField(
        label=gettext_lazy("Customer"), max_length=40,
        help_text=gettext_lazy("The customer number."),
    )  # fmt: skip
    entity = forms.ModelChoiceField(LegalEntity.objects.none(), label=gettext_lazy("Legal entity"))
    currency = forms.CharField(label=gettext_lazy("Currency"), max_length=3)
    up_to = forms.DateField(label=gettext_lazy("Up to and including"), widget=date_input())

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

    def clean_currency(self) -> str:
        code: str = self.cleaned_data["currency"].strip().upper()
        if code not in EXPONENTS:
            raise forms.ValidationError(_("This is not a currency code. Example: EUR."))
        return code


class RateEntryForm(PlacedForm):
    """A published rate and where it was published."""

    PLACES = {"from": "from_on", "to": "to_on"}
    series = forms.ChoiceField(label=gettext_lazy("Reference rate"))
    from_on = forms.DateField(label=gettext_lazy("From"), widget=date_input())
    to_on = forms.DateField(label=gettext_lazy("Until and including"), widget=date_input())
    rate = forms.CharField(
        label=gettext_lazy("Percent a year"), max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "placeholder": "1.27"}),
    )  # fmt: skip
    source = forms.CharField(
        label=gettext_lazy("Where it was published"), max_length=200,
        help_text=gettext_lazy("It is printed on every note that uses the rate."),
    )  # fmt: skip

    def __init__(self, data: Any, *, series: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(data, **options)
        field: Any = self.fields["series"]
        field.choices = series


class ChooseForm(forms.Form):
    """Which law; its questions follow."""

    entity = forms.ModelChoiceField(LegalEntity.objects.none(), label=gettext_lazy("Legal entity"))
    pack = forms.ChoiceField(label=gettext_lazy("Law or agreement"), required=False)

    def __init__(self, data: Any, *, user: Any, **options: Any) -> None:
        super().__init__(data, **options)
        entity: Any = self.fields["entity"]
        entity.queryset = LegalEntity.objects.for_user(user).order_by("name")
        pack: Any = self.fields["pack"]
        pack.choices = [
            ("", interest_words.pack_name("")),
            *((code, interest_words.pack_name(code)) for code in shipped()),
        ]


class TermsForm(PlacedForm):
    """The questions of one law, the agreement where it needs one, and why this holds."""

    PLACES = {"on": "valid_from"}

    def __init__(self, data: Any, *, pack: Pack | None, **options: Any) -> None:
        super().__init__(data, **options)
        self.pack = pack
        for question in pack.applies_when if pack else ():
            self.fields[question.fact] = forms.ChoiceField(
                label=interest_words.in_language(question.ask), required=False,
                choices=[("", _("not answered yet")), *interest_words.choices_of(question)],
            )  # fmt: skip
        if pack is not None and not isinstance(pack.rate, Reference):
            self._agreement(pack)
        self.fields["valid_from"] = forms.DateField(label=_("Holds from"), widget=date_input())
        self.fields["reason"] = forms.CharField(
            label=_("Who decided this, and on what ground"), max_length=300
        )

    def _agreement(self, pack: Pack) -> None:
        needed = getattr(pack.rate, "otherwise", None) is None
        self.fields["rate"] = forms.CharField(
            label=_("Agreed rate in percent"), max_length=20, required=needed,
            widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        )  # fmt: skip
        self.fields["per"] = forms.ChoiceField(label=_("Per"), choices=PER)
        self.fields["day_count"] = forms.ChoiceField(
            label=_("Days of a year"), choices=[("365", "365"), ("360", "360"), ("actual", _("365 or 366"))]
        )
        self.fields["fixed_sum"] = amount_field(label=_("Agreed fixed sum"), required=False)
        self.fields["fixed_currency"] = forms.CharField(
            label=_("Currency of the fixed sum"), max_length=3, required=False
        )
        self.fields["contract_on"] = forms.DateField(
            label=_("Day of the contract"), required=pack.series is not None and needed, widget=date_input()
        )

    def facts(self) -> Facts:
        """What was answered. Refuses what the agreement's own check says (rate_invalid, currency_unknown …)."""
        given = self.cleaned_data
        asked = [question.fact for question in self.pack.applies_when] if self.pack else []
        answers = {fact: given[fact] for fact in asked if given.get(fact)}
        agreed = None
        if given.get("rate"):
            fixed = None
            if given.get("fixed_sum"):
                currency = given["fixed_currency"].strip().upper()
                fixed = Money(to_minor(given["fixed_sum"], currency), currency)
            agreed = Agreed(given["rate"].strip(), given["per"], given["day_count"], fixed)
        return Facts(answers=answers, agreed=agreed, contract_on=given.get("contract_on"))
