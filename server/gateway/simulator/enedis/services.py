"""`subscribed_services`: which usage points stand behind an authorisation, one row a service."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gateway.simulator import paris
from gateway.simulator.enedis import request_checks
from gateway.simulator.enedis.consents import Share, authorisation_id
from gateway.simulator.enedis.errors import build_refusal
from gateway.simulator.faults import Refusal
from gateway.simulator.homes import Home
from gateway.simulator.wire import JsonObject
from gateway.simulator.world import TheWorld, World

API = "subscribed_services"
_LABELS = {"DEMANDE": "Demandé", "ACTIF": "Actif", "TERMINE": "Terminé"}
_NUMBERS = {"CDC": 1, "PMAX": 2, "IDX": 3, "ENERGIE": 4, "ITC": 5}

type State = Literal["DEMANDE", "ACTIF", "TERMINE", "SUPPRIME"]

router = APIRouter()


class Question(BaseModel):
    """The body, as the swagger has it; anything else is outside it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    comptage: bool
    autorisationId: Annotated[int, Field(lt=2**63)] | None = None  # noqa: N815 - Enedis' names
    siren: str | None = None
    pointId: str | None = None  # noqa: N815
    autorisation: bool | None = None
    etatCode: list[State] = ["ACTIF", "DEMANDE"]  # noqa: N815
    serviceType: str | list[str] = ["ACCES"]  # noqa: N815


@router.api_route("/subscribed_services/v1", methods=request_checks.ANY_METHOD)
@router.api_route("/subscribed_services/v1/", methods=request_checks.ANY_METHOD)
async def get_services(request: Request, world: TheWorld) -> JSONResponse:
    """The services of an authorisation, of a usage point, or none."""
    request_checks.admit_call(world, request, API, "POST")
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        raise build_refusal("technical_error")
    try:
        question = Question.model_validate_json(await request.body())
    except ValidationError:
        raise build_refusal("technical_error") from None
    if question.autorisationId is None and question.siren is None and question.pointId is None:
        raise Refusal(400, {"code": "400", "message": "autorisationId, siren ou pointId est obligatoire"})
    types = [question.serviceType] if isinstance(question.serviceType, str) else question.serviceType
    rows = [
        row
        for row in _build_rows(world, question)
        if row["etatCode"] in question.etatCode and row["serviceCode"] in types
    ]
    if question.comptage:
        return JSONResponse({"nbTotalServices": len(rows), "serviceSouscrit": None})
    return JSONResponse({"nbTotalServices": len(rows)} | ({"serviceSouscrit": rows} if rows else _build_nothing(world)))


def _build_nothing(world: World) -> JsonObject:
    """No service, in each of the three forms by turns: the key absent, null, an empty list."""
    world.empty_answers += 1
    return ({}, {"serviceSouscrit": None}, {"serviceSouscrit": []})[world.empty_answers % 3]


def _build_rows(world: World, question: Question) -> list[JsonObject]:
    if question.autorisationId is not None:
        shares = world.consents.list_homes_of_holder(question.autorisationId)
    else:
        home = world.street.find_home(question.pointId or "")
        shares = world.consents.list_homes_of_holder(authorisation_id(home)) if home else []
    today = paris.day_of(world.clock.now())
    return [
        _build_row(home, share, today, kind, injection=injection)
        for home, share in shares
        if question.pointId in {None, home.prm}
        for injection in (False, True)
        if (home.produces if injection else home.consumes)
        for kind in _list_kinds(home, today, injection=injection)
    ]


def _list_kinds(home: Home, today: date, *, injection: bool) -> list[tuple[str, str]]:
    """Each kind of measure with its step. No load curve where its collection is not switched on."""
    curve = [("CDC", f"PT{home.step_on(today)}M")] if home.curve else []
    return [*curve, *([] if injection else [("PMAX", "P1D")]), ("IDX", "P1D"), ("ENERGIE", "P1D"), ("ITC", "NA")]


def _build_row(home: Home, share: Share, today: date, kind: tuple[str, str], *, injection: bool) -> JsonObject:
    state = "ACTIF" if share.is_open_on(today) else "TERMINE" if share.withdrawn or share.until <= today else "DEMANDE"
    return {
        "id": f"8{home.prm[-9:]}{injection:d}{_NUMBERS[kind[0]]}",
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
            "autorisationStatut": "TERMINEE" if state == "TERMINE" else "ACTIVE",
        },
    }
