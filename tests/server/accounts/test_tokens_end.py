"""A revoked credential ends at once, on every replica."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from gateway.accounts.sign_up import hash_new_password
from gateway.settings import Settings
from tests.server.accounts.conftest import PASSWORD, api_client, fetch_bearer, log_in, sign_up_and_log_in
from tests.server.conftest import NOW, Gateway, SetClock, run_gateway, wait_until


async def get_status(gateway: Gateway, who: dict[str, str]) -> int:
    return (await gateway.http.get("/v1/usage-points", headers=who)).status_code


def build_cookie(jar: dict[str, str]) -> dict[str, str]:
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in jar.items())}


async def test_a_revoked_client_and_a_renewed_secret(gateway: Gateway) -> None:
    browser = await sign_up_and_log_in(gateway)
    clients = [await api_client(browser, name) for name in ("Home Assistant", "a script")]
    tokens = [await fetch_bearer(gateway, client) for client in clients]
    assert [await get_status(gateway, token) for token in tokens] == [200, 200]
    listed = (await browser.get("/v1/api-clients")).json()["items"]
    assert {item["name"] for item in listed} == {"Home Assistant", "a script"}
    assert all(item["last_used_at"] for item in listed)
    assert "secret" not in str(listed)

    assert (await browser.delete(f"/v1/api-clients/{clients[0][0]}")).status_code == 204
    assert [await get_status(gateway, token) for token in tokens] == [401, 200]
    renewed = await browser.post(f"/v1/api-clients/{clients[1][0]}/secret")
    assert [await get_status(gateway, token) for token in tokens] == [401, 401]
    secret = renewed.json()["client_secret"]
    assert secret != clients[1][1]
    old = await gateway.http.post("/v1/oauth/token", auth=clients[1], data={"grant_type": "client_credentials"})
    assert old.status_code == 401
    assert await get_status(gateway, await fetch_bearer(gateway, (clients[1][0], secret))) == 200


async def test_an_api_client_ends_itself_and_no_other(gateway: Gateway) -> None:
    browser = await sign_up_and_log_in(gateway)
    own, other = [await api_client(browser, name) for name in ("Home Assistant", "a script")]
    token, others = await fetch_bearer(gateway, own), await fetch_bearer(gateway, other)
    unknown = "medc_" + "0" * 20
    for client_id in (other[0], unknown):
        answer = await gateway.http.delete(f"/v1/api-clients/{client_id}", headers=token)
        assert (answer.status_code, answer.json()["code"]) == (403, "session_needed")
    assert (await gateway.http.delete(f"/v1/api-clients/{own[0]}", headers=token)).status_code == 204
    assert [await get_status(gateway, each) for each in (token, others)] == [401, 200]
    assert (await gateway.http.delete(f"/v1/api-clients/{own[0]}", headers=token)).status_code == 401
    listed = (await browser.get("/v1/api-clients")).json()["items"]
    assert [item["client_id"] for item in listed] == [other[0]]


async def test_logging_out_here_and_everywhere(gateway: Gateway) -> None:
    browser, other = await sign_up_and_log_in(gateway), gateway.new_browser()
    await log_in(other)
    token = await fetch_bearer(gateway, await api_client(browser))
    kept = dict(browser.cookies)
    assert (await browser.delete("/v1/session")).status_code == 204
    assert not browser.cookies
    stolen = await gateway.http.get("/v1/accounts/me", headers=build_cookie(kept))
    assert stolen.status_code == 401, "the cookie is void, not only taken away"
    assert (await other.get("/v1/accounts/me")).status_code == 200
    assert await get_status(gateway, token) == 200
    assert (await other.delete("/v1/sessions")).status_code == 204
    assert await get_status(gateway, token) == 401


async def test_a_browser_that_nobody_uses_is_logged_out_after_a_day_and_any_after_fourteen(
    gateway: Gateway, clock: SetClock
) -> None:
    browser, idle = await sign_up_and_log_in(gateway), gateway.new_browser()
    await log_in(idle)

    async def get_status_after(after: timedelta, who: httpx2.AsyncClient) -> int:
        clock.set(NOW + after)
        return (await who.get("/v1/accounts/me")).status_code

    assert await get_status_after(timedelta(hours=23, minutes=59), idle) == 200
    assert await get_status_after(timedelta(hours=47), idle) == 200, "counted from its last use"
    for hours in range(23, 14 * 24, 23):
        assert await get_status_after(timedelta(hours=hours), browser) == 200
    assert await get_status_after(timedelta(days=14), browser) == 401
    assert await get_status_after(timedelta(hours=71), idle) == 401
    assert (await log_in(idle)).status_code == 204
    assert (await idle.get("/v1/accounts/me")).status_code == 200


async def test_another_process_knows_it_too(settings: Settings, clock: SetClock) -> None:
    """Replicas share their store; a command beside a gateway does not, and is heeded within seconds all the same."""
    async with AsyncExitStack() as stack:
        one, other = [await stack.enter_async_context(run_gateway(settings, clock)) for _ in range(2)]
        browser = await sign_up_and_log_in(one)
        token = await fetch_bearer(one, await api_client(browser))
        kept = build_cookie(dict(browser.cookies))
        assert (await other.http.get("/v1/accounts/me", headers=kept)).status_code == 200
        assert await get_status(other, token) == 200
        await browser.delete("/v1/sessions")
        assert (await other.http.get("/v1/accounts/me", headers=kept)).status_code == 401
        assert await get_status(one, token) == 401

        async def has_ended() -> bool:
            return await get_status(other, token) == 401

        await wait_until(has_ended)


async def test_a_new_secret_key_logs_everybody_out_and_loses_nothing(settings: Settings, clock: SetClock) -> None:
    async with run_gateway(settings, clock) as gateway:
        browser = await sign_up_and_log_in(gateway)
        client = await api_client(browser)
        token, cookies = await fetch_bearer(gateway, client), dict(browser.cookies)
    rekeyed = settings.model_copy(update={"secret_key": Settings(secret_key="n" * 43).secret_key})
    async with run_gateway(rekeyed, clock) as gateway:
        assert await get_status(gateway, token) == 401
        assert (await gateway.http.get("/v1/accounts/me", headers=build_cookie(cookies))).status_code == 401
        assert (await log_in(gateway.new_browser())).status_code == 204
        assert await get_status(gateway, await fetch_bearer(gateway, client)) == 200


async def test_home_assistant_signs_in_once_by_basic(gateway: Gateway) -> None:
    await sign_up_and_log_in(gateway, "élise@example.org", "sept tortues vertes à l’été")
    basic = httpx2.BasicAuth("Élise@example.org".encode(), "sept tortues vertes à l’été".encode())
    answer = await gateway.http.post("/v1/api-clients", auth=basic, json={"name": "Home Assistant"})
    assert answer.status_code == 201
    made = answer.json()
    assert await fetch_bearer(gateway, (made["client_id"], made["client_secret"]))
    wrong = await gateway.http.post("/v1/api-clients", auth=("x@example.org", PASSWORD), json={"name": "x"})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "invalid_credentials")
    elsewhere = await gateway.http.get("/v1/api-clients", auth=basic)
    assert elsewhere.status_code == 401, "by Basic an API client is made, and nothing else"


async def test_an_account_has_so_many_api_clients(gateway: Gateway) -> None:
    browser = await sign_up_and_log_in(gateway)
    for number in range(20):
        await api_client(browser, f"number {number}")
    answer = await browser.post("/v1/api-clients", json={"name": "one more"})
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_api_clients")


async def test_the_log_of_events_takes_no_change(gateway: Gateway) -> None:
    await sign_up_and_log_in(gateway)
    async with gateway.runtime.database.read() as session:
        events = list(await session.scalars(text("SELECT event FROM audit_events ORDER BY id")))
    assert events[:2] == ["signed_up", "logged_in"]
    for statement in ("DELETE FROM audit_events", "UPDATE audit_events SET event = 'x'"):
        with pytest.raises(Exception, match="takes no change"):
            async with gateway.runtime.database.write() as session:
                await session.execute(text(statement))


async def test_of_two_changes_of_a_password_at_once_one_is_refused(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = await sign_up_and_log_in(gateway)
    both_let_in = asyncio.Barrier(2)

    async def hash_with_the_other(*arguments: Any) -> str:
        hashed = await hash_new_password(*arguments)
        await both_let_in.wait()
        return hashed

    monkeypatch.setattr("gateway.accounts.recovery.hash_new_password", hash_with_the_other)

    async def change_password(new: str) -> int:
        body = {"current_password": PASSWORD, "new_password": new}
        return (await browser.put("/v1/accounts/me/password", json=body)).status_code

    new = ["the owner's nine blue herons", "the thief's nine grey crows"]
    statuses = await asyncio.gather(*map(change_password, new))
    assert sorted(statuses) == [204, 401]
    for password, changed in zip(new, statuses, strict=True):
        assert (await log_in(gateway.new_browser(), password=password)).status_code == changed
