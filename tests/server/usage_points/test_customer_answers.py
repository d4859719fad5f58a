"""What Enedis tells of a contract, a meter and its supply, in unusual forms: from its bytes to the usage point."""

import json
from typing import Any

import pytest

from gateway.domain.direction import Direction
from gateway.metering.metered_point import MeteredPoint, list_directions
from gateway.metering.schedule import Kind
from gateway.usage_points.notices import list_notices
from gateway.usage_points.upkeep import UsagePointKeeper
from tests.server.billing.homes import PRM
from tests.server.enedis.origins import Reply, open_client
from tests.server.metering.stand_in import ScriptedHome
from tests.server.metering.stand_in import scripted_home as scripted_home  # noqa: PLC0414 - a fixture

CONSUMES, PRODUCES = Direction.CONSUMPTION, Direction.PRODUCTION
SUPPLY = {"segment": "C5", "contract_type": "Contrat GRD-F", "subscribed_power": {"unit": "kVA", "value": "9"}}
INJECTION = {"segment": "P4", "contract_type": "Contrat GRD-A"}
SERVICE = {"pointId": PRM, "mesuresTypeCode": "CDC", "etatCode": "ACTIF"}
USUAL: dict[str, Any] = {
    "subscribed_services": {"serviceSouscrit": [SERVICE]},
    "situation_contrat": [SUPPLY],
    "synth_contrat": {},
    "comptage": {},
    "alimentation": {},
}


async def update_customer(asked: ScriptedHome, **bodies: Any) -> None:
    """Have the keeper ask, and Enedis answer: a body, or a whole reply."""
    said = USUAL | bodies

    def respond(line: str) -> Reply:
        body = next(body for part, body in said.items() if part in line)
        return body if isinstance(body, Reply) else Reply(body=json.dumps(body).encode())

    asked.respond = respond
    home = asked.home
    async with open_client(asked.origin.url, store=asked.store) as (enedis, _):
        keeper = UsagePointKeeper(home.database, enedis, home.keyring, home.clock)
        await keeper.refresh_point(await asked.load_point())
    asked.respond = None


CONTRACTS: dict[str, tuple[Any, float | None, list[Direction]]] = {
    "the usual": ([SUPPLY], 9, [CONSUMES]),
    "power in kW": ([SUPPLY | {"subscribed_power": {"unit": "kW", "value": "7,5"}}], 7.5, [CONSUMES]),
    "power with a point": ([SUPPLY | {"subscribed_power": {"unit": "kVA", "value": "7.5"}}], 7.5, [CONSUMES]),
    "no power beside injection": ([INJECTION, SUPPLY | {"subscribed_power": None}], None, [CONSUMES, PRODUCES]),
    "kW beside injection": (
        [INJECTION, SUPPLY | {"subscribed_power": {"unit": "kW", "value": 6}}],
        6,
        [CONSUMES, PRODUCES],
    ),
    "injection with a power": (
        [INJECTION | {"subscribed_power": {"unit": "kVA", "value": "3"}}, SUPPLY],
        9,
        [CONSUMES, PRODUCES],
    ),
    "injection alone": ([INJECTION], None, [PRODUCES]),
    "two supply segments": (
        [SUPPLY | {"segment": "C4", "subscribed_power": {"unit": "kVA", "value": "42"}}, SUPPLY],
        42,
        [CONSUMES],
    ),
    **{f"segment {one}": ([SUPPLY | {"segment": one}], 9, [CONSUMES]) for one in ("C1", "C2", "C3", "C4", "c5 ")},
    "an unknown segment": ([SUPPLY | {"segment": "X9"}], 9, [CONSUMES]),
    "no segment": ([SUPPLY | {"segment": None}], 9, [CONSUMES]),
    "a list in an object": ({"contracts": [SUPPLY]}, 9, [CONSUMES]),
    "null beside a contract": ([None, SUPPLY], 9, [CONSUMES]),
    "a contract that ended": ([], None, [CONSUMES]),
    "power of several hours": ([SUPPLY | {"subscribed_power": {"unit": "kVA", "value": "36/36/42"}}], None, [CONSUMES]),
    "not subscribed": (Reply(403, b'{"code":"900908","message":"Resource forbidden "}'), None, [CONSUMES]),
    "no contract, in words": (
        Reply(404, b'{"error":"no_data_found","error_description":"no contract"}'),
        None,
        [CONSUMES],
    ),
}


