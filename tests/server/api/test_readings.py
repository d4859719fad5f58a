"""What a client reads over HTTP, against what the simulated meters counted."""

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest

from tests.server.conftest import Gateway, Simulator, wait_until

BASE, WATER_HEATER, TEMPO, HOLES, NO_CURVE, NEW_METER, WITHDRAWN, DOWN = (
    f"300010000000{number:02}" for number in (1, 2, 3, 6, 7, 8, 9, 12)
)
ODD_DAY = date(2026, 10, 25)
FIRST_TRY, LAST_FIRST_TRY = "2026-11-04T08:30:00Z", "2026-11-04T09:30:00Z"
"""Tomorrow's morning in Paris: each usage point is asked for at a second of its own."""


async def test_a_load_curve_is_what_the_meter_counted_on_the_day_with_25_hours_too(
    gateway: Gateway, simulator: Simulator
) -> None:
    who = await gateway.sign_in()
    point = await gateway.add_meter(BASE)
    start, end = ODD_DAY - timedelta(days=2), ODD_DAY + timedelta(days=2)
    answer = await gateway.get(
        f"/v1/usage-points/{point}/load-curve", who, start=start.isoformat(), end=end.isoformat()
    )
    truth = [reading for day in simulator.truth(BASE, start, end) for reading in day["readings"]]
    assert len(answer["readings"]) == 48 * 4 + 2
    assert [(reading["start"], reading["watts"]) for reading in answer["readings"]] == [
        (reading["start"].replace("+00:00", "Z"), reading["watts"]) for reading in truth
    ]
    assert answer["missing"] == []


async def test_daily_values_are_the_meters(gateway: Gateway, simulator: Simulator) -> None:
    who = await gateway.sign_in()
    point = await gateway.add_meter(TEMPO)
    start, end = date(2026, 10, 20), date(2026, 11, 3)
    answer = await gateway.get(f"/v1/usage-points/{point}/daily", who, start=start.isoformat(), end=end.isoformat())
    truth = {day["date"]: day["wh"] for day in simulator.truth(TEMPO, start, end)}
    assert {reading["date"]: reading["wh"] for reading in answer["readings"]} == truth


async def test_today_is_missing_because_it_is_not_published(gateway: Gateway) -> None:
    who = await gateway.sign_in()
    point = await gateway.add_meter(BASE)
    answer = await gateway.get(f"/v1/usage-points/{point}/load-curve", who, start="2026-11-02", end="2026-11-04")
    assert len(answer["readings"]) == 48
    [today] = answer["missing"]
    assert today == {
        "start": "2026-11-02T23:00:00Z",
        "end": "2026-11-03T23:00:00Z",
        "reason": "not_published",
        "expected_at": answer["next_change"],
    }
    assert FIRST_TRY <= answer["next_change"] < LAST_FIRST_TRY


async def test_holes_are_listed_and_never_filled_with_zero(gateway: Gateway, simulator: Simulator) -> None:
    who = await gateway.sign_in()
    point = await gateway.add_meter(HOLES)
    answer = await gateway.get(f"/v1/usage-points/{point}/load-curve", who, start="2026-10-19", end="2026-10-26")
    known = sum(reading["minutes"] for reading in answer["readings"])
    assert known < 7 * 1440 + 60
    assert answer["missing"]
    assert all(reading["watts"] > 0 for reading in answer["readings"])


async def test_days_before_the_meter_was_installed_are_not_asked_for_again(
    gateway: Gateway, simulator: Simulator
) -> None:
    who = await gateway.sign_in()
    point = await gateway.add_meter(NEW_METER)

    async def is_filled() -> bool:
        seen = await gateway.get(f"/v1/usage-points/{point}", who)
        known = seen["freshness"]["complete_until"] is not None
        return known and FIRST_TRY <= seen["freshness"]["next_expected_at"] < LAST_FIRST_TRY

    await wait_until(is_filled)
    assert [call["status"] for call in simulator.calls("courbe")] == [200, 200], "12 days, and none before them"
    path, range_ = f"/v1/usage-points/{point}/load-curve", {"start": "2026-10-10", "end": "2026-10-17"}
    simulator.forget_calls()
    answer = await gateway.get(path, who, **range_)
    assert answer["readings"] == []
    assert {gap["reason"] for gap in answer["missing"]} == {"before_activation"}
    assert simulator.calls("courbe") == []


async def test_without_a_curve_the_days_still_come(gateway: Gateway, simulator: Simulator) -> None:
    who = await gateway.sign_in()
    point = await gateway.add_meter(NO_CURVE)
    answer = await gateway.get(f"/v1/usage-points/{point}/daily", who, start="2026-10-01", end="2026-10-08")
    truth = simulator.truth(NO_CURVE, date(2026, 10, 1), date(2026, 10, 8))
    assert [reading["wh"] for reading in answer["readings"]] == [day["wh"] for day in truth]


