"""Running twice, late, in parts, beside others: rows DI of the scenarios, chapter 1 of the pitfalls, and what must not matter."""

import random
from datetime import timedelta

import pytest

from dunning.models import Notice, NoticeItem, Run, RunChunk, RunOutcome
from dunning.services import runs
from receivables.models import Audit, WorkItem
from receivables.services import cash
from tests.fixtures.world import DAY_0

pytestmark = pytest.mark.django_db


def day(n: int):
    return DAY_0 + timedelta(days=n)


def everything():
    """Every row a night writes, without ids and audit numbers."""
    notices = Notice.objects.order_by("customer", "on", "stage", "channel").values_list(
        "customer", "on", "currency", "track", "stage", "channel", "recipient", "total", "state", "due_at"
    )
    items = NoticeItem.objects.order_by("entry", "stage").values_list("entry", "stage", "round", "withdrawn")
    outcomes = RunOutcome.objects.order_by("customer", "from_on", "id").values_list(
        "customer", "from_on", "to_on", "digest"
    )
    works = WorkItem.objects.order_by("customer", "kind", "step").values_list("customer", "kind", "step")
    return [list(rows) for rows in (notices, items, outcomes, works)]


@pytest.fixture
def crowd(dunning_desk):
    """Ten customers with two invoices each, due on many days."""
    for n in range(10):
        dunning_desk.issue(f"customer{n}", f"{n + 1}00.00", due_on=day(-9 * n))
        dunning_desk.issue(f"customer{n}", "55.00", due_on=day(7 - n), number=f"NL-B{n}")
    return dunning_desk


def test_di_01_one_next_check_the_earliest_of_all(dunning_desk):
    for due in (20, 15, 25):
        dunning_desk.issue("globex", due_on=day(due), number=f"NL-{due}")
    dunning_desk.dun(day(6))
    days = {row[2] for row in dunning_desk.reasons("globex").values()}
    assert min(days) == day(8).isoformat()
    dunning_desk.dun(day(8))
    assert [n.on for n in Notice.objects.filter(track="chase")] == [day(8)]


def test_di_02_di_03_di_10_p21_a_second_and_a_third_pass_add_nothing(crowd):
    crowd.dun(DAY_0)
    before = everything()
    assert before[0]
    for _time in range(2):
        crowd._line(DAY_0)  # something happened elsewhere, so everybody is looked at again
        run = crowd.dun(DAY_0, again=True)
        assert everything() == before
    assert (run.passes, run.notices) == (3, len(before[0]))
    assert Run.objects.count() == 1


def test_pitfall_1_a_pass_after_nothing_happened_writes_no_line_of_its_chunks(crowd):
    crowd.dun(DAY_0)
    lines = Audit.objects.filter(action="run.chunk").count()
    run = crowd.dun(DAY_0, again=True)
    assert Audit.objects.filter(action="run.chunk").count() == lines
    assert (run.looked_at, run.finished_at is not None) == (10, True)


def test_pitfall_2_hourly_is_as_once_a_day(crowd):
    for hour in range(6, 24, 3):
        now = crowd.now(DAY_0, hour)
        run = runs.start(entity=crowd.world.entity, on=DAY_0, now=now, by=crowd.by)
        for chunk in runs.undone(run=run):
            runs.do_chunk(chunk_id=chunk, now=now, by=crowd.by)
    once = everything()
    assert len(once[0]) == Notice.objects.filter(on=DAY_0).count()
    assert Audit.objects.filter(action="run.finished").count() == 1


def test_chunks_in_any_order_give_the_same_rows(crowd):
    first = runs.start(entity=crowd.world.entity, on=DAY_0, now=crowd.now(DAY_0), by=crowd.by, chunk_size=3)
    chunks = runs.undone(run=first)
    assert len(chunks) == 4
    random.Random(7).shuffle(chunks)
    for chunk in chunks:
        runs.do_chunk(chunk_id=chunk, now=crowd.now(DAY_0), by=crowd.by)
    shuffled = [sorted(map(str, rows)) for rows in everything()]
    first.refresh_from_db()
    assert (first.looked_at, first.finished_at is not None) == (10, True)
    planned = RunChunk.objects.filter(run=first).order_by("number").values_list("first", "last")
    assert planned[0][0] == 0
    assert all(one[1] + 1 == other[0] for one, other in zip(planned[:3], planned[1:], strict=True))
    assert len(shuffled[0]) == Notice.objects.count()


