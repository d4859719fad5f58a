"""Every route of the document, with everybody: a route that is missing here makes this test fail."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

import httpx2
import pytest

from gateway.accounts import repository
from gateway.settings import Settings
from tests.server.accounts.conftest import api_client, fetch_bearer, log_in, sign_up_and_log_in
from tests.server.conftest import Gateway, SetClock, run_gateway

ADMIN, OWNER = "admin@example.org", "owner@example.org"
METER = "30001000000001"


class For(Enum):
    """Whom a route is for."""

    ALL = auto()
    OWN_CREDENTIALS = auto()  # takes credentials of its own
    CALLER = auto()
    OWNER = auto()  # names something of one account
    BROWSER = auto()
    BROWSER_OWNER = auto()
    ITSELF = auto()  # a browser's owner, and the very API client that it names
    ADMIN = auto()


POINT = "/v1/usage-points/{point_id}"
MATRIX = {
    "GET /ping": For.ALL,
    "GET /ready": For.ALL,
    "GET /v1/site": For.ALL,
    "GET /v1/status": For.ALL,
    "GET /v1/today": For.ALL,
    "POST /v1/accounts": For.ALL,
    "POST /v1/accounts/verify-email": For.ALL,
    "POST /v1/accounts/verify-email/resend": For.ALL,
    "POST /v1/accounts/password-reset": For.ALL,
    "POST /v1/accounts/password-reset/confirm": For.ALL,
    "GET /accounts/verify-email": For.ALL,
    "POST /accounts/verify-email": For.ALL,
    "GET /accounts/reset-password": For.ALL,
    "POST /accounts/reset-password": For.ALL,
    "GET /v1/accounts/me": For.CALLER,
    "GET /v1/accounts/me/export": For.BROWSER,
    "PATCH /v1/accounts/me": For.BROWSER,
    "PUT /v1/accounts/me/password": For.BROWSER,
    "DELETE /v1/accounts/me": For.BROWSER,
    "GET /v1/session": For.ALL,
    "POST /v1/session": For.OWN_CREDENTIALS,
    "DELETE /v1/session": For.BROWSER,
    "GET /v1/sessions": For.BROWSER,
    "DELETE /v1/sessions/{session_id}": For.BROWSER_OWNER,
    "DELETE /v1/sessions": For.BROWSER,
    "POST /v1/oauth/token": For.OWN_CREDENTIALS,
    "GET /v1/api-clients": For.CALLER,
    "POST /v1/api-clients": For.BROWSER,
    "POST /v1/api-clients/{client_id}/secret": For.BROWSER_OWNER,
    "POST /v1/api-clients/{client_id}/proof": For.OWN_CREDENTIALS,  # tells what only its owner can check
    "DELETE /v1/api-clients/{client_id}": For.ITSELF,
    "GET /v1/reading-tokens": For.BROWSER,
    "POST /v1/reading-tokens": For.BROWSER,
    "DELETE /v1/reading-tokens/{token_id}": For.BROWSER_OWNER,
    "POST /v1/consents": For.CALLER,
    "GET /v1/consents/{consent_id}": For.OWNER,
    "GET /consents/{consent_id}/start": For.ALL,  # its id is the secret
    "GET /consents/{consent_id}/result": For.ALL,
    "GET /oauth/callback": For.ALL,
    "GET /v1/usage-points": For.CALLER,
    f"GET {POINT}": For.OWNER,
    f"GET {POINT}/load-curve": For.OWNER,
    f"GET {POINT}/daily": For.OWNER,
    f"GET {POINT}/hours": For.OWNER,
    f"GET {POINT}/max-power": For.OWNER,
    f"GET {POINT}/index": For.OWNER,
    f"GET {POINT}/contract": For.OWNER,
    f"GET {POINT}/address": For.OWNER,
    f"GET {POINT}/periods": For.OWNER,
    f"GET {POINT}/rates": For.OWNER,
    f"GET {POINT}/calendars/{{token_id}}": For.BROWSER_OWNER,
    f"GET {POINT}/calendar.ics": For.OWN_CREDENTIALS,  # its token is the secret
    f"GET {POINT}/totals": For.OWNER,
    f"GET {POINT}/series": For.OWNER,
    f"GET {POINT}/habits": For.OWNER,
    f"GET {POINT}/export.csv": For.OWNER,
    f"GET {POINT}/comparison": For.OWNER,
    f"GET {POINT}/index-check": For.OWNER,
    f"POST {POINT}/refresh": For.OWNER,
    f"GET {POINT}/imports": For.OWNER,
    f"POST {POINT}/imports": For.OWNER,
    f"POST {POINT}/imports/{{import_id}}/accept": For.OWNER,
    f"DELETE {POINT}/imports/{{import_id}}": For.OWNER,
    f"PATCH {POINT}": For.OWNER,
    f"DELETE {POINT}": For.OWNER,
    "GET /v1/off-peak-hours": For.CALLER,
    "GET /v1/tariffs": For.CALLER,
    "GET /v1/offers": For.CALLER,
    "GET /v1/quota": For.CALLER,
    "GET /v1/quota/days": For.CALLER,
    "GET /v1/tempo": For.CALLER,
    "GET /v1/tempo/days": For.CALLER,
    "GET /v1/tempo/forecast": For.CALLER,
    "GET /v1/ecowatt": For.CALLER,
    "GET /v1/admin/users": For.ADMIN,
    "POST /v1/admin/users/search": For.ADMIN,
    "POST /v1/admin/users/{account_id}/deactivate": For.ADMIN,
    "POST /v1/admin/users/{account_id}/reactivate": For.ADMIN,
    "POST /v1/admin/users/{account_id}/reset-quota": For.ADMIN,
    "GET /v1/admin/consents": For.ADMIN,
    "DELETE /v1/admin/users/{account_id}": For.ADMIN,
    "GET /v1/admin/use": For.ADMIN,
    "GET /v1/admin/upstreams": For.ADMIN,
    "GET /v1/admin/audit": For.ADMIN,
}
TAKES_AWAY = {route for route in MATRIX if route.startswith("DELETE ") or route.endswith("/secret")}
"""Tried last, with credentials of their own."""
THE_END = "DELETE /v1/accounts/me"
RANGE = {"start": "2026-10-01", "end": "2026-10-02"}


@dataclass
class Somebody:
    """An account, with a browser that is logged in and an API client's token."""

    browser: httpx2.AsyncClient
    token: dict[str, str]
    ids: dict[str, str]

    @classmethod
    async def sign_up(cls, gateway: Gateway, email: str, ids: dict[str, str]) -> Somebody:
        browser = await sign_up_and_log_in(gateway, email)
        client = await api_client(browser)
        account = (await browser.get("/v1/accounts/me")).json()["id"]
        own = {"client_id": client[0], "account_id": account, "session_id": await session_id(browser)}
        return cls(browser, await fetch_bearer(gateway, client), ids | own)

    @classmethod
    async def log_in_again(cls, gateway: Gateway, email: str, ids: dict[str, str]) -> Somebody:
        browser = gateway.new_browser()
        assert (await log_in(browser, email)).status_code == 204
        client = await api_client(browser)
        own = {"client_id": client[0], "session_id": await session_id(browser)}
        return cls(browser, await fetch_bearer(gateway, client), ids | own)


