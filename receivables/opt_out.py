"""The page behind "unsubscribe" in our mails: shows one button, and a press of it withdraws consent for that one address.

Reading never unsubscribes (mail scanners read too). It needs no log-in: the signed link is the only authority, and it can do
no more than this.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from receivables import clock
from receivables.actor import Actor
from receivables.doors import PUBLIC, policy
from receivables.models import Consent
from receivables.rules.refusals import Refused
from receivables.services import consents

RECIPIENT = Actor.system("recipient", via="portal")
LANGUAGES = ("en", "zh-hans")
TOKEN_LONGEST = 600


@policy(PUBLIC)
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks, POST does it, also as one click from a mail program (RFC 8058); again and again it answers the same.

    Exempt from the CSRF check: no cookie has a say here, and a mail program has none.
    """
    language = _language(request)
    with translation.override(language):
        try:
            if len(token) > TOKEN_LONGEST:
                raise Refused("not_found", "")
            channel, address = consents.read_token(token)
        except Refused:
            answer = render(request, "receivables/portal/gone.html", {"language": language}, status=404)
            answer._has_been_logged = True  # type: ignore[attr-defined]  # the address holds the token
            return _private(answer)
        if request.method == "POST":
            consents.record(
                channel=channel,
                address=address,
                given=False,
                source="link",
                note="",
                now=clock.now(),
                by=RECIPIENT,
            )
        said = Consent.objects.in_force(channel, address)
        picture = {
            "language": language,
            "address": _masked(address),
            "done": said is not None and not said.given,
        }
        return _private(render(request, "receivables/portal/unsubscribe.html", picture))


def _masked(address: str) -> str:
    """Enough of an address to know one's own."""
    name, at, host = address.partition("@")
    return f"{name[:2]}…{at}{host}" if at else f"…{address[-3:]}"


def _language(request: HttpRequest) -> str:
    asked = request.GET.get("lang", "")
    if asked in LANGUAGES:
        return asked
    spoken = translation.get_language() or "en"
    return "zh-hans" if spoken.lower().startswith("zh") else "en"


def _private(answer: HttpResponse) -> HttpResponse:
    answer["Cache-Control"] = "no-store, private"
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer
