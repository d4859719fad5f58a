"""Metrics for Prometheus, on a separate port. No label contains a person, a meter or an address."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from typing import override

import structlog
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    Info,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client import start_http_server as start_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from gateway import __version__

log = structlog.get_logger()

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_PATIENCE = 10.0

type Gather = Callable[[], Awaitable[Iterable[GaugeMetricFamily]]]
"""Collects gauges on request."""


class Metrics:
    """The counters and histograms of one process since its start."""

    def __init__(self) -> None:
        # they would add an unused series for each of ours
        disable_created_metrics()  # type: ignore[no-untyped-call]  # prometheus_client gives it no types
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self._requests = Counter(
            "gateway_requests", "Requests answered", ["method", "route", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            "gateway_request_seconds", "Time to answer", ["method", "route"], buckets=_BUCKETS, registry=self.registry
        )
        self._upstream = Counter(
            "gateway_upstream_calls", "Calls to others", ["upstream", "status"], registry=self.registry
        )
        self._upstream_seconds = Histogram(
            "gateway_upstream_call_seconds",
            "Time until others have answered",
            ["upstream"],
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self._job_failures = Counter("gateway_job_failures", "Jobs that failed", ["task"], registry=self.registry)
        Info("gateway_build", "The version that runs", registry=self.registry).info({"version": __version__})

    def observe_request(self, method: str, route: str | None, status: int, seconds: float) -> None:
        """Count a request by its route template; requests without a route are counted together."""
        self._requests.labels(method, route or "none", status).inc()
        self._seconds.labels(method, route or "none").observe(seconds)

    def build_upstream_observer(self, name: str) -> Callable[[str, float], None]:
        """Return a function that counts calls to an upstream; it takes a status or `unreachable`, and the seconds."""

        def count(status: str, seconds: float) -> None:
            self._upstream.labels(name, status).inc()
            self._upstream_seconds.labels(name).observe(seconds)

        return count

    def count_job_failure(self, job: str) -> None:
        """Count a background job that failed with an error."""
        self._job_failures.labels(job).inc()


class _Gathered(Collector):
    """Gauges that the event loop computes while the thread of the metrics server waits."""

    def __init__(self, gather: Gather) -> None:
        self._gather = gather
        self._loop = asyncio.get_running_loop()

    @override
    def collect(self) -> Iterator[GaugeMetricFamily]:
        answers = 1
        try:
            yield from asyncio.run_coroutine_threadsafe(self._build_families(), self._loop).result(_PATIENCE)
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.warning("metrics_incomplete", reason=type(error).__name__)
            answers = 0
        yield GaugeMetricFamily("gateway_database_answers", "Whether the database answered", value=answers)

    async def _build_families(self) -> list[GaugeMetricFamily]:
        return list(await self._gather())


@asynccontextmanager
async def serve_metrics(metrics: Metrics, gather: Gather, host: str, port: int | None) -> AsyncIterator[None]:
    """Serve `GET /metrics` during the block, unless `port` is None."""
    if port is None:
        yield
        return
    metrics.registry.register(_Gathered(gather))
    server, thread = start_server(port, host, registry=metrics.registry)
    try:
        yield
    finally:
        await asyncio.to_thread(server.shutdown)
        server.server_close()
        await asyncio.to_thread(thread.join)
