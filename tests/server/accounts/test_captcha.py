"""The captcha guards sign-up, reset, and log-in after repeated failures; it fails closed where it is required."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from gateway.settings import Settings
from tests.server.accounts.conftest import EMAIL, PASSWORD, StandIn, _secret, log_in, sign_up
from tests.server.conftest import Gateway, SetClock, started


def told(**changed: Any) -> bytes:
    return json.dumps({"success": True, "hostname": "front.example.org", "action": "sign_up"} | changed).encode()


@pytest.fixture
def guarded_settings(settings: Settings, turnstile: StandIn) -> Settings:
    more = _secret(
        turnstile_secret_key="secret-of-the-stand-in",
        turnstile_base_url=turnstile.url,
        require_captcha=True,
        frontend_url="https://front.example.org",
    )
    return settings.model_copy(update=more)


@pytest.fixture
async def guarded(guarded_settings: Settings, clock: SetClock) -> AsyncIterator[Gateway]:
    async with started(guarded_settings, clock) as running:
        yield running


def outcome(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "") if answer.content else ""


async def test_a_solved_captcha_opens_the_door(guarded: Gateway, turnstile: StandIn) -> None:
    turnstile.answer = told()
    assert outcome(await sign_up(guarded)) == (403, "captcha_needed")
    assert turnstile.requests == []
    assert (await sign_up(guarded, captcha_token="solved")).status_code == 201
    [asked] = turnstile.requests
    assert asked["path"] == "/turnstile/v0/siteverify"
    assert (asked["form"]["secret"], asked["form"]["response"]) == ("secret-of-the-stand-in", "solved")


@pytest.mark.parametrize(
    "changed",
    [
        {"success": False},
        {"success": "true"},
        {"hostname": "evil.example.org"},
        {"action": "password_reset"},
        {"action": None},
    ],
)
async def test_one_that_was_not_solved_here_and_for_this_does_not(
    guarded: Gateway, turnstile: StandIn, changed: dict[str, Any]
) -> None:
    turnstile.answer = told(**changed)
    assert outcome(await sign_up(guarded, captcha_token="x")) == (403, "captcha_failed")


async def test_unreachable_the_door_is_shut_where_it_is_required_and_open_elsewhere(
    guarded: Gateway, turnstile: StandIn, guarded_settings: Settings, clock: SetClock
) -> None:
    turnstile.status = 500
    answer = await sign_up(guarded, captcha_token="x")
    assert outcome(answer) == (503, "captcha_unavailable")
    assert int(answer.headers["retry-after"]) > 0
    turnstile.status, turnstile.answer = 200, b"<html>"
    assert outcome(await sign_up(guarded, captcha_token="x")) == (503, "captcha_unavailable")
    nowhere = guarded_settings.model_copy(update={"turnstile_base_url": "http://127.0.0.1:9"})
    async with started(nowhere, clock) as gateway:
        assert outcome(await sign_up(gateway, captcha_token="x")) == (503, "captcha_unavailable")
        answer = await gateway.http.post("/v1/accounts/password-reset", json={"email": EMAIL, "captcha_token": "x"})
        assert outcome(answer) == (503, "captcha_unavailable")
    relaxed = guarded_settings.model_copy(update={"require_captcha": False})
    async with started(relaxed, clock) as gateway:
        assert (await sign_up(gateway, captcha_token="x")).status_code == 201


async def test_reset_and_repeated_failures_need_it(guarded: Gateway, turnstile: StandIn) -> None:
    answer = await guarded.http.post("/v1/accounts/password-reset", json={"email": EMAIL})
    assert outcome(answer) == (403, "captcha_needed")
    turnstile.answer = told()
    await sign_up(guarded, captcha_token="solved")
    browser = guarded.new_browser()
    for _ in range(5):
        assert outcome(await log_in(browser, password="wrong wrong wrong")) == (401, "invalid_credentials")
    assert outcome(await log_in(browser)) == (403, "captcha_needed")
    turnstile.answer = told(action="log_in")
    assert (await log_in(browser, EMAIL, PASSWORD, captcha_token="solved")).status_code == 204
