"""A Valkey server that is reached by TLS must show that it is the one it is taken for."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway.store import StoreError
from gateway.store.valkey import ValkeyStore
from scripts.lib.program import free_port
from tests.server.certificates import make_certificate
from tests.server.valkey_server import Valkey

type Serve = Callable[[str], str]
"""Starts a server on localhost with a certificate for a name, vouched for; returns its URL."""


@pytest.fixture
def start_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    servers: list[Valkey] = []

    def start_valkey(name: str) -> str:
        file = make_certificate(name, tmp_path)
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        servers.append(Valkey(free_port(), file))
        servers[-1].start()
        return servers[-1].url

    yield start_valkey
    for server in servers:
        server.stop()


async def store_and_load(url: str) -> str | None:
    store = ValkeyStore(url)
    try:
        await store.set("a", "b", 60)
        return await store.get("a")
    finally:
        await store.close()


async def test_what_is_kept_comes_back(start_server):
    assert await store_and_load(start_server("localhost")) == "b"


async def test_another_servers_certificate_is_refused(start_server):
    url = start_server("elsewhere.example")
    with pytest.raises(StoreError):
        await store_and_load(url)


async def test_a_certificate_that_nobody_vouches_for_is_refused(start_server, monkeypatch):
    url = start_server("localhost")
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(StoreError):
        await store_and_load(url)
