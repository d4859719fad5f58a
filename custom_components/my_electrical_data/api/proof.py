"""Verifies that a gateway at a new address knows an API client, before anything secret is sent there.

Both know the SHA-256 of the client's secret. The gateway signs our random nonce and the address that we are about to
use, and signs for its own addresses only, so that nobody in between can pass its proof off as their own.
"""

import hmac
import secrets
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus

from aiohttp import ClientSession

from .decode import Decoder
from .errors import GatewayError
from .transport import Transport


@dataclass(frozen=True, kw_only=True, slots=True)
class _Proof:
    proof: str


_PROOF = Decoder(_Proof)


async def knows_client(
    session: ClientSession, address: str, instance_id: str, client_id: str, client_secret: str
) -> bool:
    """Return whether the gateway at `address` proves that it knows this client; False also if there is no response."""
    nonce = secrets.token_hex(32)
    try:
        response = await Transport(session, address).send(
            "POST", f"/v1/api-clients/{client_id}/proof", json={"nonce": nonce, "address": address}
        )
        if response.status != HTTPStatus.OK:
            return False
        proof = _PROOF(response.body).proof
    except GatewayError:
        return False
    message = f"MyElectricalData proof 1\n{instance_id}\n{client_id}\n{nonce}\n{address}"
    expected = hmac.new(sha256(client_secret.encode()).digest(), message.encode(), sha256).hexdigest()
    return hmac.compare_digest(proof.encode(), expected.encode())
