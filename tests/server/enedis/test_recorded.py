"""Enedis' recorded answers, read in place."""

from collections.abc import Callable
from datetime import date

import pytest

from gateway.enedis.errors import Meaning, understand
from gateway.enedis.readings import place
from gateway.enedis.wire import Measure
from gateway.kit.http import Answer

type Sample = Callable[[str], bytes]
LAST_DAYS = {date(2026, 9, 29): 33495, date(2026, 9, 30): 38022}


def measure(body: bytes) -> Measure:
    return Measure.model_validate_json(body)


def test_two_days_in_september_sum_to_what_enedis_says_of_them(sample: Sample) -> None:
    curve = measure(sample("enedis_2026/mesure_courbe_de_charge_consommation.json")).points("CONS", "PA")
    daily = measure(sample("enedis_2026/mesure_consommation_quotidienne.json")).points("CONS", "EA")
    placement = place(curve)
    assert placement.refused == 0
    sums = {
        day: sum(reading.watts * reading.minutes for reading in readings) / 60
        for day, readings in placement.days.items()
    }
    assert sums == LAST_DAYS == {point.day: point.v for point in daily}
    assert [len(readings) for readings in placement.days.values()] == [48, 48]


def test_the_greatest_power_has_its_moment(sample: Sample) -> None:
    points = measure(sample("enedis_2026/mesure_puissance_conso_max_quotidienne.json")).points("CONS", "PMA")
    assert points
    assert all(point.v and point.local.date() == point.day for point in points)


def test_the_sandbox_curve_is_read_and_its_hole_stays_one(sample: Sample) -> None:
    placement = place(measure(sample("enedis_2026_sandbox/mesure-v2-cdc-consommation.json")).points("CONS", "PA"))
    assert [reading.watts for reading in placement.days[date(2026, 9, 28)]] == [120, 150, 170]
    assert placement.refused == 0


@pytest.mark.parametrize(
    ("status", "name", "meaning"),
    [
        (400, "enedis_errors/400_ADAM-DC-0007_not_holder_2026.json", Meaning.NOT_HOLDER),
        (400, "enedis_errors/400_ADAM-ERR0123.json", Meaning.BEFORE_ACTIVATION),
        (401, "enedis_errors/401_900901_fault_2024-11.json", Meaning.UNAUTHORIZED),
        (403, "enedis_errors/403_ADAM-DC-0008_no_consent.json", Meaning.NO_CONSENT),
        (404, "enedis_errors/404_no_data_found.json", Meaning.ABSENT),
        (429, "enedis_errors/429_900804_2026-07-22.json", Meaning.QUOTA),
        (429, "enedis_errors/429_900807_fault_2026-05.json", Meaning.QUOTA),
        (500, "enedis_errors/500_technical_error_2026.json", Meaning.DOWN),
        (401, "enedis_errors/token_401_invalid_client.json", Meaning.UNAUTHORIZED),
        (403, "enedis_2026/erreur_comptage_non_souscrit.json", Meaning.NOT_SUBSCRIBED),
        (400, "enedis_2026_sandbox/mesure-v2-error-400.json", Meaning.BEFORE_ACTIVATION),
    ],
)
def test_recorded_refusals(sample: Sample, status: int, name: str, meaning: Meaning) -> None:
    assert understand(Answer(status, sample(name), {})).meaning is meaning
