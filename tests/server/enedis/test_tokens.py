"""One token for everybody, renewed early by one of them, and once more when Enedis no longer takes it."""

import asyncio
import json
import traceback
from pathlib import Path

import pytest

from gateway.enedis.errors import EnedisError, ErrorReason
from gateway.quotas.pacing import EnedisPacer
from gateway.store.memory import MemoryStore
from tests.server.conftest import SetClock, Simulator
from tests.server.enedis.origins import (
    CALLS,
    EACH_API,
    PAYER,
    TOKEN,
    NoPacer,
    ReceivedRequest,
    Reply,
    Timer,
    open_budgets,
    open_client,
    read_fixture,
    run_scripted,
)

PRM = "30001000000002"
LASTS = 12600
EARLY = 20 * 60
REFUSED = b'{"fault":{"code":900901,"message":"Invalid Credentials","description":"Invalid Credentials."}}'


def read_bearer(asked: ReceivedRequest) -> str:
    return asked.headers["authorization"].removeprefix("Bearer ")


async def test_fifty_calls_at_once_on_two_replicas_need_one_token(
    simulator: Simulator, tmp_path: Path, clock: SetClock
) -> None:
    store, asks = MemoryStore(), list(EACH_API.values())
    async with (
        open_budgets(tmp_path) as database,
        open_client(simulator.url, store=store, pacer=EnedisPacer(database, store, clock, 2, 1000)) as (one, _),
        open_client(simulator.url, store=store, pacer=EnedisPacer(database, store, clock, 2, 1000)) as (two, _),
    ):
        await asyncio.gather(*(asks[number % len(asks)]((one, two)[number % 2], PRM) for number in range(50)))
    assert len(simulator.calls(TOKEN)) == 1
    assert [call["status"] for call in simulator.calls()] == [200] * 51


@pytest.mark.parametrize("written", [LASTS, str(LASTS), float(LASTS)])
async def test_it_is_renewed_twenty_minutes_early_by_one(written: object) -> None:
    timer = Timer()

    def reply_token(_: ReceivedRequest) -> Reply:
        return Reply(body=json.dumps({"access_token": "good", "expires_in": written}).encode())

    async with (
        run_scripted(lambda _: Reply(), reply_token) as origin,
        open_client(origin.url, store=MemoryStore(timer)) as (enedis, _),
    ):

        async def tokens_after(*calls: float) -> int:
            for ahead in calls:
                timer.ahead = ahead
                await asyncio.gather(*(enedis.fetch_synthesis(PAYER, PRM) for _ in range(20)))
            return len(origin.requests) - len(origin.data_calls)

        assert await tokens_after(0, LASTS - EARLY - 60) == 1
        assert await tokens_after(LASTS - EARLY + 1) == 2


async def test_the_recorded_form_is_read() -> None:
    async with (
        run_scripted(lambda _: Reply(), lambda _: Reply(body=read_fixture("token"))) as origin,
        open_client(origin.url) as (enedis, _),
    ):
        await enedis.fetch_synthesis(PAYER, PRM)
    assert read_bearer(origin.requests[-1]) == "an-invented-token"


@pytest.mark.parametrize("name", CALLS)
async def test_a_token_that_ended_is_renewed_once_and_the_call_repeated(name: str, simulator: Simulator) -> None:
    pacer = NoPacer()
    async with open_client(simulator.url, pacer=pacer) as (enedis, _):
        await enedis.fetch_synthesis(PAYER, PRM)
        simulator.order("DELETE", "tokens")
        simulator.forget_calls()
        await CALLS[name][1](enedis, PRM)
    first, token, again = simulator.calls()
    assert [call["status"] for call in (first, token, again)] == [401, 200, 200]
    assert token["path"] == TOKEN
    assert (first["path"], first["query"]) == (again["path"], again["query"])
    assert len(pacer.waited) == 3, "both calls take their turn and are counted"


async def test_a_second_refusal_is_an_error(simulator: Simulator) -> None:
    simulator.order("POST", "faults", api="comptage_auto", name="900901")
    async with open_client(simulator.url) as (enedis, _):
        with pytest.raises(EnedisError) as refusal:
            await enedis.fetch_metering(PAYER, PRM)
        assert (refusal.value.reason, refusal.value.code) == (ErrorReason.UNAUTHORIZED, "900901")
        assert len(simulator.calls("comptage")) == 2
        assert len(simulator.calls(TOKEN)) == 2
        await enedis.fetch_synthesis(PAYER, PRM)
        assert len(simulator.calls(TOKEN)) == 2, "the others keep the token"


async def test_whoever_is_refused_late_uses_the_token_that_another_renewed() -> None:
    """Twenty calls under way when the token ends: their refusals come one by one, after it was renewed."""
    renewed = asyncio.Event()
    under_way = 0

    def reply_data(asked: ReceivedRequest) -> Reply:
        nonlocal under_way
        if read_bearer(asked) != "token-1":
            renewed.set()
            return Reply()
        under_way += 1
        return Reply(401, REFUSED, after=renewed.wait if under_way > 1 else None)

    async with run_scripted(reply_data) as origin, open_client(origin.url) as (enedis, _), asyncio.timeout(200):
        await asyncio.gather(*(enedis.fetch_synthesis(PAYER, PRM) for _ in range(20)))
    assert origin.tokens == 2
    assert len(origin.data_calls) == 40


