"""Answers that are good until a moment, asked for with and without what the caller has."""

from datetime import UTC, datetime, timedelta

import pytest
from fastapi import Request, Response
from pydantic import BaseModel

from gateway.kit import conditional
from gateway.store.memory import MemoryStore

NOW = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)


class Body(BaseModel):
    text: str


class Signal(conditional.Changing):
    text: str


def ask(text: str, if_none_match: str | None = None, seconds: float = 90) -> Response:
    headers = [] if if_none_match is None else [(b"if-none-match", if_none_match.encode())]
    request = Request({"type": "http", "method": "GET", "path": "/", "headers": headers})
    return conditional.respond(request, Body(text=text), now=NOW, next_change=NOW + timedelta(seconds=seconds))


def test_the_tag_changes_with_the_body_only() -> None:
    assert ask("a").headers["etag"] == ask("a", seconds=5).headers["etag"]
    assert ask("a").headers["etag"] != ask("b").headers["etag"]


@pytest.mark.parametrize("form", ["{}", "W/{}", '"x", {}', ' {} ,"x"', "*"])
def test_who_has_it_gets_no_body(form: str) -> None:
    answer = ask("a", form.format(ask("a").headers["etag"]))
    assert (answer.status_code, answer.body) == (304, b"")


@pytest.mark.parametrize("header", ["", '"x"', "W/", ",,"])
def test_who_has_another_gets_it_all(header: str) -> None:
    answer = ask("a", header)
    assert (answer.status_code, answer.body) == (200, b'{"text":"a"}')


@pytest.mark.parametrize(("seconds", "header"), [(90, "max-age=90"), (0.2, "max-age=1"), (-5, "max-age=0")])
def test_nobody_comes_back_before_it_can_change(seconds: float, header: str) -> None:
    assert ask("a", seconds=seconds).headers["cache-control"] == header


class Kitchen:
    """Counts what it makes; the answer changes at a quarter past."""

    def __init__(self, changes_in: float) -> None:
        self.store = MemoryStore(lambda: 0.0)
        self.made = 0
        self.next_change = NOW + timedelta(seconds=changes_in)

    async def make(self) -> Signal:
        self.made += 1
        return Signal(next_change=self.next_change, text=f"dish {self.made}")

    async def ask(self, after: float) -> Response:
        request = Request({"type": "http", "method": "GET", "path": "/", "headers": []})
        now = NOW + timedelta(seconds=after)
        return await conditional.respond_ready_made(request, self.store, "dish", now, self.make)


async def test_what_was_made_serves_everybody_until_it_can_change() -> None:
    kitchen = Kitchen(changes_in=900)
    first, again = await kitchen.ask(0), await kitchen.ask(899)
    assert (first.body, first.headers["etag"]) == (again.body, again.headers["etag"])
    assert [answer.headers["cache-control"] for answer in (first, again)] == ["max-age=900", "max-age=1"]
    assert kitchen.made == 1
    kitchen.next_change += timedelta(seconds=900)
    assert b"dish 2" in bytes((await kitchen.ask(900)).body)


async def test_what_can_change_any_moment_is_made_each_time() -> None:
    kitchen = Kitchen(changes_in=10)
    assert (await kitchen.ask(0)).body != (await kitchen.ask(0)).body


async def test_a_clock_set_back_gets_no_answer_of_the_future() -> None:
    kitchen = Kitchen(changes_in=900)
    assert (await kitchen.ask(100)).body != (await kitchen.ask(50)).body
