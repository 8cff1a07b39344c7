"""Creating, editing, activating and closing customers."""

import pytest

from receivables.actor import Actor
from receivables.models import Audit, Contact, Customer, CustomerProfile
from receivables.rules.refusals import Refused
from receivables.services import contacts, customers, profiles
from tests.fixtures.world import DAY_0

WHOLE = {
    "code": "D-1", "legal_name": "Initrode GmbH", "country": "DE", "tax_id": "DE136695976",
    "address": {"street": "1 Main Street", "city": "Bonn"},
}  # fmt: skip
BILLING = {"name": "Mia", "role": "billing", "channel": "email", "email": "mia@initrode.example"}


def create(world, contact=None, **fields):
    given = {**WHOLE, **fields}
    return customers.create(
        fields=given, entity=world.entity, contact=contact, today=DAY_0, now=world.at(DAY_0), by=world.by
    )


def refusal(call, **given):
    with pytest.raises(Refused) as refused:
        call(**given)
    return refused.value


@pytest.mark.parametrize(
    ("missing", "gap"),
    [
        ({"tax_id": ""}, "tax_id"),
        ({"country": "", "tax_id": ""}, "country"),
        ({"address": {"street": "1 Main Street"}}, "billing_address"),
    ],
)
def test_003_01_a_customer_cannot_be_activated_without_its_file(world, missing, gap):
    customer = create(world, BILLING, **missing)
    refused = refusal(customers.activate, customer=customer, now=world.at(DAY_0), by=world.by)
    assert refused.code == "incomplete"
    assert gap in refused.figures["gaps"]
    assert Customer.objects.get().state == "INCOMPLETE"


def test_003_01_a_complete_file_is_activated(world):
    customer = customers.activate(customer=create(world, BILLING), now=world.at(DAY_0), by=world.by)
    assert customer.state == "ACTIVE"


def test_003_01_one_record_per_tax_id_and_per_code(world):
    first = create(world)
    for fields, field in (({"code": "D-2"}, "tax_id"), ({"tax_id": ""}, "code")):
        refused = refusal(create, world=world, **fields)
        assert (refused.code, refused.field, refused.figures["customer"]) == ("duplicate", field, first.pk)
    assert Customer.objects.count() == 1


@pytest.mark.parametrize(
    ("value", "stored", "warned"),
    [
        ("91350100M000100Y43", "91350100M000100Y43", False),
        ("91350100M000100Y4Z", "91350100M000100Y4Z", True),
        ("91110000600037341L", "91110000600037341L", False),
        ("91110000600037341N", "91110000600037341N", True),
        (" 9135 0100 M000 100Y 43 ", "91350100M000100Y43", False),
        ("110108600037341", "110108600037341", False),
        ("36042619910101007101", "36042619910101007101", False),
    ],
)
def test_vector_8_a_failed_checksum_warns_and_never_blocks(world, value, stored, warned):
    customer = create(world, BILLING, country="CN", tax_id=value)
    assert (customer.tax_id, bool(customer.tax_id_note)) == (stored, warned)
    assert customers.activate(customer=customer, now=world.at(DAY_0), by=world.by).state == "ACTIVE"


@pytest.mark.parametrize("value", ["9111000060003IOZSV", "12345"])
def test_vector_8_wrong_length_or_alphabet_is_refused_with_the_right_format(world, value):
    refused = refusal(create, world=world, country="CN", tax_id=value)
    assert (refused.code, refused.field) == ("tax_id_invalid", "tax_id")
    assert "91350100M000100Y43" in refused.message
    assert not Customer.objects.exists()


def test_000_14_all_faults_are_told_at_once_each_with_its_field(world):
    refused = refusal(create, world=world, country="Narnia", code="a;b", address={"planet": "x"})
    assert set(refused.figures["errors"]) == {"code", "country", "address", "tax_id"} - {"tax_id"}
    assert all("Right" in text or "Known" in text for text in refused.figures["errors"].values())


@pytest.mark.parametrize("bad", ["Ac\x00me", "Acme\x07", "Acme\r\nBcc: x@y", "Ac\ud800me", "Acme\u2028Ltd"])
def test_bad_input_25_control_characters_are_refused_by_their_number(world, bad):
    refused = refusal(create, world=world, legal_name=bad)
    assert (refused.code, refused.field) == ("control_character", "legal_name")
    assert refused.figures["character"].startswith("U+")


