"""Gateways that cannot share do not run together, and one that ends makes room at once, however it ends."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from subprocess import PIPE

import httpx2
import pytest

from gateway.kit.crypto import Keyring
from gateway.settings import Settings
from scripts.lib.program import free_port
from tests.server.backup.conftest import GATEWAY, Command, build_environment
from tests.server.conftest import Simulator, wait_until
from tests.server.valkey_server import Valkey


class Serving:
    """A gateway that is a process of its own."""

    def __init__(self, env: dict[str, str], port: int) -> None:
        self._env = env
        self.port = port
        self.program: tuple[str, ...] = (str(GATEWAY),)
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> bool:
        """Start it; return whether it answers in the end."""
        command = (*self.program, "serve", "--port", str(self.port))
        self.process = await asyncio.create_subprocess_exec(*command, env=self._env, stderr=PIPE)

        async def has_answered_or_ended() -> bool | None:
            assert self.process is not None
            if self.process.returncode is not None:
                return True
            async with httpx2.AsyncClient(timeout=200) as http:
                try:
                    return (await http.get(f"http://127.0.0.1:{self.port}/ready")).is_success or None
                except httpx2.HTTPError:
                    return None

        await wait_until(has_answered_or_ended)
        return self.process.returncode is None

    async def stop(self, how: signal.Signals = signal.SIGTERM) -> str:
        """End it; return what it said."""
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(how)
        return (await self.process.communicate())[1].decode()


@pytest.fixture
async def make_serving(settings: Settings, simulator: Simulator) -> AsyncIterator[Callable[..., Serving]]:
    made: list[Serving] = []

    def make_one(**changed: str) -> Serving:
        env = build_environment(settings, ENEDIS_BASE_URL=simulator.url, RTE_BASE_URL=simulator.url, **changed)
        made.append(Serving(env, free_port()))
        return made[-1]

    yield make_one
    for serving in made:
        if serving.process is not None and serving.process.returncode is None:
            await serving.stop(signal.SIGKILL)


async def test_a_second_one_on_the_memory_store_is_refused_with_words(make_serving: Callable[..., Serving]) -> None:
    first, second = make_serving(), make_serving()
    assert await first.start()
    assert not await second.start()
    said = await second.stop()
    assert "another one uses this database already" in said
    assert "REDIS_URL" in said
    assert "Traceback" not in said
    await first.stop(signal.SIGKILL)
    assert await second.start(), "a killed one holds nothing"


@pytest.mark.long
async def test_on_valkey_and_postgresql_they_run_together(
    make_serving: Callable[..., Serving], settings: Settings
) -> None:
    valkey = Valkey(free_port())
    valkey.start()
    try:
        together = settings.sqlite_file is None
        first, second, alone = make_serving(REDIS_URL=valkey.url), make_serving(REDIS_URL=valkey.url), make_serving()
        assert await first.start()
        assert await second.start() is together
        assert not await alone.start()
    finally:
        valkey.stop()


async def test_it_is_not_restored_under_a_running_one(
    make_serving: Callable[..., Serving], run_command: Command, tmp_path: Path
) -> None:
    first = make_serving()
    assert await first.start()
    made = await run_command("backup", tmp_path / "one")
    assert made.status == 0, made.complained
    refused = await run_command("restore", tmp_path / "one")
    assert refused.status == 1
    assert "stop it first" in refused.complained


async def test_with_the_keys_of_another_database_it_says_so(make_serving: Callable[..., Serving]) -> None:
    right, wrong = make_serving(), make_serving(ENCRYPTION_KEYS=Keyring.generate_key())
    assert await right.start()
    await right.stop()
    assert not await wrong.start()
    said = await wrong.stop()
    assert "ENCRYPTION_KEYS does not decrypt this database" in said
    assert "Traceback" not in said
