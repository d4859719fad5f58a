"""What is kept of answers that are not what was asked for, and of refusals that concern the meter: never for good."""

import itertools
from datetime import timedelta
from typing import Any

import pytest

from gateway.domain.direction import Direction
from gateway.enedis.errors import ErrorReason
from gateway.kit import paris
from gateway.metering import refreshing
from gateway.metering.metered_point import MeteredPoint
from gateway.metering.schedule import Kind, State
from gateway.usage_points.notices import list_notices
from gateway.usage_points.refusals import Refusals
from tests.server.billing.homes import PRM
from tests.server.metering.stand_in import A_DAY, NOW, OLD, ScriptedHome

NOT_AN_ANSWER: list[tuple[int, Any]] = [
    (200, {}),
    (200, {"error": "technical_error"}),
    (200, b""),
    (404, b"<html>gone</html>"),
    (404, b""),
    (404, {"code": "404", "message": "Not Found"}),
    (500, b"Internal Server error"),
    (500, {"error": {"code": 500, "message": "Une erreur est survenue"}}),
    (503, b"<html>down</html>"),
]


@pytest.mark.parametrize(("status", "body"), NOT_AN_ANSWER)
async def test_what_is_no_answer_makes_no_day_absent_and_is_asked_again_within_a_minute(
    scripted_home: ScriptedHome, status: int, body: object, caplog: pytest.LogCaptureFixture
) -> None:
    scripted_home.set_answer(status, body)
    refusal = await scripted_home.fetch_days()
    assert refusal is not None
    assert refusal.reason in {ErrorReason.DOWN, ErrorReason.OUR_FAULT}
    assert timedelta(seconds=20) < refusal.until - NOW < timedelta(minutes=1)
    assert await scripted_home.load_states() == set()
    assert "enedis_refused" in caplog.text
    assert PRM not in caplog.text
    scripted_home.answer_daily()
    assert await scripted_home.fetch_days(timedelta(minutes=1)) is None
    assert await scripted_home.load_states() == {State.COMPLETE}


@pytest.mark.parametrize(
    "changes",
    [
        {"unite": "kWh"},
        {"grandeurMetier": "PROD"},
        {"points": [{"v": "n/a", "d": "2026-06-01"}]},
        {"points": [{"v": "999999999999999", "d": "2026-06-01"}]},
        {"points": [{"v": "9000", "d": "2025-06-01"}]},
        {"points": [{"v": "9000", "d": "2026-06-01"}, {"v": "9001", "d": "2026-06-01"}]},
    ],
)
async def test_values_that_cannot_be_believed_say_nothing(
    scripted_home: ScriptedHome, changes: dict[str, object]
) -> None:
    scripted_home.answer_daily(**changes)
    refusal = await scripted_home.fetch_days()
    assert refusal is not None
    assert refusal.reason is ErrorReason.DOWN
    assert await scripted_home.load_states() == set()


async def test_each_failure_doubles_the_pause_and_an_answer_ends_it(scripted_home: ScriptedHome) -> None:
    scripted_home.set_answer(500, b"")
    pauses = []
    for _ in range(4):
        refusal = await scripted_home.fetch_days()
        assert refusal is not None
        pauses.append((refusal.until - scripted_home.home.clock.now()).total_seconds())
        scripted_home.home.clock.set(refusal.until + timedelta(seconds=1))
    assert all(1.3 < later / earlier < 3 for earlier, later in itertools.pairwise(pauses))
    assert scripted_home.calls == 4
    scripted_home.answer_daily()
    assert await scripted_home.fetch_days() is None


NO_DATA = {"error": "no_data_found", "error_description": "no measure found for this usage point"}


async def test_an_absent_day_is_asked_three_times_before_it_is_final_and_a_refresh_mends_it(
    scripted_home: ScriptedHome,
) -> None:
    scripted_home.set_answer(404, NO_DATA)
    for wait, calls in ((0, 1), (0.5, 1), (1, 2), (3, 2), (8, 3), (30, 3)):
        await scripted_home.fetch_days(timedelta(days=wait))
        assert scripted_home.calls == calls, wait
    home = scripted_home.home
    await refreshing.request_refresh(
        home.database, home.clock.now(), home.account_id, home.point_id, OLD, OLD + 7 * A_DAY, 50
    )
    scripted_home.answer_daily()
    assert await scripted_home.fetch_days() is None
    assert await scripted_home.load_states() == {State.COMPLETE}


