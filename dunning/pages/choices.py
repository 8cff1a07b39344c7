"""What the forms of this floor's pages share: open items to choose from, an amount spread over them, contacts. No act."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dunning.questions import promise_money
from dunning.rules import promises as rules
from receivables import clock, localised
from receivables.models import Contact, Customer, Dispute, Entry
from receivables.pages.form_base import PlacedForm
from receivables.rules.money import Money
from receivables.rules.refusals import Refused
from receivables.words import refusal_words

MOST = 200


def open_items(customer: Customer, user: Any) -> list[Entry]:
    """The open debits of a customer that the person may see, oldest due first, undated last."""
    rows = Entry.objects.for_user(user).debits().unsettled().filter(customer=customer)
    rows = rows.select_related("entity", "customer").order_by("due_on", "pk")[:MOST]
    return sorted(rows, key=lambda each: (each.due_on is None, each.due_on or each.document_on, each.pk))


def item_label(entry: Entry) -> str:
    """An item as a choice: number, what is open of it, its day, and whose it is."""
    day = localised.day(entry.due_on) if entry.due_on else "–"
    left = localised.money(entry.amount - entry.allocated, entry.currency)
    return _("%(item)s: %(left)s, due %(day)s, %(entity)s") % {
        "item": entry.reference, "left": left, "day": day, "entity": entry.entity.code,
    }  # fmt: skip


def askable(entries: Iterable[Entry]) -> list[Entry]:
    """Those of the items that are past their day, neither in question nor promised, and of the first account among them."""
    late = [each for each in entries if each.due_on and each.due_on < clock.today(each.entity)]
    ids = [each.pk for each in late]
    held = set(promise_money.standing(ids))
    held |= set(Dispute.objects.filter(entry__in=ids, state="OPEN").values_list("entry_id", flat=True))
    found = [each for each in late if each.pk not in held]
    return [e for e in found if (e.entity_id, e.currency) == (found[0].entity_id, found[0].currency)]


def contact_field(label: Any) -> Any:
    """Who of the customer; `people` fills it."""
    return ContactField(Contact.objects.none(), label=label, required=False, empty_label="–")


class ContactField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A contact by name and role in words."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} · {obj.get_role_display()}"


def contacts(customer: Customer) -> Any:
    """The people of a customer who are still there."""
    return Contact.objects.filter(customer=customer, active=True).order_by("role", "name")


def people(field: Any, customer: Customer) -> None:
    """Offers them in a field made by `contact_field`."""
    field.queryset = contacts(customer)


class ItemsForm(PlacedForm):
    """A form over open items of one customer; `chosen()` gives the entries, `spread()` an amount over them."""

    items = forms.MultipleChoiceField(label=gettext_lazy("Open items"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, data: Any, *, entries: Iterable[Entry], **options: Any) -> None:
        super().__init__(data, **options)
        self.entries = {str(entry.pk): entry for entry in entries}
        field: Any = self.fields["items"]
        field.choices = [(pk, item_label(entry)) for pk, entry in self.entries.items()]

    def chosen(self) -> list[Entry]:
        """The entries ticked, oldest first. Refuses when there is none."""
        found = [self.entries[pk] for pk in self.cleaned_data.get("items", [])]
        if not found:
            raise Refused("nothing_promised", _("Choose at least one open item."), field="items")
        return found

    def money(self, name: str, currency: str) -> Money | None:
        """The amount typed in a field, in the items' currency; None for an empty one."""
        text = (self.cleaned_data.get(name) or "").strip()
        if not text:
            return None
        try:
            return Money.of(text, currency)
        except Refused as refused:
            raise Refused(refused.code, refusal_words.said(refused.message), field=name) from None

    def spread(self, name: str = "amount") -> list[tuple[Entry, int]]:
        """The typed amount over the chosen items, oldest filled first; all that is open of them when none was typed."""
        chosen = self.chosen()
        free = [(place, each.amount - each.allocated) for place, each in enumerate(chosen)]
        money = self.money(name, chosen[0].currency)
        total = sum(left for _place, left in free)
        if money is None or len({each.currency for each in chosen}) > 1:
            return [(each, each.amount - each.allocated) for each in chosen]
        if money.minor > total:
            raise Refused(
                "over_open",
                _("These items have %(left)s open.") % {"left": localised.money(total, money.currency)},
                field=name,
            )
        return [(chosen[place], amount) for place, amount in rules.spread(money.minor, free)]
