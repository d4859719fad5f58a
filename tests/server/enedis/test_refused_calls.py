"""From a refusal on the wire to what it means, for every refusal that the simulator knows; and from a bad origin."""

import asyncio
import json
import logging
import traceback
from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest

from gateway.domain.direction import Direction
from gateway.enedis.client import Enedis
from gateway.enedis.errors import EnedisError, ErrorReason
from gateway.kit import http
from tests.server.conftest import NOW, Simulator
from tests.server.enedis.origins import (
    CALLS,
    PAYER,
    SECRET,
    WEEK,
    Ask,
    ReceivedRequest,
    Reply,
    open_client,
    run_scripted,
)

PRM = "30001000000001"
CONSUMPTION = Direction.CONSUMPTION
MEANINGS = {
    "end_not_past": ErrorReason.NOT_PUBLISHED,
    "start_after_end": ErrorReason.OUR_FAULT,
    "prm_missing": ErrorReason.OUR_FAULT,
    "prm_length": ErrorReason.DOWN,
    "start_missing": ErrorReason.OUR_FAULT,
    "end_missing": ErrorReason.OUR_FAULT,
    "date_format": ErrorReason.OUR_FAULT,
    "end_date_format": ErrorReason.OUR_FAULT,
    "400_code_message": ErrorReason.OUR_FAULT,
    "400_list": ErrorReason.OUR_FAULT,
    "401_code_message": ErrorReason.UNAUTHORIZED,
    "invalid_request": ErrorReason.OUR_FAULT,
    "invalid_grant": ErrorReason.OUR_FAULT,
    "invalid_client": ErrorReason.UNAUTHORIZED,
    "ADAM-ERR0061": ErrorReason.NOT_HOLDER,
    "ADAM-ERR0069": ErrorReason.WRONG_DIRECTION,
    "ADAM-ERR0075": ErrorReason.NO_CONSENT,
    "ADAM-ERR0123": ErrorReason.BEFORE_ACTIVATION,
    "ADAM-ERR0125": ErrorReason.HISTORY_LIMIT,
    "ADAM-DC-0016": ErrorReason.HISTORY_LIMIT,
    "ADAM-ERR0126": ErrorReason.TOO_LONG,
    "ADAM-DC-0015": ErrorReason.TOO_LONG,
    "ADAM-DC-0007": ErrorReason.NOT_HOLDER,
    "ADAM-DC-0007-403": ErrorReason.NOT_HOLDER,
    "ADAM-DC-0008": ErrorReason.NO_CONSENT,
    "ADAM_DC_0008": ErrorReason.NO_CONSENT,
    "ADAM-DC-0009": ErrorReason.BEFORE_ACTIVATION,
    "unauthorized_user": ErrorReason.NO_CONSENT,
    "900908": ErrorReason.NOT_SUBSCRIBED,
    "900901": ErrorReason.UNAUTHORIZED,
    "no_data_found": ErrorReason.ABSENT,
    "no_data_found_uri": ErrorReason.ABSENT,
    "STM-ERR-0000014": ErrorReason.ABSENT,
    "STM-ERR-0000019": ErrorReason.ABSENT,
    "STM-ERR-0000020": ErrorReason.ABSENT,
    "404_code_message": ErrorReason.ABSENT,
    "403_code_message": ErrorReason.NOT_HOLDER,
    "403_list": ErrorReason.NOT_HOLDER,
    "429_code_message": ErrorReason.QUOTA,
    "429_q3": ErrorReason.QUOTA,
    "429_q4": ErrorReason.QUOTA,
    "900807": ErrorReason.QUOTA,
    "900804": ErrorReason.QUOTA,
    "technical_error": ErrorReason.DOWN,
    "500_code_message": ErrorReason.DOWN,
    "500_text": ErrorReason.DOWN,
    "ADAM-DC-0500": ErrorReason.DOWN,
    "STM-ERR-0000001": ErrorReason.DOWN,
    "no_services": ErrorReason.NOTHING_OPEN,
    "503": ErrorReason.DOWN,
    "404_page": ErrorReason.OUR_FAULT,
    "ADAM-ERR0155": ErrorReason.METER_REFUSED,
    "ADAM-ERR0191": ErrorReason.METER_REFUSED,
    "unknown_code": ErrorReason.METER_REFUSED,
    "500_nested": ErrorReason.DOWN,
    "404_empty": ErrorReason.OUR_FAULT,
    "404_not_found": ErrorReason.OUR_FAULT,
    "200_error_body": ErrorReason.DOWN,
    "200_nothing": ErrorReason.DOWN,
    "200_no_grandeur": ErrorReason.DOWN,
    "200_empty_grandeur": ErrorReason.DOWN,
    "200_null_grandeur": ErrorReason.DOWN,
    "200_other_meter": ErrorReason.DOWN,
    "200_other_period": ErrorReason.DOWN,
    "200_other_unit": ErrorReason.DOWN,
    "200_no_points": ErrorReason.DOWN,
    "200_truncated": ErrorReason.DOWN,
    "200_empty": ErrorReason.DOWN,
}
ALTERED = {"empty_points", "null_values", "unreadable_values", "huge_values", "other_days", "decimal_values"}
ALTERED |= {"offset_stamps", "step_in_seconds", "newest_first", "daily_twice", "rounded_to_1000_w"}
"""Answers that are read, whose points are judged one by one: see metering/test_odd_answers.py."""


@pytest.fixture
async def enedis(simulator: Simulator) -> AsyncIterator[Enedis]:
    async with open_client(simulator.url) as (enedis, _):
        yield enedis


async def find_refusal(enedis: Enedis, prm: str, direction: Direction, start: date, end: date) -> ErrorReason:
    with pytest.raises(EnedisError) as refusal:
        await enedis.fetch_load_curve(PAYER, prm, direction, start, end)
    return refusal.value.reason


