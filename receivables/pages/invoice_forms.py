"""The forms of the invoice pages: filters, and what a person says when they issue, send, credit, cancel or give up an invoice."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from receivables.models import Contact, Customer, Dispatch, Invoice, LegalEntity, User
from receivables.pages.form_base import PlacedForm, date_input
from receivables.questions.invoice_list import SORTS, Wanted
from receivables.templatetags.states import STATES
from receivables.words import invoice_words

_SHOWN = [Invoice.State.APPROVED, *Invoice.IN_BOOKS]


class Filters(forms.Form):
    """The filters of the list; all of them live in the address. An unreadable value filters nothing."""

    q = forms.CharField(
        label=_("Search"), required=False, max_length=80,
        widget=forms.TextInput(attrs={"placeholder": _("Number, customer, PO"), "type": "search"}),
    )  # fmt: skip
    state = forms.ChoiceField(label=_("State"), required=False)
    overdue = forms.ChoiceField(
        label=_("Overdue"), required=False, choices=[("", _("All")), ("yes", _("Yes")), ("no", _("No"))]
    )
    currency = forms.ChoiceField(label=_("Currency"), required=False)
    entity = forms.ModelChoiceField(LegalEntity.objects.none(), label=_("Legal entity"), required=False)
    rep = forms.ModelChoiceField(User.objects.none(), label=_("Sales rep"), required=False)
    customer = forms.ModelChoiceField(
        Customer.objects.none(), label=_("Customer"), required=False, widget=forms.HiddenInput
    )
    issued_from = forms.DateField(label=_("Issued from"), required=False, widget=date_input())
    issued_to = forms.DateField(label=_("Issued until"), required=False, widget=date_input())
    due_from = forms.DateField(label=_("Due from"), required=False, widget=date_input())
    due_to = forms.DateField(label=_("Due until"), required=False, widget=date_input())

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        words = STATES["invoice"]
        chosen: Any = self.fields["state"]
        chosen.choices = [("", _("All issued")), *((code, words[code][0]) for code in _SHOWN)]
        seen = Invoice.objects.for_user(user)
        codes = seen.order_by("currency").values_list("currency", flat=True).distinct()
        currency: Any = self.fields["currency"]
        currency.choices = [("", _("All")), *((code, code) for code in codes)]
        querysets: dict[str, Any] = {
            "entity": LegalEntity.objects.for_user(user).order_by("name"),
            "customer": Customer.objects.for_user(user),
            "rep": User.objects.filter(roles__code="sales_rep").order_by("username").distinct(),
        }
        for name, rows in querysets.items():
            field: Any = self.fields[name]
            field.queryset, field.empty_label = rows, _("All")
        if querysets["entity"].count() < 2:
            del self.fields["entity"]

    def wanted(self, entity_id: int | None) -> Wanted:
        """What is asked for; `entity_id` is the legal entity chosen in the frame, unless the filter names one."""
        self.is_valid()
        given = self.cleaned_data
        return Wanted(
            state=given.get("state") or "",
            overdue=given.get("overdue") or "",
            customer=_id(given.get("customer")),
            entity=_id(given.get("entity")) or entity_id,
            rep=_id(given.get("rep")),
            currency=given.get("currency") or "",
            issued_from=given.get("issued_from"),
            issued_to=given.get("issued_to"),
            due_from=given.get("due_from"),
            due_to=given.get("due_to"),
            q=given.get("q") or "",
        )


def sorting(asked: str) -> tuple[str, bool]:
    """Field and direction of `?sort=`; newest first unless a known column is named."""
    name = asked.removeprefix("-")
    return (SORTS[name], asked.startswith("-")) if name in SORTS else ("issued_key", True)


def _id(row: Any) -> int | None:
    return row.pk if row is not None else None


class IssueForm(PlacedForm):
    """The invoice date."""

    on = forms.DateField(
        label=_("Invoice date"), widget=date_input(), help_text=_("Due dates are counted from it.")
    )


class SendForm(PlacedForm):
    """How and to whom an invoice goes. `seen` is how many sendings the person was shown."""

    PLACES = {"contact": "contact"}
    channel = forms.ChoiceField(label=_("Way"), choices=Dispatch.Channel.choices, widget=forms.RadioSelect)
    contact = forms.ModelChoiceField(
        Contact.objects.none(), label=_("Contact"), required=False, empty_label=_("Nobody in particular"),
        help_text=_("The notice to the customer is written in the contact's language."),
    )  # fmt: skip
    courier = forms.CharField(
        label=_("Courier company"), required=False, max_length=60,
        help_text=_("For courier only. Its number can be entered now or within one working hour."),
    )  # fmt: skip
    tracking_number = forms.CharField(label=_("Courier number"), required=False, max_length=60)
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any, *, invoice: Invoice, **options: Any) -> None:
        super().__init__(data, **options)
        channel: Any = self.fields["channel"]
        channel.choices = [(code, str(words)) for code, words in invoice_words.CHANNELS.items()]
        contact: Any = self.fields["contact"]
        contact.queryset = Contact.objects.filter(customer=invoice.customer, active=True).order_by(
            "role", "name"
        )
        contact.label_from_instance = lambda row: (
            f"{row.name}, {row.email or row.phone or row.get_role_display()}"
        )


class TrackForm(PlacedForm):
    """The courier's number of something posted."""

    courier = forms.CharField(label=_("Courier company"), max_length=60)
    tracking_number = forms.CharField(label=_("Courier number"), max_length=60)


def _choices(words: invoice_words.Words) -> list[tuple[str, Any]]:
    return [("", _("Choose")), *words.items()]


class CreditForm(PlacedForm):
    """A credit note over part or all of what can still be credited."""

    amount = forms.CharField(
        label=_("Amount with tax"),
        max_length=24,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    on = forms.DateField(label=_("Date of the credit note"), widget=date_input())
    reason_code = forms.ChoiceField(label=_("Reason"), choices=_choices(invoice_words.CREDIT_REASONS))
    reason = forms.CharField(
        label=_("In words"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("reason_code") == "other" and not given.get("reason", "").strip():
            self.add_error("reason", _("Say what it is: the customer and the auditor will ask."))
        return given


class CancelForm(CreditForm):
    """The same without an amount: the whole invoice is taken back."""

    amount = None  # type: ignore[assignment]


class LossForm(PlacedForm):
    """Why a debt is to be given up."""

    reason_code = forms.ChoiceField(label=_("Reason"), choices=_choices(invoice_words.LOSS_REASONS))
    reason = forms.CharField(
        label=_("In words"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The second person reads this."),
    )


class ReasonForm(PlacedForm):
    """A sentence why."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The second person reads this."),
    )


def first_contact(invoice: Invoice) -> Contact | None:
    """The billing contact, else anybody who can be written to."""
    rows = list(Contact.objects.filter(customer=invoice.customer, active=True).order_by("pk"))
    return next((row for row in rows if row.role == Contact.Role.BILLING), rows[0] if rows else None)


def initial_date(today: date) -> dict[str, date]:
    """The date fields begin with today at the legal entity."""
    return {"on": today}
