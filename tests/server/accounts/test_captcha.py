"""The captcha guards sign-up, reset, and log-in after repeated failures; it fails closed where it is required."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from gateway.settings import Settings
from tests.server.accounts.conftest import EMAIL, PASSWORD, StandIn, _read_settings, log_in, sign_up
from tests.server.conftest import Gateway, SetClock, run_gateway


def make_verdict(**changed: Any) -> bytes:
    return json.dumps({"success": True, "hostname": "front.example.org", "action": "sign_up"} | changed).encode()


@pytest.fixture
def captcha_settings(settings: Settings, turnstile: StandIn) -> Settings:
    more = _read_settings(
        turnstile_secret_key="secret-of-the-stand-in",
        turnstile_base_url=turnstile.url,
        require_captcha=True,
        frontend_url="https://front.example.org",
    )
    return settings.model_copy(update=more)


@pytest.fixture
async def gateway_with_captcha(captcha_settings: Settings, clock: SetClock) -> AsyncIterator[Gateway]:
    async with run_gateway(captcha_settings, clock) as running:
        yield running


def summarize_response(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "") if answer.content else ""


async def test_a_solved_captcha_is_accepted(gateway_with_captcha: Gateway, turnstile: StandIn) -> None:
    turnstile.answer = make_verdict()
    assert summarize_response(await sign_up(gateway_with_captcha)) == (403, "captcha_needed")
    assert turnstile.requests == []
    assert (await sign_up(gateway_with_captcha, captcha_token="solved")).status_code == 201
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
    gateway_with_captcha: Gateway, turnstile: StandIn, changed: dict[str, Any]
) -> None:
    turnstile.answer = make_verdict(**changed)
    assert summarize_response(await sign_up(gateway_with_captcha, captcha_token="x")) == (403, "captcha_failed")


async def test_while_cloudflare_is_unreachable_only_required_captchas_refuse(
    gateway_with_captcha: Gateway, turnstile: StandIn, captcha_settings: Settings, clock: SetClock
) -> None:
    turnstile.status = 500
    answer = await sign_up(gateway_with_captcha, captcha_token="x")
    assert summarize_response(answer) == (503, "captcha_unavailable")
    assert int(answer.headers["retry-after"]) > 0
    turnstile.status, turnstile.answer = 200, b"<html>"
    assert summarize_response(await sign_up(gateway_with_captcha, captcha_token="x")) == (503, "captcha_unavailable")
    nowhere = captcha_settings.model_copy(update={"turnstile_base_url": "http://127.0.0.1:9"})
    async with run_gateway(nowhere, clock) as gateway:
        assert summarize_response(await sign_up(gateway, captcha_token="x")) == (503, "captcha_unavailable")
        answer = await gateway.http.post("/v1/accounts/password-reset", json={"email": EMAIL, "captcha_token": "x"})
        assert summarize_response(answer) == (503, "captcha_unavailable")
    relaxed = captcha_settings.model_copy(update={"require_captcha": False})
    async with run_gateway(relaxed, clock) as gateway:
        assert (await sign_up(gateway, captcha_token="x")).status_code == 201


async def test_reset_and_repeated_failures_need_it(gateway_with_captcha: Gateway, turnstile: StandIn) -> None:
    answer = await gateway_with_captcha.http.post("/v1/accounts/password-reset", json={"email": EMAIL})
    assert summarize_response(answer) == (403, "captcha_needed")
    turnstile.answer = make_verdict()
    await sign_up(gateway_with_captcha, captcha_token="solved")
    browser = gateway_with_captcha.new_browser()
    for _ in range(5):
        assert summarize_response(await log_in(browser, password="wrong wrong wrong")) == (401, "invalid_credentials")
    assert summarize_response(await log_in(browser)) == (403, "captcha_needed")
    turnstile.answer = make_verdict(action="log_in")
    assert (await log_in(browser, EMAIL, PASSWORD, captcha_token="solved")).status_code == 204
