"""A fresh look at notices: are they still right, and what would they say? Asked at hand-over, at approval and by who looks on.

The pictures, ladders and papers of many notices are read together. It writes nothing; numbers of letters are given by the caller.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse

from dunning import rendering
from dunning.models import Notice, NoticeItem
from dunning.questions import in_force, interest_preview, notice_ground, pictures
from dunning.questions.notice_ground import Ground
from dunning.rendering import Made
from dunning.rules import fees, second_look
from dunning.rules.ladder import OUTSIDE, Ladder
from dunning.rules.picture import Picture
from dunning.rules.second_look import NoticeFacts, Right, Wrong
from receivables.models import LegalEntity, MessageTemplate
from receivables.questions import conversion, texts
from receivables.questions.texts import Chosen, Texts
from receivables.rendering import TemplateText
from receivables.rules.notice_facts import Charge
from receivables.rules.refusals import Refused


@dataclass(frozen=True, slots=True)
class Look:
    """What was found: the verdict, the picture it rests on, and the day the words would speak of."""

    notice: Notice
    verdict: Right | Wrong
    picture: Picture
    ladder: Ladder | None
    day: date
    ground: Ground
    texts: Texts

    @property
    def right(self) -> Right | None:
        return self.verdict if isinstance(self.verdict, Right) else None

    def chosen(self) -> Chosen:
        """The text it would be written with: the one asked for by hand, else its rung's. Refuses no_text."""
        assert isinstance(self.verdict, Right)
        stage = self.verdict.stage
        code = self.notice.template if stage.code == self.notice.stage else stage.template
        language = rendering.language_of(self.notice)
        return self.texts.of(
            code or stage.code, self.notice.channel, language, entity=self.notice.entity_id, segment=self.picture.segment
        )  # fmt: skip

    def approved(self) -> Chosen:
        """The very text it was approved with: an edit since changes nothing."""
        row: MessageTemplate | None = self.notice.text
        if row is None:
            return self.chosen()
        said = texts.text_of(row)
        return Chosen(
            TemplateText(
                said.subject, said.body, said.language, self.notice.channel, said.audience, said.code
            ),
            row,
        )

    def made(self, *, number: str, chosen: Chosen | None = None, day: date | None = None) -> Made:
        """The rendering. Refuses what rendering refuses, and no_text."""
        assert isinstance(self.verdict, Right)
        right, notice, on = self.verdict, self.notice, day or self.day
        return rendering.make(
            notice, right, self.picture, self.ground, chosen or self.chosen(), day=on, number=number,
            interest=_interest(notice, right, on), rates=_rates(notice, right, self.ground.entity, on), page=_page(notice),
        )  # fmt: skip


def _page(notice: Notice) -> str:
    """The customer's page, for our own people; a worker that only writes to customers never loads our pages."""
    if notice.audience in OUTSIDE:
        return ""
    return f"{settings.PUBLIC_URL.rstrip('/')}{reverse('receivables:customer', args=[notice.customer_id])}"


def day_of(notice: Notice, now: datetime) -> date:
    """The entity's day on which the message would leave."""
    return max(now, notice.due_at).astimezone(ZoneInfo(notice.entity.time_zone)).date()


def one(notice: Notice, *, now: datetime) -> Look:
    """A look at one notice."""
    return several([notice], now=now)[notice.pk]


def several(notices: Sequence[Notice], *, now: datetime) -> dict[int, Look]:
    """By id; customers, contacts and entities come with the notices."""
    items: dict[int, list[tuple[int, str, int]]] = defaultdict(list)
    rows = NoticeItem.objects.filter(notice__in=[notice.pk for notice in notices], withdrawn=False)
    for notice_id, entry, stage, number in rows.order_by("pk").values_list(
        "notice_id", "entry_id", "stage", "round"
    ):
        items[notice_id].append((entry, stage, number))
    groups: dict[tuple[int, date], list[Notice]] = defaultdict(list)
    for notice in notices:
        groups[notice.entity_id, day_of(notice, now)].append(notice)
    words, found = Texts(), {}
    for (_entity, on), group in groups.items():
        found.update(_group(group, items, on, now, words))
    return found


def _group(
    notices: list[Notice], items: dict[int, list[tuple[int, str, int]]], on: date, now: datetime, words: Texts
) -> dict[int, Look]:
    entity = notices[0].entity
    loaded = pictures.load(entity, sorted({notice.customer_id for notice in notices}), on, now)
    ladders = in_force.ladders(entity.pk, loaded)
    by_customer = {picture.customer: picture for picture in loaded}
    judged: list[tuple[Notice, Picture, Ladder | None, Right | Wrong]] = []
    for notice in notices:
        picture = by_customer[notice.customer_id]
        ladder = next((c.ladder for c in ladders[notice.customer_id] if c.track == notice.track), None)
        facts = NoticeFacts(
            notice.currency, notice.audience, notice.channel, notice.recipient, notice.contact_id, tuple(items[notice.pk])
        )  # fmt: skip
        verdict = second_look.still_right(picture, facts, ladder, on=on, now=now)
        judged.append((notice, picture, ladder, verdict))
    ground = notice_ground.load(
        entity,
        customers=[notice.customer_id for notice in notices],
        entries=[item.entry for *_rest, v in judged if isinstance(v, Right) for item, _ask in v.rows],
        people=[pk for _notice, picture, *_rest in judged for pk in (picture.collector, picture.rep)],
        on=on,
    )
    return {
        notice.pk: Look(notice, verdict, picture, ladder, on, ground, words)
        for notice, picture, ladder, verdict in judged
    }


def _interest(notice: Notice, right: Right, day: date) -> tuple[Charge, ...]:
    """Interest and fixed sums so far on the listed items, as information; nothing where no rate or law is known."""
    if not right.stage.interest or notice.audience not in OUTSIDE:
        return ()
    try:
        found = interest_preview.preview(notice.customer, notice.entity, notice.currency, up_to=day)
    except Refused:
        return ()
    found = found.only({item.entry for item, _ask in right.rows})
    law = found.standing.pack.citation if found.standing.pack is not None else ""
    lines = (("interest", found.interest), ("fixed_sum", found.fixed_sums))
    return tuple(Charge(kind, amount, law) for kind, amount in lines if amount.minor > 0)


def _rates(notice: Notice, right: Right, entity: LegalEntity, day: date) -> dict[str, str]:
    """For fees that have no amount in the notice's currency: what one unit of theirs is worth in it."""
    found = {}
    for intent in right.climbing:
        fee = intent.stage.fee
        if fee.kind == fees.FIXED:
            source = fees.fee_currency(fee, notice.currency, entity.currency)
            if source != notice.currency:
                found[source] = conversion.rate_on(source, notice.currency, day).plain()
    return found
