"""Doors for providers: signed events of mails and text messages, and texts sent to us. Who cannot prove himself learns nothing.

A door proves, hands the batch to one verb and answers without a body. When the verb fails the answer is 500 and the provider
repeats the batch; nothing was kept of it.
"""

import logging

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from integrations import registry
from integrations.messaging.port import Adapter, BadSignature
from receivables import clock
from receivables.actor import Actor
from receivables.doors import PUBLIC, policy
from receivables.models import Tally
from receivables.services import outbox_events, outbox_replies

MAIL, TEXT = "sendgrid_email", "twilio_sms"
BODY_MOST = 5_000_000
NO_ANSWER = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
log = logging.getLogger("duebook.security")


@policy(PUBLIC)
@csrf_exempt
@require_POST
def sendgrid(request: HttpRequest) -> HttpResponse:
    """Events of mails, signed over the raw bytes. Without the webhook's public key in the settings all are refused."""
    return _events(request, MAIL)


@policy(PUBLIC)
@csrf_exempt
@require_POST
def twilio_status(request: HttpRequest, token: str) -> HttpResponse:
    """What became of a text message; the address holds the attempt's token and is signed with the fields."""
    return _events(request, TEXT)


@policy(PUBLIC)
@csrf_exempt
@require_POST
def twilio_inbound(request: HttpRequest) -> HttpResponse:
    """A text message somebody sent to us. The answer tells Twilio to send nothing: what we say goes through the outbox."""
    raw = _body(request)
    if raw is None:
        return HttpResponse(status=413)
    try:
        text = _adapter(TEXT).parse_inbound(raw, _headers(request), url=_address(request))
    except BadSignature as bad:
        return _refuse(TEXT, bad.code)
    outbox_replies.hear(text=text, provider=TEXT, now=clock.now(), by=_provider(TEXT))
    return HttpResponse(NO_ANSWER, content_type="application/xml")


def _events(request: HttpRequest, name: str) -> HttpResponse:
    raw, now = _body(request), clock.now()
    if raw is None:
        return HttpResponse(status=413)
    try:
        events = _adapter(name).parse_events(
            raw,
            _headers(request),
            url=_address(request),
            now=now,
            max_age_seconds=settings.WEBHOOK_MAX_AGE_SECONDS,
        )
    except BadSignature as bad:
        return _refuse(name, bad.code)
    outbox_events.take_in(events=events, provider=name, now=now, by=_provider(name))
    return HttpResponse(status=204)


def _adapter(name: str) -> Adapter:
    found: Adapter = registry.adapter("messaging", name, **settings.ADAPTER_WIRING[name])
    return found


def _provider(name: str) -> Actor:
    return Actor.system(name, via="webhook")


def _body(request: HttpRequest) -> bytes | None:
    """The raw bytes; None when there are too many of them."""
    told = request.META.get("CONTENT_LENGTH") or "0"
    if not told.isdecimal() or int(told) > BODY_MOST:
        return None
    try:
        return request.body
    except RequestDataTooBig:
        return None


def _headers(request: HttpRequest) -> dict[str, str]:
    return dict(request.headers.items())


def _address(request: HttpRequest) -> str:
    """The address as the provider was given it: by the settings, never by the request's host."""
    return settings.PUBLIC_URL.rstrip("/") + request.get_full_path()


def _refuse(name: str, code: str) -> HttpResponse:
    Tally.objects.add(f"webhook.refused.{name}", on=clock.now().date())
    log.warning("a webhook of %s was refused: %s", name, code)
    return HttpResponse(status=401)
