"""Answers that are good until a moment, asked for with and without what the caller has."""

from datetime import UTC, datetime, timedelta

import pytest
from fastapi import Request, Response
from pydantic import BaseModel

from gateway.kit import conditional

NOW = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)


class Body(BaseModel):
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
