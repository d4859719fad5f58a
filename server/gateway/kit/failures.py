"""The border at which unexpected errors of background work end, so that one failure ends nothing else."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog

from gateway.kit.outage import OutageError

log = structlog.get_logger()


class Failures:
    """Logs and counts the failures of jobs."""

    def __init__(self, count: Callable[[str], None]) -> None:
        """`count` takes the name of a job."""
        self._count = count

    @contextmanager
    def contain(self, job: str, **about: str) -> Iterator[None]:
        """Log and count an unexpected error, and end it with the block; an outage is none, and goes on.

        `about` says in the log what the job was working on, without secrets.
        """
        try:
            yield
        except OutageError:
            raise
        except Exception:
            # work may fail in any way
            log.exception("job_failed", job=job, **about)
            self._count(job)
