"""The request pages: one form from customer to submission, kept drafts, papers as downloads, what others may not see."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from receivables.models import Attachment, Invoice, LegalEntity

PDF = b"%PDF-1.7\n%%EOF\n"


@pytest.fixture
def enter():
    def log_in(user):
        client = Client()
        client.force_login(user)
        return client

    return log_in


def typed(customer, **changes):
    return {
        "customer": customer.pk, "kind": "ordinary", "currency": "EUR", "po_number": "PO-1", "do": "submit",
        "line-0-description": "Consulting", "line-0-quantity": "3", "line-0-unit_price": "33.33", "line-0-tax_percent": "19",
        **changes,
    }  # fmt: skip


def at(name, *args):
    return reverse(f"receivables:{name}", args=args)


def test_003_08_a_rep_files_a_request_on_one_page(desk, enter):
    customer, rep = desk.customer("acme"), enter(desk.rep)
    page = rep.get(at("request_new") + f"?customer={customer.pk}").content.decode()
    for words in ("What is needed", "Usual time", "PDF, PNG, JPG, XLSX, DOCX, XML, OFD", "DE136695976"):
        assert words in page
    paper = SimpleUploadedFile("order.pdf", PDF)
    answer = rep.post(at("request_new"), typed(customer, **{"paper-order": paper}))
    invoice = Invoice.objects.get()
    assert (answer.status_code, answer.url) == (302, at("request", invoice.pk))
    assert (invoice.state, invoice.gross, invoice.attachments.get().kind) == ("REQUESTED", 11899, "order")


def test_000_13_what_is_known_of_the_customer_is_filled_in(desk, enter):
    customer = desk.customer("acme", contract_required=True)
    page = enter(desk.rep).get(at("request_new") + f"?customer={customer.pk}").content.decode()
    for words in (
        "Acme Tools GmbH",
        "DE136695976",
        "rita",
        "Contract copy (required by this customer)",
        'value="EUR"',
    ):
        assert words in page


def test_000_14_each_error_stands_at_its_field_with_format_and_example_and_nothing_typed_is_lost(desk, enter):
    customer, rep = desk.customer("acme", po_required=True), enter(desk.rep)
    answer = rep.post(at("request_new"), typed(customer, **{"line-0-unit_price": "1,000.00"}))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="1,000.00"' in page
    assert "at most 2 decimals for EUR" in page
    assert "For example: 1234.50." in page
    answer = rep.post(at("request_new"), typed(customer, po_number=""))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "For example: PO-2026-00417." in page
    assert 'id="id_po_number_error"' in page
    kept = Invoice.objects.get()
    assert kept.state == "DRAFT"  # what was typed is kept as a draft, and the form goes on with it
    assert f'action="{at("request_edit", kept.pk)}"' in page


def test_003_08_a_draft_is_kept_and_edited_later(desk, enter):
    customer, rep = desk.customer("acme"), enter(desk.rep)
    rep.post(
        at("request_new"), typed(customer, do="save", **{"line-0-description": "", "line-0-unit_price": ""})
    )
    invoice = Invoice.objects.get()
    assert (invoice.state, invoice.gross) == ("DRAFT", 0)
    page = rep.get(at("request_edit", invoice.pk)).content.decode()
    assert f'name="version" value="{invoice.version}"' in page
    answer = rep.post(at("request_edit", invoice.pk), typed(customer, version=invoice.version))
    assert answer.status_code == 302
    assert Invoice.objects.get().state == "REQUESTED"
    assert rep.get(at("request_edit", invoice.pk)).status_code == 302


def test_a_draft_somebody_else_saved_is_a_conflict_and_says_so(desk, enter):
    customer, rep = desk.customer("acme"), enter(desk.rep)
    invoice = desk.draft()
    assert (
        rep.post(
            at("request_edit", invoice.pk), typed(customer, version=invoice.version, do="save")
        ).status_code
        == 302
    )
    answer = rep.post(at("request_edit", invoice.pk), typed(customer, version=invoice.version, do="save"))
    assert answer.status_code == 409
    assert "nothing was overwritten" in answer.content.decode()


def test_lines_are_added_removed_and_summed_by_the_server(desk, enter):
    customer, rep = desk.customer("acme"), enter(desk.rep)
    more = rep.post(at("request_lines"), typed(customer, add_line="1")).content.decode()
    assert 'name="line-1-description"' in more
    assert 'name="line-1-tax_percent" value="19"' in more
    sums = rep.post(at("request_lines") + "?part=sums", typed(customer)).content.decode()
    assert "€118.99" in sums
    two = typed(
        customer,
        **{
            "line-1-description": "B",
            "line-1-quantity": "1",
            "line-1-unit_price": "1",
            "line-1-tax_percent": "0",
        },
    )
    one = rep.post(at("request_lines"), {**two, "remove_line": "0"}).content.decode()
    assert 'value="B"' in one
    assert "Consulting" not in one
    without_script = rep.post(at("request_new"), typed(customer, add_line="1"))
    assert 'name="line-1-description"' in without_script.content.decode()
    assert not Invoice.objects.exists()


def test_a_twin_asks_for_a_tick_and_then_passes(desk, enter):
    customer, rep = desk.customer("acme"), enter(desk.rep)
    rep.post(at("request_new"), typed(customer))
    answer = rep.post(at("request_new"), typed(customer))
    page = answer.content.decode()
    assert (answer.status_code, "duplicate_confirmed" in page) == (422, True)
    twin = Invoice.objects.get(state="DRAFT")
    rep.post(at("request_edit", twin.pk), typed(customer, version=twin.version, duplicate_confirmed="on"))
    assert Invoice.objects.filter(state="REQUESTED").count() == 2


def test_000_46_limits_are_stated_before_the_upload_and_in_the_refusal(desk, enter):
    customer, rep = desk.customer("acme"), enter(desk.rep)
    page = rep.get(at("request_new") + f"?customer={customer.pk}").content.decode()
    assert "up to 10 MB each" in page
    assert 'accept=".pdf,.png,.jpg,.jpeg,.xlsx,.docx,.xml,.ofd"' in page
    bad = SimpleUploadedFile("contract.pdf", b"MZ not a pdf")
    answer = rep.post(at("request_new"), typed(customer, **{"paper-contract": bad}))
    assert answer.status_code == 422
    assert "PDF, PNG, JPG, XLSX, DOCX, XML, OFD" in answer.content.decode()


def test_000_46_a_paper_comes_back_as_a_download_only(desk, enter):
    paper = desk.attach(desk.draft(), name="Vertrag 合同.pdf")
    answer = enter(desk.rep).get(at("request_paper", paper.invoice_id, paper.pk))
    assert answer.content.startswith(b"%PDF")
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    stranger = desk.world.user("sales_rep", "sam")
    assert enter(stranger).get(at("request_paper", paper.invoice_id, paper.pk)).status_code == 404
    enter(desk.rep).post(at("request_paper_remove", paper.invoice_id, paper.pk))
    assert not Attachment.objects.exists()


def test_003_07_the_page_lights_the_node_where_the_request_is(desk, enter):
    invoice = desk.verify(desk.request())
    page = enter(desk.rep).get(at("request", invoice.pk)).content.decode()
    flow = page[page.index('<ol class="flow"') : page.index("</ol>")]
    current = flow[flow.index('class="current"') :]
    assert "Check accuracy and compliance" in current.split("</li>")[0]
    assert "fiona" in current.split("</li>")[0]
    assert flow.count('class="done"') == 2  # the draft and the verification


def test_001_03_the_requester_sees_stage_holder_and_an_estimate_with_a_range(desk, enter):
    invoice = desk.request()
    page = enter(desk.rep).get(at("request", invoice.pk)).content.decode()
    assert "Expected through" in page
    assert "max" in page
    assert "From the time limits" in page
    assert "Expected through" in enter(desk.rep).get(at("requests")).content.decode()


def test_001_02_the_register_is_labelled_as_not_asked(desk, enter):
    page = enter(desk.rep).get(at("request", desk.request().pk)).content.decode()
    assert "Not compared with the tax register: no register is connected." in page


def test_what_came_back_stands_first_then_the_oldest(desk, enter):
    desk.request("acme", "1.00")
    desk.later(minutes=1)
    back = desk.send_back(desk.request("globex", "2.00"))
    desk.later(minutes=1)
    desk.request("initech", "3.00")
    page = enter(desk.rep).get(at("requests")).content.decode()
    places = [page.index(name) for name in ("Globex", "Acme", "Initech")]
    assert places == sorted(places)
    assert back.state == "DRAFT"
    only = enter(desk.rep).get(at("requests") + "?state=returned").content.decode()
    assert ("Globex" in only, "Initech" in only) == (True, False)


def test_003_24_the_board_shows_every_open_request_by_node_and_holder(desk, enter):
    desk.request("acme", "1.00")
    desk.verify(desk.request("globex", "2.00"))
    desk.approved("initech", "3.00")
    page = enter(desk.manager).get(at("request_board")).content.decode()
    columns = page.split('<section class="panel"><h2>')[1:]
    found = {column.split(" <span>")[0]: column for column in columns}
    assert "Acme" in found["Check the business truth"]
    assert "max" in found["Check the business truth"]
    assert "Globex" in found["Check accuracy and compliance"]
    assert "Initech" in found["To issue"]


def test_requests_of_other_reps_are_not_there(desk, enter):
    invoice = desk.request()
    stranger = enter(desk.world.user("sales_rep", "sam"))
    assert stranger.get(at("request", invoice.pk)).status_code == 404
    assert "Acme" not in stranger.get(at("requests")).content.decode()
    assert stranger.get(at("request_new") + f"?customer={invoice.customer_id}").status_code == 404
    assert stranger.post(at("request_withdraw", invoice.pk)).status_code == 404


@pytest.mark.parametrize(
    ("role", "name", "status"),
    [("auditor", "requests", 200), ("auditor", "request_new", 403), ("collector", "request_new", 403),
     ("sales_rep", "flow_draft", 403), ("admin", "flow_draft", 200), ("accountant", "approvals", 200),
     ("sales_rep", "batches", 200), ("cfo", "delegations", 200), ("auditor", "flows", 200), ("auditor", "request_board", 200)],
)  # fmt: skip
def test_each_page_asks_for_its_verb(world, login, role, name, status):
    assert login(role).get(at(name)).status_code == status


def test_nobody_enters_without_a_log_in(world):
    for name in (
        "requests",
        "request_new",
        "approvals",
        "flows",
        "delegations",
        "batches",
        "request_board",
        "batch_template",
    ):
        assert Client().get(at(name)).status_code == 302


def test_a_request_is_copied_and_taken_back_from_its_page(desk, enter):
    invoice, rep = desk.request(), enter(desk.rep)
    rep.post(at("request_withdraw", invoice.pk), {"reason": "price changed"})
    assert Invoice.objects.get(pk=invoice.pk).state == "DRAFT"
    answer = rep.post(at("request_copy", invoice.pk))
    copy = Invoice.objects.exclude(pk=invoice.pk).get()
    assert answer.url == at("request_edit", copy.pk)


def test_with_all_books_chosen_the_entity_that_agreed_with_the_customer_is_owed(world, login):
    other = world.legal_entity("GB", "Harbour Ltd", "GBP", "Europe/London", "GB")
    customer = world.customer("initech", entity=other)
    client = login("sales_manager")
    address = reverse("receivables:request_new")
    shown = client.get(address, {"customer": customer.pk})
    assert shown.context["entity"] == other and shown.context["form"].initial["currency"] == "GBP"
    assert f"entity={world.entity.pk}" in shown.content.decode()
    chosen = client.get(address, {"customer": customer.pk, "entity": world.entity.pk})
    assert chosen.context["entity"] == world.entity
    assert client.get(address, {"customer": customer.pk, "entity": 10**9}).status_code == 404
    assert 'name="entity"' in client.get(reverse("receivables:batches")).content.decode()


def test_without_any_legal_entity_a_request_says_what_is_missing(db, login, world):
    client = login("finance_manager")
    LegalEntity.objects.all().delete()
    answer = client.get(reverse("receivables:request_new"))
    assert answer.status_code == 422 and "legal entity" in answer.content.decode()
