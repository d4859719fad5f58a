"""A gateway with something to keep, and its commands as a user runs them."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.settings import Settings
from tests.server import commands
from tests.server.conftest import new_database

GATEWAY = Path(sys.executable).parent / "gateway"


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    status: int
    said: str
    complained: str


type Command = Callable[..., Awaitable[Ended]]


def build_environment(settings: Settings, **changed: str) -> dict[str, str]:
    """What the environment of a gateway with these settings says."""
    return {
        **os.environ,
        "DATABASE_URL": settings.database_url,
        "SECRET_KEY": settings.secret_key.get_secret_value(),
        "ENCRYPTION_KEYS": settings.encryption_keys.get_secret_value(),
        "ENEDIS_ENVIRONMENT": "simulator",
        **changed,
    }


async def run_gateway(*arguments: str | Path, env: Mapping[str, str], given: str = "") -> Ended:
    """Run `gateway ARGUMENTS`, with `given` as its standard input."""
    ended = await asyncio.to_thread(commands.run_command, *arguments, env=env, given=given)
    return Ended(ended.returncode, ended.stdout, ended.stderr)


@pytest.fixture
def run_command(settings: Settings) -> Command:
    async def run_with_settings(*arguments: str | Path, given: str = "", **changed: str) -> Ended:
        return await run_gateway(*arguments, env=build_environment(settings, **changed), given=given)

    return run_with_settings


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
async def other_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Another empty database."""
    if request.param == "postgresql":
        return await new_database(request.getfixturevalue("postgresql_server"))
    return f"sqlite+aiosqlite:///{tmp_path}/other.db"
