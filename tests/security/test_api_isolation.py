"""P16: for every operation and role of the API, foreign and absent look the same, and no list leaks a foreign word."""

import re

import pytest

from receivables.access_table import ROLES
from receivables.actor import Actor
from receivables.conf.api import api as json_api
from receivables.models import (
    Allocation,
    BankAccount,
    Change,
    Contact,
    CreditNote,
    Dispute,
    ImportFile,
    Invoice,
    Payment,
    Reversal,
    Statement,
    StatementLine,
)  # fmt: skip
from receivables.rules.money import Money
from receivables.services import adjustments, cash, changes, contacts, disputes, requesting
from receivables.services.drafting import Content
from tests.fixtures import foreign_rows
from tests.fixtures.api import Api
from tests.fixtures.world import DAY_0

ABSENT = 987_654
OF_THE_HOUSE = {"code", "version_id"}
"""Policies and their versions belong to the whole group: they are the same for everybody who may read policies at all."""
CANARY = "Xylophonist"


class Foreign:
    """A legal entity of the same group that the caller has nothing to do with; every row of it carries the canary."""

    def __init__(self, world):
        now = world.at(DAY_0)
        self.entity = world.legal_entity("FX", f"{CANARY} Ltd", "EUR", "Europe/London", "GB")
        self.customer = world.customer(f"{CANARY}-1", entity=self.entity, legal_name=f"{CANARY} Works")
        home, world.entity = world.entity, self.entity
        invoice = world.issue(self.customer.code, "90.00", entity=self.entity, number=f"{CANARY}-77")
        payment = world.pay(invoice, "10.00")
        bounced = world.receive(self.customer.code, "5.00", ref=CANARY)
        reversal = cash.reverse(payment=bounced, reason="bounce", on=DAY_0, now=now, by=world.by, note=CANARY)
        entry = invoice.instalments.get().entry
        dispute = disputes.open_on(
            entry=entry, reason="price", note=CANARY, today=DAY_0, now=now, by=world.by
        )
        note = adjustments.credit(
            invoice=invoice,
            amount=Money.of("1.00", "EUR"),
            on=DAY_0,
            reason_code="price",
            reason=CANARY,
            now=now,
            by=world.by,
        )
        contact = contacts.add(
            customer=self.customer, fields={"name": CANARY, "email": "x@example.com"}, now=now, by=world.by
        )
        draft = requesting.draft(
            entity=self.entity,
            customer=self.customer,
            content=Content(description=CANARY),
            today=DAY_0,
            now=now,
            by=world.by,
        )
        outsider = world.user("accountant", "foreign-accountant")
        change = changes.propose(
            kind="customer.bank_account", subject=f"customer:{self.customer.pk}", proposal={"bank_account": CANARY},
            reason=CANARY, now=now, by=Actor.of(outsider, "api"), customer=self.customer, entity=self.entity,
        )  # fmt: skip
        world.entity = home
        line = self._bank(now)
        self.ids = {
            "customer_id": self.customer.pk, "invoice_id": invoice.pk, "payment_id": payment.pk, "dispute_id": dispute.pk,
            "note_id": note.pk, "contact_id": contact.pk, "request_id": draft.pk, "change_id": change.pk, "line_id": line.pk,
            "statement_id": line.statement_id, "reversal_id": reversal.pk,
            **foreign_rows.collecting(world, self.entity, self.customer.code, CANARY),
            **foreign_rows.trusting(world, self.entity, self.customer.code, CANARY),
            **foreign_rows.writing(world, self.entity, self.customer.code, CANARY),
        }  # fmt: skip

    def _bank(self, now):
        account = BankAccount.objects.create(entity=self.entity, name=CANARY, iban=CANARY, currency="EUR")
        file = ImportFile.objects.create(
            entity=self.entity,
            kind="bank",
            name=CANARY,
            sha256="0" * 64,
            state="DONE",
            taken_in_by="x",
            taken_in_at=now,
        )
        statement = Statement.objects.create(
            account=account,
            import_file=file,
            format="csv",
            currency="EUR",
            state="TAKEN_IN",
            number=CANARY,
            recorded_at=now,
        )
        return StatementLine.objects.create(
            account=account, statement=statement, booked_on=DAY_0, currency="EUR", amount=100, text_hash="0" * 64,
            text=CANARY, payer_name=CANARY, state="NEW",
        )  # fmt: skip


