"""`/v1/consents`."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from gateway.accounts.dependencies import CallerDep
from gateway.consents.schemas import ConsentRequest, ConsentStarted, ConsentView
from gateway.consents.service import ConsentService
from gateway.dependencies import OUR_ID, ClockDep, SettingsDep, part
from gateway.problems import describe_responses

ConsentServiceDep = Annotated[ConsentService, Depends(part(ConsentService))]

router = APIRouter(tags=["usage points"], responses=describe_responses(401, 404, 422))


@router.post("/consents", status_code=201, responses=describe_responses(403, 413, 429))
async def create_consent(
    consents: ConsentServiceDep, settings: SettingsDep, caller: CallerDep, body: ConsentRequest
) -> ConsentStarted:
    """Request a consent to read a meter. The customer continues at `authorize_url`."""
    consent = await consents.request_consent(caller.account_id, body.prm)
    start = f"{settings.backend_url}/consents/{consent.id}/start"
    return ConsentStarted(id=consent.id, authorize_url=start, expires_at=consent.expires_at)


@router.get("/consents/{consent_id}")
async def get_consent(
    consents: ConsentServiceDep, clock: ClockDep, caller: CallerDep, consent_id: Annotated[str, Path(pattern=OUR_ID)]
) -> ConsentView:
    """Return the status of one of the account's consents."""
    return ConsentView.of(await consents.get_consent(caller.account_id, consent_id), clock.now())
