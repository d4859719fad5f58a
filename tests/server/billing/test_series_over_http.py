"""`/series` over real HTTP: spans that are too long, compression, and answers that have not changed."""

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import httpx2
import pytest
import uvicorn

from gateway.billing.charts.steps import LONGEST, Step
from gateway.kit.http_protocol import BoundedHttpProtocol
from tests.server.conftest import Gateway, Simulator, wait_until

NEW_METER = "30001000000008"
"""Installed on 22 October: three calls, then nobody works on it."""
SPAN = {"start": "2026-10-22", "end": "2026-11-03", "step": "hour"}


@pytest.fixture
async def server(gateway: Gateway) -> AsyncIterator[httpx2.AsyncClient]:
    """Serve the gateway as `gateway serve` does, and return a client of its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(
            gateway.app, http=BoundedHttpProtocol, log_config=None, access_log=False, lifespan="off"
        )
        running = uvicorn.Server(config)
        serving = asyncio.create_task(running.serve(sockets=[listening]))
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        async with httpx2.AsyncClient(base_url=address, timeout=200) as client:
            yield client
        running.should_exit = True
        await serving


@dataclass
class SeriesClient:
    """Requests the series of a meter."""

    server: httpx2.AsyncClient
    path: str
    who: dict[str, str]

    async def get(self, *, accept: str = "identity", etag: str = "", **query: str) -> tuple[httpx2.Response, bytes]:
        """Return a response and its bytes as they were sent."""
        headers = self.who | {"Accept-Encoding": accept} | ({"If-None-Match": etag} if etag else {})
        async with self.server.stream("GET", self.path, headers=headers, params=query) as answer:
            return answer, b"".join([part async for part in answer.aiter_raw()])


@pytest.fixture
async def series(gateway: Gateway, simulator: Simulator, server: httpx2.AsyncClient) -> SeriesClient:
    who = await gateway.sign_in()
    point = await gateway.add_meter(NEW_METER)

    async def is_whole() -> bool:
        seen: dict[str, Any] = await gateway.get(f"/v1/usage-points/{point}", who)
        return bool(seen["history"]["finished"])

    await wait_until(is_whole)
    return SeriesClient(server, f"/v1/usage-points/{point}/series", who)


@pytest.mark.parametrize("step", [Step.HOUR, Step.DAY, Step.WEEK, Step.MONTH])
async def test_a_span_that_is_too_long_is_refused_in_words(series: SeriesClient, step: Step) -> None:
    start, longest = date(2015, 9, 1), LONGEST[step]
    refused, body = await series.get(
        start=str(start), end=str(start + longest + timedelta(days=1)), step=step, accept="gzip"
    )
    assert (refused.status_code, refused.headers["Content-Type"]) == (400, "application/problem+json")
    assert b'"code":"range_too_long"' in body
    assert f"Ask for at most {longest.days} days at once." in body.decode()
    answered, body = await series.get(start=str(start), end=str(start + longest), step=step)
    assert (answered.status_code, body[:1]) == (200, b"{")


async def test_a_response_is_compressed_if_requested_and_an_unchanged_one_is_not_sent_again(
    series: SeriesClient,
) -> None:
    async def ask_thrice() -> tuple[httpx2.Response, ...] | None:
        packed, sent = await series.get(accept="gzip", **SPAN)
        plain, content = await series.get(**SPAN)
        again, nothing = await series.get(etag=packed.headers["ETag"], **SPAN)
        if packed.headers["ETag"] != f"W/{plain.headers['ETag']}" or again.status_code == 200:
            return None  # a job wrote something between these requests
        assert gzip.decompress(sent) == content
        assert len(sent) < len(content) / 2
        assert nothing == b""
        return packed, plain, again

    packed, plain, again = await wait_until(ask_thrice)
    assert (packed.status_code, packed.headers["Content-Encoding"]) == (200, "gzip")
    assert int(packed.headers["Content-Length"]) > 0
    assert (plain.status_code, plain.headers.get("Content-Encoding")) == (200, None)
    assert (again.status_code, again.headers["ETag"]) == (304, plain.headers["ETag"])
    for answer in (packed, plain, again):
        assert answer.headers["Cache-Control"].startswith("private, max-age=")
        assert "Accept-Encoding" in answer.headers["Vary"]