def operations():
    """(method, path with blanks) of everything the description names."""
    paths = json_api.get_openapi_schema(path_prefix="/api/")["paths"]
    return [
        (method.upper(), path.removeprefix("/api/"))
        for path, held in sorted(paths.items())
        for method in sorted(held)
    ]


BODIES = {
    "close": {"reason": "x"}, "retire": {"reason": "x"}, "decide": {"approve": True, "content_hash": "0" * 64},
    "withdraw": {"note": "", "reason": "x", "resolution": "x"}, "submit": {"duplicate_confirmed": True},
    "verify": {"content_hash": "x"}, "approve": {"content_hash": "x"}, "issue": {"on": "2026-03-02"},
    "send-back": {"content_hash": "x", "code": "other"},
    "dispatches": {"channel": "hand"}, "cancel": {"reason_code": "x"}, "write-off-proposals": {"reason_code": "x", "reason": "x"},
    "allocations": {"oldest_first": True}, "reversals": {"reason": "bounce"}, "assign": {"department": "x"},
    "accept": {"resolution": "x"},
    "reject": {"resolution": "x"}, "release": {"reason": "x"}, "discard": {"reason": "x"}, "ignore": {"reason": "x"},
    "contacts": {"name": "x"}, "consents": {"channel": "email", "given": False},
    "tax-id-proposals": {"country": "DE", "tax_id": "x", "reason": "x"},
    "bank-account-proposals": {"bank_account": "x", "reason": "x"},
    "terms-proposals": {"entity": 1, "terms": {}, "valid_from": "2026-01-01", "reason": "x"},
    "refund-proposals": {"amount": "1.00", "currency": "EUR", "reason": "x"},
    "credit-notes": {"amount": "1.00", "currency": "EUR", "reason_code": "x", "entity": 1},
    "on-account": {"customer": 1}, "renegotiate": {"items": [{"entry": 1}], "due_on": "2026-04-01"},
    "end": {"reason": "x"}, "ladder": {"reason": "x"}, "waive": {"reason": "x"}, "drop": {"reason": "x"},
    "it_was_sent": {"reason": "x"}, "remove": {"reason": "x"}, "postpone": {"until": "2026-04-01"},
    "edit": {"subject": "x", "body": "x", "content_hash": "0" * 64}, "activate": {"content_hash": "0" * 64},
}  # fmt: skip


def body_of(path):
    """A body that passes the shape, so that the id alone decides."""
    last = path.rsplit("/", 1)[-1]
    if path.startswith(("promises", "plans")):
        return {"decide": {"kept": True, "reason": "x"}, "renegotiate": BODIES["renegotiate"]}.get(
            last, {"reason": "x"}
        )
    body = dict(BODIES.get(last, {}))
    if path.startswith("notices"):
        return {"approve": {"sha256": "0" * 64}, "withdraw": {"reason": "x"}}.get(last, body)
    if path.startswith("customers") and last == "activate":
        return {}
    if path.startswith("credit/holds"):
        return {"reason": "x", "until": "2026-04-01"}
    if last == "withdraw":
        keep = (
            "note"
            if path.startswith("changes")
            else "reason"
            if path.startswith("requests")
            else "resolution"
        )
        return {keep: body[keep]}
    if last == "accept" and path.startswith("bank"):
        return {"customer": 1, "items": []}
    if last == "credit-notes" and path.startswith("invoices"):
        body.pop("entity")
    return body


def ask(caller, method, path):
    if method == "POST":
        return caller.post(path, body_of(path) or None)
    if path.endswith("/policies"):  # at an entity of the caller's, so that the customer alone decides
        path += f"?entity={caller.user.entities.get().pk}"
    return caller.patch(path, {}, 1) if method == "PATCH" else caller.get(path)


