"""What the address of an aging page asks for: filters in words, and the Question they make. It computes no figure."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from receivables import clock, context
from receivables.models import Audit, LegalEntity
from receivables.rules.aging import Buckets
from receivables.rules.currencies import EXPONENTS
from receivables.rules.refusals import Refused
from reports import aging_words
from reports.aging_items import WHOLE, Figure
from reports.aging_sql import DIMENSIONS, Question

NOBODY = "none"
"""In the address: the group without a key (no rep, no profile)."""


class Filters(forms.Form):
    """The filters above the report; all of them live in the address."""

    q = forms.CharField(label=gettext_lazy("Customer or code"), required=False)
    group = forms.ChoiceField(label=gettext_lazy("Group by"), choices=aging_words.GROUPS, required=False)
    entity = forms.ChoiceField(label=gettext_lazy("Legal entity"), required=False)
    currency = forms.ChoiceField(label=gettext_lazy("Currency"), required=False)
    buckets = forms.ChoiceField(label=gettext_lazy("Buckets"), required=False)
    edges = forms.CharField(
        label=gettext_lazy("Own edges"), required=False, max_length=80,
        widget=forms.TextInput(attrs={"placeholder": "15,45,90", "size": 9, "inputmode": "numeric"}),
    )  # fmt: skip
    known = forms.CharField(
        label=gettext_lazy("As known on"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    into = forms.ChoiceField(label=gettext_lazy("Also in"), required=False)

    def __init__(self, data: QueryDict, user: Any, currencies: list[str], grouped: bool) -> None:
        super().__init__(data)
        fields: dict[str, Any] = self.fields
        entities = LegalEntity.objects.for_user(user).order_by("name")
        fields["q"].widget.attrs["placeholder"] = _("Customer or code")
        fields["entity"].choices = [("", _("All")), *((str(e.pk), e.name) for e in entities)]
        fields["currency"].choices = [("", _("All")), *((c, c) for c in currencies)]
        fields["buckets"].choices = [("", _("Usual")), *aging_words.PRESETS]
        fields["into"].choices = [
            ("", "–"),
            *((c, c) for c in sorted({*currencies, *(e.currency for e in entities)})),
        ]
        if len(entities) < 2:
            del fields["entity"]
        if not grouped:
            del fields["group"], fields["into"]


def question(request: HttpRequest) -> Question:
    """The question of the address. Refuses a date, number, grouping or set of buckets that cannot be read."""
    get, user = request.GET, request.user
    entity = _entity(request)
    as_of = _date(get.get("as_of", ""), "as_of") or clock.today(entity)
    group = get.get("group") or "customer"
    if group not in DIMENSIONS:
        raise Refused("group_unknown", _("Choose one of the groupings offered."), field="group")
    currency = get.get("currency", "")
    if currency and currency not in EXPONENTS:
        raise Refused(
            "currency_unknown", _("This is not a currency: choose one of those offered."), field="currency"
        )
    edges = (
        get.get("edges", "").strip()
        or get.get("buckets", "")
        or (entity.aging_buckets if entity else "30,60,90")
    )
    return Question(
        as_of=as_of,
        known_at=_known(get.get("known", ""), entity),
        user=user,
        buckets=Buckets.parse(edges),
        group_by=group,
        entity_id=entity.pk if entity else None,
        currency=currency,
        search=get.get("q", "").replace("\x00", "").strip()[:100],
    )


def figure(request: HttpRequest, asked: Question) -> Figure:
    """Which figure of the report was clicked. Refuses what the report does not have."""
    get = request.GET
    column = get.get("column") or "net"
    if column not in (*WHOLE, *asked.buckets.keys, "undated", "unapplied"):
        raise Refused("not_found", _("The report has no such column."))
    text, key = get.get("key", ""), None
    if text == NOBODY:
        return Figure(None, asked.currency, column)
    key = text
    if text and asked.group_by in ("customer", "entity", "rep"):
        if not re.fullmatch(r"\d{1,18}", text):
            raise Refused("not_found", _("There is no such group."))
        return Figure(int(text), asked.currency, column)
    return Figure(key if asked.group_by != "currency" else "", asked.currency, column)


def drill(get: QueryDict, *, currency: str, key: Any = "", column: str = "net") -> str:
    """The query string of the documents behind a figure; keeps date, knowledge, buckets and filters."""
    kept = {
        name: get[name]
        for name in ("as_of", "known", "group", "entity", "buckets", "edges", "q")
        if get.get(name)
    }
    chosen = NOBODY if key is None else str(key)
    return urlencode({**kept, "currency": currency, "column": column, **({"key": chosen} if chosen else {})})


def _entity(request: HttpRequest) -> LegalEntity | None:
    """The entity of the filter, else the one chosen in the frame."""
    books = context.of(request).entity
    chosen = request.GET.get("entity") or (str(books.id) if books else "")
    if not chosen:
        return None
    found: LegalEntity | None = None
    if chosen.isdecimal() and len(chosen) < 18:
        found = LegalEntity.objects.for_user(request.user).filter(pk=chosen).first()
    if found is None:
        raise Refused("not_found", _("There is no such legal entity among yours."))
    return found


def _date(text: str, name: str) -> date | None:
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = date.min
    if not 1990 <= found.year <= 2100:
        raise Refused("date_invalid", _("Write the date as 2026-03-31, between 1990 and 2100."), field=name)
    return found


def _known(text: str, entity: LegalEntity | None) -> int | None:
    """A day ("what was known at its end") or an audit number; "" is everything known."""
    if not text:
        return None
    if text.isdecimal() and len(text) < 18:
        return int(text)
    day = _date(text, "known")
    if day is None or day >= clock.today(entity):
        return None
    zone = ZoneInfo(entity.time_zone if entity else "UTC")
    end = datetime.combine(day + timedelta(days=1), time(), tzinfo=zone)
    seq: int | None = Audit.objects.filter(at__lt=end).order_by("-seq").values_list("seq", flat=True).first()
    return seq or 0
