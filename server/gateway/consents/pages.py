"""The pages on the way to Enedis and back: `/consents/{id}/start`, `/oauth/callback`, `/consents/{id}/result`."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Cookie, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from gateway.consents import authorisation, repository
from gateway.consents.authorisation import LIFETIME, Outcome
from gateway.dependencies import OUR_ID, RuntimeDep
from gateway.pages import render
from gateway.problems import documented
from gateway.runtime import Runtime
from gateway.usage_points import service

_PAGES: dict[int | str, dict[str, Any]] = {303: {}, 404: {}, 410: {}}

router = APIRouter(tags=["consent pages"], default_response_class=HTMLResponse, responses=_PAGES | documented(422, 429))

_COOKIE = "med_consent"
_FOLLOW = 3
"""Seconds between two looks of a page that waits."""
_PATIENCE = 8.0
"""How long the way back waits for Enedis' answer before it shows a page that follows it."""
_STATUS = {Outcome.UNKNOWN: 404, Outcome.EXPIRED: 410, Outcome.TOO_OFTEN: 429}
_OPEN = frozenset(Outcome) - {Outcome.GRANTED, Outcome.PENDING, Outcome.EXPIRED, Outcome.TOO_OFTEN}
"""After these one may set out again."""
_AGAIN = _OPEN - {Outcome.UNKNOWN, Outcome.OTHER_BROWSER}
"""After these the page offers it; whoever ended in another browser may have been sent by somebody else."""

type ConsentId = Annotated[str, Path(pattern=OUR_ID)]
type Browser = Annotated[str | None, Cookie(alias=_COOKIE)]


@router.get("/consents/{consent_id}/start")
async def start(request: Request, runtime: RuntimeDep, consent_id: ConsentId, browser: Browser = None) -> Response:
    """Say which account is about to receive which meter's data, and lead to Enedis."""
    now = runtime.clock.now()
    async with runtime.database.write() as session:
        consent = await repository.consent(session, consent_id)
        if consent is None:
            return _result(request, runtime, Outcome.UNKNOWN, None)
        outcome = authorisation.outcome_of(consent, now)
        if outcome not in _OPEN and (outcome is not Outcome.PENDING or consent.authorisation is not None):
            return _result(request, runtime, outcome, consent_id)
        if consent.expires_at <= now:
            return _result(request, runtime, Outcome.EXPIRED, consent_id)
        way = await authorisation.set_out(session, consent, browser, now)
        if way is None:
            return _result(request, runtime, Outcome.TOO_OFTEN, None)
        account = await service.account_of(session, consent)
        meter = service.masked((await service.open_secrets(session, consent, runtime.keyring)).prm)
    settings = runtime.settings
    address = authorisation.enedis_address(settings.authorize_url, settings.enedis_client_id, way.state)
    page = render(request, "consent_start.html", account=account.address, meter=meter, authorize_url=address)
    page.set_cookie(
        _COOKIE,
        way.browser,
        max_age=int(LIFETIME.total_seconds()),
        secure=settings.is_https,
        httponly=True,
        samesite="lax",  # it must come along when Enedis sends the browser back
    )
    return page


@router.get("/oauth/callback")
async def callback(
    request: Request,
    runtime: RuntimeDep,
    browser: Browser = None,
    state: Annotated[str, Query()] = "",
    autorisation_id: Annotated[str | None, Query()] = None,
    error: Annotated[str | None, Query()] = None,
) -> Response:
    """Take the browser back from Enedis, check with Enedis what was shared, and show how it ended."""
    async with runtime.database.write() as session:
        back = await authorisation.come_back(session, state, browser, autorisation_id, error, runtime.clock.now())
    outcome = back.outcome
    if back.is_new and back.consent is not None:
        check = asyncio.create_task(runtime.consents.check(back.consent.id))
        await asyncio.wait({check}, timeout=_PATIENCE)
        outcome = check.result() if check.done() else Outcome.PENDING
    return _result(request, runtime, outcome, back.consent.id if back.consent else None)


@router.get("/consents/{consent_id}/result")
async def result(request: Request, runtime: RuntimeDep, consent_id: ConsentId) -> Response:
    """Show how a consent stands; the page reloads itself while Enedis opens the access."""
    async with runtime.database.read() as session:
        consent = await repository.consent(session, consent_id)
    outcome = Outcome.UNKNOWN if consent is None else authorisation.outcome_of(consent, runtime.clock.now())
    return _result(request, runtime, outcome, consent_id)


def _result(request: Request, runtime: Runtime, outcome: Outcome, consent_id: str | None) -> Response:
    base = runtime.settings.backend_url
    if outcome is Outcome.PENDING and not request.url.path.endswith("/result"):
        return RedirectResponse(f"{base}/consents/{consent_id}/result", 303, headers={"Referrer-Policy": "no-referrer"})
    front = runtime.settings.frontend_url
    if front and outcome is not Outcome.PENDING and consent_id:
        return RedirectResponse(f"{front}/consent?id={consent_id}", 303, headers={"Referrer-Policy": "no-referrer"})
    again = f"{base}/consents/{consent_id}/start" if outcome in _AGAIN and consent_id else None
    return render(
        request,
        "consent_result.html",
        status=_STATUS.get(outcome, 200),
        refresh=_FOLLOW if outcome is Outcome.PENDING else None,
        outcome=outcome,
        again=again,
    )
