"""RTE's open-data calendar, while the API fails or nobody has its credentials."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from gateway.kit.clock import Clock
from gateway.kit.database import Database
from gateway.rte.client import Rte
from gateway.tempo import repository, service
from tests.server.signals import House, parse_paris

API, OPEN = "tempo_like_supply_contract", "open_data"
DAY = timedelta(days=1)
TODAY, TOMORROW = date(2026, 1, 20), date(2026, 1, 21)


def make_refresh(house: House) -> Any:
    async def with_open_data(database: Database, rte: Rte | None, clock: Clock) -> datetime:
        return await service.refresh_tempo(database, rte, house.open_data, clock)

    return with_open_data


async def test_without_credentials_everything_comes_from_open_data(empty_house: House) -> None:
    house = empty_house
    house.rte = None
    await house.live(make_refresh(house), parse_paris("2026-01-20 11:30"))
    said = await house.tempo()
    truth = await house.world.colors(date(2014, 9, 1), TOMORROW + DAY)
    for name, day in (("today", TODAY), ("tomorrow", TOMORROW)):
        assert said[name] == {
            "date": f"{day}",
            "start": f"{day}T05:00:00Z",
            "until": f"{day + DAY}T05:00:00Z",
            "color": truth[day],
            "confirmed": True,
            "possible": [truth[day]],
            "expected_color": None,
            "expected_reason": None,
            "source": "open_data",
        }
    assert said["season"]["days"]["red"]["left_after_today"] is not None
    assert said["as_of"] == "2026-01-20T10:20:00Z"
    assert not await house.world.calls(API)
    async with house.database.read() as session:
        known = await repository.load_colors(session, date(2014, 9, 1), TOMORROW + DAY)
    assert known == truth


async def test_it_stands_in_while_the_api_fails_and_gives_way_when_it_is_back(house: House) -> None:
    await house.world.fault(api=API, name="503")
    await house.live(make_refresh(house), parse_paris("2026-01-20 11:30"))
    during = await house.tempo()
    assert (during["tomorrow"]["source"], during["tomorrow"]["color"]) == (
        "open_data",
        (await load_truth(house))[TOMORROW],
    )
    assert during["today"]["source"] == "rte"
    await house.world.mend()
    await house.live(make_refresh(house), parse_paris("2026-01-20 15:00"))
    after = await house.tempo()
    confirmed = {"source": "rte", "confirmed": True, "possible": [during["tomorrow"]["color"]]}
    assert after["tomorrow"] == during["tomorrow"] | confirmed


async def test_where_they_disagree_the_api_wins_and_the_log_says_so(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    color = (await load_truth(house))[TOMORROW]
    wrong = "RED" if color != "red" else "WHITE"
    await house.world.announce(TOMORROW, open_data=wrong)
    await house.world.fault(api=API, name="T03")
    await house.live(make_refresh(house), parse_paris("2026-01-20 09:00"))
    assert (await house.tempo())["tomorrow"]["color"] == wrong.lower()
    await house.world.mend()
    await house.live(make_refresh(house), parse_paris("2026-01-20 12:00"))
    assert ((await house.tempo())["tomorrow"]["color"], (await house.tempo())["tomorrow"]["source"]) == (color, "rte")
    assert "tempo_color_differs" in caplog.text


async def test_what_the_api_confirmed_open_data_does_not_touch(house: House) -> None:
    await house.live(make_refresh(house), parse_paris("2026-01-20 11:30"))
    before = (await house.tempo())["tomorrow"]
    await house.world.announce(TOMORROW, open_data="RED" if before["color"] != "red" else "WHITE")
    await house.world.fault(api=API, name="503")
    await house.live(make_refresh(house), parse_paris("2026-01-21 18:00"))
    assert (await house.tempo())["today"] == before


async def test_a_provisional_color_of_the_api_stands_until_the_official_hour_only(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    await house.world.announce(TOMORROW, provisional="RED", colour="WHITE", open_data="WHITE")
    await house.live(make_refresh(house), parse_paris("2026-01-20 08:30"))
    await house.world.fault(api=API, name="503")
    await house.live(make_refresh(house), parse_paris("2026-01-20 11:15"))
    assert ((await house.tempo())["tomorrow"]["color"], (await house.tempo())["tomorrow"]["source"]) == ("red", "rte")
    assert "tempo_color_differs" in caplog.text
    await house.live(make_refresh(house), parse_paris("2026-01-20 13:00"))
    said = (await house.tempo())["tomorrow"]
    assert (said["color"], said["source"], said["confirmed"]) == ("white", "open_data", True)


async def test_both_down_is_unknown(house: House) -> None:
    await house.world.fault(api=API, name="503")
    await house.world.fault(api=OPEN, name="500")
    await house.live(make_refresh(house), parse_paris("2026-01-20 23:59"))
    said = await house.tempo()
    assert (said["tomorrow"]["color"], said["tomorrow"]["source"]) == ("unknown", None)
    assert len(await house.world.calls(API)) <= 20
    assert len(await house.world.calls(OPEN)) <= 20


async def load_truth(house: House) -> dict[date, str]:
    return await house.world.colors(TODAY, TOMORROW + DAY)
