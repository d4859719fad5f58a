"""What one client sends costs a gateway little memory and no connection for long, without any proxy in front."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from gateway.kit import http_protocol
from gateway.kit.http_protocol import BoundedHttpProtocol
from scripts.lib.program import free_port
from tests.server.backup.test_serving import Serving, make_serving
from tests.server.conftest import wait_until

__all__ = ["make_serving"]

MEGABYTE = 1024 * 1024

BOMBS = {
    "many short lines": (b"GET /ping HTTP/1.1\r\n", b"a:\r\n"),
    "one endless line": (b"GET /ping HTTP/1.1\r\na: ", b"aaaa"),
    "an endless address": (b"GET /", b"aaaa"),
    "an endless trailer": (b"POST /ping HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\na: ", b"aaaa"),
    "blank lines": (b"", b"\r\n\r\n"),
}


@asynccontextmanager
async def open_connection(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection for the length of the block, which is not waited for without end."""
    async with asyncio.timeout(200):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            yield reader, writer
        finally:
            writer.transport.abort()
            with suppress(ConnectionError):
                await writer.wait_closed()


async def send(port: int, start: bytes, repeated: bytes) -> None:
    """Send `start`, then megabytes of `repeated` until the gateway closes the connection."""
    async with open_connection(port) as (_, writer):
        with suppress(ConnectionError):
            writer.write(start)
            while True:
                writer.write(repeated * (MEGABYTE // len(repeated)))
                await writer.drain()


def peak_mebibytes(pid: int) -> float:
    """The most memory that a process has held so far."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024


async def test_large_heads_take_no_memory(make_serving: Callable[..., Serving]) -> None:
    gateway = make_serving()
    assert await gateway.start()
    assert gateway.process is not None
    before = peak_mebibytes(gateway.process.pid)
    for start, repeated in BOMBS.values():
        await send(gateway.port, start, repeated)
    assert peak_mebibytes(gateway.process.pid) - before < 20


@pytest.fixture
async def quick_server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """A server with the same protocol whose limits are a second or two; returns its port."""
    monkeypatch.setattr(http_protocol, "HEAD_SECONDS", 1.0)
    monkeypatch.setattr(http_protocol, "BODY_SECONDS", 2.0)
    async with run_server() as port:
        yield port


@pytest.fixture
async def patient_server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """As above, but its limits are longer than any machine needs."""
    monkeypatch.setattr(http_protocol, "HEAD_SECONDS", 200.0)
    monkeypatch.setattr(http_protocol, "BODY_SECONDS", 200.0)
    async with run_server() as port:
        yield port


@asynccontextmanager
async def run_server() -> AsyncIterator[int]:
    """Run a server that answers with the size of a request's body."""

    async def read_request(scope: Any, receive: Any, send: Any) -> None:
        size = 0
        while True:
            message = await receive()
            size += len(message.get("body", b""))
            if message["type"] == "http.disconnect":
                return
            if not message["more_body"]:
                break
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"6")]})
        await send({"type": "http.response.body", "body": b"%6d" % size})

    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(
            read_request, port=port, http=BoundedHttpProtocol, lifespan="off", log_config=None, timeout_keep_alive=1
        )
    )
    task = asyncio.create_task(server.serve())

    async def is_started() -> bool:
        return server.started

    await wait_until(is_started)
    yield port
    server.should_exit = True
    await task


HALF_SENT = {
    "nothing": (b"", b""),
    "half a head": (b"GET /ping HTTP/1.1\r\nHost: ", b"HTTP/1.1 408"),
    "half a body": (b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc", b"HTTP/1.1 408"),
    "half a head after a response": (b"GET / HTTP/1.1\r\n\r\nGET / HT", b"HTTP/1.1 200"),
    "only line ends after a response": (b"GET / HTTP/1.1\r\n\r\n\r\n", b"HTTP/1.1 200"),
}


@pytest.mark.parametrize(("sent", "answered"), HALF_SENT.values(), ids=HALF_SENT)
async def test_an_unfinished_request_is_closed(quick_server: int, sent: bytes, answered: bytes) -> None:
    async with open_connection(quick_server) as (reader, writer):
        writer.write(sent)
        assert (await reader.read()).startswith(answered)


async def test_drops_of_a_request_do_not_prolong_it(quick_server: int) -> None:
    async with open_connection(quick_server) as (reader, writer):
        writer.write(b"GET / HTTP/1.1\r\n")
        response = asyncio.create_task(reader.readline())
        while not response.done():
            writer.write(b"a: b\r\n")
            await asyncio.wait({response}, timeout=0.05)
        assert (await response).startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize("chunk", [0, 1000, 65_536])
async def test_honest_requests_pass(patient_server: int, chunk: int) -> None:
    headers = b"".join(b"X-Header-%d: %s\r\n" % (number, b"v" * 100) for number in range(60))
    body = b"x" * 200_000
    if chunk:
        parts = [body[start : start + chunk] for start in range(0, len(body), chunk)]
        sent = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
        request = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n%s\r\n%s" % (headers, sent)
    else:
        request = b"POST / HTTP/1.1\r\nContent-Length: %d\r\n%s\r\n%s" % (len(body), headers, body)
    async with open_connection(patient_server) as (reader, writer):
        for _ in range(3):
            writer.write(request)
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
            assert await reader.readexactly(6) == b"200000"
