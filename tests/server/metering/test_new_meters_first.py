"""The first sixty days of a new meter come before anybody's older history, and the account's day has room for them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from gateway.accounts.service import find_or_create_account
from gateway.counters.models import Counter
from gateway.settings import Settings
from tests.server.conftest import NOW, Gateway, SetClock, Simulator, wait_until
from tests.server.metering.ticking_clock import TickingClock

FIRST, SECOND, THIRD = "30001000000001", "30001000000002", "30001000000003"
EVENING = NOW + timedelta(hours=9, minutes=30)
"""20:00 in Paris."""
SIXTY_DAYS = "2026-09-04"


@pytest.fixture
async def clock() -> SetClock:
    return TickingClock()


@pytest.fixture
def daily_limit() -> int:
    return 50


@pytest.fixture
def settings(settings: Settings, daily_limit: int) -> Settings:
    # a twentieth of the pace: the simulator counts the calls of a real second
    return settings.model_copy(update={"enedis_rate_limit": 0.25, "user_daily_limit_no_cache": daily_limit})


@pytest.fixture
async def evening(gateway: Gateway, clock: SetClock, simulator: Simulator) -> Gateway:
    simulator.set_clock(EVENING)
    clock.set(EVENING)
    return gateway


def list_calls(simulator: Simulator) -> list[tuple[str, bool]]:
    """Return the meter of each call for a curve, in order, and whether it was for older history."""
    calls = [parse_qs(call["query"]) for call in simulator.calls("courbe_de_charge") if call["status"] == 200]
    return [(call["pointId"][0], call["dateFin"][0] <= SIXTY_DAYS) for call in calls]


async def wait_for_history(gateway: Gateway, who: dict[str, str], point: str) -> dict[str, Any]:
    """Wait until the history of a usage point waits for a later time; return the usage point."""

    async def find_waiting() -> dict[str, Any] | None:
        seen: dict[str, Any] = await gateway.get(f"/v1/usage-points/{point}", who)
        due = [seen["history"]["next_call"], seen["freshness"]["next_expected_at"]]
        now = gateway.runtime.clock.now()
        return seen if all(datetime.fromisoformat(at) > now + timedelta(minutes=1) for at in due) else None

    return await wait_until(find_waiting)


async def test_three_meters_of_an_evening_have_their_sixty_days(evening: Gateway) -> None:
    who = await evening.sign_in()
    points = []
    for prm in (FIRST, SECOND, THIRD):  # each is added once the history of those before has taken what it may
        points.append(await evening.add_meter(prm))
        await wait_for_history(evening, who, points[-1])
    seen = [await evening.get(f"/v1/usage-points/{point}", who) for point in points]
    assert max(one["history"]["known_from"] for one in seen) <= SIXTY_DAYS
    assert {one["freshness"]["complete_until"] for one in seen} == {"2026-11-03"}
    goes_on = {datetime.fromisoformat(one["history"]["next_call"]) for one in seen}
    assert goes_on == {datetime(2026, 11, 3, 22, tzinfo=UTC)}, "the rest of the history comes tonight"
    used = (await evening.get("/v1/quota", who))["enedis"]["used"]
    assert used <= 50 - 9, "a fourth has room too"


async def test_a_meter_beyond_the_calls_of_the_day_is_told_that_the_rest_comes_tomorrow(evening: Gateway) -> None:
    who = await evening.sign_in()
    async with evening.runtime.database.write() as session:
        account = await find_or_create_account(session, evening.runtime.keyring, "somebody@example.org", EVENING)
        session.add(Counter(name=f"user:{account.id}", window="2026-11-03", used=50))
    point = await evening.add_meter(FIRST)
    await wait_for_history(evening, who, point)
    path, midnight = f"/v1/usage-points/{point}", datetime(2026, 11, 3, 23, tzinfo=UTC)
    refused = await evening.http.get(f"{path}/daily", headers=who, params={"start": "2026-10-05", "end": "2026-11-03"})
    assert (refused.status_code, refused.json()["code"]) == (429, "quota")
    wait = timedelta(seconds=int(refused.headers["retry-after"]))
    assert abs(evening.runtime.clock.now() + wait - midnight) < timedelta(minutes=1)
    hours = await evening.get(f"{path}/hours", who)
    assert hours["start"] == []
    assert midnight < datetime.fromisoformat(hours["next_change"]) < midnight + timedelta(minutes=1)


@pytest.mark.parametrize("daily_limit", [500])
async def test_new_meters_go_before_the_history_of_another_account(evening: Gateway, simulator: Simulator) -> None:
    await evening.add_meter(FIRST, "somebody@example.org")

    async def has_history_begun() -> bool:
        return (FIRST, True) in list_calls(simulator)

    await wait_until(has_history_begun)
    other = await evening.add_meter(SECOND, "other@example.org")
    await evening.at_rest(await evening.sign_in("other@example.org"), other)
    calls = list_calls(simulator)
    newest = [number for number, call in enumerate(calls) if call == (SECOND, False)]
    assert len(newest) == 9
    between = calls[newest[0] : newest[-1]]
    assert between.count((FIRST, True)) <= 1, "at most the call that was under way"
