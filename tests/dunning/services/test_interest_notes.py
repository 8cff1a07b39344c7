"""Late interest through the whole path: from the ledger's facts to a numbered note and charges, never twice for a day."""

from datetime import date, timedelta

import pytest

from dunning.models import InterestNote
from dunning.services import interest_terms
from receivables import books, posting
from receivables.models import Charge, Entry, Invoice
from receivables.rules.refusals import Refused
from receivables.services import adjustments, allocation, cash, charges, disputes, rates

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
APRIL = date(2025, 4, 1)
MAY = date(2025, 5, 31)


def refusal(act, *args, **options):
    with pytest.raises(Refused) as refused:
        act(*args, **options)
    return refused.value


@pytest.mark.parametrize(
    ("row", "pack", "amount", "due_on", "late", "expected"),
    [
        ("I1", "uk_1998", "2000.00 GBP", date(2024, 4, 1), 45, ("32.67", "70.00")),
        ("I3", "fr_l441_10", "1000.00 EUR", date(2025, 4, 1), 30, ("10.81", "40.00")),
        ("I4", "de_consumer", "1000.00 EUR", date(2012, 3, 1), 25, ("3.51", "0.00")),
        ("I7", "cn_802", "100000.00 CNY", date(2025, 7, 31), 30, ("1500.00", "0.00")),
    ],
)
def test_vectors_1_come_out_through_the_whole_path(
    world, interest, row, pack, amount, due_on, late, expected
):
    plain, currency = amount.split()
    invoice = world.issue("globex", plain, due_on=due_on, currency=currency)
    paid_on = due_on + late * DAY
    world.pay(invoice, on=paid_on)
    interest.terms("globex", pack)
    note = interest.claim("globex", paid_on + 60 * DAY, currency)
    assert (
        interest.charged("globex", "interest", currency),
        interest.charged("globex", "compensation", currency),
    ) == expected
    assert note.derivation["items"][0]["interest"] == expected[0]


def test_vector_i2_at_an_agreed_rate_with_the_english_fixed_sum(world, interest):
    world.issue("globex", "5000.00", due_on=APRIL, currency="GBP")
    interest.terms("globex", "contract", agreed="12.5")
    found = interest.look("globex", APRIL + 30 * DAY, "GBP")
    assert interest.figures(found) == ("51.37", "0.00")


def test_fe_19_interest_follows_the_falling_balance(world, interest):
    invoice = world.issue("globex", "1000.00", due_on=APRIL)
    interest.terms("globex", "contract", agreed="10")
    world.pay(invoice, "400.00", on=APRIL + 30 * DAY)
    interest.claim("globex", APRIL + 60 * DAY)
    assert interest.charged("globex", "interest") == "13.15"


def test_pitfall_71_the_same_days_are_never_claimed_twice(world, interest):
    world.issue("globex", "1000.00", due_on=APRIL)
    interest.terms("globex", "contract", agreed="10")
    interest.claim("globex", APRIL + 30 * DAY)
    assert interest.look("globex", APRIL + 30 * DAY).why == "nothing_late"
    interest.claim("globex", APRIL + 60 * DAY)
    first, second = Charge.objects.order_by("pk")
    assert (first.from_on, first.to_on) == (APRIL + DAY, APRIL + 30 * DAY)
    assert (second.from_on, second.to_on) == (APRIL + 31 * DAY, APRIL + 60 * DAY)


def test_the_fixed_sum_is_claimed_once_however_often_interest_is(world, interest):
    world.issue("globex", "1000.00", due_on=APRIL)
    interest.terms("globex", "de_b2b")
    interest.claim("globex", APRIL + 30 * DAY)
    interest.claim("globex", APRIL + 60 * DAY)
    assert interest.charged("globex", "compensation") == "40.00"
    assert Charge.objects.filter(kind="interest").count() == 2


def test_pitfall_72_no_interest_runs_on_interest_or_fees(world, interest):
    world.issue("globex", "1000.00", due_on=APRIL)
    interest.terms("globex", "contract", agreed="10")
    interest.claim("globex", APRIL + 30 * DAY)
    (only,) = interest.look("globex", APRIL + 400 * DAY).items
    assert only.entry.kind == "invoice"
    assert {line.base for line in only.derivation.lines} == {100_000}


def test_pitfall_73_a_new_half_year_splits_the_days(world, interest):
    world.issue("globex", "1000.00", due_on=date(2025, 6, 20))
    interest.terms("globex", "de_b2b")
    (only,) = interest.look("globex", date(2025, 7, 10)).items
    assert [line.to_on for line in only.derivation.lines] == [date(2025, 6, 30), date(2025, 7, 10)]
    assert only.derivation.interest.plain() == "5.90"


