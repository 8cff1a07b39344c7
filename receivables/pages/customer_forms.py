"""The forms of the customer rooms: filters of the list, master data, agreement and contact. They check nothing themselves.

What is wrong is said by the verbs; a field that the person's roles hide is taken out, one they may not write is shown only.
"""

from typing import Any

from babel import Locale
from django import forms
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from receivables import access
from receivables.models import Customer, CustomerProfile, LegalEntity, User
from receivables.pages.form_base import COUNTRIES_FIRST, LANGUAGES, PlacedForm, date_input
from receivables.rules.term_presets import PRESETS
from receivables.words import master_words

NO_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
"""Codes of unions, placeholders and test locales among the territories that Babel names."""

ADDRESS = {
    "street": "street",
    "street2": "street2",
    "postcode": "postcode",
    "city": "city",
    "address_region": "region",
}
MASTER = (
    "code",
    "legal_name",
    "country",
    "tax_id",
    "registration_id",
    "language",
    "po_required",
    "contract_required",
    "traits",
    "notes",
)


def countries() -> list[tuple[str, Any]]:
    """Country choices in the active language, the frequent ones first."""
    found = Locale.parse(translation.to_locale(translation.get_language() or "en")).territories
    names = {str(code): str(name) for code, name in found.items()}
    rest = sorted(
        (c for c in names if len(c) == 2 and c.isalpha() and c not in NO_COUNTRIES), key=names.__getitem__
    )
    return [
        ("", "–"),
        *(
            (c, f"{names[c]} ({c})")
            for c in (*COUNTRIES_FIRST, *(r for r in rest if r not in COUNTRIES_FIRST))
        ),
    ]


def terms_choices() -> list[tuple[str, str]]:
    """The shipped terms, by code, with their words."""
    return [(code, f"{code} · {master_words.terms(terms.to_json())}") for code, terms in PRESETS.items()]


def people() -> list[tuple[str, str]]:
    """Active members of staff."""
    users = User.objects.filter(is_active=True).order_by("last_name", "username")
    return [("", "–"), *((str(u.pk), u.get_full_name() or u.username) for u in users)]


