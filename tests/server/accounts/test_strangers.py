"""What strangers do to an account from elsewhere does not shut its owner out."""

import logging
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from gateway.app import create_app
from gateway.settings import Settings
from tests.server.accounts.conftest import EMAIL, PASSWORD, StandIn, log_in, sign_up, wait_for_mails
from tests.server.conftest import NOW, Gateway, SetClock

HOME, ELSEWHERE, MALLORY = "192.0.2.1", "192.0.2.2", "198.51.100.1"
WRONG = "wrong wrong wrong wrong"


async def test_a_strangers_wrong_passwords_do_not_shut_the_owner_out(gateway: Gateway) -> None:
    await sign_up(gateway)
    stranger = gateway.new_browser(MALLORY)
    statuses = [(await log_in(stranger, password=WRONG)).status_code for _ in range(11)]
    assert statuses == [401] * 10 + [429]
    assert (await log_in(gateway.new_browser(HOME))).status_code == 204
    home_assistant = await gateway.new_browser(HOME).post(
        "/v1/api-clients", auth=(EMAIL, PASSWORD), json={"name": "Home Assistant"}
    )
    assert home_assistant.status_code == 201


async def test_many_strangers_together_are_stopped_but_not_where_the_owner_has_been(
    gateway: Gateway, clock: SetClock
) -> None:
    await sign_up(gateway)
    assert (await log_in(gateway.new_browser(HOME))).status_code == 204
    refused = [
        (await log_in(gateway.new_browser(f"198.51.100.{number // 5}"), password=WRONG)).status_code
        for number in range(102)
    ]
    assert refused == [401] * 100 + [429] * 2
    assert (await log_in(gateway.new_browser(ELSEWHERE))).status_code == 429
    assert (await log_in(gateway.new_browser(HOME))).status_code == 204
    clock.set(NOW + timedelta(hours=1))
    assert (await log_in(gateway.new_browser(ELSEWHERE))).status_code == 204


async def test_reset_requests_of_strangers_hold_back_no_notice(gateway_with_mail: Gateway, mailgun: StandIn) -> None:
    await sign_up(gateway_with_mail)
    await wait_for_mails(mailgun, 1)
    [code] = mailgun.list_codes()
    await gateway_with_mail.http.post("/v1/accounts/verify-email", json={"code": code, "password": PASSWORD})
    for number in range(8):
        stranger = gateway_with_mail.new_browser(f"198.51.100.{number}")
        assert (await stranger.post("/v1/accounts/password-reset", json={"email": EMAIL})).status_code == 202
    assert (await sign_up(gateway_with_mail)).status_code == 201
    sent = [mail["subject"] for mail in await wait_for_mails(mailgun, 7)]
    assert sent.count("Choose a new password") == 5, "nobody's mailbox is filled"
    assert sent[-1] == "You already have an account", "one kind of mail does not hold back another"
    reset = {"code": mailgun.list_codes()[-1], "password": "nine blue kettles on a hill"}
    assert (await gateway_with_mail.http.post("/v1/accounts/password-reset/confirm", json=reset)).status_code == 204
    assert (await wait_for_mails(mailgun, 8))[-1]["subject"] == "Your password was changed"


async def ping_from(settings: Settings, peer: str, **headers: str) -> None:
    app = create_app(settings)
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app, client=(peer, 1)), base_url="http://gateway"
    ) as http:
        for _ in range(3):
            await http.get("/nowhere", headers=headers)


@pytest.mark.parametrize(
    ("peer", "headers", "lines"),
    [
        ("172.18.0.2", {"X-Forwarded-For": "192.0.2.1"}, 1),
        ("192.0.2.1", {"X-Forwarded-For": "192.0.2.1"}, 0),
        ("172.18.0.2", {}, 0),
        ("8.8.8.8", {"X-Forwarded-For": "192.0.2.1"}, 0),
    ],
    ids=["proxy that is not trusted", "trusted: its word was taken", "no proxy", "somebody's own invention"],
)
async def test_a_proxy_that_is_not_trusted_is_named_once(
    settings: Settings, caplog: pytest.LogCaptureFixture, peer: str, headers: dict[str, Any], lines: int
) -> None:
    caplog.set_level(logging.WARNING)
    await ping_from(settings, peer, **headers)
    assert caplog.text.count("proxy_not_trusted") == lines
    assert caplog.text.count("TRUSTED_PROXIES") == lines
