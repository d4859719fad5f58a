"""Every call of Data Connect 2026, over HTTP, to the simulator: what comes back is what its meters counted."""

from collections.abc import AsyncIterator
from datetime import date
from itertools import pairwise
from urllib.parse import parse_qs

import pytest

from gateway.domain.direction import Direction
from gateway.enedis.client import Api, Enedis
from gateway.enedis.errors import EnedisError, ErrorReason
from gateway.enedis.readings import place_curve
from gateway.enedis.wire import IndexSeries
from gateway.kit import paris
from tests.server.conftest import Simulator
from tests.server.enedis.origins import (
    CALLS,
    PAYER,
    WEEK,
    NoPacer,
    ReceivedRequest,
    RecordingUpstream,
    Reply,
    open_client,
    run_scripted,
)

FLAT, HOUSE, TEMPO, ROOF, BOTH, NO_CURVE, FARM = (f"300010000000{n:02}" for n in (1, 2, 3, 4, 5, 7, 10))
UNSHARED = "30001000000015"
TAKEN, GIVEN = Direction.CONSUMPTION, Direction.PRODUCTION
DIRECTIONS = [(FLAT, TAKEN), (ROOF, GIVEN), (BOTH, TAKEN), (BOTH, GIVEN)]


@pytest.fixture
async def upstream(simulator: Simulator) -> AsyncIterator[tuple[Enedis, RecordingUpstream]]:
    async with open_client(simulator.url) as both:
        yield both


@pytest.fixture
def enedis(upstream: tuple[Enedis, RecordingUpstream]) -> Enedis:
    return upstream[0]


@pytest.fixture
def recording(upstream: tuple[Enedis, RecordingUpstream]) -> RecordingUpstream:
    return upstream[1]


def read_query(simulator: Simulator, part: str) -> dict[str, str]:
    [call] = simulator.calls(part)
    return {name: value for name, [value] in parse_qs(call["query"]).items()}


@pytest.mark.parametrize(("prm", "direction"), DIRECTIONS)
async def test_daily_energy_is_what_the_meter_counted(
    enedis: Enedis, simulator: Simulator, prm: str, direction: Direction
) -> None:
    points = await enedis.fetch_daily(PAYER, prm, direction, *WEEK)
    truth = {date.fromisoformat(day["date"]): day["wh"] for day in simulator.truth(prm, *WEEK, direction=direction)}
    assert {point.day: point.value for point in points} == truth
    assert len(truth) == 7
    assert read_query(simulator, "quotidienne") == {"pointId": prm, "dateDebut": "2026-10-27", "dateFin": "2026-11-03"}


@pytest.mark.parametrize(("prm", "direction"), DIRECTIONS)
async def test_the_load_curve_of_autumns_long_day_sums_to_the_days(
    enedis: Enedis, simulator: Simulator, prm: str, direction: Direction
) -> None:
    week = date(2026, 10, 20), date(2026, 10, 27)
    placement = place_curve(await enedis.fetch_load_curve(PAYER, prm, direction, *week))
    truth = simulator.truth(prm, *week, direction=direction)
    assert placement.refused.total == 0
    assert [len(readings) for readings in placement.days.values()] == [48, 48, 48, 48, 48, 50, 48]
    for day in truth:
        readings = placement.days[date.fromisoformat(day["date"])]
        assert [reading.watts for reading in readings] == [reading["watts"] for reading in day["readings"]]
        assert sum(reading.watts * reading.minutes for reading in readings) == day["wh"] * 60


def list_totals(found: list[IndexSeries]) -> list[int]:
    return [
        value.v
        for series in found
        if series.cadranTotalisateur is not None
        for value in series.cadranTotalisateur.valeur or []
        if value.v is not None
    ]


@pytest.mark.parametrize(("prm", "direction"), DIRECTIONS)
async def test_the_index_goes_forward_by_each_days_energy(
    enedis: Enedis, simulator: Simulator, prm: str, direction: Direction
) -> None:
    found = list_totals(await enedis.fetch_index(PAYER, prm, direction, *WEEK))
    days = [day["wh"] for day in simulator.truth(prm, *WEEK, direction=direction)]
    assert [after - before for before, after in pairwise(found)] == [pytest.approx(wh, abs=1) for wh in days[:-1]]


