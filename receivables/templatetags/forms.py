"""Tags for forms: a field with label, help, example and error; filters that live in the address; upload; the as-of date."""

from datetime import date
from typing import Any

from django import forms, template
from django.http import HttpRequest
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from receivables import localised

register = template.Library()


@register.inclusion_tag("components/field.html")
def field(bound: forms.BoundField, example: str = "", wide: bool = False, label: str = "") -> dict[str, Any]:
    """`{% field form.tax_id example="91310000MA1FL4AX0B" %}`: label, required mark, widget, help, example, error."""
    kind = "tick" if isinstance(bound.field.widget, forms.CheckboxInput) else ""
    group = isinstance(bound.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple)
    return {
        "field": bound,
        "example": example,
        "wide": wide,
        "label": label or bound.label,
        "kind": kind,
        "group": group,
    }


@register.inclusion_tag("components/form_errors.html")
def form_errors(form: forms.BaseForm) -> dict[str, Any]:
    """What is wrong with the form as a whole, in sentences; field errors stand at their fields and are linked from here."""
    wrong = [bound for bound in form.visible_fields() if bound.errors]
    return {"form": form, "wrong": wrong, "general": form.non_field_errors()}


@register.inclusion_tag("components/filters.html", takes_context=True)
def filter_bar(context: Context, form: forms.BaseForm, keep: str = "sort tab as_of") -> dict[str, Any]:
    """A GET form over the list. A field named `q` is the search (`/` goes there); every filter set becomes a chip.

    `keep` names the query parameters that are not filters and survive (hidden fields).
    """
    request: HttpRequest = context["request"]
    kept = [
        (name, request.GET[name]) for name in keep.split() if name in request.GET and name not in form.fields
    ]
    reset = request.GET.copy()
    for name in [*form.fields, "after", "before"]:
        reset.pop(name, None)
    return {
        "form": form,
        "search": form["q"] if "q" in form.fields else None,
        "picks": [bound for bound in form.visible_fields() if bound.name != "q"],
        "kept": kept,
        "chips": [
            _chip(request, bound) for bound in form.visible_fields() if request.GET.get(bound.html_name)
        ],
        "reset_url": "?" + reset.urlencode(),
    }


def _chip(request: HttpRequest, bound: forms.BoundField) -> dict[str, str]:
    """A filter in words ("State: Sent") with the address that lacks it."""
    without = request.GET.copy()
    values = without.pop(bound.html_name)
    for page_key in ("after", "before"):
        without.pop(page_key, None)
    choices = dict(_flat(getattr(bound.field, "choices", ())))
    shown = ", ".join(str(choices.get(value, value)) for value in values)
    return {"label": str(bound.label or ""), "value": shown, "url": "?" + without.urlencode()}


def _flat(choices: Any) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for value, words in choices:
        if isinstance(words, list | tuple):
            found += _flat(words)
        else:
            found.append((str(value), words))
    return found


@register.inclusion_tag("components/file_drop.html")
def file_drop(bound: forms.BoundField, limits: str = "", accept: str = "") -> dict[str, Any]:
    """A place to drop a file: `{% file_drop form.file limits="CSV or XLSX, up to 50 MB" accept=".csv,.xlsx" %}`.

    Inside `<form method="post" enctype="multipart/form-data" data-upload>` it shows progress.
    """
    if accept:
        bound.field.widget.attrs["accept"] = accept
    return {"field": bound, "limits": limits}


@register.inclusion_tag("components/as_of.html", takes_context=True)
def as_of_picker(context: Context, as_of: date, known: str = "") -> dict[str, Any]:
    """The date a figure stands for, in the header of ledger and report pages. Sends `?as_of=` and keeps the rest."""
    request: HttpRequest = context["request"]
    kept = [(name, value) for name, value in request.GET.items() if name not in ("as_of", "after", "before")]
    return {"as_of": as_of, "kept": kept, "known": known, "words": localised.day(as_of)}


@register.simple_tag
def money_input(name: str, value: str = "", currency: str = "", required: bool = True) -> SafeString:
    """A plain amount field outside a Django form: digits right-aligned, decimal keyboard on a phone, currency beside it."""
    return format_html(
        '<span class="given control"><input class="money-in" name="{}" value="{}" inputmode="decimal"'
        ' autocomplete="off"{}> <b>{}</b></span>',
        name, value, " required" if required else "", currency,
    )  # fmt: skip
