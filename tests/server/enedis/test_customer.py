"""What is absent, null or empty is None; what cannot be read is never guessed, and never crashes."""

import json
from datetime import date
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter

from gateway.domain.direction import Direction
from gateway.enedis.client import Enedis
from gateway.enedis.customer import (
    Address,
    GridConnection,
    GridContract,
    Metering,
    SubscribedService,
    SubscribedServices,
    Synthesis,
)
from gateway.enedis.errors import EnedisError, ErrorReason
from gateway.enedis.readings import place_curve
from gateway.enedis.registers import place_index
from gateway.enedis.wire import IndexMeasure
from tests.server.enedis.origins import (
    CALLS,
    EACH_API,
    PAYER,
    ReceivedRequest,
    Reply,
    open_client,
    read_fixture,
    run_scripted,
)

PRM = "30001000000099"


def serve_bodies(*bodies: bytes) -> Any:
    """Answer with each body in turn, then with the last."""
    left = list(bodies)

    def reply_next(_: ReceivedRequest) -> Reply:
        return Reply(body=left.pop(0) if len(left) > 1 else left[0])

    return run_scripted(reply_next)


async def test_the_fixtures_contracts() -> None:
    async with serve_bodies(read_fixture("contracts")) as origin, open_client(origin.url) as (enedis, _):
        taking, giving = await enedis.fetch_contracts(PAYER, PRM)
    assert taking.model_dump() == {
        "segment": "C5",
        "contract_start": date(2025, 11, 20),
        "contract_type": "Contrat GRD-F",
        "distribution_tariff": (
            "Tarif BT<=36kVA Moyenne Utilisation heures pleines heures creuses associées à deux saisons"
        ),
        "subscribed_power_kva": 9,
    }
    assert (giving.segment, giving.subscribed_power_kva, giving.contract_start) == ("P4", None, date(2025, 6, 2))


async def test_the_fixtures_customer_data() -> None:
    bodies = [read_fixture(name) for name in ("synthesis", "metering", "address", "connection")]
    async with serve_bodies(*bodies) as origin, open_client(origin.url) as (enedis, _):
        synthesis = await enedis.fetch_synthesis(PAYER, PRM)
        metering = await enedis.fetch_metering(PAYER, PRM)
        address = await enedis.fetch_address(PAYER, PRM)
        connection = await enedis.fetch_connection(PAYER, PRM)
    assert synthesis.model_dump() == {
        "consumption_activated_on": date(2019, 5, 7),
        "production_activated_on": date(2025, 6, 2),
        "power_changed_on": date(2025, 11, 20),
        "services_level": "Communicant (ouvert aux services)",
    }
    assert metering.off_peak == "HC (1H28-6H58;13H58-16H28)"
    assert metering.device is not None
    assert metering.device.meter_type is not None
    assert metering.device.meter_type.code == "AMM"
    assert address == Address(
        street="7 RUE INVENTÉE",
        floor="ESC B ETG 2",
        building="LES CYPRÈS",
        locality=None,
        city="99999 VILLE INVENTÉE",
        insee_code="99999",
    )
    assert (connection.connection_state, connection.voltage_level, connection.phase_count) == ("Alimenté", "BT", 3)


async def test_the_fixtures_services() -> None:
    async with serve_bodies(read_fixture("services")) as origin, open_client(origin.url) as (enedis, _):
        services = await enedis.fetch_services_of_authorization(PAYER, 4242)
    assert [service.measure for service in services if service.is_open] == ["CDC", "PMAX", "IDX", "ENERGIE"]
    *_, requested = services
    assert (requested.state, requested.is_open, requested.gives, requested.takes) == ("DEMANDE", False, True, False)
    assert (requested.point, requested.starts_on, requested.ends_on) == (PRM, date(2026, 6, 1), None)


