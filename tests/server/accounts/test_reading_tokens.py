"""Tokens for programs that cannot renew one: they read, change nothing, and end when their owner says so."""

from datetime import timedelta
from typing import Any

import pytest
from icalendar import Calendar

from tests.server.accounts.conftest import PASSWORD, log_in, sign_up_and_log_in
from tests.server.conftest import NOW, Gateway, SetClock, wait_until

OWNER, METER = "owner@example.org", "30001000000001"


@pytest.fixture(autouse=True)
def no_rte() -> None:
    """Nothing is left out: a calendar shows Tempo days."""


@pytest.fixture
async def reading_token(gateway: Gateway) -> tuple[Any, dict[str, str], str, dict[str, Any]]:
    """A browser, the header of a new token, a meter, and what was told of the token."""
    browser = await sign_up_and_log_in(gateway, OWNER)
    point = await gateway.add_meter(METER, OWNER)
    answer = await browser.post("/v1/reading-tokens", json={"name": " evcc "})
    assert answer.status_code == 201, answer.text
    token = answer.json()
    return browser, {"Authorization": f"Bearer {token['token']}"}, point, token


async def test_it_reads_for_years_and_is_listed_without_its_text(
    gateway: Gateway, clock: SetClock, reading_token: tuple[Any, dict[str, str], str, dict[str, Any]]
) -> None:
    browser, header, point, token = reading_token
    rates = await gateway.get(f"/v1/usage-points/{point}/rates", header)
    assert rates
    assert set(rates[0]) == {"start", "end", "value"}
    clock.set(NOW.replace(year=2029))
    assert (await gateway.get(f"/v1/usage-points/{point}/periods", header))["items"]
    # a browser is logged in for days, not years
    assert (await log_in(browser, OWNER, PASSWORD)).status_code == 204
    (listed,) = (await browser.get("/v1/reading-tokens")).json()["items"]
    assert (listed["id"], listed["name"], listed["last_used_on"]) == (token["id"], "evcc", "2029-11-03")
    assert token["token"] not in str(listed)


async def test_it_changes_nothing(
    gateway: Gateway, reading_token: tuple[Any, dict[str, str], str, dict[str, Any]]
) -> None:
    _, header, point, _ = reading_token
    for method, path in (
        ("PATCH", f"/v1/usage-points/{point}"),
        ("DELETE", f"/v1/usage-points/{point}"),
        ("POST", f"/v1/usage-points/{point}/refresh"),
        ("POST", f"/v1/usage-points/{point}/imports"),
    ):
        answer = await gateway.http.request(method, path, headers=header, json={})
        assert (answer.status_code, answer.json()["code"]) == (403, "read_only"), path
    for path in ("/v1/reading-tokens", "/v1/accounts/me/export"):
        answer = await gateway.http.get(path, headers=header)
        assert (answer.status_code, answer.json()["code"]) == (403, "session_needed"), path


async def test_it_ends_when_it_is_revoked(
    gateway: Gateway, reading_token: tuple[Any, dict[str, str], str, dict[str, Any]]
) -> None:
    browser, header, point, token = reading_token
    assert (await browser.delete(f"/v1/reading-tokens/{token['id']}")).status_code == 204
    assert (await gateway.http.get(f"/v1/usage-points/{point}/rates", headers=header)).status_code == 401
    assert (await browser.delete(f"/v1/reading-tokens/{token['id']}")).status_code == 404
    wrong = {"Authorization": header["Authorization"][:-1] + "x"}
    assert (await gateway.http.get("/v1/usage-points", headers=wrong)).status_code == 401


async def test_another_account_neither_sees_nor_revokes_it(
    gateway: Gateway, reading_token: tuple[Any, dict[str, str], str, dict[str, Any]]
) -> None:
    _, header, _, token = reading_token
    stranger = await sign_up_and_log_in(gateway, "stranger@example.org")
    assert (await stranger.get("/v1/reading-tokens")).json() == {"items": []}
    assert (await stranger.delete(f"/v1/reading-tokens/{token['id']}")).status_code == 404
    other = await gateway.add_meter("30001000000002", "stranger@example.org")
    assert (await gateway.http.get(f"/v1/usage-points/{other}/rates", headers=header)).status_code == 404


async def test_a_calendar_subscribes_to_a_secret_address(
    gateway: Gateway, reading_token: tuple[Any, dict[str, str], str, dict[str, Any]]
) -> None:
    browser, _, point, token = reading_token
    tempo = {"option": "tempo", "power_kva": 9}
    (await browser.patch(f"/v1/usage-points/{point}", json={"tariff": tempo})).raise_for_status()
    url = await find_calendar_url(browser, point, token)

    async def find_events_with_colors() -> Any:
        answer = await gateway.http.get(url)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"].startswith("text/calendar")
        events = Calendar.from_ical(answer.text).events
        return events if any(event["SUMMARY"] == "Tempo: blue day" for event in events) else None

    events = await wait_until(find_events_with_colors)
    off_peak = [event for event in events if event["SUMMARY"] == "Off-peak hours"]
    assert off_peak[1].start == NOW.replace(hour=21, minute=0)
    assert off_peak[1].end - off_peak[1].start == timedelta(hours=8)
    assert len({event["UID"] for event in events}) == len(events)
    address, _, key = url.partition("?token=")
    for wrong in ("", key[:-1] + "x", "é", "medr_", token["token"]):
        refused = await gateway.http.get(address, params={"token": wrong})
        assert (refused.status_code, refused.json()["code"]) == (401, "invalid_token")
    (await browser.delete(f"/v1/reading-tokens/{token['id']}")).raise_for_status()
    assert (await gateway.http.get(url)).status_code == 401


async def test_the_address_of_a_calendar_reads_that_calendar_and_nothing_else(
    gateway: Gateway, reading_token: tuple[Any, dict[str, str], str, dict[str, Any]]
) -> None:
    browser, header, point, token = reading_token
    url = await find_calendar_url(browser, point, token)
    key = url.partition("?token=")[2]
    another = await gateway.add_meter("30001000000002", OWNER)
    refused = await gateway.http.get(url.replace(point, another))
    assert (refused.status_code, refused.json()["code"]) == (401, "invalid_token")
    for path in ("", f"/{point}/rates", f"/{point}/load-curve", f"/{point}/address", f"/{point}/imports"):
        for headers, params in (({"Authorization": f"Bearer {key}"}, {}), ({}, {"token": key})):
            answer = await gateway.http.get(f"/v1/usage-points{path}", headers=headers, params=params)
            assert answer.status_code == 401, path
    nobodys = await browser.get(f"/v1/usage-points/{point}/calendars/{'0' * 32}")
    assert nobodys.status_code == 404
    by_token = await gateway.http.get(f"/v1/usage-points/{point}/calendars/{token['id']}", headers=header)
    assert (by_token.status_code, by_token.json()["code"]) == (403, "session_needed")


async def find_calendar_url(browser: Any, point: str, token: dict[str, Any]) -> str:
    """The address of a calendar, as its owner copies it, without the host of the gateway."""
    answer = await browser.get(f"/v1/usage-points/{point}/calendars/{token['id']}")
    assert answer.status_code == 200, answer.text
    url: str = answer.json()["url"]
    return url.removeprefix("http://localhost:8000")