def test_fe_12_pitfall_79_the_invoice_and_the_aging_of_the_principal_stay_as_they_were(world, interest):
    invoice = world.issue("globex", "1000.00", due_on=APRIL)
    before = Entry.objects.with_open(MAY, None).get(pk=interest.item(invoice).pk)
    interest.terms("globex", "de_b2b")
    note = interest.claim("globex", MAY)
    after = Entry.objects.with_open(MAY, None).get(pk=interest.item(invoice).pk)
    assert (after.due_on, after.open_amount) == (before.due_on, before.open_amount) == (APRIL, 100_000)
    assert Invoice.objects.get(pk=invoice.pk).gross == 100_000
    made = Entry.objects.filter(kind="charge")
    assert {entry.due_on for entry in made} == {MAY}
    assert sum(entry.amount for entry in made) == note.total


def test_fe_05_paying_invoice_and_note_leaves_nothing_open(world, interest):
    invoice = world.issue("globex", "100.00", due_on=APRIL)
    interest.terms("globex", "contract", agreed="10")
    note = interest.claim("globex", APRIL + 15 * DAY)
    assert note.total == 41
    world.pay(invoice, on=MAY)
    payment = world.receive("globex", "0.41", on=MAY)
    charge = Charge.objects.get()
    allocation.apply(credit=payment.entry, to=[(charge.entry, 41)], now=world.at(MAY), by=world.by)
    assert world.balance("globex") == "0.00"
    assert world.state(invoice) == "PAID"


def test_fe_06_pitfall_75_paying_the_principal_keeps_the_interest_and_a_waiver_survives_a_bounce(
    world, interest
):
    invoice = world.issue("globex", "1000.00", due_on=APRIL)
    interest.terms("globex", "contract", agreed="10")
    interest.claim("globex", APRIL + 30 * DAY)
    payment = world.pay(invoice, on=MAY)
    assert world.balance("globex") == "8.22"
    charge = Charge.objects.get()
    charges.waive(charge=charge, reason="goodwill", on=MAY, now=world.at(MAY), by=world.by)
    cash.reverse(payment=payment, reason="bounce", on=MAY + DAY, now=world.at(MAY + DAY), by=world.by)
    assert posting.left_of(charge.entry) == 0
    assert world.balance("globex") == "1000.00"


def test_fe_14_waived_days_are_not_claimed_again(world, interest):
    world.issue("globex", "1000.00", due_on=APRIL)
    interest.terms("globex", "contract", agreed="10")
    interest.claim("globex", APRIL + 30 * DAY)
    charges.waive(charge=Charge.objects.get(), reason="goodwill", on=MAY, now=world.at(MAY), by=world.by)
    assert interest.look("globex", APRIL + 30 * DAY).why == "nothing_late"


def test_a_payment_the_bank_took_back_never_came(world, interest):
    invoice = world.issue("globex", "1000.00", due_on=APRIL)
    interest.terms("globex", "contract", agreed="10")
    payment = world.pay(invoice, on=APRIL + 10 * DAY)
    cash.reverse(
        payment=payment, reason="bounce", on=APRIL + 20 * DAY, now=world.at(APRIL + 20 * DAY), by=world.by
    )
    assert interest.figures(interest.look("globex", APRIL + 30 * DAY)) == ("8.22", "0.00")


def test_pitfall_76_a_cancelled_invoice_bears_nothing_and_loses_what_it_bore(world, interest):
    invoice = world.issue("globex", "1000.00", due_on=APRIL)
    interest.terms("globex", "de_b2b")
    interest.claim("globex", APRIL + 30 * DAY)
    adjustments.cancel(invoice=invoice, on=MAY, reason_code="wrong", now=world.at(MAY), by=world.by)
    assert world.balance("globex") == "0.00"
    assert interest.look("globex", MAY).why == "nothing_late"


def test_what_is_in_dispute_is_not_claimed_and_a_rejected_dispute_stops_nothing(world, interest):
    invoice = world.issue("globex", "1000.00", due_on=APRIL)
    interest.terms("globex", "contract", agreed="10")
    dispute = disputes.open_on(
        entry=interest.item(invoice), reason="quality", amount=None, note="", today=APRIL + 5 * DAY,
        now=world.at(APRIL + 5 * DAY), by=world.by,
    )  # fmt: skip
    found = interest.look("globex", APRIL + 30 * DAY)
    assert (found.why, found.left_out[0][1]) == ("nothing_late", "in_dispute")
    disputes.reject(
        dispute=dispute,
        resolution="delivered as ordered",
        on=APRIL + 15 * DAY,
        now=world.at(APRIL + 15 * DAY),
        by=world.by,
    )
    assert interest.figures(interest.look("globex", APRIL + 30 * DAY)) == ("8.22", "0.00")


