"""Whose address a request has is told by trusted proxies only: nobody else is counted as many people."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from scripts.lib.program import free_port
from tests.server.backup.test_serving import Serving, make_serving
from tests.server.site import run_caddy

__all__ = ["make_serving"]

REQUESTS = 25


def name_client(number: int) -> dict[str, str]:
    return {"X-Forwarded-For": f"198.51.100.{number}"}


async def count_statuses(
    http: httpx2.AsyncClient, build_headers: Callable[[int], dict[str, str]] = name_client
) -> Counter[int]:
    """Send more requests than one client may, by default each from another; count the statuses of the responses."""
    statuses = Counter[int]()
    for number in range(REQUESTS):
        email = {"email": f"{number}@example.org"}
        answer = await http.post("/v1/accounts/password-reset", json=email, headers=build_headers(number))
        statuses[answer.status_code] += 1
    return statuses


def build_tunnel_headers(visitor: str, sent: str = "") -> dict[str, str]:
    """Return the headers that Cloudflare documents; it appends to the X-Forwarded-For that a visitor sends."""
    return {
        "Host": "electricity.example.org",
        "CF-Connecting-IP": visitor,
        "X-Forwarded-For": f"{sent},{visitor}" if sent else visitor,
        "X-Forwarded-Proto": "https",
        "CF-Visitor": '{"scheme":"https"}',
        "CF-IPCountry": "FR",
        "CF-Ray": "9d754acd5f8bd71b-CDG",
        "CDN-Loop": "cloudflare; loops=1",
    }


@pytest.mark.parametrize(("trusted", "refused"), [("", True), ("192.0.2.0/24", True), ("127.0.0.1", False)])
async def test_an_address_is_believed_of_a_trusted_proxy_only(
    make_serving: Callable[..., Serving], trusted: str, refused: bool
) -> None:
    gateway = make_serving(TRUSTED_PROXIES=trusted)
    assert await gateway.start()
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{gateway.port}", timeout=200) as http:
        statuses = await count_statuses(http)
    assert (429 in statuses) is refused, statuses
    assert statuses[202] > 0


@pytest.mark.long
@pytest.mark.parametrize(("trusted", "refused"), [("192.0.2.0/24", True), ("127.0.0.1/32", False)])
async def test_caddy_behind_another_proxy_passes_on_whom_that_one_names(
    make_serving: Callable[..., Serving], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trusted: str, refused: bool
) -> None:
    gateway, site = make_serving(TRUSTED_PROXIES="127.0.0.1"), free_port()
    assert await gateway.start()
    monkeypatch.setenv("CADDY_TRUSTED_PROXIES", trusted)
    async with (
        run_caddy(tmp_path, frontend=gateway.port, backend=gateway.port, site=site) as trust,
        httpx2.AsyncClient(base_url=f"https://localhost:{site}/api", verify=trust, timeout=200) as http,
    ):
        statuses = await count_statuses(http)
    assert (429 in statuses) is refused, statuses
    assert statuses[202] > 0


async def test_behind_a_cloudflare_tunnel_each_visitor_has_limits_of_their_own(
    make_serving: Callable[..., Serving],
) -> None:
    gateway = make_serving(TRUSTED_PROXIES="127.0.0.1")
    assert await gateway.start()
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{gateway.port}", timeout=200) as http:
        many = await count_statuses(http, lambda number: build_tunnel_headers(f"2001:db8:{number}::1"))
        one = await count_statuses(http, lambda number: build_tunnel_headers("203.0.113.9", f"198.51.100.{number}"))
        ping = (await http.get("/ping", headers=build_tunnel_headers("203.0.113.9"))).json()
    assert set(many) == {202}
    assert 429 in one, "what a visitor sends does not choose whose limit is used"
    assert ping["proxy"] == "none_or_trusted"


async def test_behind_a_cloudflare_tunnel_addresses_and_cookies_are_for_https(
    make_serving: Callable[..., Serving],
) -> None:
    gateway = make_serving(TRUSTED_PROXIES="127.0.0.1", BACKEND_URL="https://electricity.example.org")
    assert await gateway.start()
    login = {"email": "somebody@example.org", "password": "seven green turtles on a roof"}
    async with httpx2.AsyncClient(
        base_url=f"http://127.0.0.1:{gateway.port}", headers=build_tunnel_headers("203.0.113.9"), timeout=200
    ) as http:
        assert (await http.post("/v1/accounts", json=login)).status_code == 201
        session = (await http.post("/v1/session", json=login)).headers["set-cookie"]
        cookie = {"Cookie": session.partition(";")[0]}
        asked = (await http.post("/v1/consents", json={"prm": "30001000000001"}, headers=cookie)).json()
        assert asked["authorize_url"].startswith("https://electricity.example.org/consents/")
        page = await http.get(asked["authorize_url"].removeprefix("https://electricity.example.org"))
    assert page.status_code == 200
    for set_cookie in (session, page.headers["set-cookie"]):
        assert set_cookie.startswith("__Host-")
        assert "; secure" in set_cookie.lower()
