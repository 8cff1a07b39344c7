"""What forms of master data share: errors that stand at their field, with the marks a screen reader needs. No particular form."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from receivables.rules.refusals import Refused
from receivables.words import master_words

COUNTRIES_FIRST = ("CN", "DE", "FR", "GB", "NL", "US")
LANGUAGES = tuple(master_words.LANGUAGES.items())


class PlacedForm(forms.Form):
    """A form that can show a refusal of a verb beside the field it names."""

    PLACES: dict[str, str] = {}
    """Where a refusal's field stands when the form calls it by another name."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            if isinstance(field, forms.ModelChoiceField) and field.empty_label == "---------":
                field.empty_label = "–"

    def refuse(self, refused: Refused) -> None:
        """Puts every fault of the refusal at its field, or above the form when it names none of ours."""
        faults: Any = refused.figures.get("faults")
        if not faults:
            self._place(refused.field or "", master_words.refusal(refused))
            return
        for fault in faults:
            one = Refused(fault["code"], fault["message"], **fault["figures"])
            self._place(fault["field"], master_words.refusal(one))

    def _place(self, name: str, message: str) -> None:
        name = self.PLACES.get(name, name)
        self.add_error(name if name in self.fields else None, message)


def offer_currencies(field: Any, rows: QuerySet[Any]) -> None:
    """The currencies that rows the person may see are in, as choices of a filter."""
    codes = rows.order_by("currency").values_list("currency", flat=True).distinct()
    field.choices = [("", _("All")), *((code, code) for code in codes)]


def amount_field(**options: Any) -> forms.CharField:
    """A plain decimal in major units, read by the rules of its currency."""
    attrs = {"inputmode": "decimal", "autocomplete": "off", "class": "money-in"}
    return forms.CharField(
        label=options.pop("label", _("Amount")), max_length=40, widget=forms.TextInput(attrs=attrs), **options
    )


def date_input() -> forms.DateInput:
    """A date picker of the browser."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
