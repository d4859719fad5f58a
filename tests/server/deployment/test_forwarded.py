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


async def count_statuses(http: httpx2.AsyncClient) -> Counter[int]:
    """Send more requests than one client may, each said to be of another; count the statuses of the responses."""
    statuses = Counter[int]()
    for number in range(REQUESTS):
        forwarded = {"X-Forwarded-For": f"198.51.100.{number}"}
        email = {"email": f"{number}@example.org"}
        answer = await http.post("/v1/accounts/password-reset", json=email, headers=forwarded)
        statuses[answer.status_code] += 1
    return statuses


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
