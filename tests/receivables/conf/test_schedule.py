"""The one page of scheduled jobs: every name leads to a door, and both engines read the same page."""

import inspect

from django.utils.module_loading import import_string

from receivables.conf.celery import app
from receivables.conf.schedule import JOBS


def test_every_job_is_a_door_that_takes_no_argument():
    for job in JOBS:
        assert job.task.split(".")[-2] == "tasks", job
        door = import_string(job.task)
        needed = [p for p in inspect.signature(door).parameters.values() if p.default is p.empty]
        assert not [p for p in needed if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)], job


def test_no_job_stands_twice_on_the_page():
    assert len({job.name for job in JOBS}) == len(JOBS)


def test_celery_beat_reads_the_same_page():
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} == {job.task for job in JOBS}
