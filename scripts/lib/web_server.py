"""A small web server within the program: for pages of the demo, and in tests in the place of other services."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from aiohttp import web

from scripts.lib.program import free_port


@asynccontextmanager
async def serve_routes(*routes: web.RouteDef, port: int | None = None) -> AsyncGenerator[str]:
    """Serve routes at 127.0.0.1 until the block ends, by default at a free port; yield the base URL."""
    app, port = web.Application(), port or free_port()
    app.router.add_routes(routes)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()
