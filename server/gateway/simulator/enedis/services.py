"""`subscribed_services`: which usage points stand behind an authorisation, one row a service."""

from itertools import count
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, ValidationError

from gateway.simulator import paris
from gateway.simulator.enedis import door
from gateway.simulator.enedis.consents import Share, authorisation_id
from gateway.simulator.enedis.errors import refusal
from gateway.simulator.faults import Refusal
from gateway.simulator.homes import Home
from gateway.simulator.world import TheWorld, World

API = "subscribed_services"
_LABELS = {"ACTIF": "Actif", "TERMINE": "Terminé"}

router = APIRouter()


class Question(BaseModel):
    """The body, as the swagger has it; anything else is outside it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    comptage: bool
    autorisationId: int | None = None  # noqa: N815 - Enedis' names
    siren: str | None = None
    pointId: str | None = None  # noqa: N815
    autorisation: bool | None = None
    etatCode: list[str] = ["ACTIF", "DEMANDE"]  # noqa: N815
    serviceType: str | list[str] = "ACCES"  # noqa: N815


@router.api_route("/subscribed_services/v1", methods=door.ANY_METHOD)
@router.api_route("/subscribed_services/v1/", methods=door.ANY_METHOD)
async def services(request: Request, world: TheWorld) -> JSONResponse:
    """The services of an authorisation, of a usage point, or none."""
    door.enter(world, request, API, "POST")
    try:
        question = Question.model_validate_json(await request.body())
    except ValidationError:
        raise refusal("technical_error") from None
    if question.autorisationId is None and question.siren is None and question.pointId is None:
        raise Refusal(400, {"code": "400", "message": "autorisationId, siren ou pointId est obligatoire"})
    rows = [
        row
        for row in _rows(world, question)
        if row["etatCode"] in question.etatCode and "ACCES" in question.serviceType
    ]
    if question.comptage:
        return JSONResponse({"nbTotalServices": len(rows), "serviceSouscrit": None})
    return JSONResponse({"nbTotalServices": len(rows)} | ({"serviceSouscrit": rows} if rows else _nothing(world)))


def _nothing(world: World) -> dict[str, Any]:
    """No service, in each of the three forms by turns: the key absent, null, an empty list."""
    world.empty_answers += 1
    return ({}, {"serviceSouscrit": None}, {"serviceSouscrit": []})[world.empty_answers % 3]


def _rows(world: World, question: Question) -> list[dict[str, Any]]:
    if question.autorisationId is not None:
        shares = world.consents.of_holder(question.autorisationId)
    else:
        home = world.street.find(question.pointId or "")
        shares = world.consents.of_holder(authorisation_id(home)) if home else []
    today, numbers = paris.today(world.clock.now()), count(80_000_001)
    return [
        _row(home, share, kind, next(numbers), injection=injection, active=share.holds(today))
        for home, share in shares
        if question.pointId in {None, home.prm}
        for injection in (False, True)
        if (home.produces if injection else home.consumes)
        for kind in _kinds(home, injection=injection)
    ]


def _kinds(home: Home, *, injection: bool) -> list[tuple[str, str]]:
    """Each kind of measure with its step. No load curve where its collection is not switched on."""
    curve = [("CDC", "PT30M")] if home.curve else []
    return [*curve, *([] if injection else [("PMAX", "P1D")]), ("IDX", "P1D"), ("ENERGIE", "P1D"), ("ITC", "NA")]


def _row(
    home: Home, share: Share, kind: tuple[str, str], number: int, *, injection: bool, active: bool
) -> dict[str, Any]:
    state = "ACTIF" if active else "TERMINE"
    return {
        "id": str(number),
        "injection": injection,
        "soutirage": not injection,
        "serviceCode": "ACCES",
        "dateDebut": f"{share.since}",
        "dateFin": f"{share.until}",
        "etatCode": state,
        "etatLibelle": _LABELS[state],
        "pointId": home.prm,
        "mesuresTypeCode": kind[0],
        "mesuresPas": kind[1],
        "mesuresCorrigees": False,
        "espaceDynamique": True,
        "publicationDonnees": False,
        "autorisation": {
            "autorisationId": authorisation_id(home),
            "autorisationLibelle": "DATACONNECT_C5_ACTIF",
            "autorisationType": "EXPLICITE",
            "autorisationStatut": "ACTIVE" if active else "TERMINEE",
        },
    }
