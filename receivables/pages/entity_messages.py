"""How a legal entity writes: sender, hours, the most a day, when the night starts, the law on late payment; and its bank details.

Bank details are proposed here and decided by another person among the changes.
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from receivables import clock, doors
from receivables.conf import law
from receivables.doors import policy
from receivables.models import Change, LegalEntity
from receivables.pages.form_base import PlacedForm
from receivables.rules.refusals import Refused
from receivables.services import contact_fields, entities, entity_settings
from receivables.words import master_words

both = require_http_methods(["GET", "HEAD", "POST"])


def hours() -> list[tuple[str, str]]:
    """Contact hours with the text each stands on."""
    return master_words.hours_choices(contact_fields.HOURS)


def packs() -> list[tuple[str, Any]]:
    """Laws on late payment by name."""
    spoken = get_language() or "en"
    return [("", _("None")), *((code, law.pack_name(code, spoken)) for code in law.interest_packs())]


class MessagesForm(PlacedForm):
    """The settings one person changes."""

    mail_from = forms.CharField(
        label=_("Sender address"),
        required=False,
        max_length=400,
        help_text=_("Replies come here. Left empty: the installation's own."),
    )
    phone = forms.CharField(label=_("Telephone"), required=False, max_length=200)
    contact_hours = forms.ChoiceField(
        label=_("Contact hours"),
        choices=hours,
        help_text=_("By the clock on the customer's wall; a contact may have its own."),
    )
    messages_per_day = forms.IntegerField(
        label=_("Most messages a day"),
        min_value=0,
        max_value=entity_settings.MOST_PER_DAY,
        help_text=_("A hard stop: the rest waits for the next day. 0 lets nothing leave."),
    )
    dunning_at = forms.TimeField(
        label=_("Night run from"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_("Local time from which the day's dunning is planned."),
    )
    interest_pack = forms.ChoiceField(
        label=_("Law on late payment"),
        required=False,
        choices=packs,
        help_text=_(
            "Holds for customers without terms of their own. Whether it fits is answered question by question."
        ),
    )
    traits = forms.MultipleChoiceField(
        label=_("What it is before the law"),
        required=False,
        choices=tuple((code, master_words.TRAITS[code]) for code in entity_settings.TRAITS),
        widget=forms.CheckboxSelectMultiple,
    )


class BankForm(PlacedForm):
    """What customers are told to pay to, proposed."""

    bank_details = forms.CharField(
        label=_("Bank details"),
        required=False,
        max_length=300,
        help_text=_(
            "Printed where no bank account of ours is known for the currency, and beside it as a note."
        ),
    )
    reason = forms.CharField(label=_("Reason"), max_length=300)


@policy("entity.admin")
@both
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The settings about messages."""
    entity = _seen(request, pk)
    initial = {name: getattr(entity, name) for name in entity_settings.FIELDS}
    form = MessagesForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            entities.edit(entity=entity, fields=form.cleaned_data, now=clock.now(), by=doors.actor(request))
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, gettext("Saved."))
            return redirect("receivables:entity_messages", pk=pk)
    return _page(request, entity, form, BankForm(initial={"bank_details": entity.bank_details}))


@policy("entity.admin")
@require_POST
def bank(request: HttpRequest, pk: int) -> HttpResponse:
    """Proposes other bank details; another person decides."""
    entity = _seen(request, pk)
    form = BankForm(request.POST)
    if form.is_valid():
        try:
            entity_settings.propose_bank_details(
                entity=entity,
                bank_details=form.cleaned_data["bank_details"],
                reason=form.cleaned_data["reason"],
                now=clock.now(),
                by=doors.actor(request),
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, gettext("Proposed. Another person decides."))
            return redirect("receivables:entity_messages", pk=pk)
    initial = {name: getattr(entity, name) for name in entity_settings.FIELDS}
    return _page(request, entity, MessagesForm(initial=initial), form)


def _page(request: HttpRequest, entity: LegalEntity, form: MessagesForm, bank_form: BankForm) -> HttpResponse:
    waiting = Change.objects.open().filter(kind=entity_settings.BANK, subject=f"entity:{entity.pk}").first()
    seen = {"entity": entity, "form": form, "bank_form": bank_form, "waiting": waiting}
    wrong = form.errors or bank_form.errors
    return render(request, "receivables/settings/entity_messages.html", seen, status=422 if wrong else 200)


def _seen(request: HttpRequest, pk: int) -> LegalEntity:
    found: LegalEntity | None = LegalEntity.objects.for_user(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


urlpatterns = [
    path("settings/entities/<int:pk>/messages/", edit, name="entity_messages"),
    path("settings/entities/<int:pk>/bank/", bank, name="entity_bank"),
]