async def test_the_fixtures_measures() -> None:
    bodies = [read_fixture(name) for name in ("load_curve", "daily", "daily", "max_power", "index")]
    days = date(2026, 9, 14), date(2026, 9, 16)
    async with serve_bodies(*bodies) as origin, open_client(origin.url) as (enedis, _):
        curve = await enedis.fetch_load_curve(PAYER, PRM, Direction.CONSUMPTION, *days)
        daily = await enedis.fetch_daily(PAYER, PRM, Direction.CONSUMPTION, *days)
        produced = await enedis.fetch_daily(PAYER, PRM, Direction.PRODUCTION, *days)
        power = await enedis.fetch_max_power(PAYER, PRM, *days)
        [series] = await enedis.fetch_index(PAYER, PRM, Direction.CONSUMPTION, *days)
    placement = place_curve(curve)
    assert placement.refused.total == 0
    assert [{reading.minutes for reading in readings} for readings in placement.days.values()] == [{60}, {30}]
    assert {
        day: sum(reading.watts * reading.minutes for reading in readings) for day, readings in placement.days.items()
    } == {point.day: point.value * 60 for point in daily}
    assert [point.value for point in produced] == [0, 1234]
    assert [(point.is_empty or point.value) for point in power] == [7210, True]
    [calendar] = series.calendrier or []
    off_peak, peak = calendar.classeTemporelle or []
    assert series.cadranTotalisateur is not None
    assert [value.v for value in off_peak.valeur or []] == [4100200, 4105300]
    assert [value.v for value in peak.valeur or []] == [8200400, 8211600]
    assert [value.v for value in series.cadranTotalisateur.valeur or []] == [12300600, 12316900]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-02-11T00:00:00+0100", date(2026, 2, 11)),
        ("2018-08-31T00:00:00+0200", date(2018, 8, 31)),
        ("2026-02-10T23:00:00Z", date(2026, 2, 11)),
        ("2026-02-11T00:00:00.000+01:00", date(2026, 2, 11)),
        ("2026-02-11T00:00:00", date(2026, 2, 11)),
        ("2013-08-14+01:00", date(2013, 8, 14)),
        (" 2025-01-01 ", date(2025, 1, 1)),
        ("9999-12-31", date(9999, 12, 31)),
    ]
    + [
        (nothing, None)
        for nothing in (
            None,
            "",
            " ",
            "soon",
            "11/02/2026",
            20260211,
            ["2026-02-11"],
            "2026-02-31",
            "2026-02-31T00:00:00+0100",
            "2026-02-11T25:00:00+0100",
            "2026-02-11T00:00:00+9900",
            "0001-01-01T00:00:00+0100",
            "9999-12-31T23:59:59Z",
            "٢٠٢٦-02-11",
        )
    ],
)
def test_dates_in_every_form(written: object, day: date | None) -> None:
    assert GridContract.model_validate({"contract_start": written}).contract_start == day
    assert SubscribedService.model_validate({"dateFin": written}).ends_on == day


NO_POWER: list[object] = [
    None,
    "",
    {},
    [],
    "9",
    {"unit": "kVA", "value": None},
    {"unit": None, "value": "9"},
    {"unit": "kVA", "value": "-3"},
    {"unit": "kVA", "value": "9" * 5000},
    {"unit": "kVA", "value": "٩"},
]


@pytest.mark.parametrize(
    ("written", "kva"),
    [
        ({"unit": "kVA", "value": "12"}, 12),
        ({"unit": "kVA", "value": 12}, 12),
        ({"unit": "kVA", "value": 12.0}, 12),
        ({"unit": "KVA", "value": "36.00"}, 36),
        ({"unit": "kW", "value": "6"}, 6),
        ({"unit": "kVA", "value": "7,5"}, 7.5),
        ({"unit": "kVA", "value": "7.5"}, 7.5),
        ("9 kVA", 9),
        ("9kVA", 9),
    ]
    + [(nothing, None) for nothing in NO_POWER],
)
def test_the_subscribed_power_in_every_form(written: object, kva: float | None) -> None:
    assert GridContract.model_validate({"subscribed_power": written}).subscribed_power_kva == kva


@pytest.mark.parametrize(("written", "phases"), [("3", 3), (3, 3), (1.0, 1), ("", None), (None, None)])
def test_phases(written: object, phases: int | None) -> None:
    assert GridConnection.model_validate({"phase_count": written}).phase_count == phases


@pytest.mark.parametrize("written", [[], {}, True, "tri", "1_0"])
async def test_phases_that_cannot_be_read_are_an_unreadable_answer(written: object) -> None:
    async with (
        serve_bodies(json.dumps({"phase_count": written}).encode()) as origin,
        open_client(origin.url) as (enedis, _),
    ):
        assert await find_refusal(enedis, "connection") is ErrorReason.DOWN


async def find_refusal(enedis: Enedis, call: str) -> ErrorReason:
    with pytest.raises(EnedisError) as refusal:
        await CALLS[call][1](enedis, PRM)
    return refusal.value.reason


@pytest.mark.parametrize("form", [GridContract, Synthesis, Address, GridConnection, Metering, SubscribedService])
@pytest.mark.parametrize("nothing", [None, ""])
def test_absent_null_and_empty_are_the_same(form: type[BaseModel], nothing: object) -> None:
    names = [field.alias or name for name, field in form.model_fields.items()]
    objects = {"dispositifComptage", "relais", "grandeur", "contexte", "periode"}
    empty = form.model_validate({name: None if name in objects else nothing for name in names})
    assert empty == form.model_validate({})
    assert not any(empty.model_dump().values())