@pytest.mark.parametrize("code", ["ADAM-ERR0191", "ADAM-ERR0155", "ADAM-ERR0999"])
async def test_a_refused_meter_is_asked_after_a_day_three_and_seven_and_says_so(
    scripted_home: ScriptedHome, code: str
) -> None:
    scripted_home.set_answer(400, {"error": code, "error_description": "La demande ne peut pas aboutir."})
    for pause in (1, 3, 7, 7):
        refusal = await scripted_home.fetch_days(kind=Kind.CURVE)
        assert refusal is not None
        assert refusal.reason is ErrorReason.METER_REFUSED
        now = scripted_home.home.clock.now()
        assert refusal.until == now + pause * A_DAY
        calls = scripted_home.calls
        for kind in (Kind.DAILY, Kind.CURVE):
            waiting = await scripted_home.fetch_days(pause * A_DAY / 4, kind)
            assert waiting is not None
            assert waiting.until == refusal.until
        assert scripted_home.calls == calls, "nothing of a refused meter is asked meanwhile"
        [notice] = [one for one in list_notices(await scripted_home.load_point(), now) if one.code == "meter_refused"]
        assert (notice.text, notice.since, notice.until) == (code, NOW, refusal.until)
        scripted_home.home.clock.set(refusal.until)
    scripted_home.answer_daily()
    assert await scripted_home.fetch_days() is None
    assert list_notices(await scripted_home.load_point(), scripted_home.home.clock.now()) == []


WRONG_DIRECTION = {"error": "ADAM-ERR0069", "error_description": "Le point ne mesure pas ce sens."}


async def test_a_direction_is_closed_by_a_second_refusal_on_another_day_and_a_refresh_opens_it(
    scripted_home: ScriptedHome,
) -> None:
    scripted_home.set_answer(400, WRONG_DIRECTION)
    assert (await scripted_home.fetch_days()) is not None
    await scripted_home.fetch_days(timedelta(hours=1))
    assert scripted_home.calls == 1, "not the same day"
    await scripted_home.fetch_days(A_DAY)
    assert scripted_home.calls == 2
    await scripted_home.fetch_days(30 * A_DAY)
    assert scripted_home.calls == 2, "it is closed"
    home = scripted_home.home
    await refreshing.request_refresh(
        home.database, home.clock.now(), home.account_id, home.point_id, OLD, OLD + 7 * A_DAY, 50
    )
    scripted_home.answer_daily()
    assert await scripted_home.fetch_days() is None
    assert await scripted_home.load_states() == {State.COMPLETE}


async def test_one_false_refusal_of_a_direction_closes_nothing(scripted_home: ScriptedHome) -> None:
    scripted_home.set_answer(400, WRONG_DIRECTION)
    await scripted_home.fetch_days()
    scripted_home.answer_daily()
    assert await scripted_home.fetch_days(A_DAY) is None
    assert await scripted_home.load_states() == {State.COMPLETE}
    assert (await scripted_home.load_point()).refusals == {}


BEFORE_SERVICE = {"error": "ADAM-ERR0123", "error_description": "antérieure à la dernière mise en service"}


async def test_one_false_before_activation_is_asked_again_the_next_day(scripted_home: ScriptedHome) -> None:
    scripted_home.set_answer(400, BEFORE_SERVICE)
    await scripted_home.fetch_days()
    scripted_home.answer_daily()
    assert await scripted_home.fetch_days(A_DAY + timedelta(minutes=1)) is None
    assert await scripted_home.load_states() == {State.COMPLETE}
    assert (await scripted_home.load_point()).refusals == {}


async def test_the_days_before_activation_are_closed_by_a_second_answer(scripted_home: ScriptedHome) -> None:
    scripted_home.set_answer(400, BEFORE_SERVICE)
    for _ in range(8):
        await scripted_home.fetch_days()
    assert scripted_home.calls == 7, "each answer is certain of one day"
    await scripted_home.fetch_days(A_DAY + timedelta(minutes=1))
    assert scripted_home.calls == 8
    point = await scripted_home.load_point()
    [refusal] = Refusals.of(point).before_activation.values()
    assert (refusal.times, refusal.day) == (2, OLD + 7 * A_DAY)
    assert (
        MeteredPoint.of(point, scripted_home.home.secrets, NOW + 90 * A_DAY).since[Direction.CONSUMPTION]
        == OLD + 7 * A_DAY
    )
    await scripted_home.fetch_days(30 * A_DAY)
    assert scripted_home.calls == 8
    assert paris.day_of(scripted_home.home.clock.now()) > paris.day_of(NOW)
