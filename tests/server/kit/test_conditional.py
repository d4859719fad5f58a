"""Answers that are good until a moment, asked for with and without what the caller has."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import Request, Response
from pydantic import BaseModel

from gateway.kit import conditional
from tests.server.conftest import SetClock

NOW = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)


class Body(BaseModel):
    text: str


class Signal(conditional.Changing):
    text: str


def respond_to(text: str, if_none_match: str | None = None, seconds: float = 90, accept: str = "") -> Response:
    headers = [] if if_none_match is None else [(b"if-none-match", if_none_match.encode())]
    headers += [(b"accept-encoding", accept.encode())] if accept else []
    request = Request({"type": "http", "method": "GET", "path": "/", "headers": headers})
    return conditional.respond(request, Body(text=text), now=NOW, next_change=NOW + timedelta(seconds=seconds))


def test_the_tag_changes_with_the_body_only() -> None:
    assert respond_to("a").headers["etag"] == respond_to("a", seconds=5).headers["etag"]
    assert respond_to("a").headers["etag"] != respond_to("b").headers["etag"]


@pytest.mark.parametrize("form", ["{}", "W/{}", '"x", {}', ' {} ,"x"', "*"])
def test_who_has_it_gets_no_body(form: str) -> None:
    answer = respond_to("a", form.format(respond_to("a").headers["etag"]))
    assert (answer.status_code, answer.body) == (304, b"")


def test_the_tag_of_a_compressed_answer_stays_the_same() -> None:
    text = "a" * 5000
    whole = respond_to(text, accept="gzip")
    unchanged = respond_to(text, whole.headers["etag"], accept="gzip")
    assert (whole.headers["content-encoding"], unchanged.status_code) == ("gzip", 304)
    assert unchanged.headers["etag"] == whole.headers["etag"] == f"W/{respond_to(text).headers['etag']}"


@pytest.mark.parametrize("header", ["", '"x"', "W/", ",,"])
def test_who_has_another_gets_it_all(header: str) -> None:
    answer = respond_to("a", header)
    assert (answer.status_code, answer.body) == (200, b'{"text":"a"}')


@pytest.mark.parametrize(
    ("seconds", "header"), [(90, "private, max-age=90"), (0.2, "private, max-age=1"), (-5, "private, max-age=0")]
)
def test_nobody_comes_back_before_it_can_change(seconds: float, header: str) -> None:
    assert respond_to("a", seconds=seconds).headers["cache-control"] == header


class MonotonicClock(SetClock):
    """Its seconds pass when told, whatever the time of day."""

    seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds


class CountingSource:
    """Counts what it makes; the answer changes `changes_in` seconds after NOW."""

    def __init__(self, changes_in: float) -> None:
        self.clock = MonotonicClock(NOW)
        self.response_cache = conditional.ResponseCache(self.clock)
        self.made = 0
        self.next_change = NOW + timedelta(seconds=changes_in)
        self.takes = timedelta(0)

    async def build_signal(self, now: datetime) -> Signal:
        self.made += 1
        text = f"answer {self.made} of {now:%H:%M:%S}"
        await asyncio.sleep(0)
        self.clock.set(self.clock.now() + self.takes)
        return Signal(
            next_change=self.next_change if now < self.next_change else now + timedelta(seconds=900), text=text
        )

    async def send_request(self, after: float | None = None) -> Response:
        if after is not None:
            self.clock.set(NOW + timedelta(seconds=after))
        request = Request({"type": "http", "method": "GET", "path": "/", "headers": []})
        return await self.response_cache.respond(request, "answer", self.build_signal)


async def test_what_was_made_serves_everybody_until_it_can_change() -> None:
    source = CountingSource(changes_in=900)
    first, again = await source.send_request(0), await source.send_request(899)
    assert (first.body, first.headers["etag"]) == (again.body, again.headers["etag"])
    assert [answer.headers["cache-control"] for answer in (first, again)] == ["max-age=900", "max-age=1"]
    assert source.made == 1
    source.next_change += timedelta(seconds=900)
    assert b"answer 2" in bytes((await source.send_request(900)).body)


async def test_those_who_come_together_wait_for_one_making() -> None:
    source = CountingSource(changes_in=900)
    answers = await asyncio.gather(*(source.send_request() for _ in range(50)))
    assert {bytes(answer.body) for answer in answers} == {bytes(answers[0].body)}
    assert source.made == 1


@pytest.mark.parametrize(("changes_in", "seconds"), [(900, 5), (10, 1)])
async def test_what_another_process_wrote_is_noticed_in_seconds(changes_in: float, seconds: float) -> None:
    """Even while the clock stands still; sooner when a change is near."""
    source = CountingSource(changes_in)
    await source.send_request(0)
    source.clock.seconds += seconds
    assert b"answer 2" in bytes((await source.send_request(0)).body)


async def test_a_database_so_slow_that_the_hour_strikes_meanwhile_makes_it_anew() -> None:
    source = CountingSource(changes_in=2)
    source.takes = timedelta(seconds=3)
    assert b"answer 2 of 09:30:03" in bytes((await source.send_request()).body)


async def test_a_clock_set_back_gets_no_answer_of_the_future() -> None:
    source = CountingSource(changes_in=900)
    assert (await source.send_request(100)).body != (await source.send_request(50)).body
