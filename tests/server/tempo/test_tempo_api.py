"""`GET /v1/tempo` and `/v1/tempo/days`, as a client meets them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.server.conftest import Gateway, SetClock, Simulator, wait_until

COLORS = ("blue", "white", "red")


async def wait_until_known(gateway: Gateway, who: dict[str, str]) -> dict[str, Any]:
    """Wait until the worker has read what there is; nothing changes then until RTE is asked again, 10:40 in Paris."""

    async def probe() -> dict[str, Any] | None:
        said: dict[str, Any] = await gateway.get("/v1/tempo", who)
        return said if said["next_change"] == "2026-11-03T09:40:00Z" else None

    return await wait_until(probe)


async def test_today_tomorrow_and_the_season(gateway: Gateway, simulator: Simulator) -> None:
    who = await gateway.sign_in()
    said = await wait_until_known(gateway, who)
    truth = simulator.http.get("/control/tempo", params={"start": "2026-09-01", "end": "2026-11-05"}).json()
    colors = {day["date"]: day["color"].lower() for day in truth}
    today, tomorrow = colors["2026-11-03"], colors["2026-11-04"]
    assert said["today"] == {
        "date": "2026-11-03",
        "start": "2026-11-03T05:00:00Z",
        "until": "2026-11-04T05:00:00Z",
        "color": today,
        "confirmed": True,
        "possible": [today],
        "expected_color": None,
        "expected_reason": None,
        "source": "rte",
    }
    assert (said["tomorrow"]["color"], said["tomorrow"]["confirmed"]) == (tomorrow, False)
    assert said["period"] == {"key": f"{today}_hp", "until": "2026-11-03T21:00:00Z"}
    assert [(period["key"], period["start"]) for period in said["coming"]] == [
        (f"{today}_hc", "2026-11-03T21:00:00Z"),
        (f"{tomorrow}_hp", "2026-11-04T05:00:00Z"),
        (f"{tomorrow}_hc", "2026-11-04T21:00:00Z"),
    ]
    passed = [color for day, color in colors.items() if day <= "2026-11-03"]
    assert (said["season"]["start"], said["season"]["end"]) == ("2026-09-01", "2027-09-01")
    for color, total in zip(COLORS, (300, 43, 22), strict=True):
        left = total - passed.count(color)
        assert said["season"]["days"][color] == {
            "total": total,
            "used_through_today": passed.count(color),
            "left_after_today": left,
            "left_after_tomorrow": left - (tomorrow == color),
        }
    assert said["as_of"] == "2026-11-03T09:30:00Z"


async def test_an_answer_is_good_until_it_can_change(gateway: Gateway) -> None:
    who = await gateway.sign_in()
    await wait_until_known(gateway, who)
    first = await gateway.http.get("/v1/tempo", headers=who)
    assert first.headers["cache-control"] == "max-age=600"
    again = await gateway.http.get("/v1/tempo", headers=who | {"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["cache-control"] == "max-age=600"
    other = await gateway.http.get("/v1/tempo", headers=who | {"If-None-Match": '"something else"'})
    assert other.status_code == 200


async def test_at_the_official_hour_the_color_is_confirmed(
    gateway: Gateway, clock: SetClock, simulator: Simulator
) -> None:
    who = await gateway.sign_in()
    before = await wait_until_known(gateway, who)
    official = datetime(2026, 11, 3, 10, 20, tzinfo=UTC)
    simulator.set_clock(official)
    clock.set(official)
    later = await gateway.sign_in()

    async def probe() -> dict[str, Any] | None:
        said: dict[str, Any] = await gateway.get("/v1/tempo", later)
        return said if said["tomorrow"]["confirmed"] else None

    after = await wait_until(probe)
    assert after["tomorrow"] == before["tomorrow"] | {"confirmed": True, "possible": [before["tomorrow"]["color"]]}
    assert after["as_of"] == "2026-11-03T10:20:00Z"
    # who looked before that colour was stored looks again ten minutes later
    clock.set(official + timedelta(minutes=15))
    later = await gateway.sign_in()

    async def find_forecast() -> dict[str, Any] | None:
        found: dict[str, Any] = await gateway.get("/v1/tempo/forecast", later)
        return found if found["made_at"] else None

    forecast = await wait_until(find_forecast)
    assert [day["date"] for day in forecast["days"]][::5] == ["2026-11-05", "2026-11-11"]
    assert next(day for day in forecast["days"] if day["date"] == "2026-11-11")["probabilities"]["red"] == 0, (
        "a holiday"
    )
    assert (await gateway.get("/v1/tempo", later))["tomorrow"] == after["tomorrow"], "nothing official changes by it"


async def test_no_request_makes_a_call_to_rte(gateway: Gateway, simulator: Simulator) -> None:
    who = await gateway.sign_in()
    await wait_until_known(gateway, who)
    calls = len(simulator.calls("/open_api/"))
    for _ in range(25):
        await gateway.get("/v1/tempo", who)
        await gateway.get("/v1/tempo/days", who, start="2010-01-01", end="2010-02-01")
        await gateway.get("/v1/ecowatt", who)
    assert len(simulator.calls("/open_api/")) == calls


async def test_days_unknown_ones_included(gateway: Gateway) -> None:
    who = await gateway.sign_in()
    await wait_until_known(gateway, who)
    days = (await gateway.get("/v1/tempo/days", who, start="2026-11-02", end="2026-11-08"))["days"]
    assert [day["date"] for day in days] == [f"2026-11-0{n}" for n in range(2, 8)]
    assert [day["confirmed"] for day in days] == [True, True, False, False, False, False]
    assert all(day["color"] in COLORS and day["possible"] == [day["color"]] for day in days[:2])
    assert days[2]["color"] in COLORS
    assert days[2]["possible"] == list(COLORS), "it is provisional: RTE may still change it"
    assert all(day["color"] == "unknown" and "blue" in day["possible"] for day in days[3:])
    assert "red" not in days[5]["possible"], "a Saturday"


@pytest.mark.parametrize("path", ["tempo", "tempo/forecast", "tempo/days?start=2025-11-01&end=2026-10-31", "ecowatt"])
async def test_a_browser_stores_what_is_the_same_for_everybody(gateway: Gateway, path: str) -> None:
    """Also one that is logged in, or sends the cookie of another site on the same host."""
    who = await gateway.sign_in()
    answer = await gateway.http.get(f"/v1/{path}", headers=who | {"Cookie": "of_another_site=1"})
    assert answer.headers["cache-control"].startswith("max-age=")
    assert "cookie" not in answer.headers.get("vary", "").lower()
    assert (answer.headers.get("content-encoding") == "gzip") == (len(answer.content) >= 2000)


async def test_days_are_good_until_they_can_change(gateway: Gateway) -> None:
    who = await gateway.sign_in()
    await wait_until_known(gateway, who)
    for start, end, seconds in (("2026-10-01", "2026-11-04", 48600), ("2026-11-02", "2026-11-05", 600)):
        first = await gateway.http.get("/v1/tempo/days", headers=who, params={"start": start, "end": end})
        assert first.headers["cache-control"] == f"max-age={seconds}"
        have = who | {"If-None-Match": first.headers["etag"]}
        again = await gateway.http.get("/v1/tempo/days", headers=have, params={"start": start, "end": end})
        assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("start", "end", "status", "code"),
    [
        ("2026-11-02", "2026-11-02", 400, "invalid_range"),
        ("2026-11-03", "2026-11-02", 400, "invalid_range"),
        ("2025-11-02", "2026-11-04", 400, "range_too_long"),
        ("yesterday", "2026-11-04", 422, "invalid_request"),
        ("9999-12-30", "9999-12-31", 422, "invalid_request"),
        ("0001-01-01", "0001-01-02", 422, "invalid_request"),
        ("2005-01-01", "2005-02-01", 200, None),
        ("2025-11-02", "2026-11-03", 200, None),
    ],
)
async def test_ranges(gateway: Gateway, start: str, end: str, status: int, code: str | None) -> None:
    who = await gateway.sign_in()
    answer = await gateway.http.get("/v1/tempo/days", headers=who, params={"start": start, "end": end})
    assert answer.status_code == status
    assert answer.json().get("code") == code


@pytest.mark.parametrize("path", ["/v1/tempo", "/v1/tempo/days?start=2026-01-01&end=2026-01-02", "/v1/ecowatt"])
async def test_a_token_is_needed(gateway: Gateway, path: str) -> None:
    answer = await gateway.http.get(path)
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")
