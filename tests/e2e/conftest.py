"""The stack that all end-to-end tests of a run share: its clock shows a November morning."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from scripts.lib.browser import share_browser
from scripts.lib.card_states import PRODUCING
from scripts.lib.faketime import clock_set_to
from scripts.lib.home_assistant_client import HomeAssistantClient
from scripts.lib.program import free_port
from scripts.lib.stack import USAGE_POINTS, Ports, Stack
from tests.e2e.site import NOW, PASSWORD, Site, build_pages, run_site

pytest_plugins = ["tests.e2e.failures"]

OWNER, ADMIN = "owner@example.org", "admin@example.org"
# all tests of the pages are one account's
MANY = {"USER_DAILY_LIMIT_NO_CACHE": "500", "USER_DAILY_LIMIT_WITH_CACHE": "100000"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep on one worker the tests that share programs: those of a shared stack, and those of a file."""
    for item in items:
        names = item.fixturenames if isinstance(item, pytest.Function) else []
        shared = next((name for name in ("stack", "pages", "whole_site") if name in names), item.path.stem)
        item.add_marker(pytest.mark.xdist_group(shared))


@pytest.fixture(scope="session", autouse=True)
async def shared_browser() -> AsyncGenerator[None]:
    """One browser for all tests of a process."""
    async with share_browser():
        yield


@pytest.fixture(scope="session")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Stack]:
    """Simulator and gateway, which knows the three homes."""
    folder: Path = tmp_path_factory.mktemp("stack")
    ports = Ports(home_assistant=free_port(), gateway=free_port(), simulator=free_port())
    async with Stack(folder, ports, language="fr", env=clock_set_to(NOW)) as stack:
        await stack.start_simulator()
        await stack.start_gateway()
        for name, point in USAGE_POINTS.items():
            await stack.add_usage_point(point, name)
        yield stack


@pytest.fixture(scope="session")
async def home_assistant(stack: Stack) -> AsyncGenerator[HomeAssistantClient]:
    """Home Assistant, with the integration set up through its form."""
    client = await stack.start_home_assistant()
    async with client:
        await stack.set_up_integration(client)
        yield client


@pytest.fixture(scope="session")
async def pages(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Stack]:
    """A gateway that serves the front end; its administrator, OWNER, owns the three homes and one that produces."""
    folder: Path = tmp_path_factory.mktemp("pages")
    ports = Ports(home_assistant=free_port(), gateway=free_port(), simulator=free_port())
    env = clock_set_to(NOW) | {"ADMIN_EMAILS": OWNER, **MANY}
    async with Stack(folder, ports, language="en", env=env, web=build_pages(folder / "web")) as stack:
        await stack.start_simulator()
        await stack.start_gateway()
        await stack.command("init", "--email", OWNER, given=PASSWORD)
        for name, point in (USAGE_POINTS | {"roof": PRODUCING}).items():
            await stack.add_usage_point(point, name, email=OWNER)
        yield stack


@pytest.fixture(scope="session")
async def whole_site(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Site]:
    """The site as containers run it, behind nginx and Caddy; it sends mail, and ADMIN is its administrator."""
    folder: Path = tmp_path_factory.mktemp("site")
    async with run_site(folder, admin=ADMIN) as site:
        yield site
