"""A response that breaks off half-way is not taken for a whole one, and is one line of the log."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import pytest

from scripts.lib.program import free_port

PROGRAM = """
import re
import sys

import uvicorn
from fastapi import FastAPI
from fastapi.responses import StreamingResponse

from gateway import error_handlers
from gateway.kit.http_protocol import BoundedHttpProtocol
from gateway.kit.logging import configure_logging
from gateway.kit.outage import DatabaseDownError
from gateway.kit.requests import BodyLimit, RequestLog

app = FastAPI()
error_handlers.install_handlers(app)
app.add_middleware(BodyLimit, largest=1000, uploads=re.compile("/upload"), largest_upload=1000)
app.add_middleware(RequestLog, observe=lambda *_: None)

@app.get("/{fault}")
async def send_half(fault: str) -> StreamingResponse:
    async def rows():
        yield "date,wh\\n"
        raise DatabaseDownError("OperationalError") if fault == "outage" else ValueError("30001000000001")
    return StreamingResponse(rows())

configure_logging(debug=False)
uvicorn.run(app, port=int(sys.argv[1]), http=BoundedHttpProtocol, log_config=None, access_log=False, lifespan="off")
"""


@contextmanager
def serving() -> Iterator[tuple[str, subprocess.Popen[str]]]:
    port = free_port()
    command = [sys.executable, "-c", PROGRAM, str(port)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        url, deadline = f"http://127.0.0.1:{port}", time.monotonic() + 200
        try:
            while True:
                try:
                    httpx2.get(f"{url}/a/page/that/is/not/there")
                    break
                except httpx2.TransportError:
                    assert process.poll() is None
                    assert time.monotonic() < deadline
                    time.sleep(0.05)
            yield url, process
        finally:
            process.terminate()


@pytest.mark.parametrize("fault", ["outage", "our own fault"])
def test_the_client_notices_and_the_log_has_one_line(fault: str) -> None:
    with serving() as (url, process):
        with httpx2.stream("GET", f"{url}/{fault}", timeout=200) as answer:
            assert answer.status_code == 200
            with pytest.raises(httpx2.RemoteProtocolError):
                answer.read()
        process.terminate()
        said = [json.loads(line) for line in process.communicate()[1].splitlines()]
    request_id = answer.headers["x-request-id"]
    [line] = [line for line in said if line["level"] == "error"]
    assert (line["event"], line["request_id"]) == ("response_cut", request_id)
    if fault == "outage":
        assert (line["reason"], line.get("exception")) == ("DatabaseDownError", None)
    else:
        assert "ValueError" in line["exception"], "a fault of ours can be found"
        assert "30001000000001" not in line["exception"]