@pytest.mark.parametrize("prm", [DOWN])
async def test_when_enedis_is_down_and_nothing_is_known_the_problem_says_when_to_come_back(
    gateway: Gateway, prm: str
) -> None:
    who = await gateway.sign_in()
    point = await gateway.add_meter(prm)
    path = f"/v1/usage-points/{point}/load-curve"
    answer = await gateway.http.get(path, headers=who, params={"start": "2026-10-01", "end": "2026-10-08"})
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "upstream_down"
    assert int(answer.headers["retry-after"]) > 0


async def test_hours_add_up_to_the_readings_and_follow_a_cursor(gateway: Gateway, simulator: Simulator) -> None:
    who = await gateway.sign_in()
    point = await gateway.add_meter(BASE)
    path = f"/v1/usage-points/{point}/hours"

    async def find_published() -> dict[str, Any] | None:
        answer = await gateway.get(path, who)
        return answer if answer["from"] else None

    answer = await wait_until(find_published)
    start = date(2026, 9, 4)
    truth = simulator.truth(BASE, start, date(2026, 11, 3))
    wh = [
        Fraction(first["watts"] + second["watts"], 2)
        for day in truth
        for first, second in zip(day["readings"][::2], day["readings"][1::2], strict=True)
    ]
    total, sums = Fraction(0), []
    for hour in wh:
        total += hour
        sums.append(float(total))
    assert answer["from"] == "2026-09-03T22:00:00Z"
    assert answer["sum"]["consumption"] == sums
    assert answer["sum"]["cost"][-1] == pytest.approx(float(total) / 1000 * 0.2001)
    assert len(answer["start"]) == 60 * 24 + 1
    again = await gateway.get(path, who, cursor=answer["cursor"])
    assert (again["from"], again["start"]) == (None, [])
    strange = await gateway.get(path, who, cursor="of-another-gateway")
    assert strange["start"] == answer["start"]


@pytest.mark.parametrize(
    ("params", "status", "code"),
    [
        ({"start": "2026-10-08", "end": "2026-10-01"}, 400, "invalid_range"),
        ({"start": "2026-10-01", "end": "2026-10-01"}, 400, "invalid_range"),
        ({"start": "1900-01-01", "end": "2026-10-01"}, 400, "range_too_long"),
        ({"start": "0001-01-01", "end": "0001-01-02"}, 400, "invalid_range"),
        ({"start": "9999-12-30", "end": "9999-12-31"}, 400, "future_range"),
        ({"start": "2026-10-01", "end": "2026-11-05"}, 400, "future_range"),
        ({"start": "yesterday", "end": "2026-10-01"}, 422, "invalid_request"),
        ({"start": "2026-10-01"}, 422, "invalid_request"),
        ({"start": "2026-10-01", "end": "2026-10-08", "direction": "up"}, 422, "invalid_request"),
    ],
)
async def test_an_absurd_range_is_a_problem_and_asks_nothing(
    gateway: Gateway, simulator: Simulator, params: dict[str, str], status: int, code: str
) -> None:
    who = await gateway.sign_in()
    point = await gateway.add_meter(DOWN)
    simulator.forget_calls()
    answer = await gateway.http.get(f"/v1/usage-points/{point}/load-curve", headers=who, params=params)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["instance"].startswith("urn:uuid:")


async def test_nobody_reads_anothers_meter(gateway: Gateway) -> None:
    point = await gateway.add_meter(BASE, "owner@example.org")
    other = await gateway.sign_in("other@example.org")
    for path in ("", "/load-curve", "/daily", "/hours"):
        answer = await gateway.http.get(
            f"/v1/usage-points/{point}{path}", headers=other, params={"start": "2026-10-01", "end": "2026-10-02"}
        )
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert (await gateway.get("/v1/usage-points", other))["items"] == []


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer x"}, {"Authorization": "Basic eDp5"}])
async def test_a_token_is_needed(gateway: Gateway, header: dict[str, str]) -> None:
    for path in ("/v1/usage-points", "/v1/tempo", "/v1/ecowatt", "/v1/usage-points/abcdefghijklmnop/hours"):
        answer = await gateway.http.get(path, headers=header)
        assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")


async def test_a_meter_keeps_its_id_and_never_shows_its_number(gateway: Gateway) -> None:
    who = await gateway.sign_in()
    point = await gateway.add_meter(BASE)
    assert point == await gateway.add_meter(BASE)
    assert point != await gateway.add_meter(BASE, "other@example.org")
    listed = await gateway.http.get("/v1/usage-points", headers=who)
    assert BASE not in listed.text
    assert [item["masked_number"] for item in listed.json()["items"]] == ["••••••••••0001"]
