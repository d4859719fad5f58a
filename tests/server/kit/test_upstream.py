"""Asking others over real HTTP: bounded, never led elsewhere, and silent about what was asked."""

import asyncio
import gzip
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway.kit import http
from gateway.kit.http import UnreachableError, Upstream
from tests.server.certificates import make_certificate

PRM = "12345678901234"

type Answering = Callable[[asyncio.StreamWriter], Awaitable[None]]


class Origin:
    """A server that answers as it is told, and remembers what it was asked."""

    def __init__(self, answering: Answering) -> None:
        self.answering = answering
        self.requests: list[str] = []
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            self.requests.append((await reader.readuntil(b"\r\n\r\n")).decode())
            await self.answering(writer)
        except ConnectionError, asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()


@asynccontextmanager
async def serve_origin(answering: Answering, tls: ssl.SSLContext | None = None) -> AsyncIterator[Origin]:
    served = Origin(answering)
    server = await asyncio.start_server(served.serve, "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    served.url = f"https://localhost:{port}" if tls else f"http://127.0.0.1:{port}"
    async with server:
        yield served


@asynccontextmanager
async def open_upstream(url: str) -> AsyncIterator[Upstream]:
    client = Upstream(url)
    try:
        yield client
    finally:
        await client.close()


def answer_with(head: str, body: bytes = b"") -> Answering:
    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 {head}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
        await writer.drain()

    return answer


async def test_an_answer_is_its_status_body_and_headers_in_lower_case() -> None:
    async with (
        serve_origin(answer_with("404 Not Found\r\nX-Thing: Here", b"\xff{}")) as served,
        open_upstream(served.url) as client,
    ):
        answer = await client.request("GET", "/path", params={"pointId": PRM})
    assert (answer.status, answer.body, answer.headers["x-thing"]) == (404, b"\xff{}", "Here")
    assert served.requests[0].startswith(f"GET /path?pointId={PRM} HTTP/1.1")


async def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    async with serve_origin(answer_with("200 OK")) as other:
        moved = answer_with(f"302 Found\r\nLocation: {other.url}/elsewhere")
        async with serve_origin(moved) as served, open_upstream(served.url) as client:
            answer = await client.request("GET", "/", headers={"Authorization": "Bearer secret"})
    assert answer.status == 302
    assert other.requests == []


async def test_no_path_leads_to_another_origin() -> None:
    async with (
        serve_origin(answer_with("200 OK")) as other,
        serve_origin(answer_with("200 OK")) as served,
        open_upstream(served.url) as client,
    ):
        with pytest.raises(ValueError, match="own origin"):
            await client.request("GET", f"{other.url}/stolen")
        await client.request("GET", f"//{other.url.removeprefix('http://')}/stolen")
        assert other.requests == []


@pytest.mark.parametrize("packed", [False, True])
async def test_too_long_an_answer_is_given_up(packed: bool) -> None:
    body = bytes(http.MAX_BODY + 1)
    head = "200 OK"
    if packed:
        head, body = f"{head}\r\nContent-Encoding: gzip", gzip.compress(body)
    async with serve_origin(answer_with(head, body)) as served, open_upstream(served.url) as client:
        with pytest.raises(UnreachableError, match="too long"):
            await client.request("GET", "/")


async def test_the_longest_answer_is_taken() -> None:
    async with serve_origin(answer_with("200 OK", bytes(http.MAX_BODY))) as served, open_upstream(served.url) as client:
        assert len((await client.request("GET", "/")).body) == http.MAX_BODY


async def test_an_answer_that_trickles_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "LONGEST", 0.3)

    async def trickle_body(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        while True:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.01)

    async with serve_origin(trickle_body) as served, open_upstream(served.url) as client, asyncio.timeout(200):
        with pytest.raises(UnreachableError):
            await client.request("GET", "/")


async def hang_up(writer: asyncio.StreamWriter) -> None:
    writer.close()


async def stop_half_way(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")


async def talk_nonsense(writer: asyncio.StreamWriter) -> None:
    writer.write(b"good morning\r\n\r\n")


@pytest.mark.parametrize("answering", [hang_up, stop_half_way, talk_nonsense])
async def test_a_fault_names_neither_the_meter_nor_the_address(answering: Answering) -> None:
    async with serve_origin(answering) as served, open_upstream(served.url) as client:
        with pytest.raises(UnreachableError) as fault:
            await client.request("GET", f"/contract/{PRM}", params={"pointId": PRM})
    assert_silent(fault.value)


async def test_nobody_there() -> None:
    async with serve_origin(answer_with("200 OK")) as gone:
        pass
    async with open_upstream(gone.url) as client:
        with pytest.raises(UnreachableError) as fault:
            await client.request("GET", f"/contract/{PRM}")
    assert_silent(fault.value)


def assert_silent(fault: UnreachableError) -> None:
    assert fault.__cause__ is None
    assert fault.__suppress_context__
    assert PRM not in str(fault)
    assert "127.0.0.1" not in str(fault)


@pytest.mark.parametrize("url", ["", "enedis.fr", "ftp://enedis.fr", "https://", "https:///path", "file:///etc/passwd"])
def test_a_base_url_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="https://"):
        Upstream(url)


@pytest.fixture
def trust_folder_only(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path], None]]:
    """Have the system trust what is in a folder, and nobody else."""

    def trust_folder(folder: Path) -> None:
        monkeypatch.setenv("SSL_CERT_DIR", str(folder))
        http.make_ssl_context.cache_clear()

    yield trust_folder
    http.make_ssl_context.cache_clear()


def make_tls(name: str, folder: Path) -> ssl.SSLContext:
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(make_certificate(name, folder))
    return tls


async def test_whom_the_system_trusts_is_asked(tmp_path, trust_folder_only):
    tls = make_tls("localhost", tmp_path)
    trust_folder_only(tmp_path)
    async with serve_origin(answer_with("200 OK", b"{}"), tls) as server, open_upstream(server.url) as client:
        assert (await client.request("GET", "/")).status == 200


async def test_nobody_is_asked_by_another_name(tmp_path, trust_folder_only):
    tls = make_tls("elsewhere.example", tmp_path)
    trust_folder_only(tmp_path)
    async with serve_origin(answer_with("200 OK"), tls) as server, open_upstream(server.url) as client:
        with pytest.raises(UnreachableError):
            await client.request("GET", "/")
    assert server.requests == []


async def test_nobody_is_asked_whom_nobody_trusts(tmp_path):
    async with (
        serve_origin(answer_with("200 OK"), make_tls("localhost", tmp_path)) as server,
        open_upstream(server.url) as client,
    ):
        with pytest.raises(UnreachableError):
            await client.request("GET", "/")
    assert server.requests == []


async def test_a_system_without_authorities_trusts_the_usual_ones(tmp_path, trust_folder_only):
    trust_folder_only(tmp_path)
    assert len(http.make_ssl_context().get_ca_certs()) > 100
    async with (
        serve_origin(answer_with("200 OK"), make_tls("localhost", tmp_path)) as server,
        open_upstream(server.url) as client,
    ):
        with pytest.raises(UnreachableError):
            await client.request("GET", "/")
