"""Announces the gateway by zeroconf while it runs."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import structlog

from gateway import API_VERSION
from gateway.settings import Settings

if TYPE_CHECKING:
    from zeroconf import ServiceInfo

log = structlog.get_logger()

SERVICE = "_myelecdata._tcp.local."


@asynccontextmanager
async def announce_gateway(
    settings: Settings, instance_id: str, addresses: Sequence[str] | None = None
) -> AsyncIterator[None]:
    """Announce the gateway during the `with` block, if ADVERTISE is set.

    `addresses` are addresses of this machine, all IPv4 or all IPv6; None: those of `_list_addresses`. If the network
    does not allow it, that is logged, and the block runs without an announcement.
    """
    if not settings.advertise:
        yield
        return
    # imported here, because most gateways announce nothing
    from zeroconf import IPVersion  # noqa: PLC0415
    from zeroconf.asyncio import AsyncZeroconf  # noqa: PLC0415

    try:
        heard_at = list(addresses or _list_addresses())
        is_ipv6 = any(":" in address for address in heard_at)
        zeroconf = AsyncZeroconf(interfaces=heard_at, ip_version=IPVersion.V6Only if is_ipv6 else IPVersion.V4Only)
    except (OSError, ValueError) as error:
        log.warning("not_announced", reason=type(error).__name__)
        yield
        return
    try:
        # replicas announce the same names, each with its own address, so names need not be unique
        await zeroconf.async_register_service(
            build_service_info(settings, instance_id, heard_at), cooperating_responders=True
        )
        yield
    finally:
        await zeroconf.async_unregister_all_services()
        await zeroconf.async_close()


def build_service_info(settings: Settings, instance_id: str, addresses: list[str]) -> ServiceInfo:
    """Return the service to announce: instance id, API version, port, and BACKEND_URL unless that is loopback."""
    from zeroconf import ServiceInfo  # noqa: PLC0415

    backend = urlsplit(settings.backend_url)
    url = {} if _is_loopback(backend.hostname or "") else {"url": settings.backend_url}
    return ServiceInfo(
        SERVICE,
        f"MyElectricalData {instance_id}.{SERVICE}",
        port=backend.port or (443 if backend.scheme == "https" else 80),
        properties={"id": instance_id, "api": API_VERSION, **url},
        server=f"{instance_id}.local.",
        parsed_addresses=addresses,
    )


def list_announced_hosts(settings: Settings) -> list[str]:
    """Return the addresses that this machine announces; none unless ADVERTISE is set."""
    return _list_addresses() if settings.advertise else []


def _list_addresses() -> list[str]:
    """Return this machine's IPv4 addresses but loopback; without any, its IPv6 addresses beyond its own link."""
    import ifaddr  # noqa: PLC0415

    ips = [ip.ip for adapter in ifaddr.get_adapters() for ip in adapter.ips]
    known = [ip_address(ip if isinstance(ip, str) else ip[0]) for ip in ips]
    reached = [address for address in known if not (address.is_loopback or address.is_link_local)]
    ipv4 = [str(address) for address in reached if address.version == 4]
    return ipv4 or [str(address) for address in reached]


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host in {"", "localhost"}