@pytest.mark.parametrize(
    ("prm", "names"),
    [
        (FLAT, {"BASE"}),
        (HOUSE, {"HC", "HP"}),
        (TEMPO, {f"{hours}{colour}" for hours in ("HC", "HP") for colour in ("JB", "JW", "JR")}),
    ],
)
async def test_the_registers_add_up_to_the_index(enedis: Enedis, prm: str, names: set[str]) -> None:
    [series] = await enedis.fetch_index(PAYER, prm, TAKEN, *WEEK)
    registers = [register for calendar in series.calendrier or [] for register in calendar.classeTemporelle or []]
    assert {register.libelleClasseTemporelle for register in registers} == names
    shown = zip(*([value.v or 0 for value in register.valeur or []] for register in registers), strict=True)
    assert [sum(day) for day in shown] == [pytest.approx(total, abs=len(names)) for total in list_totals([series])]


async def test_the_greatest_power_of_each_day_is_above_its_curve(enedis: Enedis, simulator: Simulator) -> None:
    points = await enedis.fetch_max_power(PAYER, FLAT, *WEEK)
    highest = {
        date.fromisoformat(day["date"]): max(reading["watts"] for reading in day["readings"])
        for day in simulator.truth(FLAT, *WEEK)
    }
    assert {point.day for point in points} == highest.keys()
    for point in points:
        assert point.value >= highest[point.day]
        [instant] = point.instants
        assert paris.day_of(instant) == point.day
    assert read_query(simulator, "puissance")["mesuresPas"] == "P1D"
    assert read_query(simulator, "puissance")["grandeurPhysique"] == "PMA"


async def test_self_consumption_has_two_contracts(enedis: Enedis) -> None:
    taking, giving = await enedis.fetch_contracts(PAYER, BOTH)
    assert (taking.segment, taking.contract_type, taking.subscribed_power_kva) == ("C5", "Contrat GRD-F", 9)
    assert (giving.segment, giving.contract_type, giving.subscribed_power_kva) == ("P4", "Contrat GRD-A", None)
    assert taking.contract_start == giving.contract_start == date(2017, 3, 14)
    assert taking.distribution_tariff is not None
    assert "heures creuses" in taking.distribution_tariff
    assert [contract.segment for contract in await enedis.fetch_contracts(PAYER, ROOF)] == ["P4"]


async def test_the_synthesis_says_since_when_by_direction(enedis: Enedis) -> None:
    since = date(2017, 3, 14)
    for prm, taken, given in ((FLAT, since, None), (ROOF, None, since), (BOTH, since, since)):
        synthesis = await enedis.fetch_synthesis(PAYER, prm)
        assert (synthesis.consumption_activated_on, synthesis.production_activated_on) == (taken, given)
        assert synthesis.services_level == "Communicant (ouvert aux services)"


@pytest.mark.parametrize(
    ("prm", "written"),
    [(HOUSE, "HC (22H30-6H30)"), (FARM, "HC (23h30-7h30)"), (FLAT, None), (ROOF, None)],
)
async def test_off_peak_hours_come_as_they_are_written(enedis: Enedis, prm: str, written: str | None) -> None:
    assert (await enedis.fetch_metering(PAYER, prm)).off_peak == written


async def test_address_and_connection(enedis: Enedis) -> None:
    address = await enedis.fetch_address(PAYER, HOUSE)
    assert (address.street, address.city, address.building) == ("2 RUE DU COMPTEUR", "99999 VILLE FICTIVE", None)
    for prm, phases in ((HOUSE, 1), (FARM, 3)):
        connection = await enedis.fetch_connection(PAYER, prm)
        assert (connection.connection_state, connection.voltage_level, connection.phase_count) == (
            "Alimenté",
            "BT",
            phases,
        )


def number_of(simulator: Simulator, prm: str) -> int:
    [number] = [home["authorisation_id"] for home in simulator.order("GET", "homes") if home["prm"] == prm]
    assert isinstance(number, int)
    return number


async def test_services_by_authorisation_and_by_meter(enedis: Enedis, simulator: Simulator) -> None:
    found = await enedis.fetch_services_of_authorization(PAYER, number_of(simulator, BOTH))
    assert {service.point for service in found} == {BOTH}
    assert {service.measure for service in found if service.takes} == {"CDC", "PMAX", "IDX", "ENERGIE", "ITC"}
    assert {service.measure for service in found if service.gives} == {"CDC", "IDX", "ENERGIE", "ITC"}
    assert all(service.is_open and service.takes is not service.gives for service in found)
    assert {(service.starts_on, service.ends_on) for service in found} == {(date(2026, 8, 5), date(2029, 8, 4))}
    assert await enedis.fetch_services_of_point(PAYER, BOTH) == found
    assert "CDC" not in {service.measure for service in await enedis.fetch_services_of_point(PAYER, NO_CURVE)}


