"""The service's Celery app for a worker that converses and leaves delivering to others.

Rasa's own channel delivers nothing either: up to the committed reply the two do the same. Usable as
`celery -A conversing_only worker`, with this folder on the path.
"""

from __future__ import annotations

from scheduler import wake
from scheduler.app import app as app
from scheduler.jobs import Job
from scheduler.waker import Waker

_waker = Waker()


def _unless_to_deliver(job: Job, delay: float, expires: float | None) -> None:
    if job.kind != "deliver":
        _waker.ask(job, delay, expires)


wake.use(_unless_to_deliver)
