"""A browser of another program finds the gateway, and learns when it goes."""

import asyncio
import secrets
from collections.abc import AsyncIterator

import ifaddr
import pytest
from zeroconf import ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from gateway import API_VERSION
from gateway.discovery.announcement import SERVICE, announce_gateway, build_service_info, list_announced_hosts
from gateway.settings import Settings

LOOPBACK = ["127.0.0.1"]
ID = secrets.token_hex(8)
"""Its own: whoever runs these tests beside these announces other gateways."""


def make_settings(**changes: object) -> Settings:
    return Settings.model_validate({"secret_key": "s" * 40, "advertise": True} | changes)


class Browser:
    """What is heard of gateways."""

    def __init__(self) -> None:
        self.zeroconf = AsyncZeroconf(interfaces=LOOPBACK)
        self.heard: asyncio.Queue[tuple[str, ServiceStateChange]] = asyncio.Queue()
        self._browser = AsyncServiceBrowser(self.zeroconf.zeroconf, SERVICE, handlers=[self._note_change])

    def _note_change(
        self,
        zeroconf: Zeroconf,  # noqa: ARG002 - zeroconf hands them over by name
        service_type: str,  # noqa: ARG002 - as above
        name: str,
        state_change: ServiceStateChange,
    ) -> None:
        if ID in name:  # other gateways may be about
            self.heard.put_nowait((name, state_change))

    async def wait_for_change(self, wanted: ServiceStateChange) -> str:
        async with asyncio.timeout(200):
            while True:
                name, change = await self.heard.get()
                if change is wanted:
                    return name

    async def fetch_service_info(self, name: str) -> AsyncServiceInfo:
        info = AsyncServiceInfo(SERVICE, name)
        assert await info.async_request(self.zeroconf.zeroconf, 60_000)
        return info

    async def close(self) -> None:
        await self._browser.async_cancel()
        await self.zeroconf.async_close()


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    browser = Browser()
    yield browser
    await browser.close()


async def test_is_found_and_says_goodbye(browser: Browser) -> None:
    async with announce_gateway(make_settings(backend_url="http://192.168.1.20:8123/api/"), ID, LOOPBACK):
        found = await browser.fetch_service_info(await browser.wait_for_change(ServiceStateChange.Added))
        assert found.decoded_properties == {"id": ID, "api": API_VERSION, "url": "http://192.168.1.20:8123/api"}
        assert (found.port, found.parsed_addresses()) == (8123, LOOPBACK)
    await browser.wait_for_change(ServiceStateChange.Removed)


async def test_replicas_announce_the_same_gateway(browser: Browser) -> None:
    async with announce_gateway(make_settings(), ID, LOOPBACK), announce_gateway(make_settings(), ID, LOOPBACK):
        await browser.wait_for_change(ServiceStateChange.Added)


@pytest.mark.parametrize(
    ("backend_url", "port", "url"),
    [
        ("http://localhost:8000", 8000, None),
        ("http://127.0.0.1:9000/", 9000, None),
        ("https://gateway.example.org/api", 443, "https://gateway.example.org/api"),
        ("http://gateway.lan", 80, "http://gateway.lan"),
    ],
)
def test_the_address_is_told_when_others_can_reach_it(backend_url: str, port: int, url: str | None) -> None:
    told = build_service_info(make_settings(backend_url=backend_url), ID, LOOPBACK)
    assert (told.port, told.decoded_properties.get("url")) == (port, url)


async def test_says_nothing_unless_told_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zeroconf.asyncio.AsyncZeroconf", None)
    async with announce_gateway(make_settings(advertise=False), ID):
        pass


async def test_a_network_that_does_not_allow_it_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def raise_error(**_options: object) -> None:
        raise OSError

    monkeypatch.setattr("zeroconf.asyncio.AsyncZeroconf", raise_error)
    served = False
    async with announce_gateway(make_settings(), ID):
        served = True
    assert served


@pytest.mark.parametrize(
    ("ips", "announced"),
    [
        (["127.0.0.1", "192.168.1.20", "fd00::20"], ["192.168.1.20"]),
        (["127.0.0.1", "::1", "fe80::1", "fd00::20"], ["fd00::20"]),
    ],
)
def test_a_machine_without_ipv4_announces_ipv6(
    monkeypatch: pytest.MonkeyPatch, ips: list[str], announced: list[str]
) -> None:
    found = [ifaddr.IP((ip, 0, 0) if ":" in ip else ip, 64, "eth0") for ip in ips]
    monkeypatch.setattr("ifaddr.get_adapters", lambda: [ifaddr.Adapter("eth0", "eth0", found)])
    assert list_announced_hosts(make_settings()) == announced
