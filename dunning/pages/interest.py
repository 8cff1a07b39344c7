"""Late interest: the notes that were issued, one note with its derivation, and its paper."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from dunning.models import InterestNote
from dunning.pages import interest_claim, interest_terms
from dunning.questions import interest_paper
from dunning.services import interest_messages
from receivables import access, context, paging, rendering
from receivables.doors import policy
from receivables.models import BankAccount, Charge, Contact
from receivables.words import charge_words

GIVEN_UP = ("CANCELLED", "SUPPRESSED")


@policy("interest.view")
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Notes, newest first."""
    rows = InterestNote.objects.for_user(request.user).select_related("customer", "entity")
    books = context.of(request).entity
    if books:
        rows = rows.filter(entity_id=books.id)
    text = request.GET.get("q", "").strip()[:80]
    if text:
        rows = rows.filter(number__icontains=text) | rows.filter(customer__legal_name__icontains=text)
    page = paging.page(
        rows, field="issued_on", descending=True,
        after=request.GET.get("after", ""), before=request.GET.get("before", ""),
    )  # fmt: skip
    shown = {"page": page, "may_claim": access.may(request.user, "interest.claim")}
    return render(request, "dunning/interest/notes.html", shown)


@policy("interest.view")
@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One note, item by item, with what became of its charges."""
    note = visible(request, pk)
    told = note.derivation
    charged = Charge.objects.filter(number=note.number, entity=note.entity).select_related("entry", "waiver")
    items = [
        {
            **item,
            "lines": charge_words.lines(item["steps"], note.currency),
            "sentences": charge_words.sentences(item["steps"], note.currency),
        }
        for item in told["items"]
    ]
    for row in charged:
        row.left = row.entry.amount - row.entry.allocated
    message = interest_messages.message_of(note)
    shown = {
        "note": note,
        "message": message,
        "not_charged": message is not None and not charged and message.state in GIVEN_UP,
        "items": items,
        "law": interest_paper.law(told["law"], get_language() or "en"),
        "order": interest_paper.settling(told["order"]),
        "charges": charged,
        "left": sum(row.left for row in charged),
    }
    return render(request, "dunning/interest/note.html", shown)


@policy("interest.view")
@require_safe
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The note as PDF, in the customer's language."""
    note = visible(request, pk)
    contact = (
        Contact.objects.filter(customer=note.customer, active=True, role="billing").order_by("pk").first()
    )
    bank = BankAccount.objects.filter(entity=note.entity, currency=note.currency).order_by("pk").first()
    made = rendering.interest_note(
        interest_paper.facts(
            note, contact=contact, bank=bank, language=note.customer.language or "en", sender_name=""
        )
    )
    answer = HttpResponse(made.content, content_type=made.content_type)
    answer["Content-Disposition"] = f'attachment; filename="{made.name}"'
    return answer


def visible(request: HttpRequest, pk: int) -> InterestNote:
    """The note, or 404."""
    rows = InterestNote.objects.for_user(request.user).select_related("customer", "entity")
    found: InterestNote = get_object_or_404(rows, pk=pk)
    return found


urlpatterns: list[Any] = [
    path("interest/", show, name="interest_notes"),
    path("interest/claim/", interest_claim.show, name="interest_claim"),
    path("interest/notes/<int:pk>/", detail, name="interest_note"),
    path("interest/notes/<int:pk>/paper/", paper, name="interest_paper"),
    path("interest/rates/", interest_terms.rates, name="interest_rates"),
    path("customers/<int:pk>/interest/", interest_terms.show, name="interest_terms"),
]