@pytest.mark.parametrize("name", CONTRACTS)
async def test_contracts(scripted_home: ScriptedHome, name: str) -> None:
    body, power, ways = CONTRACTS[name]
    await update_customer(scripted_home, situation_contrat=body)
    point = await scripted_home.load_point()
    assert point.contract.power_kva == power
    assert list(list_directions(point)) == ways


async def test_services_and_dates_tell_that_a_meter_consumes(scripted_home: ScriptedHome) -> None:
    """Beside an injection contract alone: a service for taking energy, or the day since when it is taken."""
    services = {"serviceSouscrit": [SERVICE | {"soutirage": True}]}
    await update_customer(scripted_home, situation_contrat=[INJECTION], subscribed_services=services)
    assert list(list_directions(await scripted_home.load_point())) == [CONSUMES, PRODUCES]
    since = {"consumption_last_activation_date": "2020-03-14T00:00:00+0100"}
    await update_customer(scripted_home, situation_contrat=[INJECTION], synth_contrat=since)
    assert list(list_directions(await scripted_home.load_point())) == [CONSUMES, PRODUCES]


async def test_one_api_that_never_answers_leaves_what_the_others_told(scripted_home: ScriptedHome) -> None:
    since = {"consumption_last_activation_date": "2020-03-14T00:00:00+0100"}
    await update_customer(scripted_home, comptage=Reply(500, b"Internal Server error"), synth_contrat=since)
    point = await scripted_home.load_point()
    assert (point.contract.power_kva, str(point.contract.consumption_activated_on)) == (9, "2020-03-14")
    assert point.contract.told_at is not None
    hours = (point.details_at - scripted_home.home.clock.now()).total_seconds() / 3600
    assert hours == 6, "the rest is asked again the same day"


async def test_a_meter_number_as_a_number_in_a_service(scripted_home: ScriptedHome) -> None:
    await update_customer(scripted_home, subscribed_services={"serviceSouscrit": [SERVICE | {"pointId": int(PRM)}]})
    assert (await scripted_home.load_point()).services == ["CDC"]


OFF_PEAK, FUTURE = "HC (22H30-6H30)", "HC (2H00-7H00;13H00-16H00)"
RELAY = {"plageHeuresCreuses": OFF_PEAK, "futuresPlagesHeuresCreuses": FUTURE}


@pytest.mark.parametrize(
    "metering",
    [
        {"relais": RELAY},
        {"relais": [RELAY]},
        {"dispositifComptage": {"typeComptage": {"code": "AMM"}, "relais": RELAY}},
        {"dispositifComptage": {"relais": [RELAY]}, "relais": None},
    ],
)
async def test_off_peak_hours_wherever_the_relay_stands(scripted_home: ScriptedHome, metering: object) -> None:
    await update_customer(scripted_home, comptage=metering)
    point = await scripted_home.load_point()
    assert (point.contract.off_peak, point.contract.future_off_peak) == (OFF_PEAK, FUTURE)
    [period] = point.off_peak
    assert (period["slots"], period["source"]) == ([["22:30", "06:30"]], "enedis"), (
        "those in force, not the future ones"
    )


REFUSED = {"error": "ADAM-ERR0155", "error_description": "Le point demandé n'existe pas."}


@pytest.mark.parametrize(
    ("state", "code", "text"),
    [
        ("Hors tension", "meter_not_supplied", "Hors tension"),
        ("Coupé", "meter_not_supplied", "Coupé"),
        ("Alimenté", "meter_refused", "ADAM-ERR0155"),
        ("alimentée", "meter_refused", "ADAM-ERR0155"),
        (None, "meter_refused", "ADAM-ERR0155"),
    ],
)
async def test_why_a_meter_gives_nothing(scripted_home: ScriptedHome, state: str | None, code: str, text: str) -> None:
    scripted_home.set_answer(400, REFUSED)
    await scripted_home.fetch_days(kind=Kind.CURVE)
    await update_customer(scripted_home, alimentation={"connection_state": state})
    [notice] = list_notices(await scripted_home.load_point(), scripted_home.home.clock.now())
    assert (notice.code, notice.text) == (code, text)
    assert (
        MeteredPoint.of(
            await scripted_home.load_point(), scripted_home.home.secrets, scripted_home.home.clock.now()
        ).refusals.meter
        is not None
    )


async def test_how_a_meter_is_supplied_is_asked_only_if_it_is_refused(scripted_home: ScriptedHome) -> None:
    await update_customer(scripted_home)
    assert not any("alimentation" in call.line for call in scripted_home.origin.data_calls)