def test_pitfall_3_after_a_week_of_silence_one_message_each_not_seven(dunning_desk):
    dunning_desk.levels(1, 2, 3, 4, 5, min_gap=1)
    dunning_desk.issue("globex", due_on=DAY_0)
    dunning_desk.dun(day(1))
    dunning_desk.accept_all(day(1))
    dunning_desk.dun(day(9))
    assert [stage for _who, stage, *_rest in dunning_desk.said()] == ["l1", "l2"]


def test_di_14_pitfall_4_a_chunk_that_somebody_has_or_did_is_left_alone(crowd):
    run = runs.start(entity=crowd.world.entity, on=DAY_0, now=crowd.now(DAY_0), by=crowd.by)
    [chunk] = runs.undone(run=run)
    assert runs.do_chunk(chunk_id=chunk, now=crowd.now(DAY_0), by=crowd.by)["notices"] > 0
    assert runs.do_chunk(chunk_id=chunk, now=crowd.now(DAY_0), by=crowd.by) is None
    again = runs.start(entity=crowd.world.entity, on=DAY_0, now=crowd.now(DAY_0, 7), by=crowd.by)
    assert (again.pk, runs.undone(run=again)) == (run.pk, [])


def test_pitfall_6_p22_everything_of_a_chunk_stands_in_one_transaction_under_one_audit_line(crowd):
    crowd.dun(DAY_0)
    line = Audit.objects.get(action="run.chunk")
    assert set(Notice.objects.values_list("audit_seq", flat=True)) == {line.seq}
    assert set(WorkItem.objects.values_list("audit_seq", flat=True)) == {line.seq}
    assert line.touched == Notice.objects.count() + WorkItem.objects.count() + 1
    assert line.after["notices"] == Notice.objects.count()


def test_di_12_pitfall_12_one_customer_whose_facts_break_a_rule_does_not_stop_the_others(crowd, monkeypatch):
    from dunning.questions import night

    judge = night.policy.decide

    def breaks(picture, ladder, **rest):
        if picture.code == "customer4":
            raise ZeroDivisionError("a bug of ours")
        return judge(picture, ladder, **rest)

    monkeypatch.setattr(night.policy, "decide", breaks)
    run = crowd.dun(DAY_0)
    assert (run.looked_at, run.failed) == (10, 1)
    assert "a bug of ours" in run.chunks.get().error
    assert "customer4" not in {who for who, *_rest in crowd.said()}
    assert len({who for who, *_rest in crowd.said()}) == 9
    monkeypatch.undo()
    run = crowd.dun(DAY_0, again=True)
    assert (run.failed, run.chunks.get().error) == (0, "")
    assert "customer4" in {who for who, *_rest in crowd.said()}


def test_pitfall_12_a_customer_that_cannot_be_written_is_set_aside_and_the_others_are_written(
    crowd, monkeypatch
):
    from dunning.services import run_apply

    whole = run_apply._notices

    def refuses(line, run, drafts, works, done):
        if any(draft.rows[0][0].number == "NL-B4" or draft.total > 10**9 for _pk, draft in drafts):
            raise ValueError("this one cannot be written")
        return whole(line, run, drafts, works, done)

    monkeypatch.setattr(run_apply, "_notices", refuses)
    four = crowd.customer("customer4")
    run = crowd.dun(DAY_0)
    if not run.failed:
        pytest.fail("nobody was set aside")
    assert not Notice.objects.filter(customer=four).exists()
    assert len({who for who, *_rest in crowd.said()}) == 10 - run.failed
    assert f"{four.pk}: ValueError" in run.chunks.get().error


