"""Rate limits: counted in the database, exactly, however fast and on whichever replica requests come."""

import asyncio
import time
from contextlib import AsyncExitStack
from datetime import timedelta

from sqlalchemy import text

from gateway.kit.rate_limit_headers import build_rate_limit_headers
from gateway.limits.origins import hash_client
from gateway.settings import Settings
from tests.server.accounts.conftest import EMAIL, PASSWORD, api_client, log_in, sign_up, sign_up_and_log_in
from tests.server.conftest import NOW, Gateway, SetClock, run_gateway


def test_the_headers_are_those_of_the_draft() -> None:
    assert build_rate_limit_headers("daily", 50, 12, 3599.6, 86400) == {
        "RateLimit-Policy": '"daily";q=50;w=86400',
        "RateLimit": '"daily";r=12;t=3600',
    }


async def test_ten_wrong_passwords_in_ten_minutes(gateway: Gateway, clock: SetClock) -> None:
    await sign_up(gateway)
    browser = gateway.new_browser()
    for _ in range(10):
        assert (await log_in(browser, password="wrong wrong wrong")).status_code == 401
    answer = await log_in(browser)
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_attempts")
    assert answer.headers["ratelimit"] == '"log_in";r=0;t=600'
    assert int(answer.headers["retry-after"]) == 600
    clock.set(NOW + timedelta(minutes=10))
    assert (await log_in(browser)).status_code == 204


async def test_right_passwords_are_not_counted(gateway: Gateway) -> None:
    await sign_up(gateway)
    for _ in range(12):
        assert (await log_in(gateway.new_browser())).status_code == 204


async def test_many_at_once_on_two_replicas_try_no_more_than_one_after_the_other(
    settings: Settings, clock: SetClock
) -> None:
    async with AsyncExitStack() as stack:
        replicas = [await stack.enter_async_context(run_gateway(settings, clock)) for _ in range(2)]
        answers = await asyncio.gather(
            *(log_in(replicas[number % 2].new_browser(), password="wrong wrong wrong") for number in range(24))
        )
    statuses = [answer.status_code for answer in answers]
    assert (statuses.count(401), statuses.count(429)) == (10, 14)


async def test_twenty_sign_ups_an_hour_and_address(gateway: Gateway, clock: SetClock) -> None:
    weak = await sign_up(gateway, password="short")
    assert weak.status_code == 422, "a mistake that costs nothing to find is not counted"
    for number in range(20):
        assert (await sign_up(gateway, f"number{number}@example.org")).status_code == 201
    answer = await sign_up(gateway, "another@example.org")
    assert (answer.status_code, answer.headers["ratelimit-policy"]) == (429, '"sign_up";q=20;w=3600')
    assert int(answer.headers["retry-after"]) == 1800


async def test_passwords_whose_strength_is_estimated_are_counted(gateway: Gateway) -> None:
    statuses = [(await sign_up(gateway, password="passwordpassword")).status_code for _ in range(21)]
    assert statuses == [422] * 20 + [429]


async def test_a_password_that_is_slow_to_estimate_holds_nobody_up(gateway: Gateway) -> None:
    slow = "4@8({[<3690$5+7%21|!4@8({[<3690$5+7%21|!"  # took 1.0 s on the event loop
    await sign_up(gateway, "first@example.org")  # loads the dictionaries
    begun = time.thread_time()
    assert (await sign_up(gateway, password=slow)).status_code == 201
    assert time.thread_time() - begun < 0.3, "seconds of this thread, which serves everybody"


async def test_twenty_resets_an_hour_and_address(gateway: Gateway) -> None:
    for left in reversed(range(20)):
        answer = await gateway.http.post("/v1/accounts/password-reset", json={"email": f"number{left}@example.org"})
        assert answer.status_code == 202
        assert answer.headers["ratelimit"].startswith(f'"password_reset";r={left};')
    answer = await gateway.http.post("/v1/accounts/password-reset", json={"email": EMAIL})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1800")


async def test_sixty_tokens_an_hour_and_client(gateway: Gateway, clock: SetClock) -> None:
    browser = await sign_up_and_log_in(gateway)
    clients = [await api_client(browser), await api_client(browser)]
    form = {"grant_type": "client_credentials"}
    for left in reversed(range(60)):
        answer = await gateway.http.post("/v1/oauth/token", auth=clients[0], data=form)
        assert answer.headers["ratelimit"].startswith(f'"token";r={left};')
    assert (await gateway.http.post("/v1/oauth/token", auth=clients[0], data=form)).status_code == 429
    assert (await gateway.http.post("/v1/oauth/token", auth=clients[1], data=form)).status_code == 200
    wrong = (clients[0][0], clients[1][1])
    assert (await gateway.http.post("/v1/oauth/token", auth=wrong, data=form)).status_code == 401
    clock.set(NOW + timedelta(minutes=30))
    assert (await gateway.http.post("/v1/oauth/token", auth=clients[0], data=form)).status_code == 200


async def test_a_home_with_ipv6_is_one_client_and_nobodys_address_is_kept(gateway: Gateway) -> None:
    instance = gateway.runtime.instance
    one, same, other = (hash_client(instance, host) for host in ("2001:db8::1", "2001:db8::ffff:1", "2001:db8:0:1::1"))
    assert one == same != other
    mapped, plain, neighbour = (hash_client(instance, host) for host in ("::ffff:192.0.2.1", "192.0.2.1", "192.0.2.2"))
    assert mapped == plain != neighbour
    await sign_up(gateway)
    await log_in(gateway.new_browser(), EMAIL, PASSWORD)
    async with gateway.runtime.database.read() as session:
        names = " ".join(await session.scalars(text("SELECT name FROM counters")))
    assert "127.0.0.1" not in names
    assert EMAIL not in names