async def session_id(browser: httpx2.AsyncClient) -> str:
    found = (await browser.get("/v1/sessions")).json()["items"]
    return next(str(one["id"]) for one in found if one["current"])


@dataclass
class Cast:
    """Everybody who tries every route."""

    nobody: httpx2.AsyncClient
    owner: Somebody
    other: Somebody
    admin: Somebody
    inactive: Somebody
    revoked: Somebody

    async def try_without_rights(self, route: str) -> None:
        ids = self.owner.ids
        assert (await send_request(self.nobody, route, ids))[0] == 401, f"{route}: nobody"
        for gone in (self.inactive, self.revoked):
            assert (await send_request(self.nobody, route, ids, headers=gone.token))[0] == 401, (
                f"{route}: a token that ended"
            )
            assert (await send_request(gone.browser, route, ids))[0] == 401, f"{route}: a session that ended"
        invalid = {"Authorization": "Bearer invalid"}
        assert (await send_request(self.nobody, route, ids, headers=invalid))[0] == 401, f"{route}: an invalid token"

    async def try_tokens(self, route: str, kind: For) -> None:
        for somebody, another in ((self.owner, self.admin), (self.admin, self.owner)):
            named = another if kind is For.ITSELF else somebody
            found = await send_request(self.nobody, route, named.ids, headers=somebody.token)
            if kind in {For.CALLER, For.OWNER}:
                assert found[0] not in {401, 403}, f"{route}: {found}"
            else:
                assert found == (403, "session_needed"), route

    async def try_others(self, route: str, kind: For) -> None:
        for stranger in (self.other, self.admin):
            assert (await send_request(stranger.browser, route, self.owner.ids))[0] == 404, (
                f"{route}: another's browser"
            )
            if kind is For.OWNER:
                found = await send_request(self.nobody, route, self.owner.ids, headers=stranger.token)
                assert found[0] == 404, f"{route}: another's token"

    async def try_all(self, route: str, kind: For) -> None:
        await self.try_without_rights(route)
        await self.try_tokens(route, kind)
        if kind in {For.OWNER, For.BROWSER_OWNER, For.ITSELF}:
            await self.try_others(route, kind)
        if kind is For.ADMIN:
            assert await send_request(self.owner.browser, route, self.owner.ids) == (403, "admin_only"), route
            found = await send_request(self.admin.browser, route, self.inactive.ids)
            assert found[0] in {200, 204, 422}, f"{route}: {found}"
        else:
            found = await send_request(self.owner.browser, route, self.owner.ids)
            assert found[0] not in {401, 403}, f"{route}: {found}"


