"""OpenTelemetry: a request is a span of the trace that its header names, sent to a receiver that speaks OTLP."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler

import httpx2
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from scripts.lib.program import free_port
from tests.server.cli.conftest import Shell, serving
from tests.server.threaded_server import serve_in_thread

TRACE = "0af7651916cd43dd8448eb211c80319c"


@contextmanager
def receiving() -> Iterator[tuple[str, list[Span]]]:
    """Run a receiver of traces; its address, and what it has received."""
    received: list[Span] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = ExportTraceServiceRequest.FromString(self.rfile.read(int(self.headers["Content-Length"])))
            received.extend(
                span for resource in sent.resource_spans for scope in resource.scope_spans for span in scope.spans
            )
            self.send_response(200)
            self.end_headers()

    with serve_in_thread(Handler) as port:
        yield f"http://127.0.0.1:{port}", received


def read_attributes(span: Span) -> dict[str, str | int]:
    return {one.key: one.value.string_value or one.value.int_value for one in span.attributes}


def test_a_request_is_part_of_the_trace_that_its_header_names(shell: Shell) -> None:
    shell.env["SECRET_KEY"] = "k" * 43
    port = free_port()
    with receiving() as (receiver, spans):
        # what is left to send is sent at the end
        with serving(shell, port, OTEL_EXPORTER_OTLP_ENDPOINT=receiver, NO_PROXY="127.0.0.1"):
            told = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}
            site = f"http://127.0.0.1:{port}"
            refused = httpx2.get(f"{site}/v1/usage-points/abcdefghijklmnop?secret=1", headers=told, timeout=200)
            assert refused.status_code == 401
        [span] = [one for one in spans if one.trace_id.hex() == TRACE]  # one: FastAPI's own would have the whole URL
        assert span.name == "GET /v1/usage-points/{point_id}"
        assert read_attributes(span) == {
            "http.request.method": "GET",
            "http.route": "/v1/usage-points/{point_id}",
            "http.response.status_code": 401,
            "gateway.request_id": refused.json()["instance"].removeprefix("urn:uuid:"),
        }
        calls = [one for one in spans if one.kind == Span.SPAN_KIND_CLIENT]
        assert {one.name for one in calls} <= {"GET 127.0.0.1", "POST 127.0.0.1", "GET www.services-rte.com"}
        for personal in ("secret", "abcdefghijklmnop"):
            assert all(personal not in str(one) for one in spans)


def test_without_an_endpoint_nothing_of_it_is_loaded() -> None:
    program = "import sys, gateway.cli, gateway.app; sys.exit('opentelemetry.sdk' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=120).returncode == 0
