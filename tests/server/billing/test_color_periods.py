"""Periods of an offer by colour whose bucket stays the same where the next colour comes into force."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.server.billing.answered import load_periods
from tests.server.billing.homes import StoredHome

RED_OR_NOT = {
    "option": "custom",
    "power_kva": 6,
    "prices": [
        {"bucket": "red", "eur_per_kwh": 0.70, "colors": ["red"], "slots": [["00:00", "24:00"]]},
        {"bucket": "rest", "eur_per_kwh": 0.15},
    ],
}


@pytest.mark.parametrize(
    ("day", "change"),
    [
        (date(2026, 11, 4), "2026-11-04T05:00:00Z"),
        (date(2026, 3, 30), "2026-03-30T04:00:00Z"),
    ],
)
async def test_a_price_is_certain_until_a_color_that_is_not(home: StoredHome, day: date, change: str) -> None:
    await home.change_point(tariffs=[RED_OR_NOT])
    await home.write_colors({day - timedelta(days=1): "blue"})
    await home.write_colors({day: "blue"}, confirmed=False)
    assert await load_certainty(home, day) == [(True, "rest"), (False, "rest")]
    assert (await load_periods(home, day, day + timedelta(days=1)))["items"][0]["end"] == change
    await home.write_colors({day: "blue"})
    assert await load_certainty(home, day) == [(True, "rest")]


@pytest.mark.parametrize(
    ("sunday", "change"),
    [(date(2026, 3, 29), "2026-03-29T05:00:00Z"), (date(2026, 10, 25), "2026-10-25T06:00:00Z")],
    ids=["23 hours", "25 hours"],
)
async def test_a_sunday_of_another_length_is_cut_by_its_clock(home: StoredHome, sunday: date, change: str) -> None:
    """A Sunday is never red; the Saturday before still may be."""
    await home.change_point(tariffs=[RED_OR_NOT | {"day_starts": "07:00"}])
    await home.write_colors({sunday - timedelta(days=1): "blue"}, confirmed=False)
    assert await load_certainty(home, sunday) == [(False, "rest"), (True, "rest")]
    assert (await load_periods(home, sunday, sunday + timedelta(days=1)))["items"][0]["end"] == change


async def load_certainty(home: StoredHome, day: date) -> list[tuple[Any, Any]]:
    return [
        (one["certain"], one["bucket"]) for one in (await load_periods(home, day, day + timedelta(days=1)))["items"]
    ]