@pytest.mark.parametrize("body", [b"{}", b'{"address":null}', b'{"address":{}}'])
async def test_no_address_in_its_three_forms(body: bytes) -> None:
    async with serve_bodies(body) as origin, open_client(origin.url) as (enedis, _):
        assert await enedis.fetch_address(PAYER, PRM) == Address()


@pytest.mark.parametrize(
    "body", [{}, {"relais": None}, {"relais": {}}, {"relais": {"plageHeuresCreuses": None}, "dispositifComptage": None}]
)
def test_no_off_peak_hours_in_every_form(body: object) -> None:
    assert Metering.model_validate(body).off_peak is None


@pytest.mark.parametrize("empty", [{}, {"serviceSouscrit": None}, {"serviceSouscrit": []}])
def test_no_service_in_its_three_forms(empty: dict[str, object]) -> None:
    assert SubscribedServices.model_validate({"nbTotalServices": 0, **empty}).items == []


@pytest.mark.parametrize("rows", [{"pointId": PRM}, "ACTIF", 5, [None], [[]], True])
async def test_services_that_cannot_be_read_are_not_taken_for_none(rows: object) -> None:
    """Whoever believed that nothing is open any more would end a consent."""
    async with (
        serve_bodies(json.dumps({"serviceSouscrit": rows}).encode()) as origin,
        open_client(origin.url) as (enedis, _),
    ):
        assert await find_refusal(enedis, "services") is ErrorReason.DOWN


def test_a_service_says_which_way_the_energy_goes() -> None:
    for written, read in ((True, True), (False, False), (None, False), ("", False), ("true", True), ("false", False)):
        service = SubscribedService.model_validate({"soutirage": written, "injection": written})
        assert (service.takes, service.gives) == (read, read)


def test_only_what_is_active_is_open() -> None:
    states = {"ACTIF": True, None: True, "DEMANDE": False, "TERMINE": False, "SUPPRIME": False, "INCONNU": False}
    for state, is_open in states.items():
        assert SubscribedService.model_validate({"etatCode": state}).is_open is is_open


def test_personal_data_that_nobody_needs_is_not_kept() -> None:
    for contract in TypeAdapter(list[GridContract]).validate_json(read_fixture("contracts")):
        assert "INVENT" not in repr(contract)
        assert PRM not in repr(contract)


@pytest.mark.parametrize("api", EACH_API)
async def test_wrong_shapes_are_refused_without_a_word_of_them(api: Any) -> None:
    """The words of a parser quote what it could not read."""
    private = f"M INVENTÉ {PRM}"
    for body in (f'["{private}"]', f'"{private}"', f'{{"{private}"', f'[[{{"segment": "{private}"}}]]'):
        async with serve_bodies(body.encode()) as origin, open_client(origin.url) as (enedis, _):
            with pytest.raises(EnedisError) as refusal:
                await EACH_API[api](enedis, PRM)
        assert PRM not in f"{refusal.value!r} {refusal.value} {refusal.value.code}"
        assert refusal.value.__suppress_context__


def test_one_unreadable_index_does_not_spoil_the_answer() -> None:
    answer = json.loads(read_fixture("index"))
    [series] = answer["contexte"][0]["grandeur"]
    values = series["cadranTotalisateur"]["valeur"]
    values += [{"d": "2026-09-16", "v": "unknown"}, {"v": 5}, None, {"d": "2026-09-17", "v": "12360000"}]
    [reading] = IndexMeasure.model_validate(answer).contexte or []
    [read] = reading.grandeur or []
    assert read.cadranTotalisateur is not None
    placed = place_index([read], date(2026, 9, 14), date(2026, 9, 18))
    assert {day.isoformat(): registers["total"] for day, registers in placed.days.items()} == {
        "2026-09-14": 12300600,
        "2026-09-15": 12316900,
        "2026-09-17": 12360000,
    }
    assert placed.refused.total == 3, "each is counted, and the log says what it was"


def test_registers_named_by_numbers_are_read() -> None:
    """No live answer is known: what is a string in one may be a number in another."""
    register = {"idClasseTemporelle": 1, "codeCadran": 1, "valeur": [{"d": "2026-09-14", "v": "5"}]}
    series = {"calendrier": [{"idCalendrier": 3, "classeTemporelle": [register]}]}
    [reading] = IndexMeasure.model_validate({"contexte": [{"grandeur": [series]}]}).contexte or []
    [read] = reading.grandeur or []
    [calendar] = read.calendrier or []
    [only] = calendar.classeTemporelle or []
    assert (calendar.idCalendrier, only.idClasseTemporelle, only.codeCadran) == ("3", "1", "1")
