"""One contact: how it is reached, what time it is there, and what was said about writing to it. Words are recorded here."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from receivables import access, clock, context, doors
from receivables.doors import policy
from receivables.models import Contact, CustomerProfile, LegalEntity
from receivables.pages.contacts import seen_contact
from receivables.questions import contact_look
from receivables.rules.refusals import Refused
from receivables.services import consents, contacts
from receivables.words import consent_words, master_words


@policy("contact.view")
@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything that decides whether this contact may be written to now."""
    return _page(request, seen_contact(request, pk))


@policy("contact.edit")
@require_POST
def say(request: HttpRequest, pk: int) -> HttpResponse:
    """Records that they agreed, or asked us to stop; the word covers every contact with the address."""
    contact = seen_contact(request, pk)
    channel, given = request.POST.get("channel", ""), request.POST.get("given") == "1"
    address = dict(consents.addresses_of(contact)).get(channel, "")
    shared = len(consents.contacts_of(channel, address))
    try:
        consents.say(
            channel=channel,
            address=address,
            given=given,
            note=request.POST.get("note", ""),
            now=clock.now(),
            by=doors.actor(request),
        )
    except Refused as refused:
        return _page(request, contact, wrong={channel: str(refused.message)}, status=doors.status_of(refused))
    said = gettext("%(address)s may be written to.") if given else gettext("%(address)s gets nothing more.")
    covers = ngettext("It holds for %(n)s contact.", "It holds for %(n)s contacts.", shared)
    messages.success(request, f"{said % {'address': address}} {covers % {'n': shared}}")
    return redirect("receivables:contact", pk=pk)


def _page(
    request: HttpRequest, contact: Contact, *, wrong: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:
    entity = _entity(request, contact)
    there = contact_look.there(contact, entity, clock.now()) if entity else None
    found = [
        {
            "word": word,
            "label": consent_words.CHANNELS[word.channel],
            "wrong": (wrong or {}).get(word.channel, ""),
            "story": [
                {
                    "at": said.recorded_at,
                    "text": consent_words.said(said.given),
                    "who": said.said_by,
                    "detail": " · ".join(
                        part for part in (consent_words.source(said.source), said.note) if part
                    ),
                    "tone": "" if said.given else "bad",
                }
                for said in word.history
            ],
        }
        for word in contact_look.words(contact, request.user)
    ]
    seen = {
        "contact": contact,
        "customer": contact.customer,
        "there": there,
        "hours": master_words.hours(there.hours) if there else "",
        "speaks": master_words.value("language", contact.language),
        "address": master_words.value("address", contact.address),
        "words": found,
        "reachable": contacts.reachable(contact),
        "may_edit": access.may(request.user, "contact.edit"),
    }
    return render(request, "receivables/customers/contact.html", seen, status=status)


def _entity(request: HttpRequest, contact: Contact) -> LegalEntity | None:
    """The legal entity whose hours are shown: the chosen one, else the customer's first."""
    rows = LegalEntity.objects.for_user(request.user)
    chosen = context.of(request).entity
    if chosen:
        found: LegalEntity | None = rows.filter(pk=chosen.id).first()
        return found
    mine = CustomerProfile.objects.for_user(request.user).filter(customer=contact.customer)
    return rows.filter(pk__in=mine.values("entity_id")).order_by("pk").first() or rows.order_by("pk").first()


urlpatterns = [
    path("contacts/<int:pk>/", show, name="contact"),
    path("contacts/<int:pk>/consent/", say, name="contact_consent"),
]
