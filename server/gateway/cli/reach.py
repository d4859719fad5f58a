"""Checks how the gateway is reached: its port, BACKEND_URL, the proxy in front of it, and the callback of Enedis."""

import asyncio
import json
import socket
import ssl
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

import httpx2

from gateway.kit.http import make_ssl_context
from gateway.settings import Settings, get_origin

_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_LAN_SUFFIXES = (".local", ".localdomain", ".lan", ".home", ".internal", ".home.arpa", ".fritz.box")
_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what --host may be, nothing listens there
_SECONDS = 10.0
_MOST_BYTES = 10_000


@dataclass(frozen=True)
class Reply:
    """What answered a request: the status, and the fields of `/ping` if it is one. `error` if nothing answered."""

    status: int = 0
    ping: dict[str, object] | None = None
    is_gateway: bool = False
    error: Exception | None = None

    @property
    def instance(self) -> object:
        """The id of the gateway that answered, None if it was none."""
        return self.ping and self.ping.get("instance_id")


def is_on_lan(host: str) -> bool:
    """Tell whether a host name or address belongs to this machine or its local network."""
    try:
        return not ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith(_LAN_SUFFIXES)


async def fetch_reply(url: str) -> Reply:
    """Send one GET request, without following redirects."""
    try:
        async with (
            asyncio.timeout(_SECONDS),
            httpx2.AsyncClient(timeout=_SECONDS, trust_env=False, verify=make_ssl_context()) as http,
            http.stream("GET", url) as response,
        ):
            body = b""
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > _MOST_BYTES:
                    break
            return Reply(response.status_code, _read_ping(body), "x-request-id" in response.headers)
    except (httpx2.HTTPError, OSError) as error:
        return Reply(error=error)


def _read_ping(body: bytes) -> dict[str, object] | None:
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) and found.get("name") == "MyElectricalData" else None


async def is_running(instance: str, host: str, port: int) -> bool:
    """Tell whether this gateway answers at an address of this machine."""
    address = _ANY.get(host, host)
    reply = await fetch_reply(f"http://{f'[{address}]' if ':' in address else address}:{port}/ping")
    return reply.instance == instance


def find_port_problem(names: str, host: str, port: int) -> str | None:
    """Return why the gateway cannot listen at an address; `names` are the settings to change. None if it can."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as listening:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(address)
    except OSError as error:
        return f"{names}: the gateway cannot listen at {host}, port {port} ({error.strerror}). Choose another."
    return None


def find_site_problem(settings: Settings, instance: str, reply: Reply, *, runs: bool) -> str | None:
    """Return what is wrong with BACKEND_URL, by the reply to BACKEND_URL/ping. `runs`: this gateway is running."""
    site = f"BACKEND_URL ({settings.backend_url})"
    if reply.error is not None:
        if _is_certificate_refused(reply.error):
            return (
                f"{site} has a certificate that this machine does not trust, and nor does Home Assistant: use a public "
                "name, or http on your LAN (docs/running.md, On a LAN)"
            )
        # in a container, localhost is the container itself
        if not runs or urlsplit(settings.backend_url).hostname in _LOCAL:
            return None
        return (
            f"nothing answers at {site}, where browsers and Home Assistant look for the gateway: set it to the site's "
            "address (Caddy's SITE_ADDRESS, then /api), and check that this name leads here. If a browser reaches it, "
            "only this machine does not: then ignore this line"
        )
    if reply.ping is None:
        return (
            f"no gateway answers at {site}, but something else (status {reply.status}): behind Caddy it ends with "
            "/api; behind another proxy, check where that leads its path"
        )
    if reply.instance != instance:
        return f"{site} leads to another gateway ({reply.instance}, this one is {instance}): correct it, or the proxy"
    if reply.ping.get("proxy") == "not_trusted":
        return (
            "TRUSTED_PROXIES does not name the proxy through which BACKEND_URL leads: everybody behind it shares the "
            "limits of one person; set it to the address that the log names in proxy_not_trusted"
        )
    return None


def _is_certificate_refused(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False


def build_callback(settings: Settings) -> str:
    """Return the address to which Enedis sends people back."""
    return settings.enedis_redirect_uri or f"{get_origin(settings.backend_url)}/oauth/callback"


def find_callback_problem(callback: str, reply: Reply) -> str | None:
    """Return what is wrong with the callback's address, by the reply to it."""
    if reply.is_gateway:
        return None
    return f"{callback} does not lead to the gateway (status {reply.status}): have the proxy pass it on"
