"""Administrators see and do what keeps a gateway in order; each act is in the log, and no reading is in sight."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from gateway.accounts import repository
from gateway.counters import service as counters
from gateway.ecowatt.service import FEED as ECOWATT
from gateway.enedis.errors import EnedisError
from gateway.kit import paris
from gateway.quotas import budgets
from gateway.rte.errors import RteError, RteErrorReason
from gateway.rte.feeds import record_failure
from gateway.settings import Settings
from gateway.usage_points import service
from gateway.usage_points.models import PointStatus
from tests.server.accounts.conftest import api_client, fetch_bearer, log_in, sign_up_and_log_in
from tests.server.conftest import NOW, Gateway, SetClock, Simulator, run_gateway, wait_until

ADMIN = "admin@example.org"
METER = "30001000000001"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"admin_emails": f" {ADMIN.upper()},"})


@pytest.fixture
async def admin(gateway: Gateway) -> httpx2.AsyncClient:
    browser = await sign_up_and_log_in(gateway, ADMIN)
    assert (await browser.get("/v1/admin/users")).json()["code"] == "admin_only", "the address is not verified"
    async with gateway.runtime.database.write() as session:
        account = await repository.find_account_by_email(session, ADMIN)
        assert account is not None
        account.verified_at = gateway.runtime.clock.now()
    return browser


async def test_users_are_paged_and_found_by_a_part_of_their_address(
    gateway: Gateway, admin: httpx2.AsyncClient
) -> None:
    for name in ("anna", "berta", "cleo_", "dora"):
        await sign_up_and_log_in(gateway, f"{name}@example.org")
    seen: list[str] = []
    after = None
    while True:
        page = (await admin.get("/v1/admin/users", params={"limit": "2"} | ({"after": after} if after else {}))).json()
        assert len(page["items"]) <= 2
        seen += [user["email"] for user in page["items"]]
        if (after := page["next"]) is None:
            break
    assert sorted(seen) == sorted([ADMIN, *(f"{name}@example.org" for name in ("anna", "berta", "cleo_", "dora"))])
    for part, count in (("BERT", 1), ("example.org", 5), ("_", 1), ("%", 0), ("nobody", 0)):
        found = await admin.post("/v1/admin/users/search", json={"part": part})
        assert len(found.json()["items"]) == count, part


async def test_a_user_is_shut_out_at_once_and_let_in_again(gateway: Gateway, admin: httpx2.AsyncClient) -> None:
    browser = await sign_up_and_log_in(gateway, "user@example.org")
    client = await api_client(browser)
    token = await fetch_bearer(gateway, client)
    user = (await browser.get("/v1/accounts/me")).json()["id"]
    assert (await gateway.http.get("/v1/usage-points", headers=token)).status_code == 200
    assert (await admin.post(f"/v1/admin/users/{user}/deactivate")).status_code == 204
    assert (await gateway.http.get("/v1/usage-points", headers=token)).status_code == 401
    assert (await browser.get("/v1/accounts/me")).status_code == 401
    refused = await log_in(gateway.new_browser(), "user@example.org")
    assert (refused.status_code, refused.json()["code"]) == (403, "account_inactive")
    wrong = await log_in(gateway.new_browser(), "user@example.org", "wrong wrong wrong")
    assert wrong.json()["code"] == "invalid_credentials", "only who knows the password is told"
    form = {"grant_type": "client_credentials"}
    assert (await gateway.http.post("/v1/oauth/token", auth=client, data=form)).status_code == 401
    assert (await admin.post(f"/v1/admin/users/{user}/reactivate")).status_code == 204
    assert (await log_in(gateway.new_browser(), "user@example.org")).status_code == 204
    assert (await gateway.http.get("/v1/usage-points", headers=token)).status_code == 401, "what ended stays so"
    assert (await gateway.http.get("/v1/usage-points", headers=await fetch_bearer(gateway, client))).status_code == 200

    own = (await admin.get("/v1/accounts/me")).json()["id"]
    assert (await admin.post(f"/v1/admin/users/{own}/deactivate")).json()["code"] == "own_account"
    assert (await admin.post(f"/v1/admin/users/{'0' * 32}/deactivate")).status_code == 404


async def test_quotas_are_seen_and_begun_anew(
    gateway: Gateway, admin: httpx2.AsyncClient, simulator: Simulator
) -> None:
    browser = await sign_up_and_log_in(gateway, "user@example.org")
    user = (await browser.get("/v1/accounts/me")).json()["id"]
    point = await gateway.add_meter(METER, "user@example.org")
    # done by hand: the gateway itself keeps asking behind this test
    async with gateway.runtime.database.write() as session:
        for _ in range(20):
            await counters.charge_budgets(session, [budgets.user_day(user, paris.day_of(NOW), 50)])
    found = (await admin.post("/v1/admin/users/search", json={"part": "user@"})).json()["items"][0]
    assert found["quota_used"] >= 20
    assert (found["quota_limit"], found["usage_points"], found["deactivated_at"]) == (50, 1, None)
    assert "masked_number" not in found
    async with gateway.runtime.database.write() as session:
        service.end_access(
            await service.get_usage_point(session, user, point), PointStatus.ENDED, gateway.runtime.clock.now()
        )
    assert (await admin.post(f"/v1/admin/users/{user}/reset-quota")).status_code == 204
    found = (await admin.post("/v1/admin/users/search", json={"part": "user@"})).json()["items"][0]
    assert found["quota_used"] <= 1, "a call that was under way may be counted yet"
    events = (await admin.get("/v1/admin/audit", params={"account_id": user})).json()["items"]
    assert events[0]["event"] == "admin_reset_quota"
    assert events[0]["detail"]["by"] == (await admin.get("/v1/accounts/me")).json()["id"]


async def test_upstreams(gateway: Gateway, admin: httpx2.AsyncClient, simulator: Simulator) -> None:
    browser = await sign_up_and_log_in(gateway, "user@example.org")
    down = await gateway.add_meter("30001000000012", "user@example.org")
    answer = await browser.get(f"/v1/usage-points/{down}/daily", params={"start": "2026-10-01", "end": "2026-10-08"})
    assert answer.status_code == 503
    found = (await admin.get("/v1/admin/upstreams")).json()
    measures = next(one for one in found["enedis"] if one["api"] == "measures")
    assert measures["used"] + measures["left"] == 1000
    assert measures["used"] >= 1
    assert measures["last_error"].startswith("upstream_down")
    assert measures["last_error_at"] == "2026-11-03T09:30:00Z"
    assert (measures["circuit"], measures["stopped_until"]) == ("closed", None)


async def test_an_api_that_does_not_answer_is_left_alone_and_administrators_see_until_when(
    gateway: Gateway, admin: httpx2.AsyncClient, simulator: Simulator, clock: SetClock
) -> None:
    async def find_address_status() -> dict[str, Any]:
        found = (await admin.get("/v1/admin/upstreams")).json()["enedis"]
        return {one["api"]: one for one in found}["address"]

    async def fetch_address() -> None:
        with suppress(EnedisError):
            await gateway.runtime.enedis.fetch_address("somebody", METER)

    assert (await find_address_status())["last_error"] is None
    simulator.order("POST", "faults", api="donnees_generales_auto", status=503, body="<html>down</html>")
    for _ in range(5):
        assert (await find_address_status())["circuit"] == "closed"
        await fetch_address()
    seen = await find_address_status()
    assert seen["circuit"] == "open"
    assert "2026-11-03T09:30:20Z" < seen["stopped_until"] < "2026-11-03T09:31:00Z", "less than a minute"
    assert seen["last_error"].startswith("upstream_down")
    assert (seen["used"], seen["left"]) == (5, 995)
    clock.set(NOW + timedelta(minutes=1))
    seen = await find_address_status()
    assert (seen["circuit"], seen["stopped_until"]) == ("probing", None)
    simulator.order("DELETE", "faults")
    await fetch_address()
    seen = await find_address_status()
    assert seen["circuit"] == "closed"
    assert seen["last_error"].startswith("upstream_down"), "it is remembered for a day"


async def test_credentials_that_enedis_refuses_are_its_last_error(
    gateway: Gateway, admin: httpx2.AsyncClient, simulator: Simulator, settings: Settings, clock: SetClock
) -> None:
    wrong = settings.model_copy(update={"enedis_client_id": "nobody"})
    async with run_gateway(wrong, clock) as other:
        with pytest.raises(EnedisError):
            await other.runtime.enedis.fetch_address("somebody", METER)
        browser = other.new_browser()
        await log_in(browser, ADMIN)
        found = (await browser.get("/v1/admin/upstreams")).json()["enedis"]
    assert {one["api"]: one["last_error"] for one in found}["address"]


async def test_rtes_feeds(gateway: Gateway, admin: httpx2.AsyncClient, simulator: Simulator, clock: SetClock) -> None:
    async def find_feeds() -> dict[str, dict[str, Any]] | None:
        found = {one["feed"]: one for one in (await admin.get("/v1/admin/upstreams")).json()["rte"]}
        return found if {name for name, feed in found.items() if feed["answered_at"]} >= {"tempo", "ecowatt"} else None

    ecowatt = (await wait_until(find_feeds))["ecowatt"]
    assert ecowatt["used"] == len(simulator.calls("ecowatt")) == 1
    assert (ecowatt["left"], ecowatt["circuit"], ecowatt["last_error"]) == (59, "closed", None)
    await record_failure(gateway.runtime.database, ECOWATT, clock.now(), RteError(RteErrorReason.DOWN, "503"))
    ecowatt = (await wait_until(find_feeds))["ecowatt"]
    assert (ecowatt["circuit"], ecowatt["failures"], ecowatt["next_at"]) == ("open", 1, "2026-11-03T09:46:00Z")
    assert "503" in ecowatt["last_error"]


async def test_consents_by_state_without_what_opens_them(gateway: Gateway, admin: httpx2.AsyncClient) -> None:
    browser = await sign_up_and_log_in(gateway, "user@example.org")
    asked = [(await browser.post("/v1/consents", json={"prm": METER[:-1] + str(n)})).json() for n in range(3)]
    first = (await admin.get("/v1/admin/consents", params={"status": "pending", "limit": "2"})).json()
    rest = (await admin.get("/v1/admin/consents", params={"status": "pending", "after": first["next"]})).json()
    assert len({row["usage_point_id"] for row in first["items"] + rest["items"]}) == 3
    assert rest["next"] is None
    assert first["consents"] == {"pending": 3}
    assert (await admin.get("/v1/admin/consents", params={"status": "granted"})).json()["items"] == []
    assert all(one["id"] not in str(first) for one in asked), "the id of a consent opens its page"
    bad = await admin.get("/v1/admin/consents", params={"after": "nonsense"})
    assert bad.status_code == 422


async def test_the_log_is_paged_and_says_who_did_what(gateway: Gateway, admin: httpx2.AsyncClient) -> None:
    await log_in(gateway.new_browser(), "nobody@example.org")
    await log_in(gateway.new_browser(), ADMIN, "wrong wrong wrong")
    failed = (await admin.get("/v1/admin/audit", params={"event": "log_in_failed"})).json()["items"]
    assert len(failed) == 2
    assert [event["account_id"] is None for event in failed] == [False, True]
    first = (await admin.get("/v1/admin/audit", params={"limit": "1"})).json()
    second = (await admin.get("/v1/admin/audit", params={"limit": "1", "before": first["next"]})).json()
    assert second["items"][0]["id"] == first["items"][0]["id"] - 1


async def test_an_account_is_deleted_by_an_administrator_who_logged_in_just_now(
    gateway: Gateway, admin: httpx2.AsyncClient, clock: SetClock
) -> None:
    somebody = await sign_up_and_log_in(gateway, "somebody@example.org")
    account = (await somebody.get("/v1/accounts/me")).json()["id"]
    own = (await admin.get("/v1/accounts/me")).json()["id"]
    assert (await admin.delete(f"/v1/admin/users/{own}")).json()["code"] == "own_account"
    clock.set(NOW + timedelta(minutes=20))
    assert (await admin.delete(f"/v1/admin/users/{account}")).json()["code"] == "log_in_again"
    assert (await log_in(admin, ADMIN)).status_code == 204
    assert (await admin.delete(f"/v1/admin/users/{account}")).status_code == 204
    assert (await admin.delete(f"/v1/admin/users/{account}")).status_code == 404
    assert (await somebody.get("/v1/accounts/me")).status_code == 401
    [event] = (await admin.get("/v1/admin/audit", params={"event": "account_deleted"})).json()["items"]
    assert (event["account_id"], event["detail"]) == (account, {"by": own})


async def test_what_was_asked_is_counted_by_day(gateway: Gateway, admin: httpx2.AsyncClient) -> None:
    who = await gateway.sign_in()
    point = await gateway.add_meter(METER)
    await gateway.at_rest(who, point)
    await gateway.wait_for_history_pause()
    used = (await gateway.get("/v1/quota", who))["enedis"]["used"]
    found = (await admin.get("/v1/admin/use")).json()
    today = found["items"][-1]
    assert (len(found["items"]), today["date"]) == (31, "2026-11-03")
    assert (today["by_accounts"], today["accounts"], today["busiest"]) == (used, 1, used)
    assert sum(today["enedis"].values()) >= used
    assert found["enedis_limit_an_hour"] == 1000
