"""`/v1/consents`."""

from typing import Annotated

from fastapi import APIRouter, Path

from gateway.accounts import repository as accounts
from gateway.consents import authorisation, service
from gateway.consents.schemas import ConsentAsked, ConsentRequest, ConsentView
from gateway.dependencies import OUR_ID, CallerDep, RuntimeDep, WriteSession
from gateway.problems import ProblemError, documented
from gateway.usage_points.service import InvalidNumberError, check_number

router = APIRouter(tags=["usage points"], responses=documented(401, 404, 422))


@router.post("/v1/consents", status_code=201, responses=documented(403, 413, 429))
async def ask_consent(
    runtime: RuntimeDep, session: WriteSession, caller: CallerDep, wish: ConsentRequest
) -> ConsentAsked:
    """Begin to share a meter; its holder goes on at `authorize_url`."""
    try:
        prm = check_number(wish.prm)
    except InvalidNumberError as error:
        raise ProblemError(422, "invalid_number", f"`prm`: {error}") from error
    account = await accounts.account(session, caller.account_id)
    consent = await authorisation.ask(
        session, account, prm, keyring=runtime.keyring, instance=runtime.instance, now=runtime.clock.now()
    )
    start = f"{runtime.settings.backend_url}/consents/{consent.id}/start"
    return ConsentAsked(id=consent.id, authorize_url=start, expires_at=consent.expires_at)


@router.get("/v1/consents/{consent_id}")
async def consent(
    runtime: RuntimeDep, caller: CallerDep, consent_id: Annotated[str, Path(pattern=OUR_ID)]
) -> ConsentView:
    """Show how one of the account's consents stands."""
    async with runtime.database.read() as session:
        found = await service.own_consent(session, caller.account_id, consent_id)
    return ConsentView.of(found, runtime.clock.now())
