"""One account's many requests at once hold nobody else up."""

import asyncio
from typing import Any

import pytest

from gateway.csv_export.service import CsvExporter
from gateway.quotas.concurrency import AT_ONCE
from tests.server.conftest import Gateway, wait_until


async def test_an_account_that_asks_for_much_at_once_waits_and_others_do_not(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    point = await gateway.add_meter("30001000000001")
    busy, other = await gateway.sign_in(), await gateway.sign_in("other@example.org")
    open_table, may_go_on = CsvExporter.open_table, asyncio.Event()
    under_way = 0

    async def open_slowly(*arguments: Any) -> Any:
        nonlocal under_way
        under_way += 1
        await may_go_on.wait()
        return await open_table(*arguments)

    monkeypatch.setattr(CsvExporter, "open_table", open_slowly)
    path = f"/v1/usage-points/{point}/export.csv"
    async with asyncio.TaskGroup() as group:
        exports = [
            group.create_task(gateway.http.get(path, headers=busy, params={"table": "daily"}))
            for _ in range(AT_ONCE + 4)
        ]

        async def is_full() -> bool:
            return under_way >= AT_ONCE

        await wait_until(is_full)
        assert (await gateway.http.get("/v1/usage-points", headers=other)).status_code == 200
        assert under_way == AT_ONCE
        may_go_on.set()
    assert [export.result().status_code for export in exports] == [200] * (AT_ONCE + 4)


async def test_whoever_waits_too_long_is_told_when_to_come_back(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    point, who = await gateway.add_meter("30001000000001"), await gateway.sign_in()
    monkeypatch.setattr("gateway.quotas.concurrency.LONGEST_WAIT", 0.05)
    may_go_on = asyncio.Event()

    async def open_never(*_: Any) -> Any:
        await may_go_on.wait()
        raise AssertionError

    monkeypatch.setattr(CsvExporter, "open_table", open_never)
    path = f"/v1/usage-points/{point}/export.csv"
    exports = [asyncio.create_task(gateway.http.get(path, headers=who)) for _ in range(AT_ONCE + 1)]
    done, waiting = await asyncio.wait(exports, return_when=asyncio.FIRST_COMPLETED)
    [refused] = [task.result() for task in done]
    assert (refused.status_code, refused.json()["code"], refused.headers["Retry-After"]) == (
        429,
        "too_many_attempts",
        "5",
    )
    for task in waiting:
        task.cancel()
    await asyncio.wait(waiting)
    assert (await gateway.http.get("/v1/usage-points", headers=who)).status_code == 200
