"""`start_run` from the command line: the night of a date, figures, a refusal for what has not come or is history."""

import json
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from dunning.models import Notice, Run
from receivables import clock
from tests.fixtures.world import DAY_0

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def day_two(monkeypatch, dunning_desk):
    monkeypatch.setattr(clock, "now", lambda: dunning_desk.now(DAY_0 + timedelta(days=2)))
    monkeypatch.setattr(clock, "today", lambda _entity=None: DAY_0 + timedelta(days=2))


def call(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_it_runs_the_night_and_a_second_call_adds_nothing(dunning_desk):
    dunning_desk.issue("globex", due_on=DAY_0)
    [first] = json.loads(call("start_run", "--on", "2026-03-04", "--json"))
    assert (first["new"]["notices"], first["new"]["items"], first["finished"]) == (1, 1, True)
    assert first["reasons"] == {"sent": 1}
    [second] = json.loads(call("start_run", "--on", "2026-03-04", "--json"))
    assert set(second["new"].values()) == {0}
    [third] = json.loads(call("start_run", "--on", "2026-03-04", "--again", "--json"))
    assert (third["passes"], set(third["new"].values())) == (2, {0})
    assert Notice.objects.count() == 1


def test_people_read_a_sentence(dunning_desk):
    dunning_desk.issue("globex", due_on=DAY_0)
    assert "NL 2026-03-04: 1 customers, 1 new notices about 1 items, 0 failed. sent 1" in call(
        "start_run", "--on", "2026-03-04", "--entity", "NL"
    )


def test_what_has_not_come_and_what_is_history_is_refused(dunning_desk):
    with pytest.raises(CommandError, match="run_in_the_future"):
        call("start_run", "--on", "2026-03-05")
    call("start_run", "--on", "2026-03-04")
    with pytest.raises(CommandError, match="run_in_the_past"):
        call("start_run", "--on", "2026-03-03")
    with pytest.raises(CommandError, match="There is no legal entity 'XX'"):
        call("start_run", "--on", "2026-03-04", "--entity", "XX")
    assert list(Run.objects.values_list("on", flat=True)) == [date(2026, 3, 4)]


def test_customers_that_were_set_aside_end_the_command_with_an_error(dunning_desk, monkeypatch):
    from dunning.questions import night

    dunning_desk.issue("globex", due_on=DAY_0)
    monkeypatch.setattr(night.policy, "decide", lambda *a, **k: 1 / 0)
    with pytest.raises(CommandError, match="Not every customer"):
        call("start_run", "--on", "2026-03-04")
