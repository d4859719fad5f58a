"""`POST /v1/api-clients/{client_id}/proof`: lets a client check that an announced address is its gateway's."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from gateway.dependencies import ClientDep, part
from gateway.discovery.schemas import Proof, ProofRequest
from gateway.discovery.service import DiscoveryService
from gateway.problems import describe_responses

DiscoveryServiceDep = Annotated[DiscoveryService, Depends(part(DiscoveryService))]

router = APIRouter(tags=["API clients"])


@router.post("/api-clients/{client_id}/proof", responses=describe_responses(401, 409, 413, 422, 429))
async def prove_client_is_known(
    discovery: DiscoveryServiceDep,
    client: ClientDep,
    client_id: Annotated[str, Path(pattern="^medc_[a-z0-9]{20}$")],
    request: ProofRequest,
) -> Proof:
    """Prove that this gateway knows an API client, to a client that discovered the gateway at a new address.

    No credentials are sent. The proof is valid for that address only, which must be one of the gateway's own:
    BACKEND_URL, or BACKEND_URL with an address that the gateway announces on its network.
    """
    return Proof(proof=await discovery.prove(client_id, request.nonce, request.address, client))