async def test_credentials_that_are_refused_are_an_error_and_no_call_is_made(simulator: Simulator) -> None:
    pacer = NoPacer()
    async with open_client(simulator.url, secret="wrong", pacer=pacer) as (enedis, _):
        with pytest.raises(EnedisError) as refusal:
            await enedis.fetch_synthesis(PAYER, PRM)
    assert (refusal.value.reason, refusal.value.code) == (ErrorReason.UNAUTHORIZED, "invalid_client")
    assert [call["path"] for call in simulator.calls()] == [TOKEN]
    assert pacer.waited == [], "nothing is paid for a call that is not made"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("invalid_request", ErrorReason.OUR_FAULT),
        ("invalid_grant", ErrorReason.OUR_FAULT),
        ("invalid_client", ErrorReason.UNAUTHORIZED),
        ("technical_error", ErrorReason.DOWN),
        ("503", ErrorReason.DOWN),
        ("900804", ErrorReason.QUOTA),
        ("404_page", ErrorReason.OUR_FAULT),
    ],
)
async def test_no_token_is_given(simulator: Simulator, name: str, reason: ErrorReason) -> None:
    simulator.order("POST", "faults", api="enedis_token", name=name, times=1)
    timer = Timer()
    async with open_client(simulator.url, store=MemoryStore(timer)) as (enedis, _):
        for _attempt in range(3):
            with pytest.raises(EnedisError) as refusal:
                await enedis.fetch_synthesis(PAYER, PRM)
            assert refusal.value.reason is reason
        assert simulator.calls("synth") == []
        assert len(simulator.calls("token")) == 1, "those who come next hear the same without asking"
        timer.ahead += 10
        assert (await enedis.fetch_synthesis(PAYER, PRM)).services_level


UNREADABLE: list[bytes] = [
    b"",
    b"{}",
    b"[]",
    b"null",
    b"<html></html>",
    b"\xff\xfe",
    b"[" * 100_000,
    b'{"access_token":"hush-hush"}',
    b'{"access_token":"hush-hush","expires_in":null}',
    b'{"access_token":"hush-hush","expires_in":"hush"}',
    b'{"access_token":"hush-hush","expires_in":NaN}',
    b'{"access_token":"hush-hush","expires_in":Infinity}',
    b'{"access_token":"hush-hush","expires_in":-5}',
    b'{"access_token":"hush-hush","expires_in":1e300}',
    b'{"access_token":"hush-hush","expires_in":1' + b"0" * 400 + b"}",
    b'{"access_token":null,"expires_in":12600}',
    b'{"access_token":"","expires_in":12600}',
    b'{"access_token":["hush-hush"],"expires_in":12600}',
    b'{"access_token":"hush-hush\\r\\nX-Other: 1","expires_in":12600}',
    '{"access_token":"hush-hush-é","expires_in":12600}'.encode(),
    b'{"access_token":"hush-hush","expires_in":12600',
]


@pytest.mark.parametrize("body", UNREADABLE, ids=range(len(UNREADABLE)))
async def test_an_answer_that_is_no_token_is_an_outage_and_is_never_used(body: bytes) -> None:
    timer = Timer()
    async with (
        run_scripted(lambda _: Reply(), lambda _: Reply(body=body)) as origin,
        open_client(origin.url, store=MemoryStore(timer)) as (enedis, _),
    ):
        for _attempt in range(2):
            with pytest.raises(EnedisError) as refusal:
                await enedis.fetch_synthesis(PAYER, PRM)
            assert (refusal.value.reason, refusal.value.code) == (ErrorReason.DOWN, "unreadable_answer")
            assert "hush" not in "".join(traceback.format_exception(refusal.value))
            timer.ahead += 10
    assert origin.data_calls == []
    assert len(origin.requests) == 2


@pytest.mark.parametrize("lasts", [1, 30, 600, EARLY])
async def test_a_token_shorter_than_the_margin_still_serves(lasts: int) -> None:
    def reply_token(_: ReceivedRequest) -> Reply:
        return Reply(body=json.dumps({"access_token": "short", "expires_in": lasts}).encode())

    async with run_scripted(lambda _: Reply(), reply_token) as origin, open_client(origin.url) as (enedis, _):
        for _ in range(5):
            await enedis.fetch_synthesis(PAYER, PRM)
    assert len(origin.data_calls) == 5
    assert len(origin.requests) == 6


async def test_nobody_there_to_give_one() -> None:
    async with run_scripted(lambda _: Reply()) as gone:
        pass
    async with open_client(gone.url) as (enedis, _):
        with pytest.raises(EnedisError) as refusal:
            await enedis.fetch_synthesis(PAYER, PRM)
    assert (refusal.value.reason, refusal.value.code) == (ErrorReason.DOWN, "unreachable")
