"""A gateway that announces itself on the network: where it may be, and whether an entry may move there by itself.

Anybody on the network can announce anything, the id of a gateway included, which tells nothing secret.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_CLIENT_ID, CONF_CLIENT_SECRET, CONF_URL
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo
from yarl import URL

from .api import Found, GatewayError, IncompatibleError, find_gateway, knows_client

_MOST_HOSTS = 4
_LONGEST_URL = 255


async def async_find_announced(hass: HomeAssistant, info: ZeroconfServiceInfo, instance_id: str) -> Found | None:
    """Return the gateway that was announced, at the first address where it answers as itself.

    Raises IncompatibleError.
    """
    for address in announced_addresses(info):
        try:
            found = await find_gateway(async_get_clientsession(hass), address, allow_redirects=False)
        except IncompatibleError:
            raise
        except GatewayError:
            continue
        if found.ping.instance_id == instance_id:
            return found
    return None


async def async_may_move(hass: HomeAssistant, entry: ConfigEntry, found: Found) -> bool:
    """Tell whether an entry may use the gateway found at another address without a person's word.

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


def announced_addresses(info: ZeroconfServiceInfo) -> list[str]:
    """Return where an announced gateway may be: the address it gives itself, then those it announces.

    Only a private address is asked, or a name by https, where a certificate says who answers: an announcement is no
    way to have Home Assistant ask for anything else.
    """
    hosts = [ip for ip in info.ip_addresses if _is_at_home(ip)][:_MOST_HOSTS]
    return [*_own_url(info.properties.get("url"), hosts), *(f"http://{_spelled(ip)}:{info.port}" for ip in hosts)]


def _own_url(text: str | None, hosts: list[IPv4Address | IPv6Address]) -> Iterator[str]:
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


def _is_at_home(ip: IPv4Address | IPv6Address) -> bool:
    return ip.is_private and not (ip.is_link_local or ip.is_unspecified or ip.is_multicast or ip.is_reserved)


def _spelled(ip: IPv4Address | IPv6Address) -> str:
    return f"[{ip}]" if isinstance(ip, IPv6Address) else str(ip)
