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
from scripts.lib.words import WORDS

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


def find_language(accepted: str) -> str | None:
    """Return the first language of an Accept-Language header that we have, such as `fr` of `de, fr-FR;q=0.8`."""
    asked = (part.partition(";")[0].partition("-")[0].strip().lower() for part in accepted.split(","))
    return next((language for language in asked if language in WORDS), None)


@asynccontextmanager
async def serve_login(stack: Stack, port: int, password: str) -> AsyncGenerator[str]:
    """Serve an address on this machine that logs a browser in and leads it to the front end. Yields that address.

    Cookies are shared by the ports of a host, so that the one set here counts for the gateway too.
    """

    async def log_in(request: web.Request) -> web.Response:
        jar = aiohttp.CookieJar(unsafe=True)  # also of an address that is an IP
        async with (
            aiohttp.ClientSession(stack.gateway_url, cookie_jar=jar, raise_for_status=True) as client,
            client.post("/v1/session", json={"email": OWNER, "password": password}) as answer,
        ):
            # a command made the account, and no browser whose language it could have had
            if language := find_language(request.headers.get("Accept-Language", "")):
                await client.patch("/v1/accounts/me", json={"language": language})
            response = web.Response(status=303, headers={"Location": f"{stack.gateway_url}/overview"})
            for cookie in answer.headers.getall("Set-Cookie"):
                response.headers.add("Set-Cookie", cookie)
            return response

    async def redirect_to_login(_: web.Request) -> web.Response:
        raise web.HTTPSeeOther("/")

    async with serve_routes(web.get("/", log_in), web.get("/{path:.+}", redirect_to_login), port=port) as url:
        yield url