def test_pitfall_78_days_of_a_dispute_found_valid_are_left_out(world, interest):
    invoice = world.issue("globex", "1000.00", due_on=APRIL)
    interest.terms("globex", "contract", agreed="10")
    dispute = disputes.open_on(
        entry=interest.item(invoice), reason="not_received", amount=None, note="", today=APRIL + DAY,
        now=world.at(APRIL + DAY), by=world.by,
    )  # fmt: skip
    disputes.accept(
        dispute=dispute,
        resolution="sent late",
        credit=None,
        on=APRIL + 10 * DAY,
        now=world.at(APRIL + 10 * DAY),
        by=world.by,
    )
    (only,) = interest.look("globex", APRIL + 30 * DAY).items
    assert (only.from_on, only.derivation.days) == (APRIL + 11 * DAY, 20)


def test_a_rate_nobody_knows_is_refused_with_series_and_half_year_and_entering_it_helps(world, interest):
    world.issue("globex", "1000.00", due_on=date(2026, 6, 20))
    interest.terms("globex", "de_b2b")
    refused = refusal(interest.look, "globex", date(2026, 7, 10))
    assert (refused.code, refused.figures["series"], refused.figures["period"]) == (
        "rate_unknown",
        "de_basiszins",
        "2026-H2",
    )
    interest_terms.enter_rate(
        series="de_basiszins", from_on=date(2026, 7, 1), to_on=date(2026, 12, 31), rate="1.52",
        source="Bundesbank, 1 July 2026", now=world.at(date(2026, 7, 10)), by=world.by,
    )  # fmt: skip
    (only,) = interest.look("globex", date(2026, 7, 10)).items
    assert only.derivation.lines[-1].quote.source == "Bundesbank, 1 July 2026"


def test_a_law_that_does_not_apply_says_why_and_nothing_is_written(world, interest):
    world.issue("globex", "1000.00", due_on=APRIL)
    interest.terms("globex", "de_b2b", debtor_kind="consumer")
    assert interest.look("globex", MAY).why == "not_applicable:debtor_kind"
    assert refusal(interest.claim, "globex", MAY).code == "not_applicable"
    assert not InterestNote.objects.exists()


def test_without_terms_the_entitys_pack_holds_but_nobody_answered_its_questions(world, interest):
    world.entity.interest_pack = "de_b2b"
    world.entity.save()
    world.issue("globex", "1000.00", due_on=APRIL)
    assert interest.look("globex", MAY).why == "fact_missing:debtor_kind"


def test_figures_that_changed_since_they_were_seen_are_not_claimed(world, interest):
    invoice = world.issue("globex", "1000.00", due_on=APRIL)
    interest.terms("globex", "de_b2b")
    seen = interest.look("globex", MAY).digest
    world.pay(invoice, "400.00", on=APRIL + 3 * DAY)
    assert refusal(interest.claim, "globex", MAY, seen=seen).code == "stale"


def test_a_person_may_claim_some_items_only(world, interest):
    one = world.issue("globex", "1000.00", due_on=APRIL)
    world.issue("globex", "500.00", due_on=APRIL)
    interest.terms("globex", "de_b2b")
    interest.claim("globex", MAY, items={interest.item(one).pk})
    assert {charge.of_entry_id for charge in Charge.objects.all()} == {interest.item(one).pk}
    assert len(interest.look("globex", MAY).items) == 1


def test_pitfall_77_a_fixed_sum_of_another_currency_is_converted_on_the_day(world, interest):
    world.issue("globex", "1000.00", due_on=APRIL, currency="CHF")
    interest.terms("globex", "de_b2b")
    assert refusal(interest.look, "globex", MAY, "CHF").code == "rate_missing"
    rates.enter(
        base="EUR",
        quote="CHF",
        rate="0.9412",
        on=MAY,
        source="ECB",
        today=MAY,
        now=world.at(MAY),
        by=world.by,
    )
    assert interest.look("globex", MAY, "CHF").fixed_sums.plain() == "37.65"


def test_notes_are_numbered_without_gaps_and_the_books_hold(world, interest):
    interest.terms("globex", "de_b2b")
    for amount in ("1000.00", "500.00"):
        world.issue("globex", amount, due_on=APRIL)
        interest.claim("globex", MAY)
    assert [note.number for note in InterestNote.objects.order_by("pk")] == [
        "NL-interest-000001",
        "NL-interest-000002",
    ]
    assert books.check() == []


def test_fe_20_a_note_states_in_which_order_payments_settle(world, interest):
    world.issue("globex", "1000.00", due_on=APRIL)
    interest.terms("globex", "de_b2b")
    assert interest.claim("globex", MAY).derivation["order"] == "principal_first"


def test_interest_is_not_claimed_for_days_to_come(world, interest):
    world.issue("globex", "1000.00", due_on=APRIL)
    interest.terms("globex", "de_b2b")
    assert refusal(interest.claim, "globex", MAY, on=MAY - DAY).code == "up_to_future"
