"""The demo company's customers: who they are, where, with valid tax ids and contacts. Created by the customer verbs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from random import Random
from typing import Any

from receivables.actor import Actor
from receivables.models import Customer, LegalEntity, User
from receivables.rules import tax_ids
from receivables.rules.term_presets import PRESETS
from receivables.services import contacts, customers
from reports.sandbox import pools

HOME = {"NL": ["DE", "DE", "AT", "NL", "FR", "ES"], "HS": ["GB", "GB", "GB", "NL"], "BG": ["CN"]}
"""Countries whose customers each of the three entities serves, the likelier ones more often."""
DIGITS = {
    "DE": ("DE", 9, ""),
    "AT": ("ATU", 8, ""),
    "NL": ("NL", 9, "B01"),
    "FR": ("FR", 11, ""),
    "GB": ("GB", 9, ""),
    "ES": ("ESB", 8, ""),
}
MOBILE = {"DE": "+4917139200"}
"""Beginnings of mobile numbers that a regulator keeps free for invented people; two digits follow."""
OWN_LANGUAGE = {"DE": "de", "AT": "de", "FR": "fr"}
USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@dataclass(frozen=True)
class Client:
    """One customer as the generator needs it later."""

    customer: Customer
    entity: LegalEntity
    currency: str
    terms: str
    iban: str


def make(
    dice: Random,
    count: int,
    *,
    entities: list[LegalEntity],
    reps: dict[str, list[User]],
    collectors: list[User],
    since: date,
    at: Callable[[date], datetime],
    by: Actor,
) -> list[Client]:
    """`count` active customers, most of them of the first entity; every 37th a child of the one before."""
    made: list[Client] = []
    names: set[str] = set()
    for n in range(count):
        entity = dice.choices(entities, [50, 25, 25])[0]
        country = dice.choice(HOME[entity.code])
        terms = dice.choices(
            ["NET30", "NET14", "NET45", "EOM30", "2/10_NET30", "30/50/20"], [50, 12, 12, 14, 8, 4]
        )[0]
        parent = made[-1] if n % 37 == 36 and made[-1].entity == entity else None
        fields = identity(dice, f"{entity.code}{n:04d}", country, names)
        if parent:
            fields["legal_name"] = f"{parent.customer.legal_name} – {fields['address']['city']}"[:300]
        customer = customers.create(
            fields=fields,
            entity=entity,
            today=since,
            now=at(since),
            by=by,
            profile={
                "terms": PRESETS[terms].to_json(),
                "segment": dice.choices(["key account", "standard", "small"], [12, 60, 28])[0],
                "region": pools.REGION[country],
                "rep": dice.choice(reps[entity.code]),
                "collector": dice.choice(collectors),
                "importance": dice.choices([1, 2, 3], [25, 60, 15])[0],
            },
            contact=contact(dice, country, fields["code"]),
        )
        customers.activate(customer=customer, now=at(since), by=by)
        _settle_channel(customer, n, at(since), by)
        if parent:
            customer.refresh_from_db()
            customers.set_parent(
                customer=customer, parent=parent.customer, version=customer.version, now=at(since), by=by
            )
        made.append(Client(customer, entity, _currency(dice, entity), terms, iban(dice, country)))
    return made


def _currency(dice: Random, entity: LegalEntity) -> str:
    return "USD" if entity.code != "BG" and dice.random() < 0.06 else entity.currency


def identity(dice: Random, code: str, country: str, names: set[str]) -> dict[str, Any]:
    """Master data of one invented company; no two share a name."""
    while True:
        family, trade = dice.choice(pools.FAMILY[country]), dice.choice(pools.TRADE[country])
        town, postal = dice.choice(pools.TOWN[country])
        name = f"{town}{family}{trade}有限公司"
        if country != "CN":
            name = f"{family} {trade} {dice.choice(pools.FORM[country])}"
        if name in names:
            name = (
                name.replace(trade, f"{trade} {town}")
                if country != "CN"
                else name.replace(trade, f"{trade}集团")
            )
        if name not in names:
            break
    names.add(name)
    number = dice.randint(1, 180)
    street = (
        f"{number} {pools.STREET[country]}"
        if country in ("GB", "FR")
        else f"{pools.STREET[country]} {number}"
    )
    return {
        "code": code,
        "legal_name": name,
        "country": country,
        "tax_id": tax_id(dice, country),
        "language": "zh-hans" if country == "CN" else "en",
        "address": {"street": street, "city": town, "postcode": postal, "country": country},
        "po_required": dice.random() < 0.12,
    }


def contact(dice: Random, country: str, code: str) -> dict[str, Any]:
    """The billing contact, mostly by e-mail, at a domain that cannot exist."""
    return {
        "name": dice.choice(pools.PERSON[country]),
        "role": "billing",
        "channel": "email",
        "email": f"ap@{code.lower()}.example.com",
        "language": "zh-hans" if country == "CN" else "en",
        "time_zone": pools.ZONE[country],
    }


def _settle_channel(customer: Customer, n: int, now: datetime, by: Actor) -> None:
    """Most get e-mail; some letters, some text messages they agreed to; some write back in their own language. No dice: the
    rest of the company must come out the same."""
    found = customer.contacts.get()
    fields: dict[str, Any] = {}
    if n % 3 == 0 and customer.country in OWN_LANGUAGE:
        fields["language"] = OWN_LANGUAGE[customer.country]
    if n % 11 == 4:
        fields["channel"] = "letter"
    elif n % 7 == 2 and customer.country in MOBILE:
        fields |= {"channel": "sms", "phone": f"{MOBILE[customer.country]}{n % 100:02d}"}
    elif n % 13 == 5:
        fields["max_per_week"] = 1
    if fields:
        contacts.edit(
            contact=found,
            version=found.version,
            fields=fields,
            now=now,
            by=by,
            consent="Agreed in the order form",
        )
    if n % 5 == 1:
        other = {
            "name": pools.PERSON[customer.country][n % len(pools.PERSON[customer.country])],
            "role": "management",
            "channel": "email",
            "email": f"office@{customer.code.lower()}.example.com",
            "language": found.language,
            "time_zone": found.time_zone,
        }
        contacts.add(customer=customer, fields=other, now=now, by=by)


def tax_id(dice: Random, country: str) -> str:
    """A number that passes its country's check digits."""
    while True:
        if country == "CN":
            found = (
                "91"
                + "".join(dice.choice("0123456789") for _ in range(6))
                + "MA"
                + "".join(dice.choice(USCC) for _ in range(8))
            )
        else:
            head, digits, tail = DIGITS[country]
            found = head + "".join(dice.choice("0123456789") for _ in range(digits)) + tail
        if tax_ids.check(country, found).status == "ok":
            return found


def iban(dice: Random, country: str) -> str:
    """The account the customer pays from; check digits by ISO 13616 (98 − remainder)."""
    body = "".join(dice.choice("0123456789") for _ in range(18))
    letters = "".join(str(int(c, 36)) for c in country)
    return f"{country}{98 - int(body + letters + '00') % 97:02d}{body}"
