"""The contacts of a customer: added, edited under a version, retired, flagged and cleared. Each door makes one call."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from receivables import clock, doors
from receivables.doors import policy
from receivables.models import Contact, Customer
from receivables.pages.customer_forms import ADDRESS, CHANNELS
from receivables.pages.customer_page import seen_customer
from receivables.pages.form_base import LANGUAGES, PlacedForm
from receivables.rules.refusals import Refused
from receivables.services import contact_fields, contacts
from receivables.words import master_words

both = require_http_methods(["GET", "HEAD", "POST"])

ROLES = (
    ("billing", _("Billing")),
    ("disputes", _("Disputes")),
    ("management", _("Management")),
    ("legal", _("Legal")),
    ("other", _("Other")),
)


PLAIN = (
    "name",
    "role",
    "channel",
    "email",
    "phone",
    "language",
    "time_zone",
    "contact_hours",
    "max_per_week",
)


def hours_choices() -> list[tuple[str, Any]]:
    """The contact hours a person may choose, each with the text it stands on."""
    return [("", _("As the legal entity's")), *master_words.hours_choices(contact_fields.HOURS)]


class ContactForm(PlacedForm):
    """A person or mailbox of the customer."""

    PLACES = {"region": "address_region", "address": "street"}

    name = forms.CharField(label=_("Name"), max_length=1000)
    role = forms.ChoiceField(label=_("Role"), choices=ROLES)
    channel = forms.ChoiceField(label=_("Channel"), choices=CHANNELS)
    email = forms.CharField(label=_("E-mail"), required=False, max_length=1000)
    phone = forms.CharField(label=_("Telephone"), required=False, max_length=200)
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    time_zone = forms.CharField(
        label=_("Time zone"),
        required=False,
        help_text=_("Left empty: the one of the telephone number or country."),
    )
    contact_hours = forms.ChoiceField(
        label=_("Contact hours"),
        required=False,
        choices=hours_choices,
        help_text=_("By the clock on their wall. Letters and plain statements may leave at any time."),
    )
    max_per_week = forms.IntegerField(
        label=_("Most messages a week"),
        min_value=1,
        max_value=contact_fields.MOST_PER_WEEK,
        required=False,
        initial=3,
        help_text=_("On each channel, in any seven days."),
    )
    consent = forms.CharField(
        label=_("Consent to text messages"),
        required=False,
        max_length=300,
        help_text=_("How and when they agreed. Text messages go to nobody who has not."),
    )
    street = forms.CharField(label=_("Street and number"), required=False, max_length=1000)
    street2 = forms.CharField(label=_("Building, floor"), required=False, max_length=1000)
    postcode = forms.CharField(label=_("Postcode"), required=False, max_length=1000)
    city = forms.CharField(label=_("City"), required=False, max_length=1000)
    address_region = forms.CharField(label=_("Province or state"), required=False, max_length=1000)

    def values(self) -> dict[str, Any]:
        """What the verb is given."""
        data = self.cleaned_data
        plain = {name: data[name] for name in PLAIN if data[name] is not None}
        return {**plain, "address": {part: data[name] for name, part in ADDRESS.items() if data[name]}}

    @staticmethod
    def shown(contact: Contact) -> dict[str, Any]:
        """The form's first values of a contact."""
        plain = {name: getattr(contact, name) for name in PLAIN}
        return {**plain, **{name: contact.address.get(part, "") for name, part in ADDRESS.items()}}


@policy("contact.edit")
@both
def new(request: HttpRequest, pk: int) -> HttpResponse:
    """A new contact of a customer."""
    customer = seen_customer(request, pk)
    form = ContactForm(request.POST or None, initial={"language": customer.language})
    if request.method == "POST" and form.is_valid():
        try:
            contacts.add(
                customer=customer,
                fields=form.values(),
                consent=form.cleaned_data["consent"],
                now=clock.now(),
                by=doors.actor(request),
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            return _back(request, pk, gettext("The contact was added."))
    return _shown(request, form, customer, title=gettext("New contact"), status=422 if form.errors else 200)


@policy("contact.edit")
@both
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """A contact's fields; a conflict shows what it became meanwhile, and keeps what was typed."""
    contact = seen_contact(request, pk)
    form = ContactForm(request.POST or None, initial=ContactForm.shown(contact))
    version, status = request.POST.get("version", str(contact.version)), 200
    if request.method == "POST" and form.is_valid():
        try:
            number = int(version) if version.isdecimal() and len(version) < 10 else 0
            contacts.edit(
                contact=contact,
                version=number,
                fields=form.values(),
                consent=form.cleaned_data["consent"],
                now=clock.now(),
                by=doors.actor(request),
            )
        except Refused as refused:
            form.refuse(refused)
            status = doors.status_of(refused)
            version = str(refused.figures.get("version", version))
        else:
            return _back(request, contact.customer_id, gettext("Saved."))
    status = 422 if form.errors and status == 200 else status
    return _shown(request, form, contact.customer, title=contact.name, version=version, status=status)


@policy("contact.edit")
@require_POST
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Out of use."""
    contact = seen_contact(request, pk)
    reason = request.POST.get("reason", "")
    contacts.deactivate(contact=contact, reason=reason, now=clock.now(), by=doors.actor(request))
    return _back(request, contact.customer_id, gettext("The contact is retired."))


@policy("contact.edit")
@require_POST
def flag(request: HttpRequest, pk: int) -> HttpResponse:
    """Cannot be reached, as a person knows."""
    contact = seen_contact(request, pk)
    reason = request.POST.get("reason", "")
    contacts.flag_undeliverable(
        contact=contact, on=clock.today(), reason=reason, now=clock.now(), by=doors.actor(request)
    )
    return _back(request, contact.customer_id, gettext("Flagged: this contact cannot be reached."))


@policy("contact.edit")
@require_POST
def clear(request: HttpRequest, pk: int) -> HttpResponse:
    """Can be reached again."""
    contact = seen_contact(request, pk)
    contacts.clear_undeliverable(contact=contact, now=clock.now(), by=doors.actor(request))
    return _back(request, contact.customer_id, gettext("This contact can be reached again."))


def seen_contact(request: HttpRequest, pk: int) -> Contact:
    """The contact, if the person may see its customer; 404 otherwise."""
    found: Contact | None = (
        Contact.objects.for_user(request.user).filter(pk=pk).select_related("customer").first()
    )
    if found is None:
        raise Http404
    return found


def _shown(
    request: HttpRequest,
    form: ContactForm,
    customer: Customer,
    *,
    title: str,
    status: int,
    version: str | None = None,
) -> HttpResponse:
    seen = {"form": form, "customer": customer, "title": title, "version": version}
    return render(request, "receivables/customers/form.html", seen, status=status)


def _back(request: HttpRequest, pk: int, said: str) -> HttpResponse:
    messages.success(request, said)
    stay = request.POST.get("stay", "")
    if stay.isdecimal() and len(stay) < 19:
        return redirect("receivables:contact", pk=int(stay))
    answer = redirect("receivables:customer", pk=pk)
    answer["Location"] += "?tab=contacts"
    return answer


urlpatterns = [
    path("customers/<int:pk>/contacts/new/", new, name="contact_new"),
    path("contacts/<int:pk>/edit/", edit, name="contact_edit"),
    path("contacts/<int:pk>/retire/", retire, name="contact_retire"),
    path("contacts/<int:pk>/flag/", flag, name="contact_flag"),
    path("contacts/<int:pk>/clear/", clear, name="contact_clear"),
]
