"""The approval queue, flows, delegations and batches as pages: what stands there, and what a click does."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from receivables import clock
from receivables.models import ApprovalFlow, Delegation, ImportFile, Invoice, WorkItem
from receivables.questions import request_picture


@pytest.fixture
def enter(desk, monkeypatch):
    """Logs in, with the pages' clock standing at the desk's moment."""
    monkeypatch.setattr(clock, "now", lambda: desk.now)
    monkeypatch.setattr(clock, "today", lambda entity=None: desk.today)

    def log_in(user):
        client = Client()
        client.force_login(user)
        return client

    return log_in


def at(name, *args):
    return reverse(f"receivables:{name}", args=args)


def seen(invoice):
    return request_picture.content_hash(Invoice.objects.get(pk=invoice.pk))


def test_the_queue_shows_what_waits_for_me_the_least_time_left_first(desk, enter):
    desk.request("acme", "1.00")
    desk.later(minutes=30)
    desk.request("globex", "2.00", urgent_reason="customer's books close today")
    desk.verify(desk.request("initech", "3.00"))
    page = enter(desk.manager).get(at("approvals")).content.decode()
    assert page.index("Globex") < page.index("Acme")
    assert "Initech" not in page
    assert "1 h 30 min left" in page
    assert "Goods or service delivered" in page
    everybody = enter(desk.manager).get(at("approvals") + "?tab=all").content.decode()
    assert "Initech" in everybody
    assert "Nothing waits for you" in enter(desk.rep).get(at("approvals")).content.decode()


def test_003_09_a_missed_deadline_is_said_in_the_queue(desk, enter):
    desk.request()
    desk.later(hours=3)
    page = enter(desk.manager).get(at("approvals")).content.decode()
    assert "1 h over" in page
    assert "Deadline missed" in page


def test_003_10_approving_and_sending_back_from_the_queue(desk, enter):
    invoice, manager = desk.request(), enter(desk.manager)
    post = {"content_hash": seen(invoice), "do": "approve"}
    answer = manager.post(at("request_decide", invoice.pk), post)
    assert answer.status_code == 422  # no check is ticked
    manager.post(at("request_decide", invoice.pk), {**post, "checks": desk.ticks(invoice)})
    assert Invoice.objects.get().state == "VERIFIED"
    finance = enter(desk.finance)
    finance.post(
        at("request_decide", invoice.pk),
        {"content_hash": seen(invoice), "do": "send_back", "code": "wrong_tax", "note": "7"},
    )
    assert (Invoice.objects.get().state, Invoice.objects.get().sent_back_code) == ("DRAFT", "wrong_tax")
    page = enter(desk.rep).get(at("request", invoice.pk)).content.decode()
    assert "Wrong tax rate or tax ID" in page


def test_bad_input_44_own_and_stale_decisions_are_refused_over_http(desk, enter):
    own = desk.submit(desk.draft(user=desk.manager), user=desk.manager)
    post = {"content_hash": seen(own), "do": "approve", "checks": desk.ticks(own)}
    assert enter(desk.manager).post(at("request_decide", own.pk), post).status_code == 403
    other = desk.request(amount="5.00")
    post = {"content_hash": "0" * 64, "do": "approve", "checks": desk.ticks(other)}
    assert enter(desk.manager).post(at("request_decide", other.pk), post).status_code == 409
    assert enter(desk.manager).get(at("request_decide", other.pk)).status_code == 405


def test_003_46_an_item_is_handed_over_from_the_queue(desk, enter):
    item = desk.item(desk.request())
    assert enter(desk.rep).post(at("work_hand_over", item.pk), {"to": desk.cfo.pk}).status_code == 403
    enter(desk.manager).post(at("work_hand_over", item.pk), {"to": desk.cfo.pk, "reason": "travelling"})
    assert WorkItem.objects.get().assignee == desk.cfo


def test_003_46_being_away_is_entered_and_revoked_on_its_page(desk, enter):
    stella, manager = desk.world.user("sales_manager", "stella"), enter(desk.manager)
    post = {
        "from_user": desk.manager.pk,
        "to_user": stella.pk,
        "starts_on": "2026-03-02",
        "ends_on": "2026-03-06",
    }
    assert manager.post(at("delegations"), {**post, "ends_on": "2026-03-01"}).status_code == 422
    assert manager.post(at("delegations"), post).status_code == 302
    assert "In force" in manager.get(at("delegations")).content.decode()
    manager.post(at("delegation_revoke", Delegation.objects.get().pk))
    assert Delegation.objects.get().revoked_at == desk.now


def flow_form(**changes):
    return {
        "step-0-code": "VERIFY", "step-0-label": "Look", "step-0-owner_role": "sales_manager", "step-0-sla_hours": "1",
        "step-0-checks": "customer_knows\nPrice is right", "step-0-escalate_to_role": "", "step-0-condition": "",
        "step-0-auto_below": "EUR:500.00", **changes,
    }  # fmt: skip


def test_003_07_every_version_is_drawn_with_step_owner_and_limit(desk, enter):
    page = enter(desk.rep).get(at("flows")).content.decode()
    for words in (
        "Check the business truth",
        "Sales manager · 2 working hours",
        "Finance manager · 4 working hours",
        "In force",
    ):
        assert words in page


def test_003_23_a_version_is_drafted_by_one_and_put_in_force_by_another(desk, enter):
    finance = enter(desk.finance)
    wrong = finance.post(at("flow_draft"), flow_form(**{"step-0-sla_hours": "soon"}))
    assert wrong.status_code == 422
    assert "The time limit is 1 to 400 working hours." in wrong.content.decode()
    assert finance.post(at("flow_draft"), flow_form(**{"step-0-auto_below": "EUR:many"})).status_code == 422
    more = finance.post(at("flow_draft"), flow_form(add_step="1")).content.decode()
    assert 'name="step-1-code"' in more
    assert finance.post(at("flow_draft"), flow_form()).status_code == 302
    row = ApprovalFlow.objects.get(version=2)
    assert row.steps[0]["auto_below"] == {"EUR": 50_000}
    assert finance.post(at("flow_activate", row.pk)).status_code == 422
    enter(desk.cfo).post(at("flow_activate", row.pk))
    assert ApprovalFlow.objects.get(active=True).version == 2


def test_001_14_the_flow_page_names_a_step_that_never_rejects(desk, enter):
    for n in range(10):
        desk.verify(desk.request(amount=f"{n + 1}.00"))
    page = enter(desk.finance).get(at("flows")).content.decode()
    assert "has never rejected" in page


def test_001_11_the_use_of_the_fast_lane_is_reported(desk, enter):
    desk.request(urgent_reason="customer's books close today")
    page = enter(desk.manager).get(at("request_board")).content.decode()
    assert page[page.index("Fast lane") :].index("rita") > 0


def table(*rows):
    book = openpyxl.Workbook()
    for row in (("Customer", "Description", "Unit price", "Tax %", "PO number"), *rows):
        book.active.append(row)
    target = io.BytesIO()
    book.save(target)
    return SimpleUploadedFile("may.xlsx", target.getvalue())


def test_000_34_a_table_is_checked_released_and_its_bad_rows_downloaded(desk, enter):
    desk.customer("acme")
    rep = enter(desk.rep)
    template = rep.get(at("batch_template"))
    assert template["Content-Disposition"] == 'attachment; filename="requests.xlsx"'
    answer = rep.post(
        at("batches"), {"file": table(("acme", "A", 10, 19, "P1"), ("nobody", "B", 10, 19, "P2"))}
    )
    file = ImportFile.objects.get()
    assert answer.url == at("batch", file.pk)
    preview = rep.get(at("batch", file.pk)).content.decode()
    assert "There is no customer nobody among yours" in preview
    assert not Invoice.objects.exists()
    rep.post(at("batch_release", file.pk))
    assert Invoice.objects.get().state == "REQUESTED"
    assert rep.get(at("batch_wrong", file.pk)).content[:2] == b"PK"
    other = enter(desk.world.user("sales_rep", "sam"))
    assert other.get(at("batch", file.pk)).status_code == 404
    refused = rep.post(at("batches"), {"file": SimpleUploadedFile("x.xlsx", b"%PDF-1")})
    assert refused.status_code == 422
    assert enter(desk.world.user("auditor", "ada")).post(at("batches"), {}).status_code == 403