async def test_no_service_in_its_three_forms_and_as_a_refusal(
    enedis: Enedis, recording: RecordingUpstream, simulator: Simulator
) -> None:
    number = number_of(simulator, UNSHARED)
    for _ in range(3):
        assert await enedis.fetch_services_of_authorization(PAYER, number) == []
    assert {answer.body for answer in recording.answers[-3:]} == {
        b'{"nbTotalServices":0}',
        b'{"nbTotalServices":0,"serviceSouscrit":null}',
        b'{"nbTotalServices":0,"serviceSouscrit":[]}',
    }
    simulator.order("POST", "faults", api="subscribed_services", name="no_services")
    assert await enedis.fetch_services_of_point(PAYER, BOTH) == []


async def test_services_are_asked_for_with_what_production_was_seen_to_take() -> None:
    async with run_scripted(lambda _: Reply()) as origin, open_client(origin.url) as (enedis, _):
        await enedis.fetch_services_of_authorization(PAYER, 4242)
        await enedis.fetch_services_of_point(PAYER, FLAT)
    one, other = origin.data_calls
    assert (one.line, one.body) == (
        "POST /subscribed_services/v1 HTTP/1.1",
        b'{"autorisationId":4242,"comptage":false}',
    )
    assert other.body == f'{{"pointId":"{FLAT}","comptage":false}}'.encode()
    assert one.headers["content-type"] == "application/json"


@pytest.mark.parametrize("name", CALLS)
async def test_every_call_bears_the_token_and_is_counted_once_for_who_asked(name: str, simulator: Simulator) -> None:
    api, ask = CALLS[name]
    pacer = NoPacer()
    async with open_client(simulator.url, pacer=pacer) as (enedis, heard):
        await ask(enedis, HOUSE)
    token, call = simulator.calls()
    assert (token["path"], token["query"], call["status"]) == ("/oauth2/v3/token", "", 200)
    assert pacer.waited == [(api, PAYER)]
    assert pacer.stopped == []
    if call["method"] == "GET":
        assert heard.answers[-1].headers["content-type"] == "application/octet-stream", "read by content"


@pytest.mark.parametrize("api", [Api.CONTRACTS, Api.SYNTHESIS, Api.METERING, Api.ADDRESS, Api.CONNECTION])
async def test_customer_calls_have_the_meter_in_their_path_alone(
    api: Api, enedis: Enedis, simulator: Simulator
) -> None:
    await dict(CALLS.values())[api](enedis, HOUSE)
    [call] = simulator.calls("_auto/v1/")
    assert call["path"].endswith(f"_auto/v1/{HOUSE}")
    assert call["query"] == ""


async def test_a_request_says_what_it_takes_and_who_it_is() -> None:
    async with run_scripted(lambda _: Reply()) as origin, open_client(origin.url) as (enedis, _):
        await enedis.fetch_synthesis(PAYER, FLAT)
    token, call = origin.requests
    assert token.headers["authorization"].startswith("Basic ")
    assert token.headers["content-type"] == "application/x-www-form-urlencoded"
    assert token.body == b"grant_type=client_credentials"
    assert call.headers["authorization"] == "Bearer token-1"
    assert call.headers["accept"] == "application/json"
    assert call.headers["host"] == origin.url.removeprefix("http://")


@pytest.mark.parametrize("body", [b"", b"<html></html>", b"\xff\xfe", b"[" * 5000, b'"text"', b"7"])
@pytest.mark.parametrize("name", CALLS)
async def test_an_answer_that_cannot_be_read_is_an_outage_and_not_an_absence(name: str, body: bytes) -> None:
    def reply_body(_: ReceivedRequest) -> Reply:
        return Reply(body=body)

    async with run_scripted(reply_body) as origin, open_client(origin.url) as (enedis, _):
        with pytest.raises(EnedisError) as refusal:
            await CALLS[name][1](enedis, HOUSE)
    assert (refusal.value.reason, refusal.value.code) == (ErrorReason.DOWN, "unreadable_answer")
