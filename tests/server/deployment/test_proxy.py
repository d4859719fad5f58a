"""The real Caddy with the repository's Caddyfile: what one client sends wrongly is no other client's problem."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from tests.e2e.stack.parts import Stack, run_stack

_HEAD = b"POST /api/v1/oauth/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"

BROKEN_BODIES = {
    "body shorter than announced": _HEAD + b"Content-Length: 100\r\n\r\na",
    "malformed chunk": _HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\na\r\n0\r\n\r\n",
    "chunked body without end": _HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nabc",
}

_BLOCK = 20_000

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    async with run_stack(tmp_path_factory.mktemp("proxy"), 1, shared=False) as stack:
        yield stack


async def send_and_disconnect(stack: Stack, request: bytes) -> None:
    """Send the bytes, and close the sending side as a client does that loses its connection."""
    _, writer = await asyncio.open_connection("localhost", urlsplit(stack.site).port, ssl=stack.tls)
    writer.write(request)
    await writer.drain()
    writer.close()
    with suppress(ssl.SSLError, ConnectionError):
        await writer.wait_closed()


@pytest.mark.parametrize("request_bytes", BROKEN_BODIES.values(), ids=BROKEN_BODIES)
async def test_a_broken_request_delays_nobody_else(stack: Stack, request_bytes: bytes) -> None:
    """Caddy used to shut the only gateway out for three seconds and hold everybody's requests back meanwhile."""
    waits: list[float] = []
    async with stack.new_client() as http:
        assert (await http.get("/ping")).status_code == 200
        for _ in range(3):
            await send_and_disconnect(stack, request_bytes)
            begun = time.monotonic()
            assert (await http.get("/ping", timeout=200)).status_code == 200
            waits.append(time.monotonic() - begun)
            for _ in range(4):
                assert (await http.get("/ping", timeout=200)).status_code == 200
    assert min(waits) < 3, "a machine that is busy delays one, a gateway shut out delays each"


async def read_refusal(stack: Stack, token: str, path: str, size: int) -> int:
    """Return the status for a body that is too large; send it again if the connection closes before the answer."""
    head = (
        f"POST /api{path} HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: {size}\r\n\r\n"
    )
    for _ in range(20):
        if status_line := await send_large(stack, head.encode(), size):
            return int(status_line.split()[1])
    raise AssertionError("each connection was closed without an answer")


async def send_large(stack: Stack, head: bytes, size: int) -> bytes:
    """Send a request with a body; return the first line of the answer, empty if the connection closes before.

    Caddy closes it half a second after an answer, and what was not read by then is lost. So the answer is read while
    the body is sent, as browsers do; httpx sends the whole body first.
    """
    reader, writer = await asyncio.open_connection("localhost", urlsplit(stack.site).port, ssl=stack.tls)
    reading = asyncio.create_task(reader.readline())
    with suppress(ssl.SSLError, ConnectionError):
        writer.write(head)
        for _ in range(size // _BLOCK):
            if reading.done():
                break
            writer.write(b"0" * _BLOCK)
            await writer.drain()
    status_line = b""
    with suppress(ssl.SSLError, ConnectionError):
        status_line = await reading
    writer.close()
    with suppress(ssl.SSLError, ConnectionError):
        await writer.wait_closed()
    return status_line


async def test_only_files_of_readings_may_be_large(stack: Stack) -> None:
    point, client = await stack.add_usage_point("30001000000001")
    async with stack.new_client() as http:
        answer = await http.post("/v1/oauth/token", data={"grant_type": "client_credentials", **client})
        token = answer.raise_for_status().json()["access_token"]
        http.headers["Authorization"] = f"Bearer {token}"
        path = f"/v1/usage-points/{point}/imports"
        taken = await http.post(path, content=b"debut;fin;kW\n" + b";;\n" * 6_000_000, timeout=200)
        assert (taken.status_code, taken.json()["code"]) == (422, "too_many_rows")
    assert await read_refusal(stack, token, path, 22_000_000) == 413
    for other in (f"/v1/usage-points/{point}/refresh", "/v1/session"):
        # the gateway may refuse the rest of a body before the proxy has counted it
        assert await read_refusal(stack, token, other, 2_000_000) in {413, 431}


async def test_the_proxy_gives_each_request_the_id_that_its_problem_and_the_log_have(stack: Stack) -> None:
    async with stack.new_client() as http:
        forged = "7d9f1c1e-36a5-4c0f-9a55-0123456789ab"
        answers = [await http.get("/nowhere", headers={"X-Request-ID": forged}) for _ in range(2)]
    ids = {answer.headers["x-request-id"] for answer in answers}
    assert {answer.json()["instance"] for answer in answers} == {f"urn:uuid:{one}" for one in ids}
    assert len(ids) == 2
    assert forged not in ids


async def test_a_client_that_names_no_site_gets_its_certificate(stack: Stack) -> None:
    """As those do that connect to an IP address: behind Docker, Caddy does not see which one it was."""
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    _, writer = await asyncio.open_connection("localhost", urlsplit(stack.site).port, ssl=trusting, server_hostname="")
    assert writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    with suppress(ssl.SSLError, ConnectionError):
        await writer.wait_closed()
