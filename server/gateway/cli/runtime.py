"""A runtime for the commands that need one. Others do without: its imports take a quarter of a second."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from gateway.cli.common import load_settings
from gateway.migrations import upgrade_database
from gateway.runtime import Runtime, open_runtime
from gateway.settings import Settings


@asynccontextmanager
async def _open_runtime(settings: Settings) -> AsyncIterator[Runtime]:
    await upgrade_database(settings.database_url)
    async with open_runtime(settings) as runtime:
        yield runtime


def with_runtime[Result](work: Callable[[Runtime], Awaitable[Result]]) -> Result:
    """Migrate the database, run `work` with a runtime, and return its result."""

    async def main() -> Result:
        async with _open_runtime(load_settings()) as runtime:
            return await work(runtime)

    return asyncio.run(main())
