"""Whether a gateway at a new address is the one that a client signs in to, before anything secret is sent there.

Both know the SHA-256 of the client's secret. The gateway signs a nonce of ours together with the address that we are
about to use, and signs for its own addresses only, so that nobody in between can pass its proof on as theirs.
"""

import hmac
import secrets
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus

from aiohttp import ClientSession

from .decode import Decoder
from .errors import GatewayError
from .wire import Wire


@dataclass(frozen=True, kw_only=True, slots=True)
class _Proof:
    proof: str


_PROOF = Decoder(_Proof)


async def knows_client(
    session: ClientSession, address: str, instance_id: str, client_id: str, client_secret: str
) -> bool:
    """Tell whether what answers at `address` proves that it knows this client; False also if it does not answer."""
    nonce = secrets.token_hex(32)
    try:
        reply = await Wire(session, address).send(
            "POST", f"/v1/api-clients/{client_id}/proof", json={"nonce": nonce, "address": address}
        )
        if reply.status != HTTPStatus.OK:
            return False
        proof = _PROOF(reply.body).proof
    except GatewayError:
        return False
    message = f"MyElectricalData proof 1\n{instance_id}\n{client_id}\n{nonce}\n{address}"
    expected = hmac.new(sha256(client_secret.encode()).digest(), message.encode(), sha256).hexdigest()
    return hmac.compare_digest(proof.encode(), expected.encode())
