"""The forms of the text pages: filters, the editor, whose data to try it with, and the place a text stands."""

from typing import Any

from django import forms
from django.core.exceptions import BadRequest
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _

from receivables.models import Customer, LegalEntity
from receivables.pages.form_base import PlacedForm
from receivables.questions import texts
from receivables.questions.text_list import Place
from receivables.rules.placeholders import CHANNELS
from receivables.rules.templates import BODY_MOST_ELSE, SUBJECT_MOST
from receivables.words import text_words

CODE_LONGEST = 40


class TextFilters(forms.Form):
    """Filters of the list; they live in the address."""

    channel = forms.ChoiceField(
        label=_("Channel"), required=False, choices=[("", _("All")), *text_words.CHANNELS.items()]
    )
    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=[("", _("All")), *text_words.LANGUAGES.items()]
    )


class TextForm(PlacedForm):
    """Subject and body. `seen` is the hash of the draft that was opened."""

    subject = forms.CharField(label=_("Subject"), required=False, max_length=SUBJECT_MOST)
    body = forms.CharField(
        label=_("Text"), max_length=BODY_MOST_ELSE, strip=False,
        widget=forms.Textarea(attrs={"rows": 18, "spellcheck": "true", "data-body": ""}),
    )  # fmt: skip
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)


class TryForm(PlacedForm):
    """Whose open items the text is tried with."""

    customer = forms.ModelChoiceField(Customer.objects.none(), label=_("With the data of"), required=False)

    def __init__(self, user: Any, data: Any) -> None:
        super().__init__(data)
        field: Any = self.fields["customer"]
        owing = Customer.objects.for_user(user).exclude(state="CLOSED").order_by("legal_name")
        field.queryset, field.empty_label = owing, said("A made-up item")


def place(given: Any, entity: int | None) -> Place:
    """The place a text stands, as an address names it. What names none is a bad request."""
    code, channel = given.get("code", "").strip(), given.get("channel", "")
    language, segment = given.get("language", "en"), given.get("segment", "").strip()
    if (
        not 0 < len(code) <= CODE_LONGEST
        or channel not in CHANNELS
        or language not in text_words.LANGUAGES
        or len(segment) > 40
    ):
        raise BadRequest("no such text")
    return (texts.occasion(code), channel, language, entity, segment)


def entities(user: Any) -> Any:
    """Entities a text may be narrowed to."""
    return LegalEntity.objects.for_user(user).order_by("code")
