"""The front end of the demo: its files are built here, the gateway serves them, and whoever opens it is logged in."""

import asyncio
import secrets
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from aiohttp import web

from scripts.lib.home_assistant import ROOT
from scripts.lib.program import ProgramError
from scripts.lib.stack import Stack
from scripts.lib.web_server import serve_routes

OWNER = "demo@example.org"
LANDING = ""
GUEST_PAGES = (
    LANDING,
    "sign-up",
    "log-in",
    "forgotten-password",
    "resend-mail",
    "reset-password",
    "verify-email",
    "status",
    "docs",
)
"""The addresses of pages that need no log-in."""
OWNER_PAGES = (
    "overview",
    "consumption",
    "habits",
    "tempo",
    "ecowatt",
    "compare",
    "meter",
    "add-meter",
    "account",
    "administration",
)
"""The addresses of pages that need one; the last is for administrators."""


async def build_front_end(folder: Path) -> Path:
    """Build the front end into a folder, and return that folder.

    Raises:
        ProgramError: it could not be built.
    """
    npx = shutil.which("npx")
    if npx is None:
        raise ProgramError("Node is missing: scripts/setup installs it.")
    arguments = ["vite", "build", "--outDir", str(folder), "--emptyOutDir", "--logLevel", "error"]
    process = await asyncio.create_subprocess_exec(npx, *arguments, cwd=ROOT / "web")
    if await process.wait():
        raise ProgramError("The front end could not be built; its errors are above.")
    return folder


async def set_password(stack: Stack) -> str:
    """Give the owner's account a password that stays the same from one start to the next, and return it."""
    kept = stack.folder / "front-end-password"
    if not kept.exists():
        password = secrets.token_urlsafe(24)
        await stack.command("reset-password", "--email", OWNER, given=password)
        kept.touch(mode=0o600)
        kept.write_text(password)
    return kept.read_text()


@asynccontextmanager
async def serve_login(stack: Stack, port: int, password: str) -> AsyncGenerator[str]:
    """Serve an address on this machine that logs a browser in and leads it to the front end. Yields that address.

    Cookies are shared by the ports of a host, so that the one set here counts for the gateway too.
    """

    async def log_in(_: web.Request) -> web.Response:
        async with (
            aiohttp.ClientSession() as client,
            client.post(f"{stack.gateway_url}/v1/session", json={"email": OWNER, "password": password}) as answer,
        ):
            answer.raise_for_status()
            response = web.Response(status=303, headers={"Location": f"{stack.gateway_url}/overview"})
            for cookie in answer.headers.getall("Set-Cookie"):
                response.headers.add("Set-Cookie", cookie)
            return response

    async def redirect_to_login(_: web.Request) -> web.Response:
        raise web.HTTPSeeOther("/")

    async with serve_routes(web.get("/", log_in), web.get("/{path:.+}", redirect_to_login), port=port) as url:
        yield url
