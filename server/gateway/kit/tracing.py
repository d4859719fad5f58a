"""OpenTelemetry traces, if OTEL_EXPORTER_OTLP_ENDPOINT is set; otherwise its library is not even loaded.

The library reads its own variables (OTEL_EXPORTER_OTLP_HEADERS, OTEL_SERVICE_NAME, OTEL_TRACES_SAMPLER and others). No
span has a URL, a query or a person: requests are named by their route, calls to others by their host.
"""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from importlib.util import find_spec
from typing import TYPE_CHECKING

from gateway import __version__
from gateway.kit.urls import check_url

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
HEADERS = "OTEL_EXPORTER_OTLP_HEADERS"

_CHECK_SECONDS = 5

_tracer: Tracer | None = None


class CannotTraceError(Exception):
    """An endpoint is set, but it is no address, or the library is not installed."""


def check_endpoint() -> None:
    """Raise CannotTraceError if an endpoint is set to which no traces could be sent."""
    if not (endpoint := os.environ.get(ENDPOINT)):
        return
    try:
        check_url(endpoint)
    except ValueError as error:
        raise CannotTraceError(f"{ENDPOINT} {error}") from None
    if find_spec("opentelemetry.sdk") is None or find_spec("google.protobuf") is None:
        raise CannotTraceError(
            f"{ENDPOINT} is set, but OpenTelemetry is not installed: pip install 'gateway[tracing]', or unset it."
        )


def is_endpoint_set() -> bool:
    """Tell whether traces are to be sent."""
    return bool(os.environ.get(ENDPOINT))


def send_empty_batch() -> int | None:
    """Send a batch without spans, as traces are sent; return the status of the response, or None without one.

    It takes up to 5 seconds, and blocks. Raises CannotTraceError like `check_endpoint`.
    """
    check_endpoint()
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from requests import Response, Session  # noqa: PLC0415 - which the exporter uses

    statuses: list[int] = []

    def note_status(response: Response, **_: object) -> None:
        statuses.append(response.status_code)

    session = Session()
    session.hooks["response"] = [note_status]
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)  # the caller says what is wrong
    OTLPSpanExporter(session=session, timeout=_CHECK_SECONDS).export([])
    return statuses[-1] if statuses else None


@asynccontextmanager
async def export_traces() -> AsyncIterator[None]:
    """Send traces to the endpoint during the block, if one is set."""
    global _tracer  # noqa: PLW0603 - a process has one tracer
    if not is_endpoint_set():
        yield
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    name = os.environ.get("OTEL_SERVICE_NAME") or "gateway"
    provider = TracerProvider(resource=Resource.create({"service.name": name, "service.version": __version__}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    _tracer = provider.get_tracer("gateway", __version__)
    try:
        yield
    finally:
        _tracer = None
        await asyncio.to_thread(provider.shutdown)  # sends what is left


def is_tracing() -> bool:
    """Tell whether spans are recorded."""
    return _tracer is not None


def trace_request(method: str, headers: Mapping[str, str]) -> AbstractContextManager[Span | None]:
    """Record a request that is served, as part of the trace that its `traceparent` header names; None if not traced."""
    if _tracer is None:
        return nullcontext()
    from opentelemetry.trace import SpanKind  # noqa: PLC0415
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415

    context = TraceContextTextMapPropagator().extract(headers)
    return _tracer.start_as_current_span(
        method, context, SpanKind.SERVER, {"http.request.method": method}, record_exception=False
    )


def note_response(span: Span, request_id: str, method: str, route: str | None, status: int) -> None:
    """Name the span of a request by its route, and note its status and id."""
    span.update_name(f"{method} {route or 'none'}")
    span.set_attributes(
        {"http.route": route or "none", "http.response.status_code": status, "gateway.request_id": request_id}
    )
    if status >= 500:
        _note_failure(span, str(status))


def trace_call(method: str, host: str) -> AbstractContextManager[Span | None]:
    """Record a call to another service; None if nothing is traced."""
    if _tracer is None:
        return nullcontext()
    from opentelemetry.trace import SpanKind  # noqa: PLC0415

    attributes = {"http.request.method": method, "server.address": host}
    return _tracer.start_as_current_span(
        f"{method} {host}", None, SpanKind.CLIENT, attributes, record_exception=False, set_status_on_exception=False
    )


def note_call(span: Span | None, outcome: str) -> None:
    """Note the status of a call, or `unreachable`."""
    if span is None:
        return
    if outcome.isdigit():
        span.set_attribute("http.response.status_code", int(outcome))
    if not outcome.isdigit() or outcome >= "400":
        _note_failure(span, outcome)


def _note_failure(span: Span, reason: str) -> None:
    from opentelemetry.trace import StatusCode  # noqa: PLC0415

    span.set_attribute("error.type", reason)
    span.set_status(StatusCode.ERROR)
