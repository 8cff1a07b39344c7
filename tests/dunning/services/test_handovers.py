"""Hand-overs: one pack of papers, and silence about the items until they come back."""

import csv
import hashlib
import io
import zipfile
from datetime import date, timedelta

import pytest

from credit.models import CreditHold, RiskEvent
from dunning.models import HandOverItem, PromiseToPay
from dunning.services import calls, handovers, plans, promise_settling, promises
from receivables import books, storage
from receivables.models import Attachment, Customer, Dispatch, NumberSeries
from receivables.rules.refusals import Refused
from receivables.services import disputes

TODAY = date(2026, 5, 4)


def entry(invoice):
    return invoice.instalments.select_related("entry__customer").get().entry


def hand_over(world, *entries, **more):
    told = {"to": "Dr. Recht", "kind": "legal", "reason": "no answer for 60 days", **more}
    return handovers.make(entries=entries, today=TODAY, now=world.at(TODAY), by=world.by, **told)


def refused(code, call, *args, **options):
    with pytest.raises(Refused) as caught:
        call(*args, **options)
    assert caught.value.code == code, caught.value


@pytest.fixture
def case(world):
    world.invoice = world.issue("umbrella", "1200", due_on=TODAY - timedelta(days=70))
    Dispatch.objects.create(
        invoice=world.invoice, channel="courier", recipient="Umbrella", posted_at=world.at(TODAY), posted_by="x",
        courier="DHL", tracking_number="=HYPERLINK(1)", received_at=world.at(TODAY), received_by="Anne",
    )  # fmt: skip
    calls.log(
        customer=world.customer("umbrella"), entity=world.entity, outcome="refuses", note="=1+1", today=TODAY,
        now=world.at(TODAY), by=world.by,
    )  # fmt: skip
    return world


def files(made):
    pack = storage.read(made.pack_stored_as)
    assert hashlib.sha256(pack).hexdigest() == made.pack_sha256
    with zipfile.ZipFile(io.BytesIO(pack)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rows(data):
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def test_003_18_the_pack_holds_statement_invoices_proofs_contacts_and_promises(case):
    promise = promises.make(
        items=[(entry(case.invoice), 5000)], due_on=TODAY, source="call", today=TODAY, now=case.at(TODAY), by=case.by
    )  # fmt: skip
    key = storage.keep(b"signed by Anne", room="papers")
    Attachment.objects.create(
        invoice=case.invoice, kind="delivery", name="../../etc/Lieferschein Ä.pdf", content_type="application/pdf", size=14,
        sha256="0" * 64, stored_as=key, added_by="x", added_at=case.at(TODAY),
    )  # fmt: skip
    made = hand_over(case, entry(case.invoice))
    found = files(made)
    assert {"statement.csv", "invoices.csv", "delivery-proofs.csv", "contact-log.csv", "promises.csv", "disputes.csv",
            "ledger.csv", "manifest.csv", "cover-sheet.pdf", "statement.pdf"} <= set(found)  # fmt: skip
    assert found["cover-sheet.pdf"].startswith(b"%PDF")
    proof = f"proofs/{case.invoice.number}-delivery-etc-Lieferschein-A.pdf"
    assert [name for name in found if name.startswith("proofs/")] == [proof]
    assert found[proof] == b"signed by Anne"
    assert rows(found["invoices.csv"])[1][:5] == [
        case.invoice.number,
        "2026-01-24",
        "2026-02-23",
        "1200.00",
        "1200.00",
    ]
    assert rows(found["delivery-proofs.csv"])[1][5] == "'=HYPERLINK(1)"
    assert rows(found["contact-log.csv"])[1][4] == "'=1+1"
    assert rows(found["promises.csv"])[1][2] == "50.00"
    listed = {row[0]: row[2] for row in rows(found["manifest.csv"])[1:]}
    assert listed == {
        name: hashlib.sha256(data).hexdigest() for name, data in found.items() if name != "manifest.csv"
    }
    assert PromiseToPay.objects.get(pk=promise.pk).close_reason == "handed_over"


def test_003_18_the_items_are_legal_and_orders_are_held(case):
    before = Customer.objects.get(code="umbrella").stop_version
    made = hand_over(case, entry(case.invoice))
    assert HandOverItem.objects.get().entry == entry(case.invoice)
    assert (made.amount, made.number) == (120000, "NL-handover-000001")
    assert Customer.objects.get(code="umbrella").stop_version > before
    assert CreditHold.objects.active().get().reason == "legal"
    assert set(RiskEvent.objects.values_list("kind", flat=True)) == {"handed_over", "hold_placed"}
    assert books.check() == []


def test_pitfall_33_handed_over_twice_is_refused(case):
    hand_over(case, entry(case.invoice))
    refused("already_handed_over", hand_over, case, entry(case.invoice))


def test_handing_over_asks_for_what_it_needs(case):
    refused("nothing_chosen", hand_over, case)
    refused("to_missing", hand_over, case, entry(case.invoice), to=" ")
    refused("reason_missing", hand_over, case, entry(case.invoice), reason="")
    refused("kind_unknown", hand_over, case, entry(case.invoice), kind="mafia")
    other = case.issue("acme", "10", due_on=TODAY)
    refused("crosses", hand_over, case, entry(case.invoice), entry(other))
    assert NumberSeries.objects.filter(code="handover").count() == 0  # a refusal takes no number


def test_003_18_the_items_come_back(case):
    made = hand_over(case, entry(case.invoice))
    told = {"hand_over": made, "on": TODAY, "now": case.at(TODAY), "by": case.by}
    refused("reason_missing", handovers.end, reason="", **told)
    handovers.end(reason="they pay by instalments", **told)
    assert not HandOverItem.objects.filter(ended=False).exists()
    refused("state", handovers.end, reason="again", **told)
    assert hand_over(case, entry(case.invoice)).number == "NL-handover-000002"


def test_a_disputed_item_goes_along_and_is_named(case):
    disputes.open_on(entry=entry(case.invoice), reason="quality", today=TODAY, now=case.at(TODAY), by=case.by)
    second = case.issue("umbrella", "300", due_on=TODAY - timedelta(days=65))
    made = hand_over(case, entry(case.invoice), entry(second))
    assert rows(files(made)["disputes.csv"])[1][:2] == [case.invoice.number, "1200.00"]


def test_the_same_books_give_the_same_pack(case):
    from dunning.questions import handover_pack

    told = handover_pack.Case(
        customer=case.customer("umbrella"), entity=case.entity, currency="EUR", entries=(entry(case.invoice),),
        number="X-1", to="Dr. Recht", reason="silent", on=TODAY, by="Anne",
    )  # fmt: skip
    assert handover_pack.archive(told) == handover_pack.archive(told)


def test_a_plan_with_a_kept_part_is_cancelled_and_not_kept_by_a_hand_over(case):
    parts = [(TODAY + timedelta(days=7), 40_000), (TODAY + timedelta(days=14), 80_000)]
    plan, _made = plans.agree(
        entries=[entry(case.invoice)], parts=parts, source="call", today=TODAY, now=case.at(TODAY), by=case.by
    )
    case.pay(case.invoice, "400", on=TODAY)
    promise_settling.settle(on=TODAY, now=case.at(TODAY), by=case.by)
    hand_over(case, entry(case.invoice))
    plan.refresh_from_db()
    assert plan.state == "CANCELLED"
    assert [row.state for row in plan.promises.order_by("due_on")] == ["KEPT", "REPLACED"]
