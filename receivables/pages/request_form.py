"""The request form: what a browser posts becomes the content of a request; refusals come back to their fields. Saves nothing."""

import re
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from receivables.models import Customer, Invoice, LegalEntity, User
from receivables.paging import row_id
from receivables.rules import request_lines, uploads
from receivables.rules.refusals import Refused
from receivables.rules.request_lines import LineInput, Totals
from receivables.services import drafting
from receivables.services.drafting import Content
from receivables.words import request_words

PARTS = ("description", "quantity", "unit_price", "tax_percent")
PAPERS = (
    ("contract", _("Contract")),
    ("order", _("Order")),
    ("delivery", _("Proof of delivery")),
    ("other", _("Other paper")),
)
LIMITS = _("PDF, PNG, JPG, XLSX, DOCX, XML or OFD, up to 10 MB each, 20 papers. We name the files ourselves.")
_PLACE = re.compile(r"lines\[(\d+)\]\.(\w+)")


class Files(forms.ClearableFileInput):
    """A file input that takes several files."""

    allow_multiple_selected = True


class Head(forms.Form):
    """Everything but the lines. Lengths and the buyer's name are judged by the verb, with its own words."""

    kind = forms.ChoiceField(
        label=_("Kind of invoice"),
        choices=[
            ("ordinary", _("Ordinary")),
            ("special_vat", _("Special VAT")),
            ("proforma", _("Pro forma")),
        ],
        initial="ordinary",
    )
    currency = forms.CharField(
        label=_("Currency"), max_length=3, widget=forms.TextInput(attrs={"autocapitalize": "characters"})
    )
    po_number = forms.CharField(label=_("Purchase order number"), required=False, max_length=60)
    buyer_title = forms.CharField(
        label=_("Buyer's name on the order"),
        required=False,
        max_length=300,
        help_text=_("Compared with the customer file, not stored."),
    )
    contract_ref = forms.CharField(label=_("Contract"), required=False, max_length=80)
    order_ref = forms.CharField(label=_("Our order"), required=False, max_length=80)
    description = forms.CharField(
        label=_("Note for the approvers"), required=False, max_length=500, widget=forms.TextInput()
    )
    urgent_reason = forms.CharField(
        label=_("Urgent because"),
        required=False,
        max_length=200,
        help_text=_("Leave empty unless it is urgent. The fast lane is counted."),
    )
    duplicate_confirmed = forms.BooleanField(
        label=_("This is a further invoice, not a duplicate"), required=False
    )


@dataclass
class Lines:
    """The typed lines with what is wrong at each, and the sums where they can be told."""

    inputs: list[LineInput]
    currency: str
    wrong: dict[tuple[int, str], str] = field(default_factory=dict)
    totals: Totals | None = None

    def rows(self) -> list[dict[str, Any]]:
        """One dict per line for the template, its cells with name, value and error; `net` when the sums are known."""
        known = self.totals.lines if self.totals and len(self.totals.lines) == len(self.inputs) else ()
        return [
            {
                "number": i + 1,
                "cells": {part: self._cell(i, part, line) for part in PARTS},
                "net": known[i].net if known else None,
            }
            for i, line in enumerate(self.inputs)
        ]

    def _cell(self, i: int, part: str, line: LineInput) -> dict[str, str]:
        return {
            "name": f"line-{i}-{part}",
            "value": getattr(line, part),
            "wrong": self.wrong.get((i, part), ""),
        }

    def compute(self) -> None:
        """Sums the lines; the first that cannot be read is marked. Blank lines at the end do not count."""
        try:
            self.totals = request_lines.compute(self.inputs, self.currency)
        except Refused as no:
            self.mark(no)

    def mark(self, no: Refused) -> bool:
        """Puts a refusal at its line; False when it belongs to none."""
        found = _PLACE.fullmatch(no.field or "")
        if found:
            self.wrong[(int(found[1]), found[2])] = request_words.refusal(no)
        return bool(found)


def lines_of(data: QueryDict, currency: str) -> Lines:
    """The lines of a posted form, without those left wholly blank; `add_line` and `remove_line` are obeyed."""
    numbers = sorted({int(m[1]) for key in data if (m := re.fullmatch(r"line-(\d{1,3})-description", key))})
    inputs = [LineInput(*(data.get(f"line-{n}-{part}", "")[:400] for part in PARTS)) for n in numbers]
    gone = data.get("remove_line", "")
    if re.fullmatch(r"[0-9]{1,3}", gone) and int(gone) < len(inputs):
        inputs.pop(int(gone))
    return Lines(inputs[: request_lines.LINES_MAX], currency)


def without_blanks(lines: Lines) -> Lines:
    """Lines in which nothing was typed are no lines."""
    return Lines(
        [line for line in lines.inputs if line.description.strip() or line.unit_price.strip()], lines.currency
    )


def blank(lines: Lines) -> LineInput:
    """A new line; its tax rate is that of the line before."""
    return LineInput("", "1", "", lines.inputs[-1].tax_percent if lines.inputs else "0")


def stored(invoice: Invoice) -> tuple[dict[str, Any], Lines]:
    """Form values of a stored draft."""
    content = drafting.of(invoice)
    values = {name: getattr(content, name) for name in Head.base_fields if hasattr(content, name)}
    return values, Lines(list(content.lines), invoice.currency)


def content_of(form: Head, lines: Lines) -> Content:
    """What a valid form asks for."""
    values = {name: form.cleaned_data[name] for name in Head.base_fields if name != "duplicate_confirmed"}
    return Content(lines=tuple(lines.inputs), **values)


def place(form: Head, lines: Lines, no: Refused) -> None:
    """Puts a refusal, or all problems it carries, at their fields; what has no field stands above the form."""
    problems: Any = no.figures.get("problems")
    for each in problems or [{"field": no.field, "message": request_words.refusal(no), "code": no.code}]:
        if not problems and lines.mark(no):
            continue
        shown = request_words.example(each["code"]) if problems else ""
        said = (
            f"{each['message']} {_('For example: %(example)s.') % {'example': shown}}"
            if shown
            else each["message"]
        )
        form.add_error(each["field"] if each["field"] in form.fields else None, said)


def files_of(request: HttpRequest) -> list[tuple[str, str, bytes]]:
    """(kind, name, bytes) of the uploaded papers; a file above the limit is cut one byte behind it and refused by the verb."""
    kinds = [kind for kind, _label in PAPERS]
    return [
        (kind, str(upload.name or ""), upload.read(uploads.SIZE_MAX + 1))
        for kind in kinds
        for upload in request.FILES.getlist(f"paper-{kind}")[: uploads.PER_INVOICE_MAX]
    ]


def entity_for(
    user: User, chosen: int | None, wanted: str, customer: Customer | None = None
) -> LegalEntity | None:
    """The entity that will be owed: the one in the form, else the one chosen in the frame, else the first that has an
    agreement with the customer, else the first the person may see.
    """
    mine = LegalEntity.objects.for_user(user).order_by("pk")
    if wanted:
        return mine.filter(pk=row_id(wanted)).first()
    if chosen:
        return mine.filter(pk=chosen).first()
    agreed = mine.filter(profiles__customer=customer).first() if customer else None
    return agreed or mine.first()
