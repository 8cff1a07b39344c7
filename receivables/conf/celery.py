"""The Celery application for production: `celery -A receivables.conf worker` and `celery -A receivables.conf beat`."""

import os

from celery import Celery

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
