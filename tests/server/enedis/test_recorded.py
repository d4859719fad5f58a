"""Enedis' recorded answers, read in place."""

import json
from collections.abc import Callable
from datetime import date

import pytest
from pydantic import TypeAdapter

from gateway.enedis.customer import AddressAnswer, GridConnection, GridContract, SubscribedServices, Synthesis
from gateway.enedis.errors import ErrorReason, parse_error
from gateway.enedis.readings import place_curve
from gateway.enedis.recognition import Quantity, Request, find_points
from gateway.enedis.wire import Measure, Point
from gateway.kit import paris
from gateway.kit.http import HttpResponse
from tests.server.enedis.origins import read_fixture

type Sample = Callable[[str], bytes]
LAST_DAYS = {date(2026, 9, 29): 33495, date(2026, 9, 30): 38022}


def read_points(body: bytes, physical: str) -> list[Point]:
    measure = Measure.model_validate_json(body)
    assert measure.idPrm is not None
    assert measure.periode is not None
    start, end = (date.fromisoformat(day or "") for day in (measure.periode.dateDebut, measure.periode.dateFin))
    return find_points(measure, Request(measure.idPrm, start, end), Quantity("CONS", physical))


def test_two_days_in_september_sum_to_what_enedis_says_of_them(read_sample: Sample) -> None:
    curve = read_points(read_sample("enedis_2026/mesure_courbe_de_charge_consommation.json"), "PA")
    daily = read_points(read_sample("enedis_2026/mesure_consommation_quotidienne.json"), "EA")
    placement = place_curve(curve)
    assert placement.refused.total == 0
    sums = {
        day: sum(reading.watts * reading.minutes for reading in readings) / 60
        for day, readings in placement.days.items()
    }
    assert sums == LAST_DAYS == {point.day: point.value for point in daily}
    assert [len(readings) for readings in placement.days.values()] == [48, 48]


def test_the_greatest_power_has_its_moment(read_sample: Sample) -> None:
    found = read_points(read_sample("enedis_2026/mesure_puissance_conso_max_quotidienne.json"), "PMA")
    assert found
    assert all(paris.day_of(point.instants[0]) == point.day and point.value for point in found)


def test_the_sandbox_curve_is_read_and_its_hole_stays_one(read_sample: Sample) -> None:
    placement = place_curve(read_points(read_sample("enedis_2026_sandbox/mesure-v2-cdc-consommation.json"), "PA"))
    assert [reading.watts for reading in placement.days[date(2026, 9, 28)]] == [120, 150, 170]
    assert placement.refused.total == 0


def test_a_contract_has_its_power_and_its_first_day(read_sample: Sample) -> None:
    [contract] = TypeAdapter(list[GridContract]).validate_json(
        read_sample("enedis_2026/situation_contrat_consommateur.json")
    )
    assert (contract.segment, contract.contract_type) == ("C5", "Contrat GRD-F")
    assert (contract.subscribed_power_kva, contract.contract_start) == (12, date(2026, 2, 11))
    assert contract.distribution_tariff is not None
    assert contract.distribution_tariff.endswith("associées à deux saisons")
    sandbox = read_sample("enedis_2026_sandbox/situation-contrat-14000000000001.json")
    [contract] = TypeAdapter(list[GridContract]).validate_json(sandbox)
    assert (contract.subscribed_power_kva, contract.contract_start) == (9, date(2023, 9, 1))


def test_the_synthesis_has_its_days_and_a_label(read_sample: Sample) -> None:
    synthesis = Synthesis.model_validate_json(read_sample("enedis_2026/synth_contrat_consommateur.json"))
    assert synthesis.consumption_activated_on == date(2018, 8, 31)
    assert synthesis.production_activated_on is None
    assert synthesis.power_changed_on == date(2026, 2, 11)
    assert synthesis.services_level == "Communicant (ouvert aux services)"


