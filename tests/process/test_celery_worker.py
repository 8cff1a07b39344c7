"""A real worker over a real Redis rings the same bells as the embedded engine; a lost broker loses nothing but the bell."""

import time
import uuid
from datetime import UTC, datetime, timedelta

import pytest

pytestmark = [pytest.mark.process, pytest.mark.django_db]
SETUP = """
from datetime import UTC, datetime, time, timedelta
from receivables.models import LegalEntity, WorkItem
e = LegalEntity.objects.create(
    code="N", name="N", country="DE", time_zone="UTC", currency="EUR", work_starts=time(9), work_ends=time(17)
)
WorkItem.objects.create(
    kind="courier_number", entity=e, owner_role="accountant", opened_at=datetime.now(UTC) - timedelta(days=9),
    due_at=datetime.now(UTC) - timedelta(days=8),
)
"""
WORK = """
import sys
from receivables.conf.celery import app
app.conf.update(broker_url=sys.argv[1], task_default_queue=sys.argv[2])
app.worker_main(["worker", "--pool", "solo", "--loglevel", "WARNING", "--without-gossip", "--without-mingle", "-Q", sys.argv[2]])
"""
RING = """
import sys
from receivables.conf.celery import app
app.conf.update(broker_url=sys.argv[1], task_default_queue=sys.argv[2])
for _time in range(3):
    app.send_task("receivables.tasks.escalate_work", queue=sys.argv[2])
"""


@pytest.fixture
def broker(own_redis):
    """The address of a Redis of our own."""
    return own_redis.url


def test_a_worker_escalates_what_is_overdue_once_however_often_the_bell_rings(broker, start_process, ask):
    queue = f"duebook-test-{uuid.uuid4().hex}"
    setup = start_process(SETUP)
    assert setup.wait(60) == 0, setup.stderr.read()
    ring = start_process(RING, broker, queue)
    assert ring.wait(60) == 0, ring.stderr.read()
    worker = start_process(WORK, broker, queue)
    end = datetime.now(UTC) + timedelta(seconds=90)
    escalated = []
    while not escalated and datetime.now(UTC) < end:
        assert worker.poll() is None, worker.stderr.read()
        time.sleep(0.5)
        escalated = ask("SELECT escalated_at FROM receivables_workitem WHERE escalated_at IS NOT NULL")
    time.sleep(2)
    worker.terminate()
    assert len(escalated) == 1
    assert len(ask("SELECT seq FROM receivables_audit WHERE action LIKE '%escalated%'")) == 1
