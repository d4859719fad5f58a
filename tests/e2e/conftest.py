"""The stack that all end-to-end tests of a run share: its clock shows a November morning."""

from collections.abc import AsyncGenerator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from scripts.lib.faketime import clock_set_to
from scripts.lib.home_assistant_client import HomeAssistantClient
from scripts.lib.program import free_port
from scripts.lib.stack import HOMES, Ports, Stack

PARIS = ZoneInfo("Europe/Paris")

# The sixty days before it hold 25 October and its 25 hours; by eleven, yesterday is published for every home.
NOW = datetime(2026, 11, 3, 11, 0, tzinfo=PARIS)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep on one worker the tests that share programs: those of the shared stack, and those of a file."""
    for item in items:
        shared = isinstance(item, pytest.Function) and "stack" in item.fixturenames
        item.add_marker(pytest.mark.xdist_group("stack" if shared else item.path.stem))


@pytest.fixture(scope="session")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Stack]:
    """Simulator and gateway, which knows the three homes."""
    folder: Path = tmp_path_factory.mktemp("stack")
    ports = Ports(home_assistant=free_port(), gateway=free_port(), simulator=free_port())
    async with Stack(folder, ports, language="fr", env=clock_set_to(NOW)) as stack:
        await stack.start_simulator()
        await stack.start_gateway()
        for name, home in HOMES.items():
            await stack.add_home(home, name)
        yield stack


@pytest.fixture(scope="session")
async def home_assistant(stack: Stack) -> AsyncGenerator[HomeAssistantClient]:
    """Home Assistant, with the integration set up through its form."""
    client = await stack.start_home_assistant()
    async with client:
        await stack.connect(client)
        yield client