def test_bad_input_25_tricksters_are_stripped(world):
    assert create(world, legal_name="Acme\u202e LTD\u200b\ufeff ").legal_name == "Acme LTD"


@pytest.mark.parametrize(
    "name", ["A", "é" * 300, "☕ 株式会社", "شركة المثال", "'; DROP TABLE x", "<script>", "{{7*7}}"]
)
def test_bad_input_26_legal_names_are_kept_verbatim(world, name):
    assert create(world, legal_name=name).legal_name == name


def test_bad_input_26_a_name_of_301_characters_is_refused_with_the_limit(world):
    refused = refusal(create, world=world, legal_name="x" * 301)
    assert (refused.code, refused.figures["limit"]) == ("too_long", 300)


def test_003_22_an_edit_on_an_old_version_is_refused_with_what_changed(world):
    customer = create(world)
    edit = {"now": world.at(DAY_0), "by": world.by}
    customers.edit(customer=customer, version=1, fields={"legal_name": "Initrode AG"}, **edit)
    refused = refusal(customers.edit, customer=customer, version=1, fields={"notes": "mine"}, **edit)
    assert (refused.code, refused.figures["version"]) == ("stale", 2)
    (change,) = refused.figures["changed"]
    assert (change["field"], change["before"], change["after"]) == (
        "legal_name",
        "Initrode GmbH",
        "Initrode AG",
    )
    assert Customer.objects.get().notes == ""


def test_003_06_tax_id_country_and_bank_account_are_not_edited_by_one_person(world):
    customer = create(world)
    for fields in ({"tax_id": "DE811569869"}, {"country": "AT"}):
        refused = refusal(
            customers.edit, customer=customer, version=1, fields=fields, now=world.at(DAY_0), by=world.by
        )
        assert refused.code in ("needs_two", "tax_id_invalid")
    refused = refusal(
        customers.edit,
        customer=customer,
        version=1,
        fields={"bank_account": "X"},
        now=world.at(DAY_0),
        by=world.by,
    )
    assert refused.code == "unknown_field"


def test_003_41_a_field_the_role_may_not_write_is_refused_in_the_verb(world):
    cfo = Actor.of(world.user("cfo"), "api")
    customer = create(world, tax_id="")
    refused = refusal(
        customers.edit,
        customer=customer,
        version=1,
        fields={"tax_id": "DE136695976"},
        now=world.at(DAY_0),
        by=cfo,
    )
    assert (refused.code, refused.field) == ("forbidden", "tax_id")


def test_003_02_undeliverable_is_flagged_once_and_cleared_by_a_new_address(world):
    customer = create(world, BILLING)
    contact = Contact.objects.get()
    for _time in range(2):
        contacts.flag_undeliverable(
            contact=contact, on=DAY_0, reason="550 no such user", now=world.at(DAY_0), by=world.by
        )
    assert Audit.objects.filter(action="contact.undeliverable").count() == 1
    before = Customer.objects.get(pk=customer.pk).stop_version
    contacts.edit(
        contact=contact,
        version=2,
        fields={"email": "billing@initrode.example"},
        now=world.at(DAY_0),
        by=world.by,
    )
    contact.refresh_from_db()
    assert (contact.undeliverable_since, contact.email) == (None, "billing@initrode.example")
    assert Customer.objects.get(pk=customer.pk).stop_version == before + 1


def test_003_02_an_active_customer_keeps_a_billing_contact_that_can_be_reached(world):
    customers.activate(customer=create(world, BILLING), now=world.at(DAY_0), by=world.by)
    refused = refusal(
        contacts.deactivate, contact=Contact.objects.get(), reason="left", now=world.at(DAY_0), by=world.by
    )
    assert refused.code == "last_billing_contact"
    assert Contact.objects.get().active


def test_003_02_a_channel_needs_its_address_and_a_number_gives_the_time_zone(world):
    customer = create(world)
    add = {"customer": customer, "now": world.at(DAY_0), "by": world.by}
    refused = refusal(contacts.add, fields={**BILLING, "channel": "sms"}, **add)
    assert (refused.code, refused.field) == ("channel_without_address", "phone")
    contact = contacts.add(
        fields={**BILLING, "channel": "phone", "phone": "020 7946 0018", "name": "Al"}
        | {"phone": "+44 20 7946 0018"},
        **add,
    )
    assert (contact.phone, contact.time_zone) == ("+442079460018", "Europe/London")