def test_the_simulator_knows_no_other_refusal(simulator: Simulator) -> None:
    assert set(simulator.order("GET", "faults")["enedis"]) == MEANINGS.keys() | ALTERED


@pytest.mark.parametrize("name", MEANINGS)
async def test_every_refusal_from_the_wire_to_its_meaning(name: str, enedis: Enedis, simulator: Simulator) -> None:
    simulator.order("POST", "faults", api="mesure_synchrone_auto", name=name)
    assert await find_refusal(enedis, PRM, CONSUMPTION, *WEEK) is MEANINGS[name]


async def test_what_each_home_and_range_is_refused_for(enedis: Enedis, simulator: Simulator) -> None:
    today, day = NOW.date(), timedelta(days=1)
    week = (today - 7 * day, today)
    for prm, direction, start, end, reason in (
        (PRM, CONSUMPTION, today - 8 * day, today, ErrorReason.TOO_LONG),
        (PRM, CONSUMPTION, today, today + day, ErrorReason.NOT_PUBLISHED),
        (PRM, CONSUMPTION, date(2023, 1, 2), date(2023, 1, 9), ErrorReason.HISTORY_LIMIT),
        (PRM, Direction.PRODUCTION, *week, ErrorReason.WRONG_DIRECTION),
        ("30001000000008", CONSUMPTION, today - 20 * day, today - 14 * day, ErrorReason.BEFORE_ACTIVATION),
        ("30001000000009", CONSUMPTION, *week, ErrorReason.NO_CONSENT),
        ("30001000000007", CONSUMPTION, *week, ErrorReason.ABSENT),
        ("30001000000012", CONSUMPTION, *week, ErrorReason.DOWN),
        ("39999999999999", CONSUMPTION, *week, ErrorReason.NOT_HOLDER),
        (PRM, CONSUMPTION, today, today, ErrorReason.OUR_FAULT),
    ):
        simulator.forget_calls()  # and its quota
        assert await find_refusal(enedis, prm, direction, start, end) is reason, (prm, start, end)


@pytest.mark.parametrize("status", [403, 404])
async def test_a_strangers_page_says_nothing_about_the_consent_or_the_days(status: int) -> None:
    page = Reply(status, b"<html><body>The requested URL was rejected.</body></html>")
    error = await find_error(CALLS["daily"][1], page)
    assert error is not None
    assert error.reason is ErrorReason.OUR_FAULT


async def test_a_redirect_leads_nowhere() -> None:
    statuses = [301, 302, 303, 307, 308]
    async with run_scripted(lambda _: Reply(body=b"[]")) as other:

        def reply_moved(asked: ReceivedRequest) -> Reply:
            return Reply(statuses.pop(), headers={"Location": f"{other.url}{asked.line.split()[1]}"})

        async with run_scripted(reply_moved) as origin, open_client(origin.url) as (enedis, _):
            while statuses:
                with pytest.raises(EnedisError) as refusal:
                    await enedis.fetch_contracts(PAYER, PRM)
                assert refusal.value.reason is ErrorReason.OUR_FAULT
        assert len(origin.data_calls) == 5
    assert other.requests == []


async def test_the_environments_proxy_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async with (
        run_scripted(lambda _: Reply(body=b"[]")) as proxy,
        run_scripted(lambda _: Reply(body=b"[]")) as origin,
    ):
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        async with open_client(origin.url) as (enedis, _):
            assert await enedis.fetch_contracts(PAYER, PRM) == []
    assert proxy.requests == []


async def test_too_long_an_answer_is_an_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MAX_BODY", 1000)
    body = b"[" + b" " * 998 + b"]"
    async with run_scripted(lambda _: Reply(body=body)) as origin, open_client(origin.url) as (enedis, _):
        assert await enedis.fetch_contracts(PAYER, PRM) == []
        body += b" "
        with pytest.raises(EnedisError) as refusal:
            await enedis.fetch_contracts(PAYER, PRM)
    assert (refusal.value.reason, refusal.value.code) == (ErrorReason.DOWN, "no_answer_in_time")


@pytest.mark.parametrize("token_too", [False, True])
async def test_silence_ends_in_an_outage(monkeypatch: pytest.MonkeyPatch, token_too: bool) -> None:
    silence = asyncio.Event()

    def reply_late(_: ReceivedRequest) -> Reply:
        return Reply(after=silence.wait)

    async with (
        run_scripted(reply_late, reply_late if token_too else None) as origin,
        open_client(origin.url) as (enedis, _),
    ):
        monkeypatch.setattr(http, "LONGEST", 0.3)
        async with asyncio.timeout(200):
            with pytest.raises(EnedisError) as refusal:
                await enedis.fetch_contracts(PAYER, PRM)
        silence.set()
    assert (refusal.value.reason, refusal.value.code) == (ErrorReason.DOWN, "no_answer_in_time")


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
    failures = [await find_error(CALLS[name][1], reply) for reply in replies]
    assert len([error for error in failures if error is not None]) >= 8 * len(bodies)
    for error in failures:
        assert_silent(f"{error} {error!r} {error and error.code}")
        assert_silent("".join(traceback.format_exception(error)) if error else "")
    assert_silent(caplog.text)


async def find_error(ask: Ask, reply: Reply) -> EnedisError | None:
    async with run_scripted(lambda _: reply) as origin, open_client(origin.url) as (enedis, _):
        try:
            await ask(enedis, PRM)
        except EnedisError as error:
            return error
    return None


def assert_silent(text: str) -> None:
    assert PRM not in text
    assert "token-1" not in text
    assert SECRET not in text
