"""The one page a customer opens without an account: a signed link that shows an invoice and takes its receipt.

Reading never consumes (mail scanners read too), only the button does; a wrong, altered or expired link always gets the same
answer. The token is in no log, no session and no other page.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from receivables import clock
from receivables.actor import Actor
from receivables.doors import PUBLIC, policy
from receivables.models import Dispatch
from receivables.rules.refusals import Refused
from receivables.services import dispatch

CUSTOMER = Actor.system("customer", via="portal")
LANGUAGES = ("en", "zh-hans")
TOKEN_LONGEST = 64


@policy(PUBLIC)
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows, POST confirms. `?lang=` switches the language, which begins as the contact's.

    Exempt from the CSRF check: the token is the only authority, no cookie is; and under no-referrer a browser sends
    `Origin: null`, which that check would refuse.
    """
    now = clock.now()
    try:
        if len(token) > TOKEN_LONGEST:
            raise Refused("not_found", "")
        row = dispatch.by_token(token, now=now)
    except Refused:
        return _gone(request)
    language = _language(request, row)
    wrong = ""
    with translation.override(language), timezone.override(_zone(row)):
        if request.method == "POST":
            try:
                dispatch.confirm_receipt(
                    token=token, name=request.POST.get("name", "")[:120], now=now, by=CUSTOMER
                )
                return _private(redirect(f"{request.path}?lang={language}"))
            except Refused as refused:
                if refused.code == "not_found":
                    return _gone(request)
                wrong = refused.message
        picture = _picture(row) | {"wrong": wrong, "language": language}
        return _private(
            render(request, "receivables/portal/receipt.html", picture, status=422 if wrong else 200)
        )


def _picture(row: Dispatch) -> dict[str, object]:
    invoice = row.invoice
    return {
        "dispatch": row,
        "invoice": invoice,
        "seller": (invoice.snapshot.get("seller") or {}).get("name") or invoice.entity.name,
        "buyer": (invoice.snapshot.get("buyer") or {}).get("name") or invoice.customer.legal_name,
        "dues": list(invoice.instalments.exclude(entry__kind="reschedule").order_by("position")),
        "name": row.contact.name if row.contact else "",
    }


def _language(request: HttpRequest, row: Dispatch) -> str:
    asked = request.GET.get("lang", "")
    if asked in LANGUAGES:
        return asked
    spoken = (row.contact.language if row.contact else row.invoice.customer.language).lower()
    return "zh-hans" if spoken.startswith("zh") else "en"


def _zone(row: Dispatch) -> str:
    """Where the reader is, as far as known: the contact's zone, else the seller's."""
    return (row.contact.time_zone if row.contact else "") or row.invoice.entity.time_zone


def _gone(request: HttpRequest) -> HttpResponse:
    """The same page for every link that does not work, so that nothing can be learned by trying."""
    asked = request.GET.get("lang", "")
    with translation.override(asked if asked in LANGUAGES else translation.get_language() or "en"):
        answer = render(
            request, "receivables/portal/gone.html", {"language": translation.get_language()}, status=404
        )
    answer._has_been_logged = True  # type: ignore[attr-defined]  # Django would write the address, and with it the token, to the log
    return _private(answer)


def _private(answer: HttpResponse) -> HttpResponse:
    answer["Cache-Control"] = "no-store, private"
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer
