"""What collecting has to say about a customer, for its page: promises, blocks, hand-overs, the last calls, and the next step."""

from dataclasses import dataclass
from datetime import date

from dunning.models import Call, DunningBlock, HandOver, Notice, PaymentPlan, PromiseToPay, RunOutcome
from dunning.questions import promise_reliability
from dunning.rules.promises import Reliability
from dunning.services.calls import KINDS
from receivables.models import Customer, User, WorkItem

FEW = 5


@dataclass(frozen=True)
class Collections:
    """Standing things of one customer, as far as the person may see them."""

    promises: tuple[PromiseToPay, ...]
    plans: tuple[PaymentPlan, ...]
    blocks: tuple[DunningBlock, ...]
    hand_overs: tuple[HandOver, ...]
    calls: tuple[Call, ...]
    tasks: tuple[WorkItem, ...]
    next_notice: Notice | None
    outcome: RunOutcome | None
    reliability: Reliability

    @property
    def quiet(self) -> bool:
        """Nothing stands and nothing was said."""
        return not (self.promises or self.blocks or self.hand_overs or self.calls or self.tasks or self.plans)


def of(customer: Customer, user: User, *, today: date) -> Collections:
    """The panel's picture on a day."""
    key = {"customer": customer}
    promises = PromiseToPay.objects.for_user(user).open().filter(**key).select_related("entity")
    return Collections(
        promises=tuple(promises.order_by("due_on", "pk")[:FEW]),
        plans=tuple(PaymentPlan.objects.for_user(user).filter(state=PaymentPlan.State.ACTIVE, **key)[:FEW]),
        blocks=tuple(_blocks(customer, user, today)),
        hand_overs=tuple(HandOver.objects.for_user(user).filter(ended_on__isnull=True, **key)[:FEW]),
        calls=tuple(Call.objects.for_user(user).filter(**key).select_related("contact").order_by("-called_at")[:FEW]),
        tasks=tuple(WorkItem.objects.for_user(user).open().filter(kind__in=KINDS, **key).order_by("due_at")[:FEW]),
        next_notice=Notice.objects.for_user(user).filter(
            state__in=(Notice.State.PROPOSED, Notice.State.RELEASED), **key
        ).order_by("due_at", "pk").first(),
        outcome=RunOutcome.objects.for_user(user).filter(to_on__isnull=True, **key).order_by("-from_on").first(),
        reliability=promise_reliability.of_customer(customer.pk),
    )  # fmt: skip


def _blocks(customer: Customer, user: User, today: date) -> list[DunningBlock]:
    """Blocks in force; one without an entity stands everywhere."""
    rows = (
        DunningBlock.objects.standing(today)
        .filter(customer=customer)
        .select_related("entity", "entry", "contact")
    )
    scope = user.scope
    if not scope.all_entities:
        rows = rows.filter(entity__isnull=True) | rows.filter(entity__in=scope.entity_ids)
    return list(rows.order_by("until_on", "pk")[:FEW])
