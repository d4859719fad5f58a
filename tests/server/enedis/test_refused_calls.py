"""From a refusal on the wire to what it means, for every refusal that the simulator knows; and from a bad origin."""

import asyncio
import json
import logging
import traceback
from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest

from gateway.enedis.client import Direction, Enedis
from gateway.enedis.errors import EnedisError, Meaning
from gateway.enedis.wire import Measure
from gateway.kit import http
from tests.server.conftest import NOW, Simulator
from tests.server.enedis.origins import CALLS, PAYER, SECRET, WEEK, Ask, Asked, Reply, client, scripted

PRM = "30001000000001"
CONSUMPTION = Direction.CONSUMPTION
MEANINGS = {
    "end_not_past": Meaning.NOT_PUBLISHED,
    "start_after_end": Meaning.OUR_FAULT,
    "prm_missing": Meaning.OUR_FAULT,
    "prm_length": Meaning.DOWN,
    "start_missing": Meaning.OUR_FAULT,
    "end_missing": Meaning.OUR_FAULT,
    "date_format": Meaning.OUR_FAULT,
    "end_date_format": Meaning.OUR_FAULT,
    "400_code_message": Meaning.OUR_FAULT,
    "400_list": Meaning.OUR_FAULT,
    "401_code_message": Meaning.UNAUTHORIZED,
    "invalid_request": Meaning.OUR_FAULT,
    "invalid_grant": Meaning.OUR_FAULT,
    "invalid_client": Meaning.UNAUTHORIZED,
    "ADAM-ERR0061": Meaning.NOT_HOLDER,
    "ADAM-ERR0069": Meaning.WRONG_DIRECTION,
    "ADAM-ERR0075": Meaning.NO_CONSENT,
    "ADAM-ERR0123": Meaning.BEFORE_ACTIVATION,
    "ADAM-ERR0125": Meaning.HISTORY_LIMIT,
    "ADAM-DC-0016": Meaning.HISTORY_LIMIT,
    "ADAM-ERR0126": Meaning.TOO_LONG,
    "ADAM-DC-0015": Meaning.TOO_LONG,
    "ADAM-DC-0007": Meaning.NOT_HOLDER,
    "ADAM-DC-0007-403": Meaning.NOT_HOLDER,
    "ADAM-DC-0008": Meaning.NO_CONSENT,
    "ADAM_DC_0008": Meaning.NO_CONSENT,
    "ADAM-DC-0009": Meaning.BEFORE_ACTIVATION,
    "unauthorized_user": Meaning.NO_CONSENT,
    "900908": Meaning.NOT_SUBSCRIBED,
    "900901": Meaning.UNAUTHORIZED,
    "no_data_found": Meaning.ABSENT,
    "no_data_found_uri": Meaning.ABSENT,
    "STM-ERR-0000014": Meaning.ABSENT,
    "STM-ERR-0000019": Meaning.ABSENT,
    "STM-ERR-0000020": Meaning.ABSENT,
    "404_code_message": Meaning.ABSENT,
    "403_code_message": Meaning.NOT_HOLDER,
    "403_list": Meaning.NOT_HOLDER,
    "429_code_message": Meaning.QUOTA,
    "429_q3": Meaning.QUOTA,
    "429_q4": Meaning.QUOTA,
    "900807": Meaning.QUOTA,
    "900804": Meaning.QUOTA,
    "technical_error": Meaning.DOWN,
    "500_code_message": Meaning.DOWN,
    "500_text": Meaning.OUR_FAULT,
    "ADAM-DC-0500": Meaning.DOWN,
    "STM-ERR-0000001": Meaning.DOWN,
    "no_services": Meaning.NOTHING_OPEN,
    "503": Meaning.DOWN,
    "404_page": Meaning.OUR_FAULT,
    "200_truncated": Meaning.DOWN,
    "200_empty": Meaning.DOWN,
}
WITHOUT_DATA: dict[str, list[int | None]] = {
    "200_no_grandeur": [],
    "200_empty_grandeur": [],
    "200_no_points": [],
    "200_empty_points": [],
    "200_null_value": [None, None],
}


@pytest.fixture
async def enedis(simulator: Simulator) -> AsyncIterator[Enedis]:
    async with client(simulator.url) as (enedis, _):
        yield enedis


async def refused(enedis: Enedis, prm: str, direction: Direction, start: date, end: date) -> Meaning:
    with pytest.raises(EnedisError) as refusal:
        await enedis.load_curve(PAYER, prm, direction, start, end)
    return refusal.value.meaning


def test_the_simulator_knows_no_other_refusal(simulator: Simulator) -> None:
    assert set(simulator.order("GET", "faults")["enedis"]) == MEANINGS.keys() | WITHOUT_DATA.keys()


@pytest.mark.parametrize("name", MEANINGS)
async def test_every_refusal_from_the_wire_to_its_meaning(name: str, enedis: Enedis, simulator: Simulator) -> None:
    simulator.order("POST", "faults", api="mesure_synchrone_auto", name=name)
    assert await refused(enedis, PRM, CONSUMPTION, *WEEK) is MEANINGS[name]


@pytest.mark.parametrize("name", WITHOUT_DATA)
async def test_answers_without_data(name: str, enedis: Enedis, simulator: Simulator) -> None:
    simulator.order("POST", "faults", api="mesure_synchrone_auto", name=name)
    measure = await enedis.daily(PAYER, PRM, CONSUMPTION, *WEEK)
    assert isinstance(measure, Measure)
    points = [point for series in measure.grandeur or [] for point in series.points or []]
    assert [point.v for point in points] == WITHOUT_DATA[name]


