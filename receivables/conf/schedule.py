"""Every scheduled job, on one page. Celery beat and the embedded engine both read it; neither knows any other job.

A job only rings the bell: which rows are due is decided by rows and rules, so a job may run late, twice or not at all
for a while, and nothing is lost or doubled. `every` is an interval; a nightly job is a frequent job that finds its work done.
"""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Job:
    """One line of the page: a task door by its dotted name, and how often its bell rings."""

    task: str
    every: timedelta

    @property
    def name(self) -> str:
        """The job's short name, unique on the page: `receivables.send_messages`."""
        return self.task.replace(".tasks.", ".")


JOBS: tuple[Job, ...] = (
    Job("receivables.tasks.escalate_work", timedelta(minutes=5)),
    Job("receivables.tasks.post_request_batches", timedelta(seconds=15)),
    Job("receivables.tasks.deliver_messages", timedelta(seconds=15)),
    Job("receivables.tasks.sweep_messages", timedelta(seconds=15)),
    Job("receivables.tasks.tell_parked", timedelta(minutes=1)),
    Job("dunning.tasks.start_nights", timedelta(minutes=10)),
    Job("dunning.tasks.deliver_notices", timedelta(minutes=1)),
    Job("dunning.tasks.do_chunks", timedelta(seconds=15)),
    Job("dunning.tasks.settle_promises", timedelta(minutes=5)),
    Job("credit.tasks.apply_age", timedelta(minutes=30)),
    Job("receivables.tasks.prove_books", timedelta(hours=12)),
)
