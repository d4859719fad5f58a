"""`GET /v1/site`, `/v1/status` and `/v1/today`, without authentication."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from gateway import API_VERSION, __version__
from gateway.dependencies import ResponseCacheDep, SettingsDep, part
from gateway.ecowatt.routes import EcowattOutlookDep
from gateway.kit import conditional
from gateway.pages import list_languages
from gateway.site.schemas import CaptchaView, CurrentEcowatt, CurrentTempo, Operator, Site, Status, Today
from gateway.site.status import StatusService
from gateway.tempo.routes import TempoOutlookDep

router = APIRouter(tags=["site"])
StatusServiceDep = Annotated[StatusService, Depends(part(StatusService))]


@router.get("/site")
async def get_site(settings: SettingsDep, response: Response) -> Site:
    """Return what a page needs before anybody logs in."""
    response.headers["Cache-Control"] = "max-age=60"
    return Site(
        name=settings.site_name,
        operator=Operator(name=settings.site_operator or None, contact=settings.site_contact or None),
        captcha=CaptchaView(site_key=settings.turnstile_site_key or None, required=settings.require_captcha),
        email_verification=settings.require_email_verification,
        mail=settings.sends_mail,
        legacy_clients=settings.legacy_clients,
        environment=settings.enedis_environment,
        version=__version__,
        api=API_VERSION,
        languages=list(list_languages()),
    )


@router.get("/status", response_model=Status, responses=conditional.UNCHANGED)
async def get_status(request: Request, service: StatusServiceDep, response_cache: ResponseCacheDep) -> Response:
    """Return the state of Enedis and RTE and since when it lasts. Needs no account, and calls neither."""
    return await response_cache.respond(request, "status", service.describe_services)


@router.get("/today", response_model=Today, responses=conditional.UNCHANGED)
async def get_today(
    request: Request, tempo: TempoOutlookDep, ecowatt: EcowattOutlookDep, response_cache: ResponseCacheDep
) -> Response:
    """Show today's Tempo colour and Ecowatt level, without an account."""

    async def build_today(now: datetime) -> Today:
        colors, levels = await tempo.read_outlook(now), await ecowatt.read_outlook(now)
        return Today(
            tempo=CurrentTempo(today=colors.today, tomorrow=colors.tomorrow, period=colors.period),
            ecowatt=CurrentEcowatt(now=levels.now, tense=levels.tense),
            next_change=min(colors.next_change, levels.next_change),
        )

    return await response_cache.respond(request, "today", build_today)
