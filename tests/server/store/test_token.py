"""One token for all replicas."""

import asyncio

import pytest

from gateway.store.memory import MemoryStore
from gateway.store.token import drop_token, get_shared_token


class TokenSource:
    """Gives a new token each time it is asked."""

    def __init__(self, lasts: float) -> None:
        self.asked = 0
        self._lasts = lasts

    async def issue_token(self) -> tuple[str, float]:
        self.asked += 1
        await asyncio.sleep(0)
        return f"token-{self.asked}", self._lasts


@pytest.fixture
def now() -> list[float]:
    return [0.0]


@pytest.fixture
def store(now: list[float]) -> MemoryStore:
    return MemoryStore(lambda: now[0])


async def test_however_many_want_it_one_is_made(store: MemoryStore) -> None:
    desk = TokenSource(7200)
    said = await asyncio.gather(
        *(get_shared_token(store, "token", desk.issue_token, renew_before=600) for _ in range(20))
    )
    assert (set(said), desk.asked) == ({"token-1"}, 1)


@pytest.mark.parametrize(("lasts", "kept"), [(7200, 6600), (601, 60), (10, 60)])
async def test_it_is_renewed_before_its_end(store: MemoryStore, now: list[float], lasts: float, kept: float) -> None:
    desk = TokenSource(lasts)
    await get_shared_token(store, "token", desk.issue_token, renew_before=600)
    now[0] = kept - 1
    assert await get_shared_token(store, "token", desk.issue_token, renew_before=600) == "token-1"
    now[0] = kept + 1
    assert await get_shared_token(store, "token", desk.issue_token, renew_before=600) == "token-2"


async def test_the_refusal_of_an_old_token_leaves_the_new_one(store: MemoryStore) -> None:
    desk = TokenSource(7200)
    first = await get_shared_token(store, "token", desk.issue_token, renew_before=600)
    await drop_token(store, "token", first)
    second = await get_shared_token(store, "token", desk.issue_token, renew_before=600)
    await drop_token(store, "token", first)
    assert await get_shared_token(store, "token", desk.issue_token, renew_before=600) == second
