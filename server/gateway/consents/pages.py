"""The pages before and after Enedis: `/consents/{id}/start`, `/oauth/callback`, `/consents/{id}/result`."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from gateway.accounts import sessions
from gateway.accounts.parts import AccountParts
from gateway.consents import authorization
from gateway.consents.authorization import LIFETIME
from gateway.consents.claims import RETRYABLE, ClaimOutcome
from gateway.consents.routes import ConsentServiceDep
from gateway.consents.service import ConsentService
from gateway.dependencies import OUR_ID, SettingsDep, get_part
from gateway.kit.wire import OpenApiResponses
from gateway.pages import render_page
from gateway.problems import describe_responses
from gateway.settings import Settings

_PAGES: OpenApiResponses = {303: {}, 404: {}, 410: {}}

router = APIRouter(
    tags=["consent pages"], default_response_class=HTMLResponse, responses=_PAGES | describe_responses(422, 429)
)

_NAME_BY_HTTP, _NAME_BY_HTTPS = "med_consent", "__Host-med_consent"
"""With https, browsers enforce the `__Host-` prefix, so that no sub-domain can replace this cookie."""
_FOLLOW, _FOLLOW_LATER = 3, 60
"""Seconds between reloads of a waiting page, during the first minute and after it."""
CALLBACK_WAIT = 8.0
"""Seconds for which the callback waits for the check before it shows a page that reloads itself."""
_STATUS = {ClaimOutcome.UNKNOWN: 404, ClaimOutcome.EXPIRED: 410, ClaimOutcome.TOO_OFTEN: 429}

type ConsentId = Annotated[str, Path(pattern=OUR_ID)]


def _get_cookie_name(settings: Settings) -> str:
    return _NAME_BY_HTTPS if settings.is_https else _NAME_BY_HTTP


async def read_cookie(request: Request, settings: SettingsDep) -> str | None:
    """Return the secret in the cookie by which a browser is recognised; None without the cookie."""
    return request.cookies.get(_get_cookie_name(settings))


type Browser = Annotated[str | None, Depends(read_cookie)]


@router.get("/consents/{consent_id}/start")
async def show_start(
    request: Request, consents: ConsentServiceDep, settings: SettingsDep, consent_id: ConsentId, browser: Browser
) -> Response:
    """Show which account will receive the data of which meter, with a link to Enedis."""
    found = await consents.start_authorization(consent_id, browser)
    if isinstance(found, ClaimOutcome):
        is_secret = found in {ClaimOutcome.UNKNOWN, ClaimOutcome.TOO_OFTEN}
        return await _render_result(request, settings, found, None if is_secret else consent_id)
    address = authorization.build_enedis_url(settings.authorize_url, settings.enedis_client_id, found.state)
    page = render_page(request, "consent_start.html", account=found.account, meter=found.meter, authorize_url=address)
    page.set_cookie(
        _get_cookie_name(settings),
        found.browser,
        max_age=int(LIFETIME.total_seconds()),
        path="/",
        secure=settings.is_https,
        httponly=True,
        samesite="lax",  # browsers must send it when they return from Enedis
    )
    return page


@router.get("/oauth/callback")
async def receive_callback(
    request: Request,
    consents: ConsentServiceDep,
    settings: SettingsDep,
    browser: Browser,
    state: Annotated[str, Query()] = "",
    autorisation_id: Annotated[str | None, Query()] = None,
    error: Annotated[str | None, Query()] = None,
) -> Response:
    """Receive the browser from Enedis, check the consent with Enedis, and show the outcome."""
    outcome, consent_id = await consents.handle_callback(state, browser, autorisation_id, error, CALLBACK_WAIT)
    return await _render_result(request, settings, outcome, consent_id)


@router.get("/consents/{consent_id}/result")
async def show_result(
    request: Request, consents: ConsentServiceDep, settings: SettingsDep, consent_id: ConsentId
) -> Response:
    """Show the outcome of a consent. The page reloads itself while Enedis opens the access."""
    outcome, is_late = await consents.get_outcome(consent_id)
    return await _render_result(request, settings, outcome, consent_id, refresh=_FOLLOW_LATER if is_late else _FOLLOW)


async def _is_owner_logged_in(request: Request, consent_id: str) -> bool:
    """Return whether the browser is logged in to the account of the consent."""
    parts = get_part(request, AccountParts)
    token = sessions.read_cookie(request, parts.settings)
    account = await sessions.resume_account(parts, token) if token else None
    return account is not None and await get_part(request, ConsentService).is_owner(account.id, consent_id)


async def _render_result(
    request: Request, settings: Settings, outcome: ClaimOutcome, consent_id: str | None, *, refresh: int = _FOLLOW
) -> Response:
    base = settings.backend_url
    if outcome is ClaimOutcome.PENDING and not request.url.path.endswith("/result"):
        return RedirectResponse(f"{base}/consents/{consent_id}/result", 303, headers={"Referrer-Policy": "no-referrer"})
    front = settings.frontend_url
    if front and outcome is not ClaimOutcome.PENDING and consent_id and await _is_owner_logged_in(request, consent_id):
        # to anybody else, such as a user of Home Assistant, the front end would only say that they must log in
        return RedirectResponse(f"{front}/consent?id={consent_id}", 303, headers={"Referrer-Policy": "no-referrer"})
    may_retry = outcome in RETRYABLE and consent_id and await get_part(request, ConsentService).may_retry(consent_id)
    return render_page(
        request,
        "consent_result.html",
        status=_STATUS.get(outcome, 200),
        refresh=refresh if outcome is ClaimOutcome.PENDING else None,
        outcome=outcome,
        again=f"{base}/consents/{consent_id}/start" if may_retry else None,
    )
