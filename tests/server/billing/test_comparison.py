"""The comparison of options where not everything is known: empty hours, missing buckets, regional holidays."""

from datetime import date, timedelta

import pytest

from gateway.metering.schedule import Kind
from gateway.usage_points.contract import Contract
from tests.server.billing.answered import load_comparison, write_curve
from tests.server.billing.homes import BASE, HP_HC, NIGHT, TEMPO, StoredHome, whole_curve
from tests.server.paris import midnight

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


async def test_moving_red_hours_gains_the_same_whether_the_evening_is_known_or_not(home: StoredHome) -> None:
    """No row of that day is in red off-peak hours: what they cost is known all the same."""
    red = date(2026, 10, 6)
    await home.change_point(tariffs=TEMPO)
    curves = {day: whole_curve(day, [1000]) for day in OCTOBER}
    curves[red] = curves[red][: 22 * 2]
    await home.write_days(Kind.CURVE, curves)
    await home.write_colors(dict.fromkeys([date(2026, 9, 30), *OCTOBER], "blue") | {red: "red"})
    tempo = (await load_comparison(home))["total"]["tempo"]
    assert tempo["buckets"]["red_hc"]["kwh"] == pytest.approx(6), "those of the next morning"
    assert tempo["red_gain"] == pytest.approx(16 * (0.7295 - 0.1615))


async def test_holidays_of_alsace_and_moselle_count_under_every_option(home: StoredHome) -> None:
    """26 December is a public holiday there, and all of it off-peak in this home."""
    home.clock.set(midnight(date(2027, 1, 10)))
    off_peak = [*NIGHT, {"slots": [["00:00", "24:00"]], "weekdays": [], "public_holidays": "included"}]
    await home.change_point(tariffs=[HP_HC[0] | {"holidays": "alsace_moselle"}], off_peak=off_peak)
    await write_curve(home, date(2026, 12, 1), end=date(2027, 1, 1))
    options = (await load_comparison(home))["total"]
    assert options["hp_hc"] == options["own"]
    assert options["hp_hc"]["buckets"]["hc"]["kwh"] == pytest.approx(29 * 8 + 2 * 24)
