"""The forms of the import rooms: the upload, and which column of a strange file is which field of ours. They read no file."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from receivables.ledger_file import FIELDS, REQUIRED
from receivables.models import LegalEntity, User
from receivables.rules.currencies import EXPONENTS

LABELS = {
    "number": _("Invoice number"),
    "customer": _("Customer code"),
    "name": _("Customer name"),
    "invoice_on": _("Invoice date"),
    "recorded_on": _("Recorded on"),
    "due_on": _("Due date"),
    "amount": _("Amount"),
    "currency": _("Currency"),
    "settled_on": _("Settled on"),
    "text": _("Text"),
}
DATE_ORDERS = (
    ("ISO", _("Year first: 2026-03-31")),
    ("DMY", _("Day first: 31.03.2026")),
    ("MDY", _("Month first: 03/31/2026")),
    ("EXCEL1900", _("Excel day numbers")),
    ("EXCEL1904", _("Excel day numbers since 1904")),
)
MARKS = (
    ("", _("Found out; two readings are refused")),
    (".", _("Point: 1,234.56")),
    (",", _("Comma: 1.234,56")),
)
PREFIX = "col_"
USUAL = {
    "number": (
        "invoicenumber",
        "invoiceno",
        "invoiceid",
        "invoice",
        "documentnumber",
        "发票号",
        "发票号码",
        "rechnungsnummer",
    ),
    "customer": (
        "customercode",
        "customernumber",
        "customerno",
        "customerid",
        "custnumber",
        "客户编号",
        "客户代码",
        "kundennummer",
    ),
    "name": ("customername", "customer", "namecustomer", "客户名称", "客户", "kunde"),
    "invoice_on": ("invoicedate", "documentdate", "开票日期", "发票日期", "rechnungsdatum"),
    "due_on": ("duedate", "dueon", "due", "到期日", "到期日期", "fälligam", "fälligkeit"),
    "amount": ("amount", "invoiceamount", "grossamount", "total", "金额", "发票金额", "betrag"),
    "currency": ("currency", "invoicecurrency", "币种", "货币", "währung"),
    "settled_on": ("settledon", "settleddate", "cleardate", "paidon", "结清日期", "付款日期"),
    "text": ("text", "description", "摘要", "备注"),
}
"""How such columns are usually called, letters only: a proposal that a person looks at, never more."""


class Upload(forms.Form):
    """Whose ledger it is, and the file."""

    entity = forms.ChoiceField(label=_("Legal entity"))
    file = forms.FileField(label=_("Ledger file"), allow_empty_file=True)

    def __init__(self, user: User, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        fields: dict[str, Any] = self.fields
        fields["entity"].choices = [
            (str(e.pk), e.name) for e in LegalEntity.objects.for_user(user).order_by("name")
        ]


class Columns(forms.Form):
    """One select for each field of ours; the columns are those of the file."""

    def __init__(self, spec: dict[str, Any], header: list[str], *, asked: bool) -> None:
        values = {**{f"{PREFIX}{k}": v for k, v in spec.get("columns", {}).items()}, **_rest(spec)}
        super().__init__(values if asked else None, initial=values)
        titles = [("", "–"), *((title, title) for title in dict.fromkeys(header) if title)]
        for name in FIELDS:
            self.fields[PREFIX + name] = forms.ChoiceField(
                label=LABELS[name], choices=titles, required=name in REQUIRED
            )
        self.fields["currency"] = forms.ChoiceField(
            label=_("Currency of the whole file"),
            required=False,
            choices=[("", "–"), *((c, c) for c in sorted(EXPONENTS))],
        )
        self.fields["date_order"] = forms.ChoiceField(label=_("Dates"), choices=DATE_ORDERS)
        self.fields["decimal_mark"] = forms.ChoiceField(
            label=_("Decimal mark"), choices=MARKS, required=False
        )
        self.fields["aliases"] = forms.CharField(
            label=_("Other words for currencies"),
            required=False,
            widget=forms.TextInput(attrs={"placeholder": "RMB=CNY"}),
        )


def proposal(header: list[str]) -> dict[str, Any]:
    """The columns of a file nobody has described yet, by their usual names; empty when none is known."""
    letters = {"".join(sign for sign in title.lower() if sign.isalnum()): title for title in reversed(header)}
    found = {
        name: next((letters[word] for word in words if word in letters), "") for name, words in USUAL.items()
    }
    columns = {name: title for name, title in found.items() if title}
    return {"columns": columns} if columns else {}


def spec_of(data: QueryDict) -> dict[str, Any] | None:
    """The mapping that a request's fields spell, or None when it has none."""
    if not any(name.startswith(PREFIX) for name in data):
        return None
    columns = {name: data[PREFIX + name][:200] for name in FIELDS if data.get(PREFIX + name)}
    aliases = {}
    for pair in data.get("aliases", "")[:400].split(","):
        word, _equals, code = pair.partition("=")
        if word.strip() and code.strip().upper() in EXPONENTS:
            aliases[word.strip()] = code.strip().upper()
    order, mark = data.get("date_order", "ISO"), data.get("decimal_mark", "")
    return {
        "columns": columns,
        "currency": data.get("currency", "") if data.get("currency", "") in EXPONENTS else "",
        "date_order": order if order in dict(DATE_ORDERS) else "ISO",
        "decimal_mark": mark if mark in dict(MARKS) else "",
        "aliases": aliases,
    }


def _rest(spec: dict[str, Any]) -> dict[str, str]:
    aliases = ", ".join(f"{word}={code}" for word, code in spec.get("aliases", {}).items())
    return {
        "currency": spec.get("currency", ""),
        "date_order": spec.get("date_order", "ISO"),
        "decimal_mark": spec.get("decimal_mark", ""),
        "aliases": aliases,
    }
