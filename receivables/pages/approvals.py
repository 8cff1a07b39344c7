"""The approval queue: what waits for this person by time left, decided where it stands. One decision, one call."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from receivables import access, clock, context
from receivables.doors import actor, policy
from receivables.models import User, WorkItem
from receivables.pages.request_detail import visible
from receivables.paging import row_id
from receivables.questions import request_board, request_picture, staffing
from receivables.services import flows, requesting, work
from receivables.words import request_words


@policy("work.view")
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Mine, or everybody's, the least time left first."""
    user: Any = request.user
    now, books = clock.now(), context.of(request).entity
    everybody = request.GET.get("tab") == "all"
    waiting = request_board.visible(user, books.id if books else None).filter(
        state__in=request_board.WAITING, work_items__state=WorkItem.State.OPEN, work_items__kind=work.APPROVAL
    )
    rows = request_board.Board(now, user).rows(
        waiting.order_by("work_items__due_at", "pk")[: request_board.MOST]
    )
    mine = [row for row in rows if row.mine]
    held = sum(row.held_by == user.pk for row in mine)
    others = len(mine) - held
    here = reverse("receivables:approvals")
    return render(
        request,
        "receivables/approvals/queue.html",
        {
            "rows": [_entry(row) for row in (rows if everybody else mine)],
            "everybody": everybody,
            "tabs": [
                {"label": _("I may decide"), "url": here, "on": not everybody, "count": len(mine)},
                {"label": _("Everybody's"), "url": f"{here}?tab=all", "on": everybody, "count": len(rows)},
            ],
            "may_delegate": staffing.entitled(user) or access.may(user, "work.assign"),
            "waiting": held,
            "others": ngettext("%(n)s more you may decide", "%(n)s more you may decide", others)
            % {"n": others}
            if others
            else "",
            "late": sum(row.breached for row in rows),
            "records": request_board.step_records(
                books.id if books else None, user, now.replace(hour=0, minute=0)
            ),
            "reasons": request_words.SEND_BACK.items(),
            "people": request_board.entitled(user),
        },
    )


@policy("work.view")
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve or send back; who may is asked by the verb, because it depends on the step and on delegations."""
    invoice = visible(request, pk)
    seen, note = request.POST.get("content_hash", ""), request.POST.get("note", "").strip()
    by, now, ticked = actor(request), clock.now(), request.POST.getlist("checks")
    if request.POST.get("do") == "send_back":
        code = request.POST.get("code", "")
        requesting.send_back(
            invoice=invoice,
            code=code,
            note=note,
            content_hash=seen,
            now=now,
            by=by,
            failed=request.POST.getlist("failed"),
        )
        messages.success(request, _("Sent back to the requester with the reason."))
        return redirect(_next(request))
    item = WorkItem.objects.open().filter(invoice=invoice, kind=work.APPROVAL).first()
    final = bool(item and invoice.flow and flows.read(invoice.flow).steps[-1].code == item.step)
    verb = requesting.approve if final else requesting.verify
    verb(invoice=invoice, content_hash=seen, checks=ticked, now=now, by=by, note=note)
    messages.success(
        request, _("Approved. It can be issued now.") if final else _("Passed on to the next step.")
    )
    return redirect(_next(request))


@policy("work.view")
@require_POST
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """One to-do goes to somebody else: by who holds it, or by who assigns work."""
    user: Any = request.user
    item = get_object_or_404(WorkItem.objects.for_user(user).select_related("invoice__flow", "entity"), pk=pk)
    assert item.invoice is not None
    row = request_board.Board(clock.now(), user).row(item.invoice, item)
    if not row.mine:
        access.require(user, "work.assign")
    to = get_object_or_404(User, pk=row_id(request.POST.get("to", "")))
    work.reassign(
        item=item, to=to, reason=request.POST.get("reason", "").strip(), now=clock.now(), by=actor(request)
    )
    messages.success(request, _("Handed to %(who)s.") % {"who": to.get_full_name() or to.username})
    return redirect(_next(request))


def _entry(row: request_board.Row) -> dict[str, Any]:
    """A row with what is decided on: hash of what is seen, the checks of rules that did not pass, those a person ticks."""
    checks = row.item.checks if row.item else []
    asked = [c["code"] for c in checks if c["by"] == "rule" and c["state"] not in ("passed", "not_performed")]
    not_asked = [c["code"] for c in checks if c["by"] == "rule" and c["state"] == "not_performed"]
    passed = sum(c["by"] == "rule" and c["state"] == "passed" for c in checks)
    return {
        "row": row,
        "hash": request_picture.content_hash(row.invoice),
        "ticks": [(c, request_words.person_check(c)) for c in (row.step.checks if row.step else ())],
        "passed": passed,
        "asked": [request_words.CHECKS[c].label for c in asked if c in request_words.CHECKS],
        "not_asked": [request_words.CHECKS[c].wrong for c in not_asked if c in request_words.CHECKS],
        "papers": row.invoice.attachments.order_by("pk"),
        "step": request_words.step(row.step.label) if row.step else "",
    }


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours else reverse("receivables:approvals")
