"""Periods with their bucket and price, of a home that is filled by hand."""

from datetime import date, datetime, timedelta

import pytest

from gateway.tempo import outlook
from tests.server.billing.answered import load_periods, load_totals, write_curve
from tests.server.billing.homes import HP_HC, NIGHT, TEMPO, TODAY, StoredHome
from tests.server.paris import midnight


async def test_a_base_home_is_one_period_as_far_as_asked(home: StoredHome) -> None:
    found = await load_periods(home)
    assert found["items"] == [
        {
            "start": "2026-11-02T23:00:00Z",
            "end": "2026-11-10T23:00:00Z",
            "bucket": "base",
            "off_peak": None,
            "price": 0.2001,
            "certain": True,
            "expected": False,
            "expected_reason": None,
        }
    ]


async def test_a_new_price_begins_a_period(home: StoredHome) -> None:
    found = await load_periods(home, date(2025, 7, 31), date(2025, 8, 2))
    assert [(item["end"], item["price"]) for item in found["items"]] == [
        ("2025-07-31T22:00:00Z", 0.2016),
        ("2025-08-01T22:00:00Z", 0.1952),
    ]


async def test_hours_that_will_change_are_told_ahead(home: StoredHome) -> None:
    moved = "2026-11-06"
    await home.change_point(
        tariffs=HP_HC, off_peak=[NIGHT[0] | {"valid_to": moved}, {"valid_from": moved, "slots": [["02:00", "10:00"]]}]
    )
    off_peak = [item["start"] for item in (await load_periods(home))["items"] if item["bucket"] == "hc"]
    assert off_peak[:5] == [
        "2026-11-02T23:00:00Z",
        "2026-11-03T21:30:00Z",
        "2026-11-04T21:30:00Z",
        "2026-11-05T21:30:00Z",
        "2026-11-06T01:00:00Z",
    ]
    assert len(off_peak) == 9


async def test_tempo_is_certain_as_far_as_its_colours_are(home: StoredHome) -> None:
    await home.change_point(tariffs=TEMPO)
    await home.write_colors({date(2026, 11, 2): "blue", TODAY: "red"})
    items = (await load_periods(home, TODAY, TODAY + timedelta(days=2)))["items"]
    assert [(item["start"], item["bucket"], item["price"], item["certain"]) for item in items] == [
        ("2026-11-02T23:00:00Z", "blue_hc", 0.1356, True),
        ("2026-11-03T05:00:00Z", "red_hp", 0.7295, True),
        ("2026-11-03T21:00:00Z", "red_hc", 0.1615, True),
        ("2026-11-04T05:00:00Z", "unknown", None, False),
        ("2026-11-04T21:00:00Z", "unknown", None, False),
    ]
    assert items[-1]["end"] == "2026-11-04T23:00:00Z"
    assert [item["off_peak"] for item in items] == [True, False, True, False, True], "whatever the colour"


async def test_off_peak_hours_are_told_where_there_are_any(home: StoredHome) -> None:
    tomorrow = TODAY + timedelta(days=1)
    await home.change_point(tariffs=HP_HC, off_peak=NIGHT)
    told = [(item["bucket"], item["off_peak"]) for item in (await load_periods(home, TODAY, tomorrow))["items"]]
    assert told == [("hc", True), ("hp", False), ("hc", True)]
    await home.change_point(tariffs=HP_HC, off_peak=[])
    assert [item["off_peak"] for item in (await load_periods(home, TODAY, tomorrow))["items"]] == [None]
    own = [
        {"bucket": "day", "eur_per_kwh": 0.2},
        {"bucket": "night_hc", "eur_per_kwh": 0.1, "slots": [["01:28", "07:28"]]},
    ]
    await home.change_point(tariffs=[HP_HC[0] | {"option": "custom", "prices": own}])
    told = [(item["bucket"], item["off_peak"]) for item in (await load_periods(home, TODAY, tomorrow))["items"]]
    assert told == [("day", False), ("night_hc", True), ("day", False)]


async def test_what_follows_from_the_usual_quota_is_expected_and_not_certain(home: StoredHome) -> None:
    """Of the season 2025-26 all white and red days of the quota are used by 2 June: from then on blue is expected."""
    await home.change_point(tariffs=TEMPO)
    home.clock.set(midnight(date(2026, 6, 2)) + timedelta(hours=12))
    season = [date(2025, 9, 1) + timedelta(days=number) for number in range(275)]
    red = [day for day in season if day.weekday() < 5 and day.month in {11, 12}][:22]
    white = [day for day in season if day.weekday() != 6 and day not in red][:43]
    colors = dict.fromkeys(season, "blue") | dict.fromkeys(red, "red") | dict.fromkeys(white, "white")
    await home.write_colors(colors)
    items = (await load_periods(home, date(2026, 7, 1), date(2026, 7, 3)))["items"]
    shown = {(item["bucket"], item["certain"], item["expected"], item["expected_reason"]) for item in items}
    assert shown == {("blue_hc", False, True, "quota_used"), ("blue_hp", False, True, "quota_used")}
    assert all(item["price"] for item in items)


async def test_a_sunday_that_rte_never_named_is_blue_in_every_answer(home: StoredHome) -> None:
    await home.change_point(tariffs=TEMPO)
    sunday = date(2026, 11, 1)
    await home.write_colors({sunday - timedelta(days=1): "blue", sunday: "unknown"})
    await write_curve(home, date(2026, 9, 4))
    async with home.database.read() as session:
        named = await outlook.list_days(session, sunday, TODAY, home.clock.now())
    assert [(day.color, day.confirmed) for day in named.days] == [("blue", True), ("unknown", False)]
    items = (await load_periods(home, sunday, TODAY))["items"]
    assert [(item["bucket"], item["certain"]) for item in items[:4]] == [
        ("blue_hc", True), ("blue_hp", True), ("blue_hc", True), ("unknown", False)
    ]  # fmt: skip
    hours = await home.load_hours()
    cost = dict(zip(hours["start"], hours["sum"]["cost"], strict=True))
    whole_sunday = cost["2026-11-01T22:00:00Z"] - cost["2026-10-31T22:00:00Z"]
    assert whole_sunday == pytest.approx(8 * 0.1356 + 16 * 0.1654, abs=1e-5)
    running = (await load_totals(home))["month"]["running"]
    of_monday_night = 6000
    assert running["consumption"]["by_bucket"] == {
        "blue_hc": 8000 + of_monday_night, "blue_hp": 16_000, "unknown": 18_000
    }  # fmt: skip


async def test_the_odd_nights_are_whole(home: StoredHome) -> None:
    await home.change_point(tariffs=HP_HC, off_peak=NIGHT)
    for day, hours in ((date(2026, 3, 29), 7), (date(2026, 10, 25), 9)):
        eve = day - timedelta(days=1)
        night = next(item for item in (await load_periods(home, eve, day + timedelta(days=1)))["items"][2:])
        assert night["bucket"] == "hc"
        length = datetime.fromisoformat(night["end"]) - datetime.fromisoformat(night["start"])
        assert length == timedelta(hours=hours)
