"""How long a request waits for Enedis, what is asked first, and what it is told meanwhile."""

import asyncio
import json
import re
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import override

import pytest

from gateway.accounts import service as accounts
from gateway.counters.models import Counter
from gateway.domain.direction import Direction
from gateway.enedis.circuit_breaker import FAILURES, Circuit
from gateway.enedis.errors import EnedisError, ErrorReason
from gateway.instance import load_instance
from gateway.kit import paris
from gateway.kit.failures import Failures
from gateway.metering.archive import PATIENCE, Archive, CallRefusal
from gateway.metering.fetching import Priority
from gateway.metering.history import fetch_next_history
from gateway.metering.metered_point import MeteredPoint
from gateway.metering.missing import Reason
from gateway.metering.schedule import Feed, Kind
from gateway.metering.service import Readings
from gateway.metering.visits import HistoryPace, find_pace
from gateway.quotas.history_pacing import HISTORY_INTERVAL
from gateway.store.memory import MemoryStore
from gateway.usage_points import service as points
from gateway.usage_points.repository import schedule_history
from tests.server.billing.homes import StoredHome, whole_curve
from tests.server.conftest import SetClock
from tests.server.enedis.origins import Reply
from tests.server.metering.stand_in import A_DAY, NOW, OLD, ScriptedHome, make_measure

TODAY = paris.day_of(NOW)


class Timer(SetClock):
    """A clock whose seconds pass when somebody waits."""

    def __init__(self) -> None:
        super().__init__(NOW)
        self.seconds = 0.0

    @override
    def monotonic(self) -> float:
        return self.seconds


class SilentArchive(Archive):
    """Enedis never answers: whoever waits has waited for all of their patience."""

    timer: Timer
    waited: list[tuple[Kind, float]]

    @override
    async def fetch_within_patience(
        self, meter: MeteredPoint, feed: Feed, wanted: Collection[date], patience: float = PATIENCE
    ) -> CallRefusal | None:
        self.waited.append((feed.kind, max(patience, 0)))
        self.timer.seconds += max(patience, 0)
        return None


async def read_missing(asked: ScriptedHome, archive: Archive, clock: SetClock, start: date, end: date) -> list[str]:
    """Ask for daily values; return what is said of the days that are missing."""
    home = asked.home
    readings = Readings(home.database, archive, clock, home.keyring, 50)
    known = await readings.read_daily(home.account_id, home.point_id, Direction.CONSUMPTION, start, end)
    return [gap.reason for gap in known.missing]


def make_silent(asked: ScriptedHome) -> SilentArchive:
    home = asked.home
    archive = SilentArchive(home.database, asked.store, home.clock, dict.fromkeys(Priority, None), home.keyring)  # type: ignore[arg-type]  # nobody is asked
    archive.timer, archive.waited = Timer(), []
    return archive


async def test_a_request_never_waits_longer_in_sum_than_its_patience(scripted_home: ScriptedHome) -> None:
    """New days are asked by their curve, older ones by their values: two calls, and one patience."""
    archive = make_silent(scripted_home)
    assert await read_missing(scripted_home, archive, archive.timer, TODAY - 30 * A_DAY, TODAY) == [Reason.SCHEDULED]
    assert [kind for kind, _ in archive.waited] == [Kind.CURVE, Kind.DAILY]
    assert sum(seconds for _, seconds in archive.waited) == PATIENCE == 20


async def test_known_values_are_answered_at_once(scripted_home: ScriptedHome) -> None:
    days = list(paris.iterate_days(TODAY - 30 * A_DAY, TODAY))
    await scripted_home.home.write_days(Kind.DAILY, dict.fromkeys(days, 9000))
    archive = make_silent(scripted_home)
    assert await read_missing(scripted_home, archive, archive.timer, days[0], TODAY) == []
    assert archive.waited == []


async def test_whole_curves_are_values_too(scripted_home: ScriptedHome) -> None:
    days = list(paris.iterate_days(TODAY - 30 * A_DAY, TODAY))
    await scripted_home.home.write_days(Kind.CURVE, {day: whole_curve(day, [501]) for day in days})
    archive = make_silent(scripted_home)
    assert await read_missing(scripted_home, archive, archive.timer, days[0], TODAY) == []
    assert archive.waited == []


