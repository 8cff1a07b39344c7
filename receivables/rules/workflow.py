"""The approval flow of an invoice request as data: steps with owner role, time limit and checks, which step
is
next, who holds it, and how it is drawn. It moves nothing and reads no clock; `business_days` counts
deadlines.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from receivables.rules.conditions import AMOUNT, BOOLEAN, LIST, NUMBER, TEXT, Condition
from receivables.rules.refusals import Refused
from receivables.rules.workflow_json import check_flow, read_step, write_step

REQUEST_FACTS: Mapping[str, str] = {
    "amount": AMOUNT,
    "customer_class": TEXT,
    "segment": TEXT,
    "region": TEXT,
    "entity": TEXT,
    "po_number": TEXT,
    "days_to_pay": NUMBER,
    "importance": NUMBER,
    "urgent": BOOLEAN,
    "customer_active": BOOLEAN,
    "has_contract": BOOLEAN,
    "attachments": LIST,
}
"""What a step's condition may ask about a request, and of which type it is."""


@dataclass(frozen=True, slots=True)
class Step:
    """One node. `sla_hours` are working hours. `condition`: text or the form's JSON; empty: the step always
    applies.

    `auto_below` (currency → minor units): an amount strictly below passes the step without a person; a
    currency that
    is not named never does. `checks` are what the person ticks pass or fail.
    """

    code: str
    label: str
    owner_role: str
    sla_hours: int
    condition: str | Mapping[str, Any] = ""
    checks: tuple[str, ...] = ()
    escalate_to_role: str = ""
    auto_below: Mapping[str, int] | None = None

    def applies(self, request: Mapping[str, Any]) -> bool:
        """Whether the condition holds; a fact that is not known makes the step apply (nothing is skipped
        blindly)."""
        if not self.condition:
            return True
        try:
            return self.parsed().holds(request)
        except Refused as no:
            if no.code in ("fact_missing", "fact_unknown"):
                return True
            raise

    def parsed(self) -> Condition:
        """The condition, checked. Refused as `Condition.parse`."""
        form = {"text": self.condition} if isinstance(self.condition, str) else self.condition
        return Condition.from_json(form, REQUEST_FACTS)