class Filters(forms.Form):
    """What the list can be narrowed to; everything stands in the address."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        widget=forms.TextInput(attrs={"placeholder": _("Name, number, tax id")}),
    )
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("All states")),
            ("ACTIVE", _("Active")),
            ("INCOMPLETE", _("Incomplete")),
            ("CLOSED", _("Closed")),
        ],
    )
    country = forms.ChoiceField(label=_("Country"), required=False)
    region = forms.ChoiceField(label=_("Region"), required=False)
    segment = forms.ChoiceField(label=_("Segment"), required=False)
    rep = forms.ChoiceField(label=_("Sales rep"), required=False)
    reach = forms.ChoiceField(
        label=_("Reach"),
        required=False,
        choices=[("", _("Any reach")), ("undeliverable", _("Undeliverable contact"))],
    )

    def __init__(self, data: Any, user: User) -> None:
        super().__init__(data)
        seen = Customer.objects.for_user(user)
        current = CustomerProfile.objects.for_user(user).filter(valid_to__isnull=True)
        codes = [c for c in seen.order_by("country").values_list("country", flat=True).distinct() if c]
        self._choose("country", _("All countries"), [(c, c) for c in codes])
        for name, label in (("region", _("All regions")), ("segment", _("All segments"))):
            found = current.exclude(**{name: ""}).order_by(name).values_list(name, flat=True).distinct()
            self._choose(name, label, [(v, v) for v in found[:200]])
        reps = User.objects.filter(pk__in=current.values("rep")).order_by("username")
        self._choose("rep", _("All sales reps"), [(str(u.pk), u.get_full_name() or u.username) for u in reps])

    def _choose(self, name: str, label: Any, found: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", label), *found]


class MasterForm(PlacedForm):
    """The customer's own data. `version` is what the person had on the screen."""

    PLACES = {"region": "address_region", "address": "street"}

    legal_name = forms.CharField(label=_("Full legal name"), max_length=1000)
    code = forms.CharField(label=_("Customer number"), max_length=200)
    country = forms.ChoiceField(label=_("Country"), required=False)
    tax_id = forms.CharField(label=_("Tax id"), required=False, max_length=200)
    registration_id = forms.CharField(
        label=_("Registration id"),
        required=False,
        max_length=200,
        help_text=_("Trade register, or the unified social credit code where it differs from the tax id."),
    )
    language = forms.ChoiceField(label=_("Language of messages"), choices=LANGUAGES, initial="en")
    street = forms.CharField(label=_("Street and number"), required=False, max_length=1000)
    street2 = forms.CharField(label=_("Building, floor"), required=False, max_length=1000)
    postcode = forms.CharField(label=_("Postcode"), required=False, max_length=1000)
    city = forms.CharField(label=_("City"), required=False, max_length=1000)
    address_region = forms.CharField(label=_("Province or state"), required=False, max_length=1000)
    po_required = forms.BooleanField(label=_("A request needs the purchase order number"), required=False)
    contract_required = forms.BooleanField(label=_("A request needs a copy of the contract"), required=False)
    traits = forms.MultipleChoiceField(
        label=_("What it is before the law"),
        required=False,
        choices=tuple(master_words.TRAITS.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Decides which law on late payment fits and when a person may be called. None: a business."),
    )
    notes = forms.CharField(label=_("Notes"), required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        country = self.fields["country"]
        assert isinstance(country, forms.ChoiceField)
        country.choices = countries()
        allowed = access.fields(user, "customer")
        for name in MASTER:
            if not allowed.readable(name) and name in self.fields:
                del self.fields[name]
            elif not allowed.writable(name) and name in self.fields:
                self.fields[name].disabled = True

    def values(self, customer: Customer | None = None) -> dict[str, Any]:
        """What the verb is given: the writable fields, the address in its parts (its country is the customer's)."""
        data = self.cleaned_data
        found = {
            name: data[name] for name in MASTER if name in self.fields and not self.fields[name].disabled
        }
        found["address"] = {part: data[name] for name, part in ADDRESS.items()}
        kept = (customer.address if customer else {}).get("country", "")
        if kept:
            found["address"]["country"] = kept
        return found


class NewCustomerForm(MasterForm):
    """A new customer with its first agreement and its billing contact, in one go."""

    PLACES = {**MasterForm.PLACES, "name": "contact_name", "terms": "terms"}

    entity = forms.ModelChoiceField(
        label=_("Legal entity"), queryset=LegalEntity.objects.none(), empty_label=None
    )
    terms = forms.ChoiceField(label=_("Payment terms"), choices=terms_choices, initial="NET30")
    segment = forms.CharField(label=_("Segment"), required=False, max_length=200)
    region = forms.CharField(label=_("Region"), required=False, max_length=200)
    rep = forms.ChoiceField(label=_("Sales rep"), required=False, choices=people)
    collector = forms.ChoiceField(label=_("Collector"), required=False, choices=people)
    contact_name = forms.CharField(label=_("Billing contact"), required=False, max_length=1000)
    channel = forms.ChoiceField(label=_("Channel"), required=False)
    email = forms.CharField(label=_("E-mail"), required=False, max_length=1000)
    phone = forms.CharField(label=_("Telephone"), required=False, max_length=200)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        entity, channel = self.fields["entity"], self.fields["channel"]
        assert isinstance(entity, forms.ModelChoiceField)
        assert isinstance(channel, forms.ChoiceField)
        entity.queryset = LegalEntity.objects.for_user(user).order_by("name")
        channel.choices = CHANNELS
        allowed = access.fields(user, "customer")
        if not allowed.writable("payment_terms"):
            del self.fields["terms"]
        if user.scope.own_customers_only:
            del self.fields["rep"]

    def profile(self) -> dict[str, Any]:
        """The first agreement."""
        data = self.cleaned_data
        found: dict[str, Any] = {name: data[name] for name in ("segment", "region")}
        found |= {name: person(data[name]) for name in ("rep", "collector") if name in self.fields}
        if "terms" in self.fields:
            found["terms"] = PRESETS[data["terms"]].to_json()
        return found

    def contact(self) -> dict[str, Any] | None:
        """The billing contact, when one was named."""
        data = self.cleaned_data
        if not (data["contact_name"] or data["email"] or data["phone"]):
            return None
        named = data["contact_name"] or data["legal_name"]
        return {
            "name": named,
            "role": "billing",
            **{name: data[name] for name in ("channel", "email", "phone")},
        }


CHANNELS = (
    ("email", _("E-mail")),
    ("sms", _("Text message")),
    ("letter", _("Letter")),
    ("phone", _("Telephone")),
)


class ProfileForm(PlacedForm):
    """What one person can agree; terms take two."""

    entity = forms.ModelChoiceField(
        label=_("Legal entity"), queryset=LegalEntity.objects.none(), empty_label=None
    )
    valid_from = forms.DateField(label=_("Valid from"), widget=date_input())
    segment = forms.CharField(label=_("Segment"), required=False)
    region = forms.CharField(label=_("Region"), required=False)
    rep = forms.ChoiceField(label=_("Sales rep"), required=False, choices=people)
    collector = forms.ChoiceField(label=_("Collector"), required=False, choices=people)
    importance = forms.TypedChoiceField(
        label=_("Importance"), coerce=int, choices=[(1, _("1 high")), (2, _("2 normal")), (3, _("3 low"))]
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        entity = self.fields["entity"]
        assert isinstance(entity, forms.ModelChoiceField)
        entity.queryset = LegalEntity.objects.for_user(user).order_by("name")
        if not access.fields(user, "customer").writable("importance"):
            del self.fields["importance"]

    def values(self) -> dict[str, Any]:
        """What the verb is given."""
        data = self.cleaned_data
        found: dict[str, Any] = {n: data[n] for n in ("segment", "region", "importance") if n in self.fields}
        return {**found, "rep": person(data["rep"]), "collector": person(data["collector"])}


def person(pk: str) -> User | None:
    """The member of staff behind a choice."""
    return User.objects.filter(pk=pk, is_active=True).first() if pk else None
