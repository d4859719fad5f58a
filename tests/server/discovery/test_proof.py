"""A gateway proves that it knows a client, for its own addresses only, without being told the client's secret."""

import hashlib
import hmac
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from gateway.accounts import service as accounts
from gateway.discovery import service
from gateway.discovery.proof import is_own_address
from gateway.settings import Settings
from tests.server.conftest import Gateway, SetClock

NONCE = "5e" * 16


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"backend_url": "https://gateway.example.org/api"})


async def api_client(gateway: Gateway) -> tuple[str, str]:
    now = gateway.runtime.clock.now()
    async with gateway.runtime.database.write() as session:
        account = await accounts.find_or_create_account(session, gateway.runtime.keyring, "a@example.org", now)
        return await accounts.create_api_client(session, account, "tests", now)


async def request_proof(gateway: Gateway, client_id: str, address: str, **changes: Any) -> httpx2.Response:
    body = {"nonce": NONCE, "address": address} | changes
    return await gateway.http.post(f"/v1/api-clients/{client_id}/proof", json=body)


async def test_only_who_knows_the_secret_can_make_the_proof(gateway: Gateway) -> None:
    client_id, secret = await api_client(gateway)
    address = "https://gateway.example.org/api"
    answer = await request_proof(gateway, client_id, address)
    assert answer.status_code == 200
    lines = ["MyElectricalData proof 1", gateway.runtime.instance.id, client_id, NONCE, address]
    key = hashlib.sha256(secret.encode()).digest()
    assert answer.json() == {"proof": hmac.new(key, "\n".join(lines).encode(), "sha256").hexdigest()}
    assert (await request_proof(gateway, client_id, address, nonce="6f" * 16)).json() != answer.json()


@pytest.mark.parametrize("address", ["http://192.168.1.66:8000", "http://gateway.example.org/api", "nonsense"])
async def test_nothing_is_proven_for_an_address_of_somebody_else(gateway: Gateway, address: str) -> None:
    """Or whoever announces the gateway's id could ask the real gateway for the proof, and pass it on."""
    client_id, _ = await api_client(gateway)
    answer = await request_proof(gateway, client_id, address)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_our_address")


async def test_an_address_that_is_announced_is_its_own(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    client_id, _ = await api_client(gateway)
    assert (await request_proof(gateway, client_id, "https://192.168.1.20/api")).status_code == 409
    monkeypatch.setattr(service, "list_announced_hosts", lambda _: ["192.168.1.20"])
    assert (await request_proof(gateway, client_id, "https://192.168.1.20/api")).status_code == 200


async def test_a_client_that_is_unknown(gateway: Gateway) -> None:
    answer = await request_proof(gateway, "medc_" + "a" * 20, "https://gateway.example.org/api")
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_client")


async def test_proofs_are_limited(gateway: Gateway, clock: SetClock) -> None:
    client_id, _ = await api_client(gateway)
    statuses = [(await request_proof(gateway, client_id, "nonsense")).status_code for _ in range(61)]
    assert statuses == [409] * 60 + [429]
    clock.set(clock.now() + timedelta(hours=1))
    assert (await request_proof(gateway, client_id, "https://gateway.example.org/api")).status_code == 200


@pytest.mark.parametrize(
    ("address", "is_own"),
    [
        ("http://192.168.1.20:8000", True),
        ("http://192.168.1.20:8000/", True),
        ("http://192.168.1.20", False),
        ("https://192.168.1.20:8000", False),
        ("http://192.168.1.20:8000/api", False),
        ("http://x@192.168.1.20:8000", False),
        ("http://192.168.1.20:8000?x", False),
        ("http://192.168.1.20:x", False),
        ("http://localhost:8000", True),
        ("http://[fd00::1]:8000", False),
    ],
)
def test_own_addresses(address: str, is_own: bool) -> None:
    assert is_own_address(address, "http://localhost:8000", ["192.168.1.20"]) is is_own