async def test_what_each_home_and_range_is_refused_for(enedis: Enedis, simulator: Simulator) -> None:
    today, day = NOW.date(), timedelta(days=1)
    week = (today - 7 * day, today)
    for prm, direction, start, end, meaning in (
        (PRM, CONSUMPTION, today - 8 * day, today, Meaning.TOO_LONG),
        (PRM, CONSUMPTION, today, today + day, Meaning.NOT_PUBLISHED),
        (PRM, CONSUMPTION, date(2023, 1, 2), date(2023, 1, 9), Meaning.HISTORY_LIMIT),
        (PRM, Direction.PRODUCTION, *week, Meaning.WRONG_DIRECTION),
        ("30001000000008", CONSUMPTION, today - 20 * day, today - 14 * day, Meaning.BEFORE_ACTIVATION),
        ("30001000000009", CONSUMPTION, *week, Meaning.NO_CONSENT),
        ("30001000000007", CONSUMPTION, *week, Meaning.ABSENT),
        ("30001000000012", CONSUMPTION, *week, Meaning.DOWN),
        ("39999999999999", CONSUMPTION, *week, Meaning.NOT_HOLDER),
        (PRM, CONSUMPTION, today, today, Meaning.OUR_FAULT),
    ):
        simulator.forget_calls()  # and its quota
        assert await refused(enedis, prm, direction, start, end) is meaning, (prm, start, end)


@pytest.mark.parametrize("status", [403, 404])
async def test_a_strangers_page_says_nothing_about_the_consent_or_the_days(status: int) -> None:
    page = Reply(status, b"<html><body>The requested URL was rejected.</body></html>")
    error = await failure(CALLS["daily"][1], page)
    assert error is not None
    assert error.meaning is Meaning.OUR_FAULT


async def test_a_redirect_leads_nowhere() -> None:
    statuses = [301, 302, 303, 307, 308]
    async with scripted(lambda _: Reply(body=b"[]")) as other:

        def moved(asked: Asked) -> Reply:
            return Reply(statuses.pop(), headers={"Location": f"{other.url}{asked.line.split()[1]}"})

        async with scripted(moved) as origin, client(origin.url) as (enedis, _):
            while statuses:
                with pytest.raises(EnedisError) as refusal:
                    await enedis.contracts(PAYER, PRM)
                assert refusal.value.meaning is Meaning.OUR_FAULT
        assert len(origin.data_calls) == 5
    assert other.asked == []


async def test_the_environments_proxy_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async with (
        scripted(lambda _: Reply(body=b"[]")) as proxy,
        scripted(lambda _: Reply(body=b"[]")) as origin,
    ):
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        async with client(origin.url) as (enedis, _):
            assert await enedis.contracts(PAYER, PRM) == []
    assert proxy.asked == []


async def test_too_long_an_answer_is_an_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MAX_BODY", 1000)
    body = b"[" + b" " * 998 + b"]"
    async with scripted(lambda _: Reply(body=body)) as origin, client(origin.url) as (enedis, _):
        assert await enedis.contracts(PAYER, PRM) == []
        body += b" "
        with pytest.raises(EnedisError) as refusal:
            await enedis.contracts(PAYER, PRM)
    assert (refusal.value.meaning, refusal.value.code) == (Meaning.DOWN, "unreachable")


@pytest.mark.parametrize("token_too", [False, True])
async def test_silence_ends_in_an_outage(monkeypatch: pytest.MonkeyPatch, token_too: bool) -> None:
    silence = asyncio.Event()

    def nothing(_: Asked) -> Reply:
        return Reply(after=silence.wait)

    async with scripted(nothing, nothing if token_too else None) as origin, client(origin.url) as (enedis, _):
        monkeypatch.setattr(http, "LONGEST", 0.3)
        async with asyncio.timeout(10):
            with pytest.raises(EnedisError) as refusal:
                await enedis.contracts(PAYER, PRM)
        silence.set()
    assert (refusal.value.meaning, refusal.value.code) == (Meaning.DOWN, "unreachable")


ECHOES = (
    {"error": f"point {PRM}", "error_description": f"{PRM} {SECRET} token-1"},
    {"code": PRM, "message": PRM, "description": f"Bearer token-1 for {PRM}"},
    {"fault": {"code": int(PRM), "message": PRM, "description": "token-1"}},
    [{"code": f"PRM-{PRM}", "message": PRM}],
    {"idPrm": PRM, "grandeur": PRM, "address": PRM, "serviceSouscrit": PRM, "relais": PRM, "contexte": PRM},
)


@pytest.mark.parametrize("name", CALLS)
async def test_no_error_and_no_log_holds_the_meter_the_token_or_the_secret(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Enedis' own words may hold them: whatever goes wrong, ours do not."""
    caplog.set_level(logging.DEBUG)
    for library in ("httpx2", "httpcore2"):  # as the gateway's own logging has them: they write whole URLs
        caplog.set_level(logging.WARNING, logger=library)
    bodies = [*(json.dumps(echo).encode() for echo in ECHOES), PRM.encode(), f"<html>{PRM} token-1".encode()]
    replies = [Reply(status, body) for status in (200, 302, 400, 401, 403, 404, 429, 500, 503) for body in bodies]
    failures = [await failure(CALLS[name][1], reply) for reply in replies]
    assert len([error for error in failures if error is not None]) >= 8 * len(bodies)
    for error in failures:
        assert_silent(f"{error} {error!r} {error and error.code}")
        assert_silent("".join(traceback.format_exception(error)) if error else "")
    assert_silent(caplog.text)


async def failure(ask: Ask, reply: Reply) -> EnedisError | None:
    async with scripted(lambda _: reply) as origin, client(origin.url) as (enedis, _):
        try:
            await ask(enedis, PRM)
        except EnedisError as error:
            return error
    return None


def assert_silent(text: str) -> None:
    assert PRM not in text
    assert "token-1" not in text
    assert SECRET not in text
