"""Every component on one page, with invented figures, for those who build pages. Shown with DEBUG only; asks no table."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from receivables import doors
from receivables.rules.aging import SumProof, prove
from receivables.templatetags.states import STATES, way

AS_OF = date(2026, 11, 21)


@dataclass(frozen=True)
class Row:
    """One invented customer of the sample table."""

    name: str
    why: str
    overdue: int
    currency: str
    invoices: int
    buckets: tuple[int, ...]
    due_on: date
    standing: str
    tone: str


class Filters(forms.Form):
    """The sample filter bar."""

    q = forms.CharField(
        label=gettext_lazy("Search"),
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("Number, customer, reference")}),
    )
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        choices=[("", gettext_lazy("All")), *((k, w) for k, (w, _tone) in STATES["invoice"].items())],
    )
    due_until = forms.DateField(
        label=gettext_lazy("Due until"), widget=forms.DateInput(attrs={"type": "date"})
    )


class Sample(forms.Form):
    """The sample form: one field of each kind."""

    customer = forms.CharField(
        label=gettext_lazy("Customer"), help_text=gettext_lazy("Its registered name, as on the contract.")
    )
    tax_id = forms.CharField(label=gettext_lazy("Tax id"), min_length=18)
    amount = forms.CharField(
        label=gettext_lazy("Amount"), widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    terms = forms.ChoiceField(label=gettext_lazy("Payment terms"), choices=[("30", "30 d"), ("60", "60 d")])
    note = forms.CharField(
        label=gettext_lazy("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    urgent = forms.BooleanField(label=gettext_lazy("Urgent, needed today"), required=False)
    file = forms.FileField(label=gettext_lazy("Bank statement"), required=False)


@doors.policy(doors.PUBLIC)
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The page, or 404 outside DEBUG. `?toast=1` or `?toast=bad` adds a message, `?errors=1` fills the form wrongly."""
    if not settings.DEBUG:
        raise Http404
    if request.GET.get("toast"):
        doors.undoable(
            request, _("Payment of €25,000.00 allocated to two invoices."), reverse("receivables:preferences")
        )
    if request.GET.get("toast") == "bad":
        messages.error(request, _("The file was not taken in: the closing balance is 0.10 off."))
    return render(request, "styleguide.html", _picture(request))


def _picture(request: HttpRequest) -> dict[str, Any]:
    given = {"customer": "Globex Retail BV", "tax_id": "9131", "terms": "30"}
    path = ("DRAFT", "REQUESTED", "VERIFIED", "APPROVED", "ISSUED", "SENT", "PAID")
    notes = {
        "DRAFT": "3 Nov, Li Na",
        "REQUESTED": "3 Nov",
        "VERIFIED": "4 Nov, Marek",
        "APPROVED": "5 Nov, Ines",
        "ISSUED": "5 Nov",
    }
    return {
        "as_of": AS_OF,
        "rows": _rows(),
        "filters": Filters(request.GET),
        "form": Sample(given) if request.GET.get("errors") else Sample(initial=given),
        "nodes": way(path, "SENT", notes=notes),
        "proofs": _proofs(),
        "broken": [SumProof("EUR", 100_00, 0, 0, 100_00, 99_90, 10)],
        "states": STATES,
        "events": _events(),
        "trend": [40, 44, 41, 46, 43, 48, 52, 50, 55, 53, 58, 61],
        "swatches": ("ink", "ink-2", "ink-3", "brand", "ok", "warn", "bad", "calm"),
        "tab_list": [
            {"label": _("To apply"), "url": "#", "on": True, "count": 46},
            {"label": _("On account"), "url": "#", "on": False, "count": 31},
            {"label": _("All"), "url": "#", "on": False, "count": None},
        ],
        "pairs": [
            (_("Customer"), "Helvetia Anlagenbau AG"),
            (_("Payment terms"), "30 d, 2% 10 d"),
            (_("Tax id"), "CHE-123.456.788"),
            (_("Purchase order"), None),
        ],
    }


def _rows() -> list[Row]:
    return [
        Row("Helvetia Anlagenbau AG", "Broken promise 3 days ago, 96% of limit used", 18_422_040, "EUR", 6,
            (0, 3_315_967, 6_263_494, 5_526_612, 3_315_967), date(2026, 8, 9), _("Promise broken"), "bad"),
        Row("深圳前海供应链有限公司", "Pays 27 days later than a year ago", 120_600_000, "CNY", 3,
            (0, 48_240_000, 72_360_000, 0, 0), date(2026, 10, 4), _("Escalated"), "warn"),
        Row("Umbrella Logistics SA", "No human contact for 19 days", 9_648_000, "EUR", 11,
            (4_134_857, 4_341_600, 2_412_000, 0, 0), date(2026, 10, 13), _("Disputed"), "calm"),
        Row("Initech Ltd", "Large amount, usually pays on the day", 7_190_000, "GBP", 1,
            (0, 7_190_000, 0, 0, 0), date(2026, 11, 12), _("Likely in transit"), "ok"),
        Row("Kuwait Pearl Trading WLL", "Three decimals are money too", 1_234_567, "KWD", 2,
            (1_000_000, 234_567, 0, 0, 0), date(2026, 11, 21), _("Reminder sent"), ""),
    ]  # fmt: skip


def _proofs() -> list[SumProof]:
    euros = prove(
        currency="EUR",
        buckets=[4_134_857, 7_657_567, 8_675_494, 5_526_612, 3_315_967],
        undated=0,
        unapplied=250_000,
        ledger=29_060_497,
    )
    yuan = prove(currency="CNY", buckets=[48_240_000, 72_360_000], undated=0, unapplied=0, ledger=120_600_000)
    return [euros, yuan]


def _events() -> list[dict[str, Any]]:
    at = datetime(2026, 11, 20, 14, 5, tzinfo=UTC)
    return [
        {
            "at": at,
            "who": "Marek",
            "text": _("Promise of €25,000.00 for 28 Nov"),
            "tone": "brand",
            "detail": _("By telephone, accounts payable"),
        },
        {"at": at.replace(hour=9), "who": "Ines", "text": _("€12,000.00 disputed: price"), "tone": "calm"},
        {"at": at.replace(day=12), "text": _("Reminder accepted by the mail provider"), "tone": "ok"},
        {"at": at.replace(day=5), "who": "Li Na", "text": _("Invoice issued"), "url": "#"},
    ]