def test_a_chunk_that_fails_as_a_whole_is_tried_again_and_remembers_why(crowd, monkeypatch):
    from dunning.services import runs as room

    monkeypatch.setattr(room.night, "candidates", lambda *a, **k: 1 / 0)
    run = runs.start(entity=crowd.world.entity, on=DAY_0, now=crowd.now(DAY_0), by=crowd.by)
    [chunk] = runs.undone(run=run)
    for _try in range(runs.TRIES_MOST):
        assert runs.undone(run=run) == [chunk]
        with pytest.raises(ZeroDivisionError):
            runs.do_chunk(chunk_id=chunk, now=crowd.now(DAY_0), by=crowd.by)
    assert runs.undone(run=run) == []
    assert "division by zero" in RunChunk.objects.get().error
    monkeypatch.undo()
    run = runs.again(run=run, now=crowd.now(DAY_0), by=crowd.by)
    assert runs.undone(run=run) == [chunk]


def test_pitfall_5_what_is_left_of_a_night_that_was_overtaken_does_not_speak_any_more(crowd):
    late = runs.start(entity=crowd.world.entity, on=DAY_0, now=crowd.now(DAY_0), by=crowd.by)
    [chunk] = runs.undone(run=late)
    crowd.dun(day(1))
    before = everything()
    assert runs.do_chunk(chunk_id=chunk, now=crowd.now(day(1)), by=crowd.by) == {}
    assert everything() == before
    assert RunChunk.objects.get(pk=chunk).error == "overtaken by a later run"


def test_pitfall_7_di_13_what_was_recorded_and_not_sent_makes_no_new_level_and_no_silence(dunning_desk):
    dunning_desk.levels(1, 2)
    dunning_desk.issue("globex", due_on=DAY_0)
    for at in (1, 2, 3, 30):
        dunning_desk.dun(day(at))
    assert [(n.on, n.stage, n.state) for n in Notice.objects.all()] == [(day(1), "l1", "RELEASED")]


def test_di_15_pitfall_9_a_rung_that_reached_nobody_is_asked_again_the_next_night(dunning_desk):
    dunning_desk.levels(1, 2)
    dunning_desk.issue("globex", due_on=DAY_0)
    dunning_desk.dun(day(1))
    dunning_desk.lose_all(day(1))
    dunning_desk.dun(day(2))
    assert dunning_desk.said() == [("globex", "l1", "email", 10_000)]
    assert NoticeItem.objects.filter(withdrawn=True).count() == 1


def test_pitfall_14_a_prepared_step_does_not_advance_by_ageing(dunning_desk):
    dunning_desk.issue("globex", "20000.00", due_on=DAY_0)
    for at in (1, 16, 31):
        dunning_desk.dun(day(at))
        dunning_desk.accept_all(day(at))
    assert Notice.objects.get(stage="demand").state == "PROPOSED"
    dunning_desk.dun(day(90))
    assert Notice.objects.filter(rank__gt=31).count() == 0
    assert dunning_desk.why("globex") == "pending"


def test_pitfall_17_the_end_of_a_run_is_told_once(crowd):
    run = crowd.dun(DAY_0)
    assert not runs.finish(run_id=run.pk, now=crowd.now(DAY_0), by=crowd.by)
    assert Audit.objects.filter(action="run.finished").count() == 1


def test_pitfall_109_a_bounced_payment_is_seen_at_the_next_run(dunning_desk):
    dunning_desk.levels(1)
    invoice = dunning_desk.issue("globex", due_on=DAY_0)
    payment = dunning_desk.world.pay(invoice, on=day(1))
    dunning_desk.dun(day(2))
    assert dunning_desk.said() == []
    cash.reverse(
        payment=payment, reason="bounced", on=day(3), now=dunning_desk.now(day(3)), by=dunning_desk.by
    )
    dunning_desk.dun(day(3))
    assert dunning_desk.said() == [("globex", "l1", "email", 10_000)]
