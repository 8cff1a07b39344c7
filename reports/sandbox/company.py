"""The demo company itself: three legal entities, their staff, bank accounts and exchange rates."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings

from integrations import registry
from integrations.errors import Unavailable
from receivables.actor import Actor
from receivables.models import BankAccount, LegalEntity, Role, User
from receivables.services import entities, rates, roles, staff

At = Callable[[date], datetime]

ENTITIES = [
    {
        "code": "NL", "name": "Nordlicht GmbH", "country": "DE", "time_zone": "Europe/Berlin", "currency": "EUR",
        "tax_id": "DE136695976", "address": {"street": "Am Kai 4", "city": "Hamburg", "postcode": "20457", "country": "DE"},
        "mail_from": "receivables@nordlicht.example.com", "phone": "+49 40 66969123", "traits": ["sme"],
    },
    {
        "code": "HS", "name": "Harbour & Sons Ltd", "country": "GB", "time_zone": "Europe/London", "currency": "GBP",
        "tax_id": "GB980780684",
        "address": {"street": "12 Quay Street", "city": "Bristol", "postcode": "BS1 4DJ", "country": "GB"},
        "mail_from": "credit.control@harbour.example.com", "phone": "+44 117 496 0123", "traits": ["sme"],
    },
    {
        "code": "BG", "name": "深圳北光科技有限公司", "country": "CN", "time_zone": "Asia/Shanghai", "currency": "CNY",
        "tax_id": "91350100M000100Y43", "address": {"street": "科技路 88", "city": "深圳", "postcode": "518000", "country": "CN"},
        "mail_from": "yingshou@beiguang.example.com", "contact_hours": "china",
    },
]  # fmt: skip

PEOPLE = [
    ("rosa", "Rosa", "Lindner", ["sales_rep"], ["NL"], "en"),
    ("tom", "Tom", "Reeve", ["sales_rep"], ["HS"], "en"),
    ("lina", "李", "娜", ["sales_rep"], ["BG"], "zh-hans"),
    ("karl", "Karl", "Petersen", ["sales_rep"], ["NL"], "en"),
    ("mara", "Mara", "Vogt", ["sales_manager"], [], "en"),
    ("cem", "Cem", "Aydin", ["collector"], [], "en"),
    ("chloe", "Chloe", "Martin", ["collector"], ["NL", "HS"], "en"),
    ("anja", "Anja", "Kraft", ["accountant"], [], "en"),
    ("feng", "冯", "丽", ["accountant"], ["BG"], "zh-hans"),
    ("fiona", "Fiona", "Maas", ["finance_manager"], [], "en"),
    ("felix", "Felix", "Stein", ["finance_manager"], [], "en"),
    ("helena", "Helena", "Brandt", ["cfo"], [], "en"),
    ("otto", "Otto", "Wagner", ["auditor"], [], "en"),
    ("admin", "Ada", "Min", ["admin"], [], "en"),
]
"""User name, names, roles, entities (none = all), language."""

TOLD = {
    "rosa": (["app", "email"], ""),
    "fiona": (["app", "email"], ""),
    "helena": (["app", "email"], ""),
    "mara": (["app", "email"], ""),
    "cem": (["app", "sms"], "+491713920001"),
}
"""By which ways people are told, and a number; everybody else reads the app."""

ACCOUNTS = [
    ("NL", "Hansebank EUR", "EUR", "DE89370400440532013000"),
    ("NL", "Hansebank USD", "USD", "DE75512108001245126199"),
    ("HS", "Severn Bank GBP", "GBP", "GB29NWBK60161331926819"),
    ("HS", "Severn Bank USD", "USD", "GB94BARC10201530093459"),
    ("BG", "深圳商业银行", "CNY", "6225880100001234"),
]


@dataclass(frozen=True)
class Company:
    """What the rest of the generator stands on."""

    entities: list[LegalEntity]
    users: dict[str, User]
    accounts: dict[tuple[str, str], BankAccount]

    def reps(self) -> dict[str, list[User]]:
        """Sales reps by the code of the entity they sell for."""
        found: dict[str, list[User]] = {}
        for name, _first, _last, role, codes, _language in PEOPLE:
            if "sales_rep" in role:
                for code in codes:
                    found.setdefault(code, []).append(self.users[name])
        return found

    def person(self, name: str) -> Actor:
        """One of the staff, acting on a page."""
        return Actor.of(self.users[name], "page")


def found(*, since: date, today: date, at: At, by: Actor) -> Company:
    """Founds the company: everything that was there before the first invoice, and the rates of two years."""
    made = [entities.create(fields=fields, now=at(since), by=by) for fields in ENTITIES]
    by_code = {entity.code: entity for entity in made}
    for entity in made:
        entities.set_series(
            entity=entity, code="INV", prefix=f"{entity.code}-R-", width=5, now=at(since), by=by
        )
    roles.ship_roles(now=at(since), by=by)
    users = {row[0]: _person(row, by_code, at(since), by) for row in PEOPLE}
    accounts = {
        (code, currency): BankAccount.objects.create(
            entity=by_code[code], name=name, currency=currency, iban=iban
        )
        for code, name, currency, iban in ACCOUNTS
    }
    _take_rates(since, today, at, by)
    return Company(made, users, accounts)


def _person(
    row: tuple[str, str, str, list[str], list[str], str],
    by_code: dict[str, LegalEntity],
    now: datetime,
    by: Actor,
) -> User:
    name, first, last, role_codes, codes, language = row
    user, _password = staff.create(
        username=name, first_name=first, last_name=last, email=f"{name}@nordlicht.example.com", now=now, by=by, language=language,
        time_zone=by_code[codes[0] if codes else "NL"].time_zone,
    )  # fmt: skip
    # Role changes take two people; the founders of an installation are the one exception, as in `manage.py init`.
    user.roles.set(Role.objects.filter(code__in=role_codes))
    user.entities.set([by_code[code] for code in codes])
    user.all_entities = not codes
    user.told_by, user.phone = TOLD.get(name, (["app"], ""))
    user.set_password(settings.DUEBOOK_DEMO_PASSWORD)
    user.save()
    return User.objects.get(pk=user.pk)


def _take_rates(since: date, today: date, at: At, by: Actor) -> None:
    source = registry.adapter("rates", "ecb_file")
    try:
        quotes = list(source.quotes(since - timedelta(days=7), today))
    except Unavailable:
        return
    rates.take_over(
        quotes=[q for q in quotes if q.quote in ("USD", "GBP", "CNY")],
        source=source.name,
        now=at(today),
        by=by,
    )
