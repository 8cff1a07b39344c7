"""Papers of a request: handed back as downloads that no browser opens by itself, attached to a draft, taken off it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from receivables import clock, storage
from receivables.doors import actor, policy
from receivables.models import Attachment
from receivables.pages import request_form
from receivables.pages.request_detail import visible
from receivables.services import attachments


@policy("request.view")
@require_safe
def download(request: HttpRequest, pk: int, paper_id: int) -> HttpResponse:
    """The bytes as they came, as a file to save: never shown inside our pages."""
    paper = _paper(request, pk, paper_id)
    try:
        data = storage.read(paper.stored_as)
    except FileNotFoundError:
        raise Http404 from None
    answer = HttpResponse(data, content_type=paper.content_type)
    answer["Content-Disposition"] = content_disposition_header(True, paper.name)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cache-Control"] = "private, no-store"
    return answer


@policy("request.create")
@require_POST
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Attaches what was uploaded to a draft."""
    invoice = visible(request, pk)
    for kind, name, data in request_form.files_of(request):
        attachments.add(invoice=invoice, kind=kind, name=name, data=data, now=clock.now(), by=actor(request))
    messages.success(request, _("Attached."))
    return redirect("receivables:request_edit", pk=pk)


@policy("request.create")
@require_POST
def remove(request: HttpRequest, pk: int, paper_id: int) -> HttpResponse:
    """Takes a paper off a draft."""
    attachments.remove(attachment=_paper(request, pk, paper_id), now=clock.now(), by=actor(request))
    messages.success(request, _("The paper is gone."))
    return redirect("receivables:request_edit", pk=pk)


def _paper(request: HttpRequest, pk: int, paper_id: int) -> Attachment:
    mine = Attachment.objects.for_user(request.user).select_related("invoice")
    paper: Attachment = get_object_or_404(mine, pk=paper_id, invoice_id=pk)
    return paper
