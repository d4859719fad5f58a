"""One query for many: each gets what is current when it asks, and the fate of one is not that of the others."""

import asyncio
from collections.abc import Collection, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.kit import shared_query
from gateway.kit.shared_query import SharedQuery


class Table:
    """Numbers by name; a query reads them when it begins, and returns when it is let go."""

    def __init__(self) -> None:
        self.numbers = {"a": 1, "b": 1}
        self.queries: list[tuple[set[str], asyncio.Future[None]]] = []
        self.shared = SharedQuery(self._read)

    async def _read(self, names: Collection[str]) -> Mapping[str, int]:
        found = {name: self.numbers[name] for name in names if name in self.numbers}
        released = asyncio.get_running_loop().create_future()
        self.queries.append((set(names), released))
        await released
        return found

    async def request_number(self, name: str) -> asyncio.Task[int | None]:
        """Ask for a name's number, until the query under way, if any, holds it up."""
        asking = asyncio.create_task(self.shared.find(name))
        await let_others_run()
        return asking

    async def finish_query(self, error: Exception | None = None) -> None:
        """Let the oldest unfinished query return, or fail."""
        released = next(released for _, released in self.queries if not released.done())
        released.set_exception(error) if error else released.set_result(None)
        await let_others_run()

    def list_queries(self) -> list[set[str]]:
        return [names for names, _ in self.queries]


async def let_others_run() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_who_asks_during_a_query_shares_the_next_one() -> None:
    table = Table()
    first = await table.request_number("a")
    later = [await table.request_number(name) for name in ("a", "b", "b", "unknown")]
    assert table.list_queries() == [{"a"}]
    table.numbers = {"a": 2, "b": 2}
    await table.finish_query()
    assert (first.done(), first.result()) == (True, 1)
    assert not any(asking.done() for asking in later)
    await table.finish_query()
    assert [asking.result() for asking in later] == [2, 2, 2, None]
    assert table.list_queries() == [{"a"}, {"a", "b", "unknown"}]


async def test_who_asks_when_no_query_runs_waits_for_nobody() -> None:
    table = Table()
    for number in (1, 2, 3):
        table.numbers["a"] = number
        asking = await table.request_number("a")
        await table.finish_query()
        assert asking.result() == number
    assert table.list_queries() == [{"a"}] * 3


STEPS = ["write", "ask a", "ask b", "finish", "fail", "cancel oldest", "cancel newest"]


@given(st.lists(st.sampled_from(STEPS), max_size=40))
def test_nobody_gets_what_was_current_before_it_asked(steps: list[str]) -> None:
    async def run() -> None:
        table = Table()
        asked: list[tuple[int, asyncio.Task[int | None]]] = []
        for step in [*steps, *["finish"] * len(steps)]:
            if step == "write":
                table.numbers = {name: number + 1 for name, number in table.numbers.items()}
            elif step.startswith("ask"):
                name = step[-1]
                asked.append((table.numbers[name], await table.request_number(name)))
            elif step.startswith("cancel"):
                waiting = [one for one in asked if not one[1].done()]
                if waiting:
                    cancelled = waiting[0 if step.endswith("oldest") else -1]
                    asked.remove(cancelled)
                    cancelled[1].cancel()
                    await let_others_run()
            elif not all(released.done() for _, released in table.queries):
                await table.finish_query(LookupError() if step == "fail" else None)
        for number, asking in asked:
            assert asking.done()
            if not asking.exception():
                assert (asking.result() or 0) >= number

    asyncio.run(run())


async def test_an_error_reaches_everybody_who_waits_for_it_and_nobody_else() -> None:
    table = Table()
    first = await table.request_number("a")
    together = [await table.request_number("a"), await table.request_number("b")]
    await table.finish_query()
    later = await table.request_number("a")
    await table.finish_query(LookupError("down"))
    await table.finish_query()
    assert first.result() == later.result() == 1
    for asking in together:
        with pytest.raises(LookupError, match="down"):
            asking.result()


@pytest.mark.parametrize("is_under_way", [False, True])
async def test_who_is_cancelled_leaves_the_others_their_answer(*, is_under_way: bool) -> None:
    table = Table()
    await table.request_number("a")
    cancelled, staying = await table.request_number("a"), await table.request_number("b")
    if is_under_way:
        await table.finish_query()
    cancelled.cancel()
    await let_others_run()
    assert cancelled.cancelled()
    for _ in range(1 if is_under_way else 2):
        await table.finish_query()
    assert staying.result() == 1


async def test_who_is_cancelled_alone_ends_its_query_and_those_after_it_get_theirs() -> None:
    table = Table()
    alone = await table.request_number("a")
    later = [await table.request_number(name) for name in ("a", "b")]
    alone.cancel()
    await let_others_run()
    assert alone.cancelled()
    assert table.list_queries() == [{"a"}, {"a", "b"}]
    await table.finish_query()
    assert [asking.result() for asking in later] == [1, 1]


async def test_a_query_that_hangs_holds_up_only_those_who_wait_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_query, "PATIENCE", 0.01)
    table = Table()
    hanging, later = await table.request_number("a"), await table.request_number("b")
    async with asyncio.timeout(200):
        while len(table.queries) < 2:
            await asyncio.sleep(0)
    table.queries[1][1].set_result(None)
    assert await later == 1
    assert not hanging.done()
    await table.finish_query()
    assert hanging.result() == 1
