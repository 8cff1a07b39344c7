"""The Celery application for production: `celery -A receivables.conf worker` and `celery -A receivables.conf beat`."""

import os
import threading
from typing import Any

from celery import Celery, signals

from receivables import stopping
from receivables.conf.schedule import JOBS

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "receivables.conf.settings")

app = Celery("duebook")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["receivables", "credit", "dunning", "reports"])
app.conf.beat_schedule = {
    # A bell that nobody heard in time is dropped: the next one finds the same rows.
    job.name: {"task": job.task, "schedule": job.every, "options": {"expires": job.every.total_seconds()}}
    for job in JOBS
}


@signals.worker_shutting_down.connect  # type: ignore[untyped-decorator]
def _end(**_: Any) -> None:
    """The children finish the unit in hand; what is still open after the grace is left, and its message is in doubt."""
    stopping.ask()
    gone = threading.Timer(stopping.GRACE_SECONDS, os._exit, [0])
    gone.daemon = True
    gone.start()
