"""`mesure_synchrone_auto/v2`: daily values, load curves, maximum powers and indexes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from fastapi import APIRouter, Request, Response

from gateway.simulator import paris
from gateway.simulator.curves import Direction
from gateway.simulator.enedis import bodies, request_checks
from gateway.simulator.enedis.errors import build_refusal
from gateway.simulator.enedis.index import build_readings
from gateway.simulator.homes import Home
from gateway.simulator.publication import find_publication_time
from gateway.simulator.wire import JsonObject
from gateway.simulator.world import TheWorld, World

API = "mesure_synchrone_auto"
_RANGE = ("pointId", "dateDebut", "dateFin")

router = APIRouter()


@dataclass(frozen=True)
class Resource:
    """What one resource promises. `series` fills one member of the answer; nothing in it: there is no data."""

    direction: Direction
    series: Callable[[bodies.Asked], list[JsonObject]]
    header: dict[str, str]
    months: int = 36
    longest: int | None = None  # days a call
    curve: bool = False
    member: str = "grandeur"
    choices: tuple[tuple[str, tuple[str, ...]], ...] = ()


_DAILY = {"typeValeur": "GLOBALE", "modeCalcul": "DIFF.INDEX", "pas": "P1D"}
_MEASURED = {"modeCalcul": "MESURE"}
_INDEX = {"modeCalcul": "INDEX", "pas": "P1D"}
RESOURCES = {
    "consommation_quotidienne": Resource(Direction.CONSUMPTION, bodies.build_daily, _DAILY),
    "production_quotidienne": Resource(Direction.PRODUCTION, bodies.build_daily, _DAILY),
    "puissance_conso_max_quotidienne": Resource(
        Direction.CONSUMPTION,
        bodies.build_max_power,
        _MEASURED,
        choices=(("mesuresPas", ("P1D", "P1M")), ("grandeurPhysique", ("PMA", "TOUT"))),
    ),
    "courbe_de_charge_consommation": Resource(
        Direction.CONSUMPTION, bodies.build_load_curve, _MEASURED, months=24, longest=7, curve=True
    ),
    "courbe_de_charge_production": Resource(
        Direction.PRODUCTION, bodies.build_load_curve, _MEASURED, months=24, longest=7, curve=True
    ),
    "index_consommation": Resource(Direction.CONSUMPTION, build_readings, _INDEX, member="contexte"),
    "index_production": Resource(Direction.PRODUCTION, build_readings, _INDEX, member="contexte"),
}


@router.api_route("/mesure_synchrone_auto/v2/{name}", methods=request_checks.ANY_METHOD)
async def get_measurements(name: str, request: Request, world: TheWorld) -> Response:
    """The days asked for that are published, or why not."""
    request_checks.admit_call(world, request, API)
    if name not in RESOURCES:
        raise build_refusal("technical_error")
    resource = RESOURCES[name]
    query = request_checks.read_parameters(request, (*_RANGE, *(choice for choice, _ in resource.choices)))
    if any(query[choice] not in values for choice, values in resource.choices):
        raise build_refusal("technical_error")
    start, end = request_checks.parse_day(query["dateDebut"]), request_checks.parse_day(query["dateFin"])
    home = request_checks.find_home(world, query["pointId"])
    _check_range(world, home, resource, start, end)
    now = world.clock.now()
    begun = [day for day in paris.list_days(start, end) if find_publication_time(home, day, hour=0) <= now]
    series = resource.series(bodies.Asked(home, resource.direction, begun, now, query))
    if not series:
        raise build_refusal("no_data_found")
    step = {"pas": query["mesuresPas"]} if "mesuresPas" in query else {}
    return request_checks.OctetStream(
        {
            "idPrm": home.prm,
            "etapeMetier": "BRUT",
            "periode": {"dateDebut": query["dateDebut"], "dateFin": query["dateFin"]},
            **resource.header,
            **step,
            **{member: series if member == resource.member else [] for member in ("grandeur", "contexte")},
        }
    )


def _check_range(world: World, home: Home, resource: Resource, start: date, end: date) -> None:
    today = paris.day_of(world.clock.now())
    if not (home.consumes if resource.direction is Direction.CONSUMPTION else home.produces):
        raise build_refusal("ADAM-ERR0069")
    if start >= end:
        raise build_refusal("start_after_end")
    if end > today:
        raise build_refusal("end_not_past")
    if resource.longest and (end - start).days > resource.longest:
        raise build_refusal("ADAM-ERR0126")
    if start < paris.subtract_months(today, resource.months) - timedelta(days=15):
        raise build_refusal("ADAM-ERR0125")
    if start < home.activated:
        raise build_refusal("ADAM-ERR0123")
    if resource.curve and not home.curve:
        raise build_refusal("no_data_found_uri")
