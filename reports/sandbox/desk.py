"""The desk of the last working days: invoice requests at every stage, some on time, some late, one sent back. By the verbs."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from receivables.models import Contact, Invoice
from receivables.questions import request_picture
from receivables.rules.business_days import (
    Calendar,
    Hours,
    add_business_days,
    is_business_day,
    previous_business_day,
)
from receivables.rules.money import format_plain
from receivables.rules.refusals import Refused
from receivables.rules.request_lines import LineInput
from receivables.services import approving, dispatch, invoicing, requesting
from receivables.services.work import hours_of
from reports.sandbox import pools
from reports.sandbox.company import At, Company
from reports.sandbox.people import Client

STAGES = [
    ("draft", 4),
    ("requested", 7),
    ("sent_back", 2),
    ("verified", 6),
    ("approved", 5),
    ("issued", 3),
    ("posted", 3),
    ("sent", 18),
]
"""How many requests stand where on the day the demo is built."""
TAX = {"DE": "19", "AT": "20", "NL": "21", "FR": "20", "GB": "20", "ES": "21", "CN": "13"}


@dataclass
class Truth:
    """Requests by the stage they reached."""

    stages: dict[str, int] = field(default_factory=dict)


FIRST_STEP = timedelta(minutes=75)
"""How long before the last moment at work the fresh requests begin: long enough for their steps, too short to be late."""


def work(
    dice: Random, company: Company, clients: list[Client], *, today: date, now: datetime, at: At
) -> Truth:
    """Files every request on a recent working day, or just now, and carries it as far as its stage says."""
    truth = Truth()
    sellers = company.reps()
    last_day = previous_business_day(today, Calendar("DE"))
    for stage, count in STAGES:
        for n in range(count):
            client = dice.choice(clients)
            rep = dice.choice(sellers[client.entity.code])
            days_ago = dice.randint(2, 6) if stage == "sent" else min(n // 3, 2)
            if days_ago:
                on = add_business_days(last_day, -days_ago, Calendar("DE"))
                begins = at(on)
            else:
                begins = _at_work(now, hours_of(client.entity)) - FIRST_STEP + n * timedelta(minutes=5)
                on = min(begins.date(), today)
            desk = _Desk(company, client, rep.username, begins, on)
            reached = desk.carry(stage, _lines(dice, client), f"PO-{dice.randint(10_000, 99_999)}")
            truth.stages[reached] = truth.stages.get(reached, 0) + 1
    return truth


@dataclass
class _Desk:
    """One request and the moments of its steps, a few minutes apart."""

    company: Company
    client: Client
    rep: str
    now: datetime
    on: date

    def later(self) -> datetime:
        self.now += timedelta(minutes=11)
        return self.now

    def carry(self, stage: str, lines: Iterable[LineInput], po_number: str) -> str:
        """As far as the stage; a verb that refuses ends it where it stands."""
        rep = self.company.person(self.rep)
        content = requesting.Content(lines=tuple(lines), currency=self.client.currency, po_number=po_number)
        invoice = requesting.draft(
            entity=self.client.entity,
            customer=self.client.customer,
            content=content,
            today=self.on,
            now=self.now,
            by=rep,
        )
        if stage == "draft":
            return stage
        try:
            invoice = requesting.submit(
                invoice=invoice, today=self.on, now=self.later(), by=rep, duplicate_confirmed=True
            )
        except Refused:
            return "draft"
        return self._decide(stage, invoice)

    def _decide(self, stage: str, invoice: Invoice) -> str:
        mara, fiona = self.company.person("mara"), self.company.person("fiona")
        if stage == "requested":
            return stage
        if stage == "sent_back":
            requesting.send_back(
                invoice=invoice, code="other", note="The delivery note is missing.", content_hash=_hash(invoice),
                now=self.later(), by=mara,
            )  # fmt: skip
            return stage
        invoice = requesting.verify(
            invoice=invoice, content_hash=_hash(invoice), checks=_checks(invoice), now=self.later(), by=mara
        )
        if stage == "verified":
            return stage
        invoice = requesting.approve(
            invoice=invoice, content_hash=_hash(invoice), checks=_checks(invoice), now=self.later(), by=fiona
        )
        return stage if stage == "approved" else self._issue(stage, invoice)

    def _issue(self, stage: str, invoice: Invoice) -> str:
        anja = self.company.person("anja")
        invoice = invoicing.issue(invoice=invoice, on=self.on, now=self.later(), by=anja)
        if stage == "issued":
            return stage
        contact = Contact.objects.filter(customer=invoice.customer).first()
        by_courier = stage == "posted" or invoice.gross % 3 == 0
        sent = dispatch.send(
            invoice=invoice,
            channel="courier" if by_courier else "email",
            contact=contact,
            now=self.later(),
            by=anja,
            courier="DHL",
        )
        if stage == "sent" and by_courier:
            dispatch.enter_tracking(
                dispatch=sent.dispatch,
                courier="DHL",
                tracking_number=f"JD01{invoice.gross:08d}",
                now=self.later(),
                by=anja,
            )
        return stage


def _at_work(now: datetime, hours: Hours) -> datetime:
    """`now` itself where somebody works then, else the end of the last working hours before it."""
    local = now.astimezone(ZoneInfo(hours.zone))
    on = local.date()
    if not is_business_day(on, hours.calendar) or local.time() <= hours.start:
        on = previous_business_day(on - timedelta(days=1), hours.calendar)
    return min(local, datetime.combine(on, hours.end, local.tzinfo))


def _hash(invoice: Invoice) -> str:
    return request_picture.content_hash(Invoice.objects.get(pk=invoice.pk))


def _checks(invoice: Invoice) -> list[str]:
    item = approving.current_item(invoice)
    return [check["code"] for check in item.checks] if item else []


def _lines(dice: Random, client: Client) -> list[LineInput]:
    goods = pools.GOODS.get(client.currency, pools.GOODS["EUR"])
    tax = TAX[client.customer.country] if client.customer.country == client.entity.country else "0"
    return [
        LineInput(name, str(dice.randint(1, 12)), format_plain(price, client.currency), tax)
        for name, price in dice.sample(goods, dice.randint(1, min(3, len(goods))))
    ]