def list_routes(document: dict[str, Any]) -> set[str]:
    return {f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"admin_emails": f"{ADMIN}, never@example.org", "backend_url": "http://gateway"})


async def send_request(http: httpx2.AsyncClient, route: str, ids: dict[str, str], **more: Any) -> tuple[int, str]:
    method, _, path = route.partition(" ")
    if method != "GET":
        more["json"] = RANGE if route.endswith("/refresh") else {}
    answer = await http.request(method, path.format_map(ids), params=RANGE if path.startswith("/v1/") else None, **more)
    kind = answer.headers.get("content-type", "")
    return answer.status_code, answer.json()["code"] if kind == "application/problem+json" else ""


@pytest.fixture
async def people(gateway: Gateway) -> Cast:
    browser = await sign_up_and_log_in(gateway, OWNER)
    point = await gateway.add_meter(METER, OWNER)
    asked = await browser.post("/v1/consents", json={"prm": METER})
    names = {"point_id": point, "consent_id": asked.json()["id"], "import_id": "0" * 32, "token_id": "0" * 32}
    people = [
        await Somebody.sign_up(gateway, f"{name}@example.org", names) for name in ("other", "inactive", "revoked")
    ]
    admin = await Somebody.sign_up(gateway, ADMIN, names)
    async with gateway.runtime.database.write() as session:
        found = await repository.find_account_by_email(session, ADMIN)
        assert found is not None
        found.verified_at = gateway.runtime.clock.now()
    other, inactive, revoked = people
    cookies = dict(revoked.browser.cookies)
    shut = await admin.browser.post(f"/v1/admin/users/{inactive.ids['account_id']}/deactivate")
    assert shut.status_code == (await revoked.browser.delete("/v1/sessions")).status_code == 204
    revoked.browser.cookies.update(cookies)  # as a thief would
    owner = await Somebody.log_in_again(gateway, OWNER, names | {"account_id": inactive.ids["account_id"]})
    return Cast(gateway.new_browser(), owner, other, admin, inactive, revoked)


async def test_who_may_what(gateway: Gateway, people: Cast) -> None:
    document = (await gateway.http.get("/openapi.json")).json()
    assert list_routes(document) == MATRIX.keys(), "a route is missing here, or here is one too many"
    for route in sorted(MATRIX, key=lambda route: (route in TAKES_AWAY, route == THE_END, route)):
        kind = MATRIX[route]
        if kind is For.ALL:
            assert (await send_request(people.nobody, route, people.owner.ids))[0] not in {401, 403}, route
        elif kind is For.OWN_CREDENTIALS:
            assert (await send_request(people.nobody, route, people.owner.ids))[0] in {400, 422}, route
        else:
            if route in TAKES_AWAY:
                people.owner = await Somebody.log_in_again(gateway, OWNER, people.owner.ids)
            await people.try_all(route, kind)


async def test_both_kinds_of_credentials_are_one_too_many(gateway: Gateway) -> None:
    somebody = await Somebody.sign_up(gateway, "somebody@example.org", {})
    for method, path in (("GET", "/v1/accounts/me"), ("POST", "/v1/api-clients"), ("POST", "/v1/oauth/token")):
        answer = await somebody.browser.request(method, path, headers=somebody.token, json={})
        assert (answer.status_code, answer.json()["code"]) == (400, "two_credentials"), path


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 201),
        ({"Sec-Fetch-Site": "same-origin"}, 201),
        ({"Sec-Fetch-Site": "none"}, 201),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://gateway"}, 201),
        ({"Origin": "http://evil.example.org"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "https://front.example.org", "Sec-Fetch-Site": "cross-site"}, 201),
        ({"Origin": "https://evil.example.org", "Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
async def test_what_another_sites_page_makes_a_browser_send_is_refused(
    settings: Settings, clock: SetClock, headers: dict[str, str], status: int
) -> None:
    async with run_gateway(settings.model_copy(update={"frontend_url": "https://front.example.org"}), clock) as gateway:
        browser = await sign_up_and_log_in(gateway, "somebody@example.org")
        answer = await browser.post("/v1/api-clients", json={"name": "x"}, headers=headers)
        assert answer.status_code == status
        assert (await browser.get("/v1/accounts/me", headers=headers)).status_code == 200, "reading changes nothing"
