"""Tokens for older clients: a kind of its own, which opens their addresses and nothing else."""

import jwt
import pytest

from gateway.settings import Settings
from tests.server.accounts.conftest import sign_up_and_log_in
from tests.server.conftest import Gateway, SetClock, run_gateway
from tests.server.legacy_clients.conftest import METER, OWNER, Household

ACCESS = f"/valid_access/{METER}"


async def test_it_holds_the_meters_is_listed_and_ends_when_it_is_revoked(household: Household) -> None:
    token = household.token
    assert jwt.decode(token["token"], options={"verify_signature": False})["sub"] == [METER]
    assert token["kind"] == "legacy"
    assert (await household.ask_med(ACCESS)).status_code == 200
    (listed,) = (await household.browser.get("/v1/reading-tokens")).json()["items"]
    assert (listed["id"], listed["name"], listed["kind"]) == (token["id"], "ha-linky", "legacy")
    assert listed["last_used_on"] == "2026-11-03"
    (await household.browser.delete(f"/v1/reading-tokens/{token['id']}")).raise_for_status()
    assert (await household.ask_med(ACCESS)).status_code == 401
    assert (await household.ask_conso("daily_consumption", prm=METER, start="2026-10-01", end="2026-10-02")).json() == {
        "status": 401,
        "message": "Votre token est invalide ou ne permet pas d'accéder à ce PRM",
    }


async def test_no_kind_opens_the_addresses_of_the_other(household: Household) -> None:
    header = {"Authorization": f"Bearer {household.token['token']}"}
    for path in ("", f"/{household.point}/daily?start=2026-10-01&end=2026-10-02"):
        assert (await household.gateway.http.get(f"/v1/usage-points{path}", headers=header)).status_code == 401
    calendar = await household.browser.get(f"/v1/usage-points/{household.point}/calendars/{household.token['id']}")
    assert calendar.status_code == 404
    reading = (await household.browser.post("/v1/reading-tokens", json={"name": "evcc"})).json()
    assert reading["kind"] == "reading"
    assert (await household.ask_med(ACCESS, reading["token"])).status_code == 401
    payload = jwt.decode(household.token["token"], options={"verify_signature": False})
    forged = jwt.encode(payload, "k" * 43, "HS256")
    assert (await household.ask_med(ACCESS, forged)).status_code == 401


async def test_another_account_s_meter_is_refused(household: Household) -> None:
    other = "30001000000001"
    await household.gateway.add_meter(other, "neighbour@example.org")
    refused = await household.ask_med(f"/valid_access/{other}")
    assert (refused.status_code, refused.json()) == (403, {"detail": "The account of this token has no such meter."})
    assert (await household.ask_conso("daily_consumption", prm=other, start="2026-10-01", end="2026-10-02")).json() == {
        "status": 401,
        "message": "Votre token est invalide ou ne permet pas d'accéder à ce PRM",
    }


async def test_it_lists_only_meters_that_may_be_read(gateway: Gateway) -> None:
    browser = await sign_up_and_log_in(gateway, OWNER)
    refused = await browser.post("/v1/reading-tokens", json={"name": "linky", "kind": "legacy"})
    assert (refused.status_code, refused.json()["code"]) == (409, "no_meter")
    assert (await browser.get("/v1/reading-tokens")).json() == {"items": []}


@pytest.mark.parametrize("path", ["/daily_consumption", "/api/daily_consumption", ACCESS, "/edf/tempo/days"])
async def test_nothing_is_served_unless_it_is_switched_on(settings: Settings, clock: SetClock, path: str) -> None:
    async with run_gateway(settings, clock) as plain:
        browser = await sign_up_and_log_in(plain, OWNER)
        assert (await browser.get("/v1/site")).json()["legacy_clients"] is False
        await plain.add_meter(METER, OWNER)
        refused = await browser.post("/v1/reading-tokens", json={"name": "linky", "kind": "legacy"})
        assert (refused.status_code, refused.json()["code"]) == (409, "legacy_clients_off")
        assert (await plain.http.get(path)).status_code == 404
