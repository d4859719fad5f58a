"""Finding a gateway, signing up, and creating an API client with e-mail address and password."""

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
    """A gateway and the address at which it answered."""

    ping: Ping
    address: str


async def find_gateway(session: ClientSession, text: str, *, allow_redirects: bool = True) -> FoundGateway:
    """Find the gateway at the address that was typed. Sends nothing secret. Raises GatewayError."""
    addresses = candidate_addresses(text)
    while True:
        wire = Transport(session, addresses.pop(0))
        try:
            return FoundGateway(await wire.ping(allow_redirects=allow_redirects), wire.address)
        except NotAGatewayError:
            if not addresses:
                raise


async def sign_up(session: ClientSession, address: str, email: str, password: str) -> bool:
    """Create an account; return whether its address must be verified by mail first. Raises RequestRefusedError."""
    response = await Transport(session, address).send(
        "POST", "/v1/accounts", json={"email": email, "password": password}
    )
    response.raise_for_status()
    return _NEW_ACCOUNT(response.body).status != "active"


async def make_api_client(session: ClientSession, address: str, email: str, password: str, name: str) -> ApiClient:
    """Create an API client called `name`. Raises AuthenticationFailedError for a wrong address or password."""
    basic = b64encode(f"{email}:{password}".encode()).decode()
    response = await Transport(session, address).send(
        "POST", "/v1/api-clients", json={"name": name}, headers={"Authorization": f"Basic {basic}"}
    )
    response.raise_for_status()
    return _API_CLIENT(response.body)
