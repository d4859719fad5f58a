"""A browser that has IPv6 only finds the gateway: both in a network namespace without any IPv4 address."""

import json
import sys

import pytest

from tests.server.deployment.dockerfile import as_root

pytestmark = pytest.mark.long  # root makes the namespace

# a pair of virtual interfaces: the kernel sends no multicast over an IPv6 loopback without a route for it
_NETWORK = """
    ip link set lo up
    ip link add one type veth peer name two
    ip link set one up
    ip link set two up
    ip -6 addr add fd00::1/64 dev one nodad
    ip -6 addr add 2001:db8::1/64 dev one nodad
"""

_BROWSE = """
import asyncio, json
from zeroconf import IPVersion
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf
from gateway.discovery.announcement import SERVICE, announce_gateway
from gateway.settings import Settings

async def main():
    settings = Settings(secret_key="s" * 40, advertise=True, backend_url="http://[fd00::1]:8123")
    heard = asyncio.Queue()
    zeroconf = AsyncZeroconf(ip_version=IPVersion.V6Only)

    def note(zeroconf, service_type, name, state_change):
        heard.put_nowait((name, state_change.name))

    browser = AsyncServiceBrowser(zeroconf.zeroconf, SERVICE, handlers=[note])
    async with asyncio.timeout(200):
        async with announce_gateway(settings, "k3v9q2m7x1c8b5n4"):
            name, change = await heard.get()
            info = AsyncServiceInfo(SERVICE, name)
            assert await info.async_request(zeroconf.zeroconf, 10_000)
        changes = [change]
        while "Removed" not in changes:
            changes.append((await heard.get())[1])
    found = {"url": info.decoded_properties["url"], "port": info.port, "addresses": sorted(info.parsed_addresses())}
    print(json.dumps(found | {"first": changes[0]}))
    await browser.async_cancel()
    await zeroconf.async_close()

asyncio.run(main())
"""


def test_is_found_by_ipv6_alone_and_says_goodbye() -> None:
    done = as_root(f"{_NETWORK}\n{sys.executable} - <<'END'\n{_BROWSE}\nEND\n", "--net")
    assert done.returncode == 0, done.stderr[-4000:]
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "url": "http://[fd00::1]:8123",
        "port": 8123,
        "addresses": ["2001:db8::1", "fd00::1"],
        "first": "Added",
    }
