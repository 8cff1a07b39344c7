"""What the doors of one act share: show the form, do it, or show it again with the refusal at its field. No particular act."""

from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from receivables.doors import collision, status_of
from receivables.pages.form_base import PlacedForm
from receivables.rules.refusals import Refused

READ_AND_POST = ["GET", "HEAD", "POST"]


def act(
    request: HttpRequest,
    form: PlacedForm,
    do: Callable[[dict[str, Any]], HttpResponse],
    *,
    title: str,
    yes: str,
    lead: str,
    back: str,
    where: tuple[str, str],
    template: str = "receivables/payments/act.html",
    **told: Any,
) -> HttpResponse:
    """Shows the form of an act, or does it; `where` is label and address of the list it belongs to, `back` the address to go to.

    A refusal stands beside the field it names with status 422 or 409; nothing that was typed is lost.
    """
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return do(dict(form.cleaned_data))
            except Refused as refused:
                form.refuse(refused)
                status = status_of(refused)
            except (IntegrityError, OperationalError) as error:
                form.refuse(collision(error))
                status = 409
    shown = {"form": form, "title": title, "yes": yes, "lead": lead, "back": back, "where": where, **told}
    return render(request, template, shown, status=status)
