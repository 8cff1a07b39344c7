"""The forms of the notice pages: filters, a later day, and writing one by hand."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dunning.models import Notice
from dunning.pages.choices import ContactField, contacts
from dunning.questions import notice_list
from dunning.services.notices_by_hand import Offer
from dunning.words import policy_words
from receivables import localised
from receivables.models import Contact, Customer, User
from receivables.pages.form_base import PlacedForm, date_input


class NoticeFilters(forms.Form):
    """Filters of the list; all of them live in the address."""

    q = forms.CharField(
        label=_("Search"), required=False, max_length=80,
        widget=forms.TextInput(attrs={"placeholder": _("Customer, recipient, letter number"), "type": "search"}),
    )  # fmt: skip
    stage = forms.ChoiceField(label=pgettext_lazy("ladder", "Step"), required=False)
    channel = forms.ChoiceField(
        label=_("Channel"), required=False, choices=[("", _("All")), *Notice.Channel.choices]
    )
    collector = forms.ModelChoiceField(User.objects.none(), label=_("Collector"), required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        stage: Any = self.fields["stage"]
        stage.choices = [("", said("All")), *notice_list.stage_names().items()]
        collector: Any = self.fields["collector"]
        collector.queryset = User.objects.filter(is_active=True, roles__code="collector").order_by("username")
        collector.empty_label = said("All")


class PostponeForm(PlacedForm):
    """A later day."""

    until = forms.DateField(label=_("Not before"), widget=date_input())


class ByHandForm(PlacedForm):
    """A rung on offer, to whom and how."""

    stage = forms.ChoiceField(label=pgettext_lazy("ladder", "Step"), widget=forms.RadioSelect)
    contact = ContactField(Contact.objects.none(), label=pgettext_lazy("message", "To"))
    channel = forms.ChoiceField(
        label=_("Channel"), choices=[(c, w) for c, w in Notice.Channel.choices if c in ("email", "sms", "letter")]
    )  # fmt: skip

    def __init__(self, data: Any, *, customer: Customer, offers: Sequence[Offer], **options: Any) -> None:
        super().__init__(data, **options)
        stage: Any = self.fields["stage"]
        stage.choices = [(offer.stage.code, _offered(offer)) for offer in offers]
        contact: Any = self.fields["contact"]
        contact.queryset, contact.empty_label = contacts(customer), None


def _offered(offer: Offer) -> str:
    """ "Firm reminder: €250.00 for 2 items, with its fee"."""
    currency = offer.climbing[0].item.currency
    told = {
        "step": policy_words.name(offer.stage.name) or offer.stage.code,
        "amount": localised.money(offer.total, currency),
        "n": len(offer.climbing),
    }
    if offer.stage.fee.kind == "none":
        return said("%(step)s: %(amount)s, %(n)s items on this step. No fee.") % told
    return said("%(step)s: %(amount)s, %(n)s items on this step. The fee of the policy is charged.") % told
