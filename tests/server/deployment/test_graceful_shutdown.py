"""Whoever sends a request to a gateway that is just ending gets an answer."""

import asyncio
import re
import sys
from collections.abc import Callable
from signal import SIGTERM

from gateway.kit.graceful_shutdown import PATIENCE
from scripts.lib.home_assistant import ROOT
from tests.server.backup.test_serving import Serving, make_serving
from tests.server.conftest import wait_until

__all__ = ["make_serving"]

_PATIENT = "from gateway import cli; from gateway.kit import graceful_shutdown as it; it.PATIENCE = 120; cli.app()"
"""A gateway that waits longer for its clients: on a busy machine these tests need more than seconds."""
_REQUEST = b"%s HTTP/1.1\r\nHost: gateway\r\nContent-Length: 0\r\n\r\n"


async def send_request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, line: bytes) -> str:
    """Send a request over a connection that is open; return the head of the answer."""
    writer.write(_REQUEST % line)
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    length = next(int(line.partition(":")[2]) for line in head.splitlines() if line.startswith("content-length:"))
    await reader.readexactly(length)
    return head


def test_it_waits_longer_than_caddy_keeps_a_connection() -> None:
    [kept] = re.findall(r"^\s*keepalive (\d+)s$", (ROOT / "Caddyfile").read_text(), re.MULTILINE)
    assert int(kept) < PATIENCE


async def test_a_connection_that_lay_idle_is_served_once_more(make_serving: Callable[..., Serving]) -> None:
    gateway = make_serving()
    gateway.program = (sys.executable, "-c", _PATIENT)
    assert await gateway.start()
    assert gateway.process is not None
    connections = [await asyncio.open_connection("127.0.0.1", gateway.port) for _ in range(3)]
    for reader, writer in connections:
        assert "connection: close" not in await send_request(reader, writer, b"GET /ping")
    gateway.process.send_signal(SIGTERM)

    async def takes_nobody() -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
        except ConnectionRefusedError:
            return True
        writer.close()
        return False

    await wait_until(takes_nobody)
    for reader, writer in connections:
        head = await send_request(reader, writer, b"POST /v1/oauth/token")
        assert head.startswith("http/1.1 4"), head
        assert "connection: close" in head
        assert await reader.read() == b"", "and then it is closed"
        writer.close()
    async with asyncio.timeout(200):
        assert await gateway.process.wait() == -SIGTERM
