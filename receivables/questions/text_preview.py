"""A text filled with the real open items of a customer, so that its writer sees what people will read. Nothing is sent or kept.

What only a message has (its reference, its days) is made up and plausible; with nothing open there is one made-up item.
"""

from datetime import date, timedelta

from receivables import rendering
from receivables.models import Contact, Customer, Entry, LegalEntity, User
from receivables.questions import parties
from receivables.rendering import Rendered, TemplateText
from receivables.rules.money import Money
from receivables.rules.notice_facts import Charge, NoticeFacts, NoticeItem
from receivables.rules.placeholders import SMS
from receivables.rules.refusals import Refused
from receivables.rules.templates import check
from receivables.words import phrases

ITEMS = 8
SAMPLE = 123_450


def filled(text: TemplateText, customer: Customer, entity: LegalEntity, user: User, *, on: date) -> Rendered:
    """The rendering. Refuses what rendering refuses, and text_wrong while the text has problems."""
    found = check(text.subject, text.body, text.channel, audience=text.audience)
    if found:
        raise Refused("text_wrong", "The text has problems.", field=found[0].where)
    return rendering.render(
        text, facts(customer, entity, user, channel=text.channel, language=text.language, on=on)
    )


def facts(
    customer: Customer, entity: LegalEntity, user: User, *, channel: str, language: str, on: date
) -> NoticeFacts:
    """What a message to this customer would be made of today."""
    currency, items = _items(customer, entity, on)
    total = sum((item.open for item in items), Money.zero(currency))
    bank = entity.bank_accounts.exclude(iban="").filter(currency=currency).first()
    contact = Contact.objects.filter(customer=customer, active=True).order_by("role", "pk").first()
    addressed = contact.name if contact is not None else customer.legal_name
    return NoticeFacts(
        customer=parties.recipient(customer, contact, addressed=addressed),
        entity=parties.sender(entity, bank or entity.bank_accounts.exclude(iban="").first()),
        currency=currency,
        amount_total=total,
        items=items,
        written_on=on,
        reference="AB2CD3E",
        stage="Reminder",
        language=language,
        charges=(Charge("fee", Money(500, currency)),),
        letter_number=f"{entity.code}-letter-000000",
        contract_clause=phrases.say("clause", language),
        promise_by=on + timedelta(days=3),
        promised_on=on + timedelta(days=5),
        promised_amount=total,
        paid_on=on,
        paid_amount=total,
        new_deadline=on + timedelta(days=10),
        opt_out=phrases.say("opt_out", language) if channel == SMS else "",
        sender_name=user.shown,
        sender_phone=user.phone or entity.phone or "+49 30 901820",
        rep_name=user.shown,
        page_link="",
    )


def _items(customer: Customer, entity: LegalEntity, on: date) -> tuple[str, tuple[NoticeItem, ...]]:
    rows = Entry.objects.debits().unsettled().filter(customer=customer, entity=entity, due_on__isnull=False)
    first = rows.order_by("due_on", "pk").first()
    if first is None:
        money = Money(SAMPLE, entity.currency)
        return entity.currency, (
            NoticeItem(
                f"{entity.code}-0001", on - timedelta(days=16), money, money, 16, on - timedelta(days=46)
            ),
        )
    currency = first.currency
    found = rows.filter(currency=currency).order_by("due_on", "pk")[:ITEMS]
    return currency, tuple(
        NoticeItem(
            entry.reference, entry.due_on, Money(entry.amount, currency), Money(entry.amount - entry.allocated, currency),
            (on - entry.due_on).days, entry.document_on,
        )
        for entry in found
    )  # fmt: skip
