"""The figures beside menu entries: how much waits for this person. Questions only, each one query."""

from typing import Any

from receivables.models import Invoice, Message, StatementLine, WorkItem


def cash(user: Any) -> int:
    """Money in that somebody has to look at."""
    return StatementLine.objects.for_user(user).to_apply().count()


def outbox(user: Any) -> int:
    """Messages that need a person."""
    return Message.objects.for_user(user).parked().count()


def requests(user: Any) -> int:
    """Requests of this person that came back."""
    mine = Invoice.objects.filter(state=Invoice.State.DRAFT, created_by=user)
    return int(mine.exclude(sent_back_code="").count())


def approvals(user: Any) -> int:
    """Decisions that lie with this person."""
    return WorkItem.objects.open().filter(kind="approval", assignee=user).count()
