"""`POST /v1/api-clients/{client_id}/proof`: how a client makes sure that an announced address is its gateway's."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from gateway.accounts import repository
from gateway.dependencies import ClientDep, ClockDep, DatabaseDep, InstanceDep, SettingsDep
from gateway.discovery.announcement import list_announced_hosts
from gateway.discovery.proof import is_own_address, sign_proof
from gateway.limits import origins
from gateway.limits import service as limits
from gateway.limits.service import RateLimit
from gateway.problems import ProblemError, describe_responses

router = APIRouter(tags=["API clients"])

_PROOFS = RateLimit("proof", 60, timedelta(hours=1))


class ProofRequest(BaseModel):
    """A nonce of the client's, never used before, and the base address that it is about to send its secret to."""

    model_config = ConfigDict(extra="forbid")

    nonce: str = Field(pattern="^[0-9a-f]{32,128}$")
    address: str = Field(min_length=1, max_length=300)


class Proof(BaseModel):
    """HMAC-SHA256, in hexadecimal.

    Its key is the SHA-256 of the client's secret. Its message is these five, each but the last followed by a line feed:
    "MyElectricalData proof 1", the gateway's instance id, the client's id, the nonce, the address.
    """

    proof: str


@router.post("/api-clients/{client_id}/proof", responses=describe_responses(401, 409, 413, 422, 429))
async def prove_client_is_known(
    database: DatabaseDep,
    clock: ClockDep,
    instance: InstanceDep,
    settings: SettingsDep,
    client: ClientDep,
    client_id: Annotated[str, Path(pattern="^medc_[a-z0-9]{20}$")],
    request: ProofRequest,
) -> Proof:
    """Prove that this gateway knows an API client, to a client that has heard of the gateway at a new address.

    No credentials are sent. The answer is for that address alone, which must be one of the gateway's own: BACKEND_URL,
    or the same with an address that the gateway announces on its network.
    """
    async with database.write() as session:
        await limits.hit(session, _PROOFS, origins.hash_client(instance, client), clock.now())
    if not is_own_address(request.address, settings.backend_url, list_announced_hosts(settings)):
        raise ProblemError(
            409, "not_our_address", "This is not an address of this gateway. BACKEND_URL says which address it has."
        )
    async with database.read() as session:
        known = await repository.find_api_client(session, client_id)
    if known is None:
        raise ProblemError(401, "invalid_client", "This gateway has no such API client.")
    proof = sign_proof(
        known.secret_hash,
        instance_id=instance.id,
        client_id=client_id,
        nonce=request.nonce,
        address=request.address,
    )
    return Proof(proof=proof)