async def test_a_year_of_values_is_asked_as_values_first_and_by_few_calls(scripted_home: ScriptedHome) -> None:
    """Nine calls for the curve would go first, and with a hundred new meters nobody would get a value in time."""

    def reply_daily(line: str) -> Reply:
        start, end = (date.fromisoformat(day) for day in re.findall(r"date\w+=([0-9-]+)", line))
        days = list(paris.iterate_days(start, end))
        values = [{"v": "9000", "d": str(day)} for day in days] if "quotidienne" in line else []
        unit = ("EA", "Wh") if "quotidienne" in line else ("PA", "W")
        return Reply(body=json.dumps(make_measure(*unit, values, start, len(days))).encode())

    scripted_home.respond = reply_daily
    home = scripted_home.home
    readings = Readings(home.database, scripted_home.archive, home.clock, home.keyring, 50)
    year = (TODAY - 365 * A_DAY, TODAY)
    known = await readings.read_daily(home.account_id, home.point_id, Direction.CONSUMPTION, *year)
    assert len(known.days) >= 363
    lines = [call.line for call in scripted_home.origin.data_calls]
    assert len(lines) <= 2
    assert sum("quotidienne" in line for line in lines) == 1


async def add_meters(home: StoredHome, count: int) -> list[tuple[str, str]]:
    """Add meters, each of an account of its own; return the ids of both."""
    instance = await load_instance(home.database, home.keyring)
    found = []
    async with home.database.write() as session:
        for number in range(count):
            email, prm = f"home{number}@example.org", f"3000200000{number:04}"
            account = await accounts.find_or_create_account(session, home.keyring, email, NOW)
            point = await points.add_usage_point(
                session, account, prm, name=None, keyring=home.keyring, instance=instance, now=NOW
            )
            found.append((account.id, point.id))
    return found


@pytest.mark.usefixtures("patient_readers")
async def test_a_hundred_new_meters_each_get_a_year_of_values(scripted_home: ScriptedHome) -> None:
    """Once nine calls for the curve of each went first, and after 162 calls nobody had a value."""

    def respond(line: str) -> Reply:
        start, end = (date.fromisoformat(day) for day in re.findall(r"date\w+=([0-9-]+)", line))
        days = list(paris.iterate_days(start, end))
        values = [{"v": "9000", "d": str(day)} for day in days] if "quotidienne" in line else []
        unit = ("EA", "Wh") if "quotidienne" in line else ("PA", "W")
        measure = make_measure(*unit, values, start, len(days)) | {"idPrm": re.findall(r"pointId=(\d+)", line)[0]}
        return Reply(body=json.dumps(measure).encode())

    scripted_home.respond = respond
    home = scripted_home.home
    readings = Readings(home.database, scripted_home.archive, home.clock, home.keyring, 50)
    year = (TODAY - 365 * A_DAY, TODAY)
    meters = await add_meters(home, 100)
    answers = await asyncio.gather(
        *(readings.read_daily(account, point, Direction.CONSUMPTION, *year) for account, point in meters)
    )
    assert min(len(answer.days) for answer in answers) >= 363
    lines = [call.line for call in scripted_home.origin.data_calls]
    assert len(lines) <= 200
    assert sum("quotidienne" in line for line in lines[:162]) >= 62


async def test_a_refresh_ends_the_pause_of_a_feed(scripted_home: ScriptedHome) -> None:
    scripted_home.set_answer(500, b"")
    for _ in range(3):  # five in a row would stop the calls of all homes
        refusal = await scripted_home.fetch_days()
        assert refusal is not None
        scripted_home.home.clock.set(refusal.until)
    refusal = await scripted_home.fetch_days()
    calls = scripted_home.calls
    assert await scripted_home.fetch_days() is not None
    assert scripted_home.calls == calls, "it is left alone"
    scripted_home.answer_daily()
    home = scripted_home.home
    readings = Readings(home.database, scripted_home.archive, home.clock, home.keyring, 50)
    await readings.request_refresh(home.account_id, home.point_id, OLD, OLD + 7 * A_DAY)
    assert await scripted_home.fetch_days() is None
    assert len(await scripted_home.load_values()) == 7


