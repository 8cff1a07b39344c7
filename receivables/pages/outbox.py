"""The outbox: every message that is planned, readable as the customer will get it. Reading only; nothing is sent from here."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from receivables import context, paging
from receivables.doors import policy
from receivables.models import Message


@policy("invoice.view")
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Messages, newest first; `?q=` searches recipient, subject and invoice number."""
    rows = Message.objects.for_user(request.user).select_related("customer", "invoice", "entity")
    books = context.of(request).entity
    if books:
        rows = rows.filter(entity=books.id)
    text = request.GET.get("q", "").strip()[:80]
    if text:
        rows = rows.filter(recipient__icontains=text) | rows.filter(subject__icontains=text)
    page = paging.page(
        rows,
        field="id",
        descending=True,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    return render(request, "receivables/outbox/list.html", {"page": page, "q": text, "count": rows.count()})


@policy("invoice.view")
@require_safe
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """One message, as rendered."""
    rows = Message.objects.for_user(request.user).select_related("customer", "invoice", "entity", "contact")
    return render(request, "receivables/outbox/read.html", {"message": get_object_or_404(rows, pk=pk)})
