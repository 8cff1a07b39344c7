"""The customer pages: lists, one customer, forms in place, scope and hidden fields."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from receivables.models import Customer, CustomerProfile, LegalEntity, User
from receivables.pages import customers as door
from tests.fixtures.world import DAY_0

ROLES = [
    "sales_rep",
    "sales_manager",
    "collector",
    "accountant",
    "finance_manager",
    "cfo",
    "auditor",
    "admin",
]
TABS = ["open", "invoices", "payments", "disputes", "contacts", "profile", "changes", "timeline"]


def new_customer(**given):
    return {
        "legal_name": "Initrode GmbH", "code": "D-77", "country": "DE", "tax_id": "DE136695976", "language": "en",
        "street": "1 Main Street", "city": "Bonn", "channel": "email", "contact_name": "Mia Ro",
        "email": "mia@initrode.example", "entity": str(LegalEntity.objects.get().pk), "terms": "NET30", **given,
    }  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
def test_every_role_opens_the_list_and_each_tab_without_an_error(world, login, role):
    world.issue("globex", "100.00", due_on=DAY_0)
    world.pay(world.issue("globex", "70.00", due_on=DAY_0))
    world.receive("globex", "5.00")
    client = login(role)
    CustomerProfile.objects.update(rep_id=client.session["_auth_user_id"])
    customer = Customer.objects.get(code="globex")
    assert client.get(reverse("receivables:customers")).status_code == 200
    for tab in TABS:
        answer = client.get(
            reverse("receivables:customer", args=[customer.pk]), {"tab": tab, "as_of": "2026-04-01"}
        )
        assert answer.status_code == 200, (role, tab)
        assert customer.legal_name in answer.content.decode()


def test_a_sales_rep_sees_own_customers_only_and_foreign_and_absent_ids_answer_alike(world, login):
    rep = world.user("sales_rep", "rita")
    world.customer("acme", rep=rep)
    foreign = world.customer("globex")
    client = login("sales_rep", username="rita")
    listed = client.get(reverse("receivables:customers")).content.decode()
    assert "Acme Tools GmbH" in listed
    assert "Globex" not in listed
    answers = [client.get(reverse("receivables:customer", args=[pk])) for pk in (foreign.pk, 999_999)]
    assert [answer.status_code for answer in answers] == [404, 404]
    said = [
        re.sub(
            r'/customers/[0-9]+/|value="[A-Za-z0-9]{64}"|"X-CSRFToken": "[^"]*"', "/", answer.content.decode()
        )
        for answer in answers
    ]
    assert said[0] == said[1]


def test_an_entity_sees_no_customer_of_another_entity(world, login):
    other = world.legal_entity("US", "Northlight Inc", "USD", "America/New_York", "US")
    world.customer("acme", entity=other)
    world.customer("globex")
    client = login("accountant", username="anna", all_entities=False)
    User.objects.get(username="anna").entities.add(world.entity)
    listed = client.get(reverse("receivables:customers")).content.decode()
    assert "Globex" in listed
    assert "Acme" not in listed


def test_filters_stand_in_the_address_and_search_finds_name_number_and_tax_id(world, login):
    for code in ("acme", "globex", "initech"):
        world.customer(code)
    CustomerProfile.objects.filter(customer__code="acme").update(region="south")
    client = login("accountant")

    def found(**query):
        text = client.get(reverse("receivables:customers"), query).content.decode()
        return {
            code
            for code, name in (
                ("acme", "Acme Tools"),
                ("globex", "Globex Retail"),
                ("initech", "Initech Ltd"),
            )
            if name in text
        }

    assert found(country="NL") == {"globex"}
    assert found(region="south") == {"acme"}
    assert found(q="initech") == {"initech"}
    assert found(q="DE 136695976") == {"acme"}
    assert found(state="CLOSED") == set()


def test_the_list_pages_by_key_and_back(world, login, monkeypatch):
    monkeypatch.setattr(door, "PAGE", 2)
    for code in ("acme", "globex", "initech", "umbrella"):
        world.customer(code)
    client = login("accountant")
    first = client.get(reverse("receivables:customers"))
    second = client.get(reverse("receivables:customers"), {"after": first.context["next_key"]})
    assert [row.customer.code for row in first.context["rows"]] == ["acme", "globex"]
    assert [row.customer.code for row in second.context["rows"]] == ["initech", "umbrella"]
    back = client.get(reverse("receivables:customers"), {"before": second.context["prev_key"]})
    assert [row.customer.code for row in back.context["rows"]] == ["acme", "globex"]
    assert client.get(reverse("receivables:customers"), {"after": "x; DROP"}).status_code == 200


def test_003_41_a_hidden_field_is_absent_from_page_list_search_and_export(world, login):
    world.customer("acme", bank_account="DE89370400440532013000")
    pk = Customer.objects.get(code="acme").pk
    seen = {"accountant": (True, True), "collector": (False, False), "sales_manager": (True, False)}
    for role, (tax_id, bank) in seen.items():
        client = login(role)
        pages = [
            reverse("receivables:customer", args=[pk]),
            reverse("receivables:customers"),
            reverse("receivables:customers_csv"),
        ]
        texts = [client.get(page).content.decode() for page in pages]
        assert [("DE136695976" in text) for text in texts] == [tax_id] * 3, role
        assert ("DE89370400440532013000" in texts[0], "DE89370400440532013000" in texts[2]) == (bank, bank), (
            role
        )
    assert (
        "Acme"
        not in login("collector")
        .get(reverse("receivables:customers"), {"q": "DE136695976"})
        .content.decode()
        .split("<table")[-1]
    )


def test_003_41_a_readonly_field_is_refused_on_write(world, login):
    customer = world.customer("acme", rep=world.user("sales_rep", "rita"))
    client = login("sales_rep", username="rita")
    for address in ("propose_terms", "propose_bank_account"):
        answer = client.get(reverse(f"receivables:{address}", args=[customer.pk]))
        assert answer.status_code in (403, 422), address
    assert client.get(reverse("receivables:customer_edit", args=[customer.pk])).status_code == 403


def test_bad_input_67_export_neutralises_formulas_and_keeps_numbers(world, login):
    names = ["=cmd|' /C calc'!A0", "+1", "-1", "@x", "\uff1dSUM(1)", " =1", ";=1"]
    for index, name in enumerate(names):
        world.customer(f"c{index}", legal_name=name)
    world.issue("globex", "1234.50", due_on=DAY_0)
    client = login("accountant")
    text = client.get(reverse("receivables:customers_csv")).content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert all(
        cell[:1] == "'"
        for row in rows
        for cell in row
        if cell.lstrip(" '") and cell.lstrip(" ;")[0] in "=+-@\uff1d"
    )
    assert set(names) <= {row[1].removeprefix("'") for row in rows}
    sheet = load_workbook(io.BytesIO(client.get(reverse("receivables:customers_xlsx")).content)).active
    kinds = {cell.data_type for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds
    amounts = [
        cell.value for row in sheet.iter_rows() for cell in row if cell.data_type == "n" and cell.value
    ]
    assert 1234.5 in amounts


def test_000_14_an_error_stands_at_its_field_with_format_and_example(world, login):
    answer = login("accountant").post(
        reverse("receivables:customer_new"), new_customer(tax_id="12", email="nobody", phone="12345")
    )
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "DE136695976" in answer.context["form"].errors["tax_id"][0]
    assert 'id="id_tax_id_error"' in text
    answer = login("accountant").post(
        reverse("receivables:customer_new"), new_customer(email="nobody", phone="12345")
    )
    errors = answer.context["form"].errors
    assert "billing@example.com" in errors["email"][0]
    assert "+49" in errors["phone"][0]
    assert not Customer.objects.filter(code="D-77").exists()


def test_a_new_customer_is_created_completed_and_activated_through_the_pages(world, login):
    client = login("accountant")
    made = client.post(reverse("receivables:customer_new"), new_customer(tax_id="DE811569869"))
    customer = Customer.objects.get(code="D-77")
    assert made.status_code == 302
    assert customer.state == "INCOMPLETE"
    assert (
        "ready to be activated"
        in client.get(reverse("receivables:customer", args=[customer.pk])).content.decode()
    )
    client.post(reverse("receivables:customer_activate", args=[customer.pk]))
    customer.refresh_from_db()
    assert customer.state == "ACTIVE"


def test_003_01_a_duplicate_tax_id_is_refused_with_a_link_to_the_record(world, login):
    twin = world.customer("acme")
    answer = login("accountant").post(reverse("receivables:customer_new"), new_customer())
    assert answer.status_code == 422
    assert answer.context["twin"] == twin
    assert reverse("receivables:customer", args=[twin.pk]) in answer.content.decode()


def test_bad_input_17_a_look_alike_code_and_a_near_name_are_suggested_not_blocked(world, login):
    world.customer("ACME0", legal_name="Northwind")
    world.customer("globex")
    client = login("accountant")
    shown = client.get(
        reverse("receivables:customers_alike"), {"code": "ａｃｍｅＯ", "legal_name": "GLOBEX retail b.v."}
    )
    text = shown.content.decode()
    assert "Northwind" in text
    assert "Globex Retail BV" in text
    assert (
        client.post(
            reverse("receivables:customer_new"), new_customer(code="ACMEO", tax_id="DE811569869")
        ).status_code
        == 302
    )


def test_003_22_bad_input_38_a_stale_edit_is_refused_and_shows_what_changed_meanwhile(world, login):
    customer = world.customer("acme")
    first, second = login("accountant"), login("finance_manager")
    page = reverse("receivables:customer_edit", args=[customer.pk])
    form = {
        "legal_name": "Acme Tools GmbH",
        "language": "en",
        "version": "1",
        "code": "acme",
        "country": "DE",
    }
    assert first.post(page, {**form, "legal_name": "Acme Werkzeuge GmbH"}).status_code == 302
    conflict = second.post(page, {**form, "notes": "calls on Monday"})
    assert conflict.status_code == 409
    text = conflict.content.decode()
    assert "Acme Werkzeuge GmbH" in text
    assert "calls on Monday" in text
    assert 'name="version" value="2"' in text
    customer.refresh_from_db()
    assert (customer.legal_name, customer.notes) == ("Acme Werkzeuge GmbH", "")


def test_003_22_two_users_see_the_same_balance_at_once(world, login):
    invoice = world.issue("globex", "100.00", due_on=DAY_0)
    clients = [login("accountant"), login("collector")]
    page = reverse("receivables:customer", args=[invoice.customer_id])
    world.pay(invoice, "40.00", on=DAY_0 + timedelta(days=1))
    seen = [client.get(page, {"as_of": "2026-03-10"}).context["balances"][0].net for client in clients]
    assert seen == [6000, 6000]


def test_000_13_the_edit_form_comes_filled_with_what_is_known(world, login):
    customer = world.customer("acme", address={"street": "1 Main Street", "city": "Bonn"})
    form = login("accountant").get(reverse("receivables:customer_edit", args=[customer.pk])).context["form"]
    assert (form["legal_name"].value(), form["city"].value(), form["tax_id"].value()) == (
        "Acme Tools GmbH",
        "Bonn",
        "DE136695976",
    )


def test_bad_input_26_a_hostile_name_is_kept_verbatim_and_escaped(world, login):
    name = "<script>alert(1)</script> {{7*7}} '; DROP TABLE"
    client = login("accountant")
    assert client.post(reverse("receivables:customer_new"), new_customer(legal_name=name)).status_code == 302
    customer = Customer.objects.get(code="D-77")
    assert customer.legal_name == name
    text = client.get(reverse("receivables:customer", args=[customer.pk])).content.decode()
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{7*7}}" in text
