"""The comparison of options where not everything is known: empty hours, missing buckets, regional holidays."""

from datetime import date, timedelta

import pytest

from gateway.metering.schedule import Kind
from gateway.usage_points.contract import Contract
from tests.server.billing.answered import load_comparison
from tests.server.billing.homes import BASE, NIGHT, StoredHome, whole_curve

OCTOBER = [date(2026, 10, 1) + timedelta(days=number) for number in range(31)]


@pytest.mark.parametrize("tariffs", [BASE, []])
async def test_empty_hours_in_no_known_bucket_do_not_stand_for_a_month(
    home: StoredHome, tariffs: list[dict[str, object]]
) -> None:
    """A second home that is empty most of the time, with off-peak hours that nobody told."""
    await home.change_point(tariffs=tariffs, contract=Contract(power_kva=6))
    await home.write_days(Kind.CURVE, {day: whole_curve(day, [500 if day.day <= 10 else 0]) for day in OCTOBER})
    options = (await load_comparison(home))["total"]
    assert options["base"]["known"] == 1
    assert options["base"]["energy"] == pytest.approx(10 * 12 * 0.2001)
    assert options["hp_hc"]["energy"] is None
    assert options["own"]["energy"] == (options["base"]["energy"] if tariffs else None)


async def test_days_without_consumption_are_billed_where_their_buckets_are_known(home: StoredHome) -> None:
    await home.change_point(tariffs=BASE, off_peak=NIGHT)
    await home.write_days(Kind.CURVE, {day: whole_curve(day, [500 if day.day <= 10 else 0]) for day in OCTOBER})
    options = (await load_comparison(home))["total"]
    assert (options["base"]["known"], options["hp_hc"]["known"]) == (1, 1)
    assert options["hp_hc"]["energy"] == pytest.approx(10 * (8 * 0.2142 + 4 * 0.1589))
