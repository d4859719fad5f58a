"""Gateways that announce themselves on the network: their addresses, and whether an entry may move there.

Any device on the network can announce anything, including the id of a gateway, which is not secret.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_CLIENT_ID, CONF_CLIENT_SECRET, CONF_URL
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo
from yarl import URL

from .api import FoundGateway, GatewayError, IncompatibleError, find_gateway, knows_client

_MOST_HOSTS = 4
_LONGEST_URL = 255


async def async_find_announced(hass: HomeAssistant, info: ZeroconfServiceInfo, instance_id: str) -> FoundGateway | None:
    """Return the announced gateway at the first address where it responds with its instance id.

    Raises IncompatibleError.
    """
    for address in list_announced_addresses(info):
        try:
            found = await find_gateway(async_get_clientsession(hass), address, allow_redirects=False)
        except IncompatibleError:
            raise
        except GatewayError:
            continue
        if found.ping.instance_id == instance_id:
            return found
    return None


async def async_can_adopt_address(hass: HomeAssistant, entry: ConfigEntry, found: FoundGateway) -> bool:
    """Return whether an entry may adopt another address of its gateway without asking a person.

    It may not give up https, and the gateway there has to prove that it knows the entry's API client.
    """
    data = entry.data
    if data[CONF_URL].startswith("https:") and not found.address.startswith("https:"):
        return False
    return await knows_client(
        async_get_clientsession(hass),
        found.address,
        found.ping.instance_id,
        data[CONF_CLIENT_ID],
        data[CONF_CLIENT_SECRET],
    )


def list_announced_addresses(info: ZeroconfServiceInfo) -> list[str]:
    """Return the addresses to try: the one in the announcement's `url`, then those it was announced with.

    Only private addresses are tried, and names by https, where a certificate says who answers: an announcement must
    not make Home Assistant request anything else.
    """
    hosts = [ip for ip in info.ip_addresses if _is_private(ip)][:_MOST_HOSTS]
    return [
        *_select_own_url(info.properties.get("url"), hosts),
        *(f"http://{_format_ip(ip)}:{info.port}" for ip in hosts),
    ]


def _select_own_url(text: str | None, hosts: list[IPv4Address | IPv6Address]) -> Iterator[str]:
    if not text or len(text) > _LONGEST_URL:
        return
    try:
        url = URL(text)
    except ValueError:
        return
    if url.scheme not in {"http", "https"} or not url.host or url.user or url.query_string or url.fragment:
        return
    try:
        may_be_asked = ip_address(url.host) in hosts
    except ValueError:
        may_be_asked = url.scheme == "https" and "." in url.host
    if may_be_asked:
        yield text


def _is_private(ip: IPv4Address | IPv6Address) -> bool:
    return ip.is_private and not (ip.is_link_local or ip.is_unspecified or ip.is_multicast or ip.is_reserved)


def _format_ip(ip: IPv4Address | IPv6Address) -> str:
    return f"[{ip}]" if isinstance(ip, IPv6Address) else str(ip)
