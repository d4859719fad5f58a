"""Whose address a request has is told by trusted proxies only: nobody else passes a door as many people at once."""

from collections import Counter
from collections.abc import Callable

import httpx2
import pytest

from tests.server.backup.test_serving import Serving, make_serving

__all__ = ["make_serving"]

KNOCKS = 25


@pytest.mark.parametrize(("trusted", "refused"), [("", True), ("192.0.2.0/24", True), ("127.0.0.1", False)])
async def test_an_address_is_believed_of_a_trusted_proxy_only(
    make_serving: Callable[..., Serving], trusted: str, refused: bool
) -> None:
    gateway = make_serving(TRUSTED_PROXIES=trusted)
    assert await gateway.start()
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{gateway.port}", timeout=60) as http:
        statuses = Counter[int]()
        for number in range(KNOCKS):
            told = {"X-Forwarded-For": f"198.51.100.{number}"}
            sent = {"email": f"{number}@example.org"}
            answer = await http.post("/v1/accounts/password-reset", json=sent, headers=told)
            statuses[answer.status_code] += 1
    assert (429 in statuses) is refused, statuses
    assert statuses[202] > 0
