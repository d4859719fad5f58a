"""The gateway's front door: who is there, and an account, once, to make an API client by."""

from base64 import b64encode
from dataclasses import dataclass

from aiohttp import ClientSession

from .address import candidate_addresses
from .decode import Decoder
from .errors import NotAGatewayError
from .models import ApiClient, NewAccount, Ping
from .transport import Transport

_API_CLIENT, _NEW_ACCOUNT = Decoder(ApiClient), Decoder(NewAccount)


@dataclass(frozen=True, slots=True)
class FoundGateway:
    """A gateway, and the address it answers at."""

    ping: Ping
    address: str


async def find_gateway(session: ClientSession, text: str, *, allow_redirects: bool = True) -> FoundGateway:
    """Return the gateway at the address that `text` means. Nothing secret is sent. Raises GatewayError."""
    addresses = candidate_addresses(text)
    while True:
        wire = Transport(session, addresses.pop(0))
        try:
            return FoundGateway(await wire.ping(allow_redirects=allow_redirects), wire.address)
        except NotAGatewayError:
            if not addresses:
                raise


async def sign_up(session: ClientSession, address: str, email: str, password: str) -> bool:
    """Make an account, and tell whether it has to answer a mail first. Raises RequestRefusedError."""
    response = await Transport(session, address).send(
        "POST", "/v1/accounts", json={"email": email, "password": password}
    )
    response.raise_for_status()
    return _NEW_ACCOUNT(response.body).status != "active"


async def make_api_client(session: ClientSession, address: str, email: str, password: str, name: str) -> ApiClient:
    """Make an API client of that `name`. Raises AuthenticationFailedError when no such account has this password."""
    basic = b64encode(f"{email}:{password}".encode()).decode()
    response = await Transport(session, address).send(
        "POST", "/v1/api-clients", json={"name": name}, headers={"Authorization": f"Basic {basic}"}
    )
    response.raise_for_status()
    return _API_CLIENT(response.body)
