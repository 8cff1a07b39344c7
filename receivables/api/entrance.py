"""The way into the API: the clock is read once for each request, and whatever leaves by another way is turned into a problem."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from receivables import clock
from receivables.doors import PUBLIC
from receivables.wire import problems
from receivables.wire.problems import Problem


def enter(view: Callable[..., Any]) -> Callable[..., HttpResponse]:
    """Wraps one address of the API."""

    @wraps(view)
    def entered(request: HttpRequest, *args: Any, **values: Any) -> HttpResponse:
        request.moment = clock.now()  # type: ignore[attr-defined]
        try:
            response: HttpResponse = view(request, *args, **values)
        except Exception as error:
            response = problems.answer(problems.of_exception(error))
        if response.status_code == 405 and response["Content-Type"] != problems.MEDIA_TYPE:
            allow = ", ".join(sorted(response["Allow"].split(", ")))
            said = Problem(
                405, "method_not_allowed", f"This address takes {allow}.", headers={"Allow": allow}
            )
            response = problems.answer(said)
        response["Cache-Control"] = "no-store"
        return response

    entered.csrf_exempt = True  # type: ignore[attr-defined]  # sessions are checked by their guard, tokens need no check
    return entered


def nowhere(request: HttpRequest, *args: Any, **values: Any) -> HttpResponse:
    """Any other address below /api/."""
    return problems.answer(problems.not_found())


nowhere.policy = PUBLIC  # type: ignore[attr-defined]
nowhere.csrf_exempt = True  # type: ignore[attr-defined]  # it does nothing, and says so as a problem
