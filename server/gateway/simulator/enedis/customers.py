"""Contract, synthesis, address, metering and supply: the usage point stands in the path, and nothing in the query."""

from collections.abc import Callable
from datetime import date
from typing import Any

from fastapi import APIRouter, Request, Response

from gateway.simulator import paris
from gateway.simulator.enedis import request_checks
from gateway.simulator.enedis.errors import build_refusal
from gateway.simulator.faults import Refusal
from gateway.simulator.homes import Home
from gateway.simulator.wire import JsonObject
from gateway.simulator.world import TheWorld

router = APIRouter()

_METERING = "comptage_auto"
_TARIFFS = {
    "base": "Tarif BT<=36kVA Courte Utilisation",
    "hp_hc": "Tarif BT<=36kVA Moyenne Utilisation heures pleines heures creuses associées à deux saisons",
    "tempo": "Tarif BT<=36kVA Moyenne Utilisation heures pleines heures creuses associées à deux saisons",
}


@router.api_route("/{api}/v1", methods=request_checks.ANY_METHOD)
@router.api_route("/{api}/v1/{prm:path}", methods=request_checks.ANY_METHOD)
async def get_customer(api: str, request: Request, world: TheWorld, prm: str = "") -> Response:
    """What Enedis knows about a usage point."""
    if api != _METERING and api not in _BODIES:
        raise Refusal(404, {"code": "404", "type": "Status report", "message": "Not Found"})
    request_checks.admit_call(world, request, api)
    if not prm or request.query_params:
        raise build_refusal("technical_error")
    home = request_checks.find_home(world, prm)
    if api == _METERING:
        return request_checks.OctetStream(build_metering(home, paris.day_of(world.clock.now())))
    return request_checks.OctetStream(_BODIES[api](home))


def build_contracts(home: Home) -> list[JsonObject]:
    """One contract to draw energy, one to feed it in, or both."""
    if home.bare:
        return [_build_bare_contract(home)]
    person = {
        "customer": {
            "customer": {
                "adress": {"line1": "TITULAIRE FICTIF", "line4": _name_street(home), "line6": _TOWN, "line7": "FRANCE"}
            }
        },
        "contact_data": {"landline": "0199000000", "phone": "0199000001"},
        "person": {"title": "M", "lastname": "TITULAIRE", "firstname": "FICTIF"},
    }
    draws = {
        "usage_point_id": home.prm,
        "contract_start": paris.format_compact(home.activated),
        "contract_type": "Contrat GRD-F",
        "contractor": "FOURNISSEUR FICTIF",
        "distribution_tariff": _TARIFFS[home.option],
        "subscribed_power": {"unit": "kVA", "value": str(home.power_kva)},
        "segment": "C5",
    }
    feeds = {
        "usage_point_id": home.prm,
        "contract_start": paris.format_compact(home.activated),
        "contract_type": "Contrat GRD-A",
        "contractor": "ACHETEUR FICTIF",
        "segment": "P4",
    }
    found = [contract for contract, has in ((draws, home.consumes), (feeds, home.produces)) if has]
    return [contract | person for contract in found]


def _build_bare_contract(home: Home) -> JsonObject:
    """A contract as the sandbox has it: nobody's name, and the supplier's own words for its offer."""
    return {
        "usage_point_id": home.prm,
        "contract_start": paris.format_compact(home.activated),
        "contract_type": "Contrat unique",
        "pricing_structure": "Nouvelle Offre",
        "distribution_tariff": "Tarif Bleu",
        "subscribed_power": {"unit": "kVA", "value": str(home.power_kva)},
        "segment": "C5",
    }


def build_synthesis(home: Home) -> JsonObject:
    """Segments and the dates of the last changes."""
    since = paris.format_compact(home.activated)
    segments = [{"segment": name} for name, has in (("C5", home.consumes), ("P4", home.produces)) if has]
    return {
        "segments": segments,
        **({"consumption_last_activation_date": since} if home.consumes else {}),
        **({"generation_last_activation_date": since} if home.produces else {}),
        "last_subscribed_power_change_date": since,
        "services_level": "Communicant (ouvert aux services)",
    }


def build_address(home: Home) -> JsonObject:
    """Postal code and town in one string; a flat's address has its floor and building too."""
    flat = {"staircase_floor_apartment": "ETAGE 2", "building": "BAT A"} if not home.water_minutes else {}
    street = {"number_street_name": _name_street(home), "postal_code_city": _TOWN, "insee_code": "99999"}
    return {"address": flat | street}


def build_metering(home: Home, today: date) -> JsonObject:
    """The meter, and the off-peak hours its relay follows and will follow."""
    hours, announced = home.write_hours(today)
    future = {"futuresPlagesHeuresCreuses": announced} if announced else {}
    return {
        "dispositifComptage": {"typeComptage": {"code": "AMM", "libelle": "Compteur communicant"}},
        "compteurs": [{"numeroSerie": home.prm[-9:], "accessibilite": "ACCESSIBLE"}],
        "relais": {"plageHeuresCreuses": hours, **future} if home.consumes else None,
    }


def build_supply(home: Home) -> JsonObject:
    """How the point is connected."""
    power = {"value": float(home.power_kva), "unit": "kVA"}
    return {
        "serial_number": int(home.prm[-9:]),
        "connection_state": "Alimenté",
        "voltage_level": "BT",
        "phase_count": home.phases,
        **({"consumption_connection_power": power} if home.consumes else {}),
        **({"generation_connection_power": power} if home.produces else {}),
        "nominal_service_voltage": {"value": 230.0 if home.phases == 1 else 400.0, "unit": "V"},
    }


_TOWN = "99999 VILLE FICTIVE"
_BODIES: dict[str, Callable[[Home], Any]] = {
    "situation_contrat_auto": build_contracts,
    "synth_contrat_auto": build_synthesis,
    "donnees_generales_auto": build_address,
    "alimentation_auto": build_supply,
}


def _name_street(home: Home) -> str:
    return f"{int(home.prm[-4:])} RUE DU COMPTEUR"