async def test_the_circuit_opens_for_less_than_a_minute_then_doubles_and_says_until_when() -> None:
    clock = SetClock(NOW)
    circuit = Circuit(MemoryStore(lambda: clock.now().timestamp()), clock)
    down = EnedisError(ErrorReason.DOWN, "technical_error")
    for _ in range(FAILURES - 1):
        await circuit.record_failure("measures", down)
    await circuit.ensure_closed("measures")
    pauses = []
    for _ in range(7):
        await circuit.record_failure("measures", down)
        with pytest.raises(EnedisError) as refusal:
            await circuit.ensure_closed("measures")
        assert refusal.value.retry_at is not None
        pauses.append((refusal.value.retry_at - clock.now()).total_seconds())
        clock.set(refusal.value.retry_at)
        await circuit.ensure_closed("measures")
    assert 20 < pauses[0] < 60
    assert all(1.2 < later / earlier < 3.1 for earlier, later in pairwise(pauses[:4]))
    assert max(pauses) <= 15 * 60
    assert len({round(pause % 10, 3) for pause in pauses[:4]}) > 1, "homes and APIs do not come back together"


async def test_credentials_that_are_refused_open_the_circuit_too() -> None:
    """Whoever asks would hear the same: two calls and a token for each home of hundreds."""
    clock = SetClock(NOW)
    circuit = Circuit(MemoryStore(lambda: clock.now().timestamp()), clock)
    for _ in range(FAILURES):
        await circuit.record_failure("measures", EnedisError(ErrorReason.UNAUTHORIZED, "900901"))
    with pytest.raises(EnedisError):
        await circuit.ensure_closed("measures")


PACE = HistoryPace(
    known_from=date(2026, 6, 1),
    starts_at=datetime(2026, 11, 3, 10, tzinfo=UTC),
    calls_a_week=1,
    accounts=1,
    own_histories=1,
    used=1,
    user_limit=50,
)


@pytest.mark.parametrize(
    ("day", "calls_away"),
    [(date(2026, 5, 31), 1), (date(2026, 5, 25), 1), (date(2026, 5, 24), 2), (date(2026, 3, 2), 13)],
)
def test_a_day_of_the_history_is_expected_when_its_call_is_made(day: date, calls_away: int) -> None:
    assert PACE.expected_at(day) == PACE.starts_at + calls_away * timedelta(seconds=HISTORY_INTERVAL)


def test_histories_that_take_turns_are_expected_later() -> None:
    turn = timedelta(seconds=HISTORY_INTERVAL)
    both_directions_of_two_meters = replace(PACE, accounts=3, own_histories=2, calls_a_week=2)
    assert both_directions_of_two_meters.expected_at(date(2026, 5, 24)) == PACE.starts_at + 3 * 2 * 2 * 2 * turn


@pytest.mark.parametrize(
    ("weeks", "opens_at", "turns"),
    [
        (13, PACE.starts_at, 13),
        (14, datetime(2026, 11, 3, 22, tzinfo=UTC), 1),
        (39, datetime(2026, 11, 3, 22, tzinfo=UTC), 26),
        (41, datetime(2026, 11, 3, 23, tzinfo=UTC), 2),
        (54, datetime(2026, 11, 4, 22, tzinfo=UTC), 1),
        (84, datetime(2026, 11, 4, 23, tzinfo=UTC), 5),
    ],
)
def test_what_the_calls_until_2300_do_not_reach_is_expected_after_it_or_after_midnight(
    weeks: int, opens_at: datetime, turns: int
) -> None:
    assert PACE.expected_at(PACE.known_from - 7 * weeks * A_DAY) == opens_at + turns * timedelta(
        seconds=HISTORY_INTERVAL
    )


def test_from_2300_on_all_accounts_together_have_750_calls() -> None:
    at_2300 = replace(PACE, starts_at=datetime(2026, 11, 3, 22, tzinfo=UTC), accounts=100)
    turn, next_2300 = 100 * timedelta(seconds=HISTORY_INTERVAL), datetime(2026, 11, 4, 22, tzinfo=UTC)
    assert at_2300.expected_at(at_2300.known_from - 7 * 7 * A_DAY) == at_2300.starts_at + 7 * turn
    # 7.5 until midnight, 14 from then on
    assert at_2300.expected_at(at_2300.known_from - 7 * 22 * A_DAY) == next_2300 + 0.5 * turn