@pytest.mark.parametrize("role", ROLES)
def test_P16_foreign_and_absent_are_the_same_for_every_operation(role, world):
    caller = Api(world.user(role, all_entities=False))
    caller.user.entities.add(world.entity)
    foreign, walked, shape = Foreign(world), 0, []
    for method, path in operations():
        name = re.search(r"{(\w+)}", path)
        if name is None or name[1] in OF_THE_HOUSE:
            continue
        template = path.replace(name[0], "{}")
        there = ask(caller, method, template.format(foreign.ids[name[1]]))
        nowhere = ask(caller, method, template.format(ABSENT))
        assert (there.status_code, there.content) == (nowhere.status_code, nowhere.content), (
            role,
            method,
            path,
        )
        if there.status_code == 422:  # the shape of the body was wrong before any id was looked at
            shape.append((method, path))
        else:
            assert there.status_code in (403, 404), (role, method, path, there.status_code, there.content)
        walked += 1
    assert walked > 70
    assert shape == [], "give these a body that passes, so that the id alone decides"


@pytest.mark.parametrize("role", ROLES)
def test_P16_no_list_report_or_search_contains_a_foreign_word(role, world):
    caller = Api(world.user(role, all_entities=False))
    caller.user.entities.add(world.entity)
    own = world.customer("acme", rep=caller.user)
    world.pay(world.issue("acme", "90.00"), "10.00")
    Foreign(world)
    answered = 0
    for method, path in operations():
        if method != "GET" or "{" in path or path == "openapi.json":
            continue
        queries = (
            ["", "?limit=200"]
            if "aging" not in path
            else ["", "?group_by=rep", "?group_by=entity", "?group_by=region"]
        )
        queries += [f"?q={CANARY[:6]}"] if path in ("customers", "invoices") else []
        for query in queries if path not in ("me", "health") else [""]:
            answer = caller.get(path + query)
            assert answer.status_code in (200, 403, 422), (role, path, query, answer.content)
            assert CANARY.lower() not in answer.content.decode().lower(), (role, path, query)
            answered += answer.status_code == 200
    assert answered > 8
    assert [row["id"] for row in caller.get("customers").json()["items"]] == [own.pk]


def test_P16_the_canary_is_seen_by_those_who_may(world):
    caller = Api(world.user("finance_manager"))
    Foreign(world)
    for path in (
        "customers",
        "invoices",
        "payments",
        "open-items",
        "disputes",
        "changes",
        "requests",
        "bank/lines",
        "audit",
    ):
        assert CANARY in caller.get(path).content.decode(), path


def test_P16_a_customer_of_two_entities_shows_each_only_its_own_money(world):
    caller = Api(world.user("accountant", all_entities=False))
    caller.user.entities.add(world.entity)
    world.issue("acme", "90.00")
    other = world.legal_entity("FX", "Foreign Ltd", "EUR", "Europe/London", "GB")
    world.issue("acme", "7777.00", entity=other, number="FX-1")
    customer = world.customer("acme")
    for path in (
        f"customers/{customer.pk}/card",
        "open-items",
        "balances",
        "reports/aging",
        "invoices",
        "entries",
    ):
        assert "7777.00" not in caller.get(path).content.decode(), path


def test_P16_foreign_ids_in_a_body_are_the_same_404_as_absent_ones(world):
    caller = Api(world.user("accountant", all_entities=False))
    caller.user.entities.add(world.entity)
    foreign, own = Foreign(world), world.customer("acme")
    receipt = {"amount": "5.00", "currency": "EUR", "value_on": "2026-03-02", "reference": "r"}
    answers = [
        caller.post("payments", receipt | {"entity": entity, "customer": customer})
        for entity, customer in (
            (foreign.entity.pk, own.pk), (ABSENT, own.pk), (world.entity.pk, foreign.customer.pk), (world.entity.pk, ABSENT),
        )
    ]  # fmt: skip
    assert {(a.status_code, a.content) for a in answers} == {(404, answers[0].content)}
    assert Payment.objects.for_user(caller.user).count() == 0
    models = (Allocation, Change, Contact, CreditNote, Dispute, Invoice, Reversal)
    assert all(not model.objects.for_user(caller.user).exists() for model in models)
