"""What is used and left of a day is said with every answer, and blocks nothing that is known."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.settings import Settings
from tests.server.conftest import Gateway, SetClock, wait_until

NEW_METER = "30001000000008"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"user_daily_limit_with_cache": 40})


async def test_calls_and_answers_are_told_and_begin_anew_at_midnight_of_paris(
    gateway: Gateway, clock: SetClock
) -> None:
    who = await gateway.sign_in()
    path = f"/v1/usage-points/{await gateway.add_meter(NEW_METER)}"

    async def count_used() -> int:
        answer = await gateway.get("/v1/quota", who)
        return int(answer["enedis"]["used"])

    await wait_until(count_used)
    quota = await gateway.get("/v1/quota", who)
    assert quota["enedis"]["limit"] == 50
    assert quota["enedis"]["left"] == 50 - quota["enedis"]["used"]
    assert quota["enedis"]["resets_at"] == "2026-11-03T23:00:00Z"
    first = await gateway.http.get(path, headers=who)
    assert first.headers["RateLimit-Policy"] == '"enedis";q=50;w=86400, "answers";q=40;w=86400'
    assert '"answers";r=39;t=48600' in first.headers["RateLimit"]
    for _ in range(39):
        await gateway.get(path, who)
    refused = await gateway.http.get(path, headers=who)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_answers")
    assert refused.headers["Retry-After"] == "48600"
    assert (await gateway.get("/v1/quota", who))["answers"]["left"] == 0
    assert (await gateway.http.get("/v1/tempo", headers=who)).status_code == 200, "the national signals are free"
    other = await gateway.sign_in("other@example.org")
    assert (await gateway.get("/v1/quota", other))["answers"]["used"] == 0

    clock.set(datetime(2026, 11, 3, 23, tzinfo=UTC) + timedelta(seconds=1))
    who = await gateway.sign_in()
    fresh = await gateway.get("/v1/quota", who)
    assert (fresh["enedis"]["used"], fresh["answers"]["used"]) == (0, 0)
    await gateway.get(path, who)


async def test_whatever_is_told_of_a_usage_point_is_counted(gateway: Gateway) -> None:
    who, point = await gateway.sign_in(), await gateway.add_meter(NEW_METER)
    document = (await gateway.http.get("/openapi.json")).json()
    paths = [
        path
        for path, methods in document["paths"].items()
        if "{point_id}" in path and "get" in methods and path.count("{") == 1 and "calendar" not in path
    ]
    assert len(paths) >= 12
    days = {"start": "2026-10-28", "end": "2026-10-30"}
    for number, path in enumerate(paths, 1):
        answer = await gateway.http.get(path.format(point_id=point), headers=who, params=days)
        assert f'"answers";r={40 - number};' in answer.headers["RateLimit"], path
