"""Odd requests get an answer that says so, never a 500; what goes wrong all the same can be found in the log."""

import base64
import logging
from datetime import timedelta

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import delete, text

from gateway import error_handlers
from gateway.accounts.models import Account
from gateway.kit.database import Database
from gateway.kit.outage import UnstorableTextError
from gateway.kit.requests import RequestLog
from tests.server.accounts.conftest import EMAIL, PASSWORD, api_client, fetch_bearer, sign_up_and_log_in
from tests.server.conftest import NOW, Gateway, SetClock, wait_until

GRANT = {"grant_type": "client_credentials"}


@pytest.mark.parametrize(
    "credentials",
    [
        b"\xff\xfe\xfd",
        "ééé".encode("latin-1"),
        base64.b64encode(b"\xff:\xff"),
        base64.b64encode(b"a\0b:c"),
        b"====",
        b"",
    ],
)
@pytest.mark.parametrize("path", ["/v1/api-clients", "/v1/oauth/token"])
async def test_a_basic_header_that_is_no_text(gateway: Gateway, path: str, credentials: bytes) -> None:
    answer = await gateway.http.post(
        path, headers=[(b"Authorization", b"Basic " + credentials)], json={"name": "x"} if "api" in path else None
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")


async def test_nul_in_a_text_is_refused_whatever_the_database(gateway: Gateway) -> None:
    sent = {"email": "nul@example.org", "password": PASSWORD + "\0"}
    assert (await gateway.http.post("/v1/accounts", json=sent)).status_code == 400
    form = {"code": "a\0b", "password": PASSWORD}
    assert (await gateway.http.post("/accounts/verify-email", data=form)).status_code == 400
    answer = await gateway.http.post("/v1/oauth/token", data=GRANT | {"client_id": "\0"})
    assert answer.status_code == 400


@pytest.mark.long
async def test_nul_that_reaches_postgresql_is_named(postgresql_server: str) -> None:
    async with Database(f"{postgresql_server}/postgres") as database:
        with pytest.raises(UnstorableTextError):
            async with database.read() as session:
                await session.execute(text("SELECT CAST(:text AS text)"), {"text": "a\0b"})


async def test_a_slash_too_many_leads_nowhere(gateway: Gateway) -> None:
    answer = await gateway.http.get("/ping/", headers={"Host": "evil.example"}, follow_redirects=False)
    assert answer.status_code == 404
    assert "location" not in answer.headers


async def test_a_request_under_way_when_its_account_is_deleted(gateway: Gateway) -> None:
    who = await gateway.sign_in()
    assert (await gateway.http.get("/v1/accounts/me", headers=who)).status_code == 200
    async with gateway.runtime.database.write() as session:
        await session.execute(delete(Account))
    # who asks is known for some seconds more
    answer = await gateway.http.post("/v1/consents", headers=who, json={"prm": "30001000000015"})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_what_a_person_is_told_is_kept_by_no_shared_cache(gateway: Gateway) -> None:
    who, point = await gateway.sign_in(), await gateway.add_meter("30001000000003")
    await gateway.at_rest(who, point)
    await gateway.wait_for_history_pause()
    async with gateway.runtime.database.write() as session:  # no worker changes anything meanwhile
        await session.execute(text("UPDATE usage_points SET history_at = NULL"))
    days = "start=2026-10-20&end=2026-11-03"
    ranges = [f"{of}?{days}" for of in ("daily", "load-curve", "max-power", "index", "series", "habits")]
    for path in ("periods", "totals", "hours", "comparison", *ranges):
        answer = await gateway.http.get(f"/v1/usage-points/{point}/{path}", headers=who)
        assert answer.headers["cache-control"].startswith("private, max-age="), path
        assert answer.headers["vary"].startswith("Authorization, Cookie")
        same = await wait_until_unchanged(gateway, f"/v1/usage-points/{point}/{path}", who)
        assert same.headers["vary"] == answer.headers["vary"], path


async def wait_until_unchanged(gateway: Gateway, path: str, who: dict[str, str]) -> httpx2.Response:
    """Ask twice until nothing changes in between, and return the second answer."""

    async def ask_twice() -> httpx2.Response | None:
        tag = (await gateway.http.get(path, headers=who)).headers["etag"]
        again = await gateway.http.get(path, headers=who | {"If-None-Match": tag})
        return again if again.status_code == 304 else None

    return await wait_until(ask_twice)


async def test_a_browser_stores_no_answer_about_a_person(gateway: Gateway) -> None:
    browser = await sign_up_and_log_in(gateway)
    point = await gateway.add_meter("30001000000003", EMAIL)
    days = "start=2026-10-20&end=2026-11-03"
    ranges = [f"{of}?{days}" for of in ("daily", "load-curve", "max-power", "habits")]
    of_point = ["totals", "periods", "comparison", "hours", f"series?step=day&{days}", *ranges]
    of_account = ["session", "sessions", "accounts/me", "usage-points", "quota", "api-clients", "reading-tokens"]
    for path in (*of_account, f"usage-points/{point}", *(f"usage-points/{point}/{one}" for one in of_point)):
        answer = await browser.get(f"/v1/{path}")
        assert answer.status_code == 200, (path, answer.text)
        assert answer.headers["cache-control"] == "no-store", path


async def test_what_a_clock_far_ahead_has_opened_does_not_live_for_years(gateway: Gateway, clock: SetClock) -> None:
    clock.set(NOW + timedelta(days=3650))
    browser = await sign_up_and_log_in(gateway)
    token = await fetch_bearer(gateway, await api_client(browser))
    clock.set(NOW)
    assert (await gateway.http.get("/v1/accounts/me", headers=token)).status_code == 401
    assert (await browser.get("/v1/accounts/me")).status_code == 401


async def test_token_errors_are_those_of_oauth(gateway: Gateway) -> None:
    client = await api_client(await sign_up_and_log_in(gateway))
    wrong = (client[0], client[1][::-1])
    for auth, form, status, error in (
        (wrong, GRANT, 401, "invalid_client"),
        (client, {"grant_type": "password"}, 400, "unsupported_grant_type"),
        (client, {}, 400, "invalid_request"),
    ):
        answer = await gateway.http.post("/v1/oauth/token", auth=auth, data=form)
        body = answer.json()
        assert (answer.status_code, body["error"], body["code"]) == (status, error, error)
        assert body["error_description"] == body["detail"]
        assert answer.headers["cache-control"] == "no-store"
    for _ in range(60):
        await gateway.http.post("/v1/oauth/token", auth=client, data=GRANT)
    enough = await gateway.http.post("/v1/oauth/token", auth=client, data=GRANT)
    assert (enough.status_code, enough.json()["error"]) == (429, "invalid_request")


async def test_the_log_names_a_failure_by_its_instance(caplog: pytest.LogCaptureFixture) -> None:
    app = FastAPI()
    error_handlers.install_handlers(app)
    app.add_middleware(RequestLog, observe=lambda *_: None)

    @app.get("/broken")
    async def raise_error() -> None:
        raise ZeroDivisionError

    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://gateway") as http:
        with caplog.at_level(logging.ERROR):
            answer = await http.get("/broken")
    assert answer.status_code == 500
    instance = answer.json()["instance"].removeprefix("urn:uuid:")
    [line] = [record.getMessage() for record in caplog.records if "unexpected_error" in record.getMessage()]
    assert instance in line


@pytest.mark.parametrize("day", ["0001-01-01", "0001-01-02", "1999-12-31", "2100-01-02", "9999-12-30", "9999-12-31"])
async def test_days_at_the_ends_of_the_calendar_are_refused(gateway: Gateway, day: str) -> None:
    who, point = await gateway.sign_in(), await gateway.add_meter("30001000000003")
    at = f"/v1/usage-points/{point}"
    for path, params in (
        *((f"{at}/{name}", {end: day}) for name in ("periods", "index-check") for end in ("start", "end")),
        *((f"{at}/{name}", {"start": day, "end": day}) for name in ("daily", "load-curve", "max-power", "index")),
        ("/v1/tempo/days", {"start": day, "end": day}),
        ("/v1/tariffs", {"on": day}),
    ):
        answer = await gateway.http.get(path, headers=who, params=params)
        assert answer.status_code in {400, 422}, f"{path} {params}: {answer.text}"
    for body in (
        {"tariff": {"option": "base", "power_kva": 6, "valid_from": day}},
        {"tariffs": [{"option": "base", "power_kva": 6}, {"option": "base", "power_kva": 9, "valid_from": day}]},
        {"off_peak": [{"valid_from": day, "slots": [["22:00", "06:00"]]}]},
        {"off_peak": [{"valid_to": day, "slots": [["22:00", "06:00"]]}]},
    ):
        answer = await gateway.http.patch(at, headers=who, json=body)
        assert answer.status_code in {200, 400, 422}, f"{body}: {answer.text}"
        for name in ("hours", "periods", "totals", "comparison"):
            shown = await gateway.http.get(f"{at}/{name}", headers=who)
            assert shown.status_code in {200, 404, 409, 503}, f"{name} after {body}: {shown.text}"
    answer = await gateway.http.post(f"{at}/refresh", headers=who, json={"start": day, "end": day})
    assert answer.status_code in {400, 422}