@dataclass(frozen=True, slots=True)
class Flow:
    """One version of a flow. Editing makes a new version; running cases keep theirs."""

    code: str
    version: int
    steps: tuple[Step, ...]

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Flow":
        """Read and validate {"code", "version", "steps": [{"code", "label", "owner_role", "sla_hours", …}]}.

        Refused: flow_invalid with the place in `field` (such as `steps[1].sla_hours`).
        """
        check_flow(data)
        steps = tuple(Step(**read_step(step, f"steps[{i}]")) for i, step in enumerate(data["steps"]))
        flow = cls(data["code"], data["version"], steps)
        flow.validate()
        return flow

    def to_json(self) -> dict[str, Any]:
        """The inverse of `from_json`."""
        return {
            "code": self.code,
            "version": self.version,
            "steps": [write_step(step) for step in self.steps],
        }

    def validate(self) -> None:
        """Refused (flow_invalid) unless codes are unique and every condition can be read."""
        check_flow(self.to_json())
        codes = [step.code for step in self.steps]
        for i, step in enumerate(self.steps):
            if step.code in codes[:i]:
                message = f"The step {step.code} stands twice in the flow."
                raise Refused("flow_invalid", message, field=f"steps[{i}].code")
            read_step(write_step(step), f"steps[{i}]")
            try:
                if step.condition:
                    step.parsed()
            except Refused as no:
                raise Refused("flow_invalid", no.message, field=f"steps[{i}].condition") from no

    def step(self, code: str) -> Step:
        """The step of that code. Refused: unknown_step."""
        for step in self.steps:
            if step.code == code:
                return step
        raise Refused("unknown_step", f"The flow {self.code} has no step {code}.", field="step")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What `next_steps` says about one step. state: done · automatic · skipped · next · todo.

    `reason`: done, condition_false, below_threshold, first_open, waits.
    """

    step: Step
    state: str
    reason: str
    params: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Delegation:
    """From one person to another, first and last day included; `role` empty: all roles."""

    from_person: int
    to_person: int
    starts_on: date
    ends_on: date
    role: str = ""

    def covers(self, person: int, role: str, on: date) -> bool:
        """Whether that person's work in that role goes elsewhere on that day."""
        return person == self.from_person and self.role in ("", role) and self.starts_on <= on <= self.ends_on


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a step: a person (None: nobody may act, see the reason), in which role, and why.

    `reason`: owner, delegated, escalated, nobody. `people` are all who may act, the holder first.
    """

    person: int | None
    role: str
    reason: str
    on_behalf_of: int | None = None
    people: tuple[int, ...] = ()


DEFAULT_FLOW = Flow(
    "invoice_request",
    1,
    (
        Step(
            "VERIFY",
            "Check the business truth",
            "sales_manager",
            2,
            checks=("goods_or_service_delivered", "price_and_quantity_as_agreed", "customer_knows"),
            escalate_to_role="finance_manager",
        ),
        Step(
            "APPROVE",
            "Check accuracy and compliance",
            "finance_manager",
            4,
            checks=("title_and_tax_id", "tax_rate_and_amount", "contract_or_order_attached", "terms_allowed"),
            escalate_to_role="cfo",
        ),
    ),
)
"""What a new installation starts with: the department manager within 2 working hours, finance within 4."""


def next_steps(flow: Flow, request: Mapping[str, Any], done: Collection[str]) -> list[Outcome]:
    """One outcome per step, in order; at most one has state `next`; none: the flow is through.

    Automatic steps count as passed by rule: the caller records the flow's version and leaves the person
    empty. The
    fact `amount` is a `Money`; an unknown amount, or an amount that is not above zero, is never automatic.
    """
    found: list[Outcome] = []
    waiting = False
    for step in flow.steps:
        limit = (step.auto_below or {}).get(getattr(request.get("amount"), "currency", ""))
        if step.code in done:
            found.append(Outcome(step, "done", "done"))
        elif not step.applies(request):
            condition = step.condition if isinstance(step.condition, str) else step.parsed().text
            found.append(Outcome(step, "skipped", "condition_false", (("condition", condition),)))
        elif limit is not None and 0 < request["amount"].minor < limit:
            amount = request["amount"]
            params = (("amount", str(amount)), ("limit", str(type(amount)(limit, amount.currency))))
            found.append(Outcome(step, "automatic", "below_threshold", params))
        elif waiting:
            found.append(Outcome(step, "todo", "waits"))
        else:
            found.append(Outcome(step, "next", "first_open"))
            waiting = True
    return found


def holder(
    step: Step,
    roles: Mapping[str, Iterable[int]],
    delegations: Iterable[Delegation],
    on: date,
    *,
    requester: int,
    breached: bool = False,
) -> Holder:
    """Who should act on the step on that day: never the requester, not even through a delegation.

    `roles` maps role → people, the preferred first. Order: the owner role (through delegations, one after
    another);
    nobody there, or the deadline breached: the escalation role; still nobody: person None, reason `nobody`.
    After a breach the owners may still act (they stay in `people`); the holder is the one it escalated to.
    """
    gone = tuple(delegations)
    owners = _able(step.owner_role, roles, gone, on, requester)
    above = _able(step.escalate_to_role, roles, gone, on, requester) if step.escalate_to_role else {}
    if above and (breached or not owners):
        people = tuple(dict.fromkeys((*above, *owners)))
        person, instead_of = next(iter(above.items()))
        return Holder(person, step.escalate_to_role, "escalated", instead_of, people)
    if owners:
        person, instead_of = next(iter(owners.items()))
        reason = "owner" if instead_of is None else "delegated"
        return Holder(person, step.owner_role, reason, instead_of, tuple(owners))
    return Holder(None, step.owner_role, "nobody")


def breached(due_at: datetime, now: datetime) -> bool:
    """True once the deadline has passed; the deadline's own instant is still in time."""
    return now > due_at


def _able(
    role: str, roles: Mapping[str, Iterable[int]], gone: tuple[Delegation, ...], on: date, requester: int
) -> dict[int, int | None]:
    """Who can act for the role → on whose behalf (None: their own). People who are present come first."""
    present: dict[int, int | None] = {}
    standing_in: dict[int, int | None] = {}
    for owner in roles.get(role, ()):
        person = _stand_in(owner, role, gone, on)
        # What I asked for is decided neither by me nor in my name.
        if person is None or requester in (person, owner):
            continue
        (present if person == owner else standing_in)[person] = None if person == owner else owner
    return {**present, **{person: owner for person, owner in standing_in.items() if person not in present}}


def _stand_in(person: int, role: str, gone: tuple[Delegation, ...], on: date) -> int | None:
    """Follow delegations to somebody who is there; None when they lead in a circle."""
    seen = {person}
    while True:
        away = next((d for d in gone if d.covers(person, role, on)), None)
        if away is None:
            return person
        person = away.to_person
        if person in seen:
            return None
        seen.add(person)