async def test_accounts_that_wait_until_2300_count_as_waiting_then(scripted_home: ScriptedHome) -> None:
    home, until = scripted_home.home, datetime(2026, 11, 3, 22, tzinfo=UTC)
    points_of_all = [home.point_id, *(point_id for _, point_id in await add_meters(home, 3))]
    async with home.database.write() as session:
        for point_id in points_of_all:
            await schedule_history(session, point_id, until)
    async with home.database.read() as session:
        pace = await find_pace(session, await scripted_home.open_point(), 50, home.clock.now())
    assert pace is not None
    assert (pace.starts_at, pace.accounts) == (until, 4)


@pytest.mark.parametrize(("overdue", "waits"), [(timedelta(hours=1), True), (timedelta(hours=7), False)])
async def test_history_waits_for_overdue_visits_but_not_for_one_that_always_fails(
    scripted_home: ScriptedHome, overdue: timedelta, *, waits: bool
) -> None:
    home, now = scripted_home.home, scripted_home.home.clock.now()
    await home.change_point(history_at=now, next_work_at=now - overdue, details_at=now + A_DAY)
    failures = Failures(pytest.fail)
    await fetch_next_history(home.database, scripted_home.archive, scripted_home.store, failures, home.clock)
    assert (scripted_home.calls == 0) is waits


async def test_a_refresh_of_old_days_says_when_history_may_make_calls(scripted_home: ScriptedHome) -> None:
    home = scripted_home.home
    readings = Readings(home.database, scripted_home.archive, home.clock, home.keyring, 50)

    async def request_refresh(start: date) -> datetime:
        found = await readings.request_refresh(home.account_id, home.point_id, start, start + 7 * A_DAY)
        return found.expected_at

    assert await request_refresh(OLD) == home.clock.now()
    async with home.database.write() as session:
        session.add(Counter(name=f"user:{home.account_id}", window=str(TODAY), used=14))
    assert await request_refresh(OLD) == datetime(2026, 11, 3, 22, tzinfo=UTC)
    assert await request_refresh(TODAY - 7 * A_DAY) == home.clock.now(), "recent days do not wait"


async def test_a_history_that_goes_on_tomorrow_has_all_calls_of_tomorrow(scripted_home: ScriptedHome) -> None:
    home = scripted_home.home
    midnight = paris.midnight(TODAY + A_DAY)
    async with home.database.write() as session:
        session.add(Counter(name=f"user:{home.account_id}", window=str(TODAY), used=50))
        await schedule_history(session, home.point_id, midnight)
    readings = Readings(home.database, make_silent(scripted_home), home.clock, home.keyring, 50)
    old = TODAY - 75 * A_DAY
    known = await readings.read_load_curve(home.account_id, home.point_id, Direction.CONSUMPTION, old, old + A_DAY)
    [gap] = known.missing
    assert gap.expected_at is not None
    assert midnight < gap.expected_at < midnight + timedelta(minutes=5)


async def test_scheduled_days_name_their_time(scripted_home: ScriptedHome) -> None:
    """The newest come with the worker's next visit, in seconds; those of a year ago with the history, tomorrow."""
    home = scripted_home.home
    archive = make_silent(scripted_home)
    readings = Readings(home.database, archive, home.clock, home.keyring, 50)
    old = TODAY - 365 * A_DAY
    known = await readings.read_load_curve(home.account_id, home.point_id, Direction.CONSUMPTION, old, old + A_DAY)
    [gap] = known.missing
    assert gap.reason is Reason.SCHEDULED
    assert gap.expected_at is not None
    assert paris.day_of(gap.expected_at) == TODAY + A_DAY, "it is 44 calls away, of which today has 40"
    new = TODAY - 7 * A_DAY
    known = await readings.read_load_curve(home.account_id, home.point_id, Direction.CONSUMPTION, new, new + A_DAY)
    [gap] = known.missing
    assert gap.expected_at == NOW + timedelta(seconds=10)
