"""What clients of `/hours` are told, and what they are told anew when something changes."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.billing.days.counting import count_day
from gateway.billing.hours import changes, publishing
from gateway.domain.direction import Direction
from gateway.metering.schedule import Kind, State
from gateway.usage_points.contract import Contract
from gateway.usage_points.models import PointStatus
from tests.server.billing.homes import (
    BASE,
    HP_HC,
    NIGHT,
    TEMPO,
    TODAY,
    Client,
    StoredHome,
    list_past_days,
    sqlite_url,
    whole_curve,
)
from tests.server.conftest import NOW, SetClock
from tests.server.paris import midnight


@pytest.fixture
async def home(tmp_path: Path) -> Any:
    made = await StoredHome.create(sqlite_url(tmp_path), SetClock(NOW), tariffs=BASE)
    yield made
    await made.database.close()


def format_hour(day: date, hour: int = 0) -> str:
    return (midnight(day) + timedelta(hours=hour)).strftime("%Y-%m-%dT%H:%M:%SZ")


async def write_days(home: StoredHome, days: list[date], watts: int = 600) -> None:
    await home.write_days(Kind.CURVE, {day: whole_curve(day, [watts]) for day in days})


async def test_nothing_is_published_before_sixty_days_are_known(home: StoredHome) -> None:
    await write_days(home, list_past_days(59))
    assert (await home.load_hours())["from"] is None
    await write_days(home, list_past_days(60, 60))
    answer = await home.load_hours()
    assert (answer["from"], len(answer["start"])) == (format_hour(TODAY - timedelta(days=60)), 60 * 24 + 1)
    assert [series["key"] for series in answer["series"]] == ["consumption", "cost", "subscription"]
    assert answer["sum"]["consumption"][-1] == 600 * (60 * 24 + 1)
    assert set(answer["made_of"]["consumption"]) == {"measured"}


async def test_the_start_moves_back_at_a_year_and_at_the_end_only(home: StoredHome) -> None:
    client = Client()
    await write_days(home, list_past_days(60))
    client.take(await home.load_hours())
    await write_days(home, list_past_days(300, 61))
    assert (await home.load_hours(client.cursor))["from"] is None
    await write_days(home, list_past_days(365, 301))
    answer = await home.load_hours(client.cursor)
    assert answer["from"] == format_hour(TODAY - timedelta(days=365))
    client.take(answer)
    oldest = (TODAY - date(2024, 10, 19)).days
    await write_days(home, list_past_days(oldest - 1, 366))
    assert (await home.load_hours(client.cursor))["from"] is None
    await write_days(home, list_past_days(oldest, oldest))
    assert (await home.load_hours(client.cursor))["from"] is None
    values = [date(2023, 10, 19) + timedelta(days=number) for number in range(366)]
    await home.write_days(Kind.DAILY, dict.fromkeys(values[1:], 12_345))
    assert (await home.load_hours(client.cursor))["from"] is None
    await home.write_days(Kind.DAILY, {values[0]: None})  # Enedis has none
    answer = await home.load_hours(client.cursor)
    assert answer["epoch"] == client.epoch
    assert answer["start"][:2] == [format_hour(date(2023, 10, 20)), format_hour(date(2023, 10, 21))]
    assert answer["sum"]["consumption"][:2] == [12_345, 2 * 12_345]
    assert answer["sum"]["cost"][0] == pytest.approx(12.345 * 0.2276)
    assert answer["made_of"]["consumption"][364:367] == ["day", "measured", "measured"]
    assert answer["start"][365] == format_hour(date(2024, 10, 19))
    home.clock.set(NOW + timedelta(days=1))
    await write_days(home, [TODAY])
    assert (await home.load_hours(answer["cursor"]))["from"] == format_hour(TODAY)


async def test_a_late_reading_moves_from_back_to_its_hour(home: StoredHome) -> None:
    await write_days(home, list_past_days(60))
    late = TODAY - timedelta(days=5)
    await home.write_days(Kind.CURVE, {late: whole_curve(late, [600])[:20]}, state=State.PARTIAL)
    first = await home.load_hours()
    assert format_hour(late, 9) in first["start"]
    assert format_hour(late, 10) not in first["start"]
    await write_days(home, [late])
    answer = await home.load_hours(first["cursor"])
    assert answer["from"] == format_hour(late, 10)
    assert (await home.load_hours(answer["cursor"]))["start"] == []


async def test_a_new_price_or_hours_or_option_moves_it_to_the_day_it_begins(home: StoredHome) -> None:
    await home.change_point(tariffs=HP_HC, off_peak=NIGHT)
    await write_days(home, list_past_days(60))
    cursor = (await home.load_hours())["cursor"]
    moved = TODAY - timedelta(days=10)
    begins = moved.isoformat()
    await home.change_point(
        off_peak=[NIGHT[0] | {"valid_to": begins}, {"valid_from": begins, "slots": [["01:00", "09:00"]]}]
    )
    answer = await home.load_hours(cursor)
    assert answer["from"] == format_hour(moved)
    own = {"prices": [{"bucket": "hp", "eur_per_kwh": 0.3}, {"bucket": "hc", "eur_per_kwh": 0.2}]}
    await home.change_point(tariffs=[*HP_HC, HP_HC[0] | own | {"valid_from": TODAY.replace(day=2).isoformat()}])
    answer = await home.load_hours(answer["cursor"])
    assert answer["from"] == format_hour(TODAY.replace(day=2))


async def test_a_colour_that_arrives_moves_it_to_its_six_o_clock_and_prices_it(home: StoredHome) -> None:
    await home.change_point(tariffs=TEMPO)
    days = list_past_days(61, 0)
    missing = TODAY - timedelta(days=3)
    await home.write_colors({day: "blue" for day in days if day != missing})
    await write_days(home, list_past_days(60))
    first = await home.load_hours()
    assert {series["key"] for series in first["series"]} >= {"consumption_red_hp", "consumption_unknown"}
    await home.write_colors({missing: "white"})
    answer = await home.load_hours(first["cursor"])
    assert answer["from"] == format_hour(missing, 6)
    assert answer["sum"]["consumption_unknown"][-1] == 0
    assert answer["sum"]["consumption_white_hp"][-1] == 16 * 600
    assert answer["sum"]["consumption_white_hc"][-1] == 8 * 600


async def test_a_price_of_what_was_not_used_tells_nobody_anything_new(home: StoredHome) -> None:
    def make_tariffs(eur: float) -> list[dict[str, object]]:
        return [HP_HC[0] | {"prices": [{"bucket": bucket, "eur_per_kwh": eur} for bucket in ("hp", "hc")]}]

    await home.change_point(tariffs=make_tariffs(0.2), off_peak=NIGHT)
    await write_days(home, list_past_days(60, 2), 0)
    await write_days(home, list_past_days(1))
    cursor = (await home.load_hours())["cursor"]
    await home.change_point(tariffs=make_tariffs(0.3))
    assert (await home.load_hours(cursor))["from"] == format_hour(list_past_days(1)[0])


async def test_the_cost_of_energy_without_a_price_is_told_to_be_unknown(home: StoredHome) -> None:
    """A base tariff gives way to Tempo, whose colours are not known: there is energy, and no price for it."""
    await write_days(home, list_past_days(60))
    client = Client()
    client.take(first := await home.load_hours())
    assert first["unpriced"] == {}
    moved = TODAY - timedelta(days=10)
    await home.change_point(tariffs=[*BASE, TEMPO[0] | {"valid_from": moved.isoformat()}])
    answer = await home.load_hours(client.cursor)
    unpriced = dict(zip(answer["start"], answer["unpriced"]["cost"], strict=True))
    costs = dict(zip(answer["start"], answer["sum"]["cost"], strict=True))
    assert not unpriced[format_hour(moved, -1)]
    assert unpriced[format_hour(moved, 12)]
    assert costs[format_hour(moved, 12)] == costs[format_hour(moved, 11)]
    last_page = await home.load_hours(client.cursor, limit=len(answer["start"]) - 1)
    assert last_page["unpriced"]["cost"] == answer["unpriced"]["cost"][:-1]


async def test_a_tariff_without_a_subscription_after_one_with_it_makes_it_unknown(home: StoredHome) -> None:
    await write_days(home, list_past_days(60))
    moved = TODAY - timedelta(days=10)
    prices = [{"bucket": "base", "eur_per_kwh": 0.2}]
    own = {"option": "custom", "power_kva": 6, "prices": prices, "valid_from": moved.isoformat()}
    await home.change_point(tariffs=[*BASE, own])
    answer = await home.load_hours()
    unknown = dict(zip(answer["start"], answer["unpriced"]["subscription"], strict=True))
    assert not unknown[format_hour(moved, -1)]
    assert unknown[format_hour(moved, 12)]
    assert "cost" not in answer["unpriced"]


async def test_a_price_of_zero_is_a_price(home: StoredHome) -> None:
    prices = [
        {"bucket": "night", "eur_per_kwh": 0, "slots": [["00:00", "12:00"]]},
        {"bucket": "day", "eur_per_kwh": 0.2},
    ]
    await home.change_point(tariffs=[{"option": "custom", "power_kva": 6, "prices": prices}])
    await write_days(home, list_past_days(60))
    answer = await home.load_hours()
    assert answer["sum"]["cost_night"][-1] == 0
    assert answer["unpriced"] == {}


async def test_a_series_that_comes_is_told_from_the_start(home: StoredHome) -> None:
    await write_days(home, list_past_days(60))
    first = await home.load_hours()
    await home.write_days(
        Kind.CURVE, {list_past_days(1)[0]: whole_curve(list_past_days(1)[0], [100])}, Direction.PRODUCTION
    )
    answer = await home.load_hours(first["cursor"])
    assert answer["from"] == first["from"]
    assert answer["sum"]["production"][0] == 0
    assert answer["sum"]["production"][-1] == 2400
    assert answer["made_of"]["production"][-1] == "measured"
    assert answer["made_of"]["production"][0] == "unknown"


async def test_the_bucket_of_a_base_home_is_left_out_until_there_are_others(home: StoredHome) -> None:
    await write_days(home, list_past_days(60))
    first = await home.load_hours()
    await home.change_point(tariffs=[*BASE, HP_HC[0] | {"valid_from": "2026-10-20"}], off_peak=NIGHT)
    answer = await home.load_hours(first["cursor"])
    assert answer["from"] == first["from"]
    sums = answer["sum"]
    for row in range(len(answer["start"])):
        buckets = sum(sums[f"consumption_{bucket}"][row] for bucket in ("base", "hp", "hc"))
        assert buckets == pytest.approx(sums["consumption"][row])
    await home.change_point(tariffs=BASE)
    answer = await home.load_hours(answer["cursor"])  # what was told stays, at nothing
    assert answer["sum"]["consumption_hp"][-1] == 0
    assert answer["sum"]["consumption_base"] == answer["sum"]["consumption"]


async def test_a_day_without_a_curve_is_a_row_once_no_curve_will_come(home: StoredHome) -> None:
    await write_days(home, list_past_days(60))
    lost = TODAY - timedelta(days=20)
    await home.write_days(Kind.CURVE, {lost: None}, asked_at=midnight(lost) + timedelta(days=3))
    await home.write_days(Kind.DAILY, {lost: 12_345})
    first = await home.load_hours()
    assert not any(format_hour(lost) <= start < format_hour(lost + timedelta(days=1)) for start in first["start"])
    await home.write_days(Kind.CURVE, {lost: None})
    answer = await home.load_hours(first["cursor"])
    assert answer["from"] == format_hour(lost)
    assert answer["start"][:2] == [format_hour(lost), format_hour(lost + timedelta(days=1))]
    assert answer["made_of"]["consumption"][:2] == ["day", "measured"]
    before = first["sum"]["consumption"][first["start"].index(format_hour(lost - timedelta(days=1), 23))]
    assert answer["sum"]["consumption"][0] == before + 12_345
    await write_days(home, [lost])
    again = await home.load_hours(answer["cursor"])
    assert (again["epoch"], again["start"][:2]) == (answer["epoch"], [format_hour(lost), format_hour(lost, 1)])


async def test_half_a_curve_takes_no_row_of_a_day_away(home: StoredHome) -> None:
    lost = TODAY - timedelta(days=20)
    await write_days(home, [day for day in list_past_days(60) if day != lost])
    await home.write_days(Kind.CURVE, {lost: None})
    await home.write_days(Kind.DAILY, {lost: 12_345})
    first = await home.load_hours()
    await home.write_days(Kind.CURVE, {lost: whole_curve(lost, [600])[24:]}, state=State.PARTIAL)
    half = await home.load_hours(first["cursor"])
    assert (half["epoch"], half["from"]) == (first["epoch"], None), "the whole day's energy is known better"
    await write_days(home, [lost])
    answer = await home.load_hours(half["cursor"])
    assert (answer["epoch"], answer["from"], answer["start"][1]) == (
        first["epoch"],
        format_hour(lost),
        format_hour(lost, 1),
    )


async def test_where_the_curve_is_not_collected_every_day_is_a_row(home: StoredHome) -> None:
    await home.change_point(services=["IDX"], tariffs=HP_HC, off_peak=NIGHT)
    days = list_past_days(60)
    await home.write_days(Kind.DAILY, dict.fromkeys(days, 10_000))
    await home.write_days(
        Kind.INDEX, {day: {"hp": 7000 * number, "hc": 3000 * number} for number, day in enumerate([*days, TODAY])}
    )
    answer = await home.load_hours()
    assert answer["start"] == [format_hour(day) for day in days]
    assert set(answer["made_of"]["consumption"]) == {"day"}
    assert answer["sum"]["consumption_hc"][-1] == 60 * 3000
    assert answer["sum"]["cost"][-1] == pytest.approx(60 * (7 * 0.2142 + 3 * 0.1589))


async def test_rows_that_vanish_begin_an_epoch(home: StoredHome) -> None:
    await write_days(home, list_past_days(60))
    first = await home.load_hours()
    gone = list_past_days(1)[0]
    await home.write_days(Kind.CURVE, {gone: whole_curve(gone, [600])[6:]}, state=State.PARTIAL)
    answer = await home.load_hours(first["cursor"])
    assert answer["epoch"] != first["epoch"]
    assert answer["from"] == first["from"]


async def test_pages_continue_and_a_change_between_them_is_not_missed(home: StoredHome) -> None:
    await write_days(home, list_past_days(60))
    client, pages = Client(), 0
    while True:
        answer = await home.load_hours(client.cursor, limit=100)
        assert len(answer["start"]) <= 100
        client.take(answer)
        pages += 1
        if pages == 6:
            await write_days(home, list_past_days(50, 49), 700)  # shown already
        if not answer["more"]:
            break
    assert pages > 15
    afresh = Client()
    afresh.take(await home.load_hours())
    assert client.rows == afresh.rows
    assert (await home.load_hours(client.cursor))["start"] == []


@pytest.mark.parametrize(
    "cursor",
    ["", "x", "{epoch}", "{epoch}.x", "{epoch}.99", "{epoch}.1.2.3", "{epoch}.-1", "{epoch}.1.999999999", "..."],
)
async def test_a_cursor_that_means_nothing_gets_everything(home: StoredHome, cursor: str) -> None:
    await write_days(home, list_past_days(60))
    first = await home.load_hours()
    answer = await home.load_hours(cursor.format(epoch=first["epoch"]))
    assert answer["start"] == first["start"]


async def test_old_prices_are_flagged(home: StoredHome) -> None:
    await write_days(home, list_past_days(60))
    assert (await home.load_hours())["prices_outdated"] is None
    await home.change_point(tariffs=[{"option": "base", "power_kva": 15}])  # of August 2026, 6, 9 and 12 kVA are known
    assert (await home.load_hours())["prices_outdated"] == "2026-08-01"


async def test_production_that_is_not_whole_keeps_no_consumption_back(home: StoredHome) -> None:
    await home.change_point(contract=Contract(produces=True, power_kva=6))
    await write_days(home, list_past_days(60))
    await home.write_days(
        Kind.CURVE, {list_past_days(1)[0]: whole_curve(list_past_days(1)[0], [100])}, Direction.PRODUCTION
    )
    assert (await home.load_hours())["from"] == format_hour(TODAY - timedelta(days=60))
    await write_days(home, list_past_days(365, 61))
    assert (await home.load_hours())["from"] == format_hour(TODAY - timedelta(days=60))
    await home.write_days(
        Kind.CURVE, {day: whole_curve(day, [100]) for day in list_past_days(365)}, Direction.PRODUCTION
    )
    assert (await home.load_hours())["from"] == format_hour(TODAY - timedelta(days=365))


async def test_what_was_given_tells_nothing_of_what_was_used(home: StoredHome) -> None:
    await home.change_point(contract=Contract(produces=True, power_kva=6))
    late = list_past_days(1)[0]
    await write_days(home, list_past_days(60, 2))
    await home.write_days(
        Kind.CURVE, {day: whole_curve(day, [100]) for day in list_past_days(60)}, Direction.PRODUCTION
    )
    first = await home.load_hours()
    assert first["start"][-1] == format_hour(late, -1), "no row says that nothing was used"
    await home.write_days(Kind.CURVE, {late: whole_curve(late, [600])[:24]}, state=State.PARTIAL)
    half = await home.load_hours(first["cursor"])
    assert (half["epoch"], half["from"], len(half["start"])) == (first["epoch"], format_hour(late), 12)
    await write_days(home, [late])
    answer = await home.load_hours(half["cursor"])
    assert (answer["epoch"], answer["from"]) == (first["epoch"], format_hour(late, 12))


async def test_a_meter_that_only_gives_has_the_rows_of_what_it_gave(home: StoredHome) -> None:
    await home.change_point(contract=Contract(produces=True))
    await home.write_days(
        Kind.CURVE, {day: whole_curve(day, [100]) for day in list_past_days(60)}, Direction.PRODUCTION
    )
    answer = await home.load_hours()
    assert len(answer["start"]) == 60 * 24 + 1
    assert answer["sum"]["production"][-1] == 100 * (60 * 24 + 1)


def _count_as_before(*known: Any, takes: bool) -> Any:
    del takes
    return count_day(*known, takes=False)


async def test_rows_that_an_older_gateway_made_of_what_was_given_are_taken_back(
    home: StoredHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only a home that has such rows begins an epoch when the gateway is renewed."""
    await write_days(home, list_past_days(60, 2))
    client = Client()
    with monkeypatch.context() as older:
        older.setattr(publishing, "FORMAT", 2)
        client.take(await home.load_hours())
    assert (await home.load_hours(client.cursor))["from"] is None, "counted again, and nothing differs"
    await home.write_days(
        Kind.CURVE, {list_past_days(1)[0]: whole_curve(list_past_days(1)[0], [100])}, Direction.PRODUCTION
    )
    with monkeypatch.context() as older:
        older.setattr(publishing, "FORMAT", 2)
        older.setattr(changes, "count_day", _count_as_before)
        client.take(await home.load_hours(client.cursor))
    assert (format_hour(list_past_days(1)[0]), "consumption") in client.rows
    renewed = await home.load_hours(client.cursor)
    assert (renewed["epoch"] != client.epoch, renewed["start"][-1]) == (True, format_hour(list_past_days(1)[0], -1))


async def test_a_new_meter_is_published_from_its_first_day(home: StoredHome) -> None:
    since = TODAY - timedelta(days=12)
    await home.change_point(contract=Contract(consumption_activated_on=since))
    await write_days(home, list_past_days(12))
    assert (await home.load_hours())["from"] == format_hour(since)


async def test_what_is_known_of_a_meter_that_ended_is_published(home: StoredHome) -> None:
    await write_days(home, list_past_days(20))
    assert (await home.load_hours())["from"] is None
    await home.change_point(status=PointStatus.ENDED)
    assert (await home.load_hours())["from"] == format_hour(TODAY - timedelta(days=20))
