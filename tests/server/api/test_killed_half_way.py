"""A gateway that is killed while people sign up and delete their accounts leaves nothing half done: a real SIGKILL."""

import asyncio
import signal
from collections.abc import Callable

import httpx2
import pytest
from sqlalchemy import select

from gateway.accounts.models import Account
from gateway.audit.models import AuditEvent
from gateway.kit.database import Database
from gateway.mail.models import OutboxMail
from gateway.settings import Settings
from tests.server.accounts.conftest import PASSWORD
from tests.server.backup.test_serving import Serving, make_serving

__all__ = ["make_serving"]

pytestmark = pytest.mark.long


async def test_sign_ups_and_deletions_happen_whole_or_not_at_all(
    make_serving: Callable[..., Serving], settings: Settings
) -> None:
    gateway = make_serving()
    assert await gateway.start()
    url = f"http://127.0.0.1:{gateway.port}"
    async with httpx2.AsyncClient(base_url=url, timeout=120) as http:

        async def sign_up(name: str) -> int:
            body = {"email": f"{name}@example.org", "password": PASSWORD}
            return (await http.post("/v1/accounts", json=body)).status_code

        async def delete(name: str) -> int:
            async with httpx2.AsyncClient(base_url=url, timeout=120) as browser:
                body = {"email": f"{name}@example.org", "password": PASSWORD}
                assert (await browser.post("/v1/session", json=body)).status_code == 204
                await browser.post("/v1/api-clients", json={"name": "x"})
                return (await browser.delete("/v1/accounts/me")).status_code

        for number in range(3):
            assert await sign_up(f"leaving-{number}") == 201
        under_way = [asyncio.create_task(sign_up(f"new-{number}")) for number in range(6)]
        under_way += [asyncio.create_task(delete(f"leaving-{number}")) for number in range(3)]
        await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
        await gateway.stop(signal.SIGKILL)
        ended = await asyncio.gather(*under_way, return_exceptions=True)
    async with Database(settings.database_url) as database, database.read() as session:
        accounts = set((await session.scalars(select(Account.id))).all())
        happened = {name: set[str | None]() for name in ("signed_up", "account_deleted")}
        for event, account_id in await session.execute(select(AuditEvent.event, AuditEvent.account_id)):
            if event in happened:
                happened[event].add(account_id)
        assert accounts == happened["signed_up"] - happened["account_deleted"]
        assert set((await session.scalars(select(OutboxMail.account_id))).all()) <= accounts
    assert len(happened["signed_up"]) >= 3 + ended.count(201), "what was answered has happened"
    assert len(happened["account_deleted"]) >= ended.count(204)
    again = make_serving()
    assert await again.start(), "and it starts again"
