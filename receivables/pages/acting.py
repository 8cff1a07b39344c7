"""What the doors of one act share: show the form, do it, or show it again with the refusal at its field. No particular act."""

import hashlib
import re
import secrets
from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from receivables import clock
from receivables.doors import collision, status_of
from receivables.pages.form_base import PlacedForm
from receivables.rules.refusals import Refused
from receivables.services import request_keys

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
                return once(request, lambda: do(dict(form.cleaned_data)))
            except Refused as refused:
                form.refuse(refused)
                status = status_of(refused)
            except (IntegrityError, OperationalError) as error:
                form.refuse(collision(error))
                status = 409
    told["form_key"] = secrets.token_hex(16)
    shown = {"form": form, "title": title, "yes": yes, "lead": lead, "back": back, "where": where, **told}
    return render(request, template, shown, status=status)


def once(request: HttpRequest, do: Callable[[], HttpResponse]) -> HttpResponse:
    """Does what a form asks once for each time it was shown: a double click or a page sent again gets the first answer.

    The form carries a key made when it was drawn. Without one it is simply done; what was refused may be sent again.
    """
    key = request.POST.get("form_key", "")
    if not re.fullmatch(r"[0-9a-f]{32}", key):
        return do()
    made: list[HttpResponse] = []

    def deed() -> tuple[int, str]:
        made.append(do())
        return made[0].status_code, made[0].headers.get("Location", "")

    address = hashlib.sha256(request.path.encode()).hexdigest()
    answer = request_keys.once(
        caller=f"page:{request.user.pk}", key=key, body_hash=address, now=clock.now(), act=deed
    )
    if made and not answer.replayed:
        return made[0]
    if not answer.text:
        raise Refused("duplicate", _("This was done a moment ago; it is not done twice."))
    return redirect(answer.text)
