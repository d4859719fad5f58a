"""The border at which unexpected errors of background work end, so that one failure ends nothing else."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog

from gateway.kit.outage import OutageError

log = structlog.get_logger()


class Failures:
    """Logs and counts the failures of jobs, and knows which work failed when it was last tried."""

    def __init__(self, count: Callable[[str], None], show_failing: Callable[[str, int], None] | None = None) -> None:
        """`count` takes the name of a job; `show_failing` also how much of its work failed when it was last tried."""
        self._count = count
        self._show_failing = show_failing
        self._failing: dict[str, set[frozenset[tuple[str, str]]]] = defaultdict(set)

    @contextmanager
    def contain(self, job: str, **about: str) -> Iterator[None]:
        """Log and count an unexpected error, and end it with the block; an outage is none, and goes on.

        `about` says in the log what the job was working on, without secrets. Work about the same is the same work.
        """
        work = frozenset(about.items())
        try:
            yield
        except OutageError:
            raise
        except Exception:
            # work may fail in any way
            log.exception("job_failed", job=job, **about)
            self._count(job)
            self._failing[job].add(work)
        else:
            self._failing[job].discard(work)
        if self._show_failing is not None:
            self._show_failing(job, len(self._failing[job]))