@pytest.mark.parametrize("email", ["a@b", "x" * 320, "a b@c.de"])
def test_bad_input_65_addresses_that_are_none_are_refused_with_an_example(world, email):
    refused = refusal(
        contacts.add,
        customer=create(world),
        fields={**BILLING, "email": email},
        now=world.at(DAY_0),
        by=world.by,
    )
    assert refused.code == "email_invalid"
    assert "billing@example.com" in refused.message


def test_003_03_the_customers_requirements_are_kept_with_its_file(world):
    customer = create(world, po_required=True)
    customers.edit(
        customer=customer, version=1, fields={"contract_required": True}, now=world.at(DAY_0), by=world.by
    )
    customer.refresh_from_db()
    assert (customer.po_required, customer.contract_required) == (True, True)


def test_a_customer_never_stands_above_itself(world):
    rows = [create(world, code=code, tax_id="") for code in "abc"]
    place = {"now": world.at(DAY_0), "by": world.by}
    customers.set_parent(customer=rows[1], parent=rows[0], version=1, **place)
    customers.set_parent(customer=rows[2], parent=rows[1], version=1, **place)
    refused = refusal(customers.set_parent, customer=rows[0], parent=rows[2], version=1, **place)
    assert refused.code == "cycle"


def test_another_parent_or_segment_has_what_is_on_its_way_looked_at_again(world):
    parent, child = (create(world, code=code, tax_id="") for code in "ab")
    versions = []
    give = {"customer": child, "now": world.at(DAY_0), "by": world.by}
    for act, what in (
        (customers.set_parent, {"parent": parent, "version": child.version}),
        (profiles.agree, {"entity": world.entity, "valid_from": DAY_0, "values": {"segment": "exempt ones"}}),
    ):
        act(**give, **what)
        versions.append(Customer.objects.get(pk=child.pk).stop_version - child.stop_version)
    assert versions == [1, 2]


def test_a_customer_with_open_items_is_not_closed(world):
    invoice = world.issue("globex", "10.00", due_on=DAY_0)
    close = {"customer": invoice.customer, "reason": "ceased trading", "now": world.at(DAY_0), "by": world.by}
    assert refusal(customers.close, **close).code == "open_items"
    world.pay(invoice)
    assert customers.close(**close).state == "CLOSED"


def test_a_rep_becomes_the_rep_of_whom_they_enter(world):
    rep = world.user("sales_rep")
    customer = customers.create(
        fields=WHOLE, entity=world.entity, today=DAY_0, now=world.at(DAY_0), by=Actor.of(rep, "page")
    )
    assert CustomerProfile.objects.get(customer=customer).rep == rep
    assert Customer.objects.for_user(rep).get() == customer


def test_every_verb_writes_one_audit_line(world):
    customer = create(world, BILLING)
    customers.edit(customer=customer, version=1, fields={"notes": "x"}, now=world.at(DAY_0), by=world.by)
    customers.activate(customer=customer, now=world.at(DAY_0), by=world.by)
    actions = list(Audit.objects.filter(subject=f"customer:{customer.pk}").values_list("action", flat=True))
    assert actions == ["customer.created", "customer.edited", "customer.activated"]


def test_a_customer_keeps_what_it_is_before_the_law_in_the_lists_order(world):
    customer = create(world)
    edited = customers.edit(
        customer=customer, version=customer.version, fields={"traits": ["public_body", "sme", "sme"]},
        now=world.at(DAY_0), by=world.by,
    )  # fmt: skip
    assert edited.traits == ["sme", "public_body"]


@pytest.mark.parametrize(
    ("traits", "code"),
    [
        (["wizard"], "traits_unknown"),
        ("consumer", "traits_unknown"),
        ([1], "traits_unknown"),
        (["consumer", "public_body"], "traits_conflict"),
        (["sme", "large_enterprise"], "traits_conflict"),
    ],
)
def test_traits_that_are_none_or_exclude_one_another_are_refused(world, traits, code):
    customer = create(world)
    refused = refusal(
        customers.edit, customer=customer, version=customer.version, fields={"traits": traits}, now=world.at(DAY_0),
        by=world.by,
    )  # fmt: skip
    assert (refused.code, refused.field) == (code, "traits")
