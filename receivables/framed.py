"""What is shown inside a frame of ours, shut off from the page around it: mails as they read, papers as they print."""

from django.http import HttpResponse

MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups"
)
"""A mail carries its own styles and nothing else: no script, no picture from outside, no form."""


def mail(html: str) -> HttpResponse:
    """A mail's own page."""
    answer = HttpResponse(html)
    answer["Content-Security-Policy"] = MAIL_POLICY
    return _private(answer)


def paper(content: bytes, media_type: str, name: str) -> HttpResponse:
    """A paper that the browser shows; `name` is ours and plain ASCII."""
    answer = HttpResponse(content, content_type=media_type)
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    return _private(answer)


def _private(answer: HttpResponse) -> HttpResponse:
    answer["Cache-Control"] = "private, no-store"
    answer["Referrer-Policy"] = "no-referrer"
    return answer
