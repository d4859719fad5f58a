"""The gateway's front door: who is there, and an account, once, to make an API client by."""

from base64 import b64encode
from dataclasses import dataclass

from aiohttp import ClientSession

from .address import candidate_addresses
from .decode import Decoder
from .errors import NotAGatewayError
from .models import ApiClient, Ping, SignedUp
from .wire import Wire

_API_CLIENT, _SIGNED_UP = Decoder(ApiClient), Decoder(SignedUp)


@dataclass(frozen=True, slots=True)
class Found:
    """A gateway, and the address it answers at."""

    ping: Ping
    address: str


async def find_gateway(session: ClientSession, text: str, *, allow_redirects: bool = True) -> Found:
    """Return the gateway at the address that `text` means. Nothing secret is sent. Raises GatewayError."""
    addresses = candidate_addresses(text)
    while True:
        wire = Wire(session, addresses.pop(0))
        try:
            return Found(await wire.ping(allow_redirects=allow_redirects), wire.address)
        except NotAGatewayError:
            if not addresses:
                raise


async def sign_up(session: ClientSession, address: str, email: str, password: str) -> bool:
    """Make an account, and tell whether it has to answer a mail first. Raises RequestRefusedError."""
    reply = await Wire(session, address).send("POST", "/v1/accounts", json={"email": email, "password": password})
    reply.check()
    return _SIGNED_UP(reply.body).status != "active"


async def make_api_client(session: ClientSession, address: str, email: str, password: str, name: str) -> ApiClient:
    """Make an API client of that `name`. Raises AuthenticationFailedError when no such account has this password."""
    basic = b64encode(f"{email}:{password}".encode()).decode()
    reply = await Wire(session, address).send(
        "POST", "/v1/api-clients", json={"name": name}, headers={"Authorization": f"Basic {basic}"}
    )
    reply.check()
    return _API_CLIENT(reply.body)