def test_addresses_leave_out_what_they_have_not(read_sample: Sample) -> None:
    sandbox = AddressAnswer.model_validate_json(read_sample("enedis_2026_sandbox/donnees-generales.json")).address
    assert (sandbox.street, sandbox.city, sandbox.insee_code) == ("1 rue du test", "750XX", "750XX")
    assert (sandbox.floor, sandbox.building, sandbox.locality) == (None, None, None)
    assert AddressAnswer.model_validate_json(read_sample("enedis_2026/donnees_generales.json")).address.city


def test_the_sandbox_connection_says_no_phases(read_sample: Sample) -> None:
    connection = GridConnection.model_validate_json(read_sample("enedis_2026_sandbox/alimentation.json"))
    assert (connection.connection_state, connection.voltage_level, connection.phase_count) == ("Alimenté", "HTA", None)


def test_one_meter_comes_once_a_service(read_sample: Sample) -> None:
    services = SubscribedServices.model_validate_json(
        read_sample("enedis_2026_sandbox/subscribed-services-11.json")
    ).items
    assert {service.measure for service in services} >= {"CDC", "PMAX", "IDX", "ENERGIE"}
    assert len(services) == 5
    assert {service.point for service in services} == {"14000000000001"}
    assert {(service.starts_on, service.ends_on) for service in services} == {(date(2025, 1, 1), date(2026, 1, 1))}
    assert all(service.takes and not service.gives and service.is_open for service in services)


def describe_shape(value: object) -> object:
    """Keys and kinds; of a list, those of its first member."""
    if isinstance(value, dict):
        return {key: describe_shape(member) for key, member in value.items()}
    if isinstance(value, list):
        return [describe_shape(value[0])] if value else []
    return type(value).__name__


@pytest.mark.parametrize(
    ("ours", "recorded"),
    [
        ("load_curve", "enedis_2026/mesure_courbe_de_charge_consommation.json"),
        ("daily", "enedis_2026/mesure_consommation_quotidienne.json"),
        ("max_power", "enedis_2026/mesure_puissance_conso_max_quotidienne.json"),
        ("contracts", "enedis_2026/situation_contrat_consommateur.json"),
        ("services", "enedis_2026_sandbox/subscribed-services-11.json"),
        ("token", "enedis_errors/token_200.json"),
    ],
)
def test_the_fixtures_have_the_recorded_shapes(read_sample: Sample, ours: str, recorded: str) -> None:
    assert describe_shape(json.loads(read_fixture(ours))) == describe_shape(json.loads(read_sample(recorded)))


@pytest.mark.parametrize(
    ("status", "name", "reason"),
    [
        (400, "enedis_errors/400_ADAM-DC-0007_not_holder_2026.json", ErrorReason.NOT_HOLDER),
        (400, "enedis_errors/400_ADAM-ERR0123.json", ErrorReason.BEFORE_ACTIVATION),
        (401, "enedis_errors/401_900901_fault_2024-11.json", ErrorReason.UNAUTHORIZED),
        (403, "enedis_errors/403_ADAM-DC-0008_no_consent.json", ErrorReason.NO_CONSENT),
        (404, "enedis_errors/404_no_data_found.json", ErrorReason.ABSENT),
        (429, "enedis_errors/429_900804_2026-07-22.json", ErrorReason.QUOTA),
        (429, "enedis_errors/429_900807_fault_2026-05.json", ErrorReason.QUOTA),
        (500, "enedis_errors/500_technical_error_2026.json", ErrorReason.DOWN),
        (401, "enedis_errors/token_401_invalid_client.json", ErrorReason.UNAUTHORIZED),
        (403, "enedis_2026/erreur_comptage_non_souscrit.json", ErrorReason.NOT_SUBSCRIBED),
        (400, "enedis_2026_sandbox/mesure-v2-error-400.json", ErrorReason.BEFORE_ACTIVATION),
        (400, "enedis_2026_sandbox/itc-error.json", ErrorReason.NOTHING_OPEN),
    ],
)
def test_recorded_refusals(read_sample: Sample, status: int, name: str, reason: ErrorReason) -> None:
    assert parse_error(HttpResponse(status, read_sample(name), {})).reason is reason
