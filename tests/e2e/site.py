"""The whole site, as Docker runs it: Caddy in front of nginx with the pages and of the gateway, and a mail service."""

import asyncio
import os
import re
import shutil
import socket
import subprocess
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import override
from zoneinfo import ZoneInfo

import aiohttp
from aiohttp import web

from scripts.lib.faketime import clock_set_to
from scripts.lib.home_assistant import ROOT
from scripts.lib.nginx import nginx_command
from scripts.lib.program import Program, free_port
from scripts.lib.stack import GATEWAY_BIN, Ports, Stack
from scripts.lib.web_server import serve_routes
from tests.e2e.polling import wait_until
from tests.e2e.stack.names import Names

NOW = datetime(2026, 11, 3, 11, 0, tzinfo=ZoneInfo("Europe/Paris"))
"""The sixty days before it hold 25 October and its 25 hours; by eleven, yesterday is published for every home."""
PASSWORD = "seven green turtles on a roof"


@dataclass
class Mailbox:
    """A stand-in for Mailgun that keeps what it is given."""

    url: str = ""
    mails: list[dict[str, str]] = field(default_factory=list)

    async def receive_mail(self, request: web.Request) -> web.Response:
        """Take a mail."""
        form = await request.post()
        self.mails.append({name: str(value) for name, value in form.items()})
        return web.json_response({"id": "1", "message": "Queued"})

    async def wait_for_mail(self, to: str, *, after: int = 0) -> dict[str, str]:
        """Wait for a mail to an address, other than the first `after` mails that came."""

        async def find_mail() -> dict[str, str] | None:
            return next((mail for mail in self.mails[after:] if to in mail["to"]), None)

        return await wait_until(find_mail, f"a mail to {to}")

    async def wait_for_link(self, to: str, *, after: int = 0) -> str:
        """Wait for a mail to an address, as above; where it leads."""
        found = re.search(r"https://\S+", (await self.wait_for_mail(to, after=after))["text"])
        assert found, "a mail leads somewhere"
        return found[0]


@asynccontextmanager
async def run_mailbox() -> AsyncGenerator[Mailbox]:
    """Run the stand-in."""
    box = Mailbox()
    async with serve_routes(web.post("/v3/mail.example.org/messages", box.receive_mail)) as url:
        box.url = f"{url}/v3"
        yield box


class SiteStack(Stack):
    """Simulator and gateway, which is reached through Caddy and sends mail. `settings` are more of the gateway's."""

    def __init__(
        self,
        folder: Path,
        *,
        site: str,
        mail: Mailbox,
        admin: str,
        settings: Mapping[str, str] | None = None,
        at: datetime | None = NOW,
    ) -> None:
        ports = Ports(home_assistant=free_port(), gateway=free_port(), simulator=free_port())
        super().__init__(folder, ports, language="en", env=clock_set_to(at) if at else {})
        self.site = site
        self._site_env = {
            "BACKEND_URL": f"{site}/api",
            "FRONTEND_URL": site,
            "ENEDIS_REDIRECT_URI": f"{site}/oauth/callback",
            "TRUSTED_PROXIES": "127.0.0.1",
            "MAILGUN_API_KEY": "key-of-the-stand-in",
            "MAILGUN_DOMAIN": "mail.example.org",
            "MAILGUN_FROM_EMAIL": "MyElectricalData <noreply@mail.example.org>",
            "MAILGUN_API_BASE_URL": mail.url,
            "REQUIRE_EMAIL_VERIFICATION": "true",
            "ADMIN_EMAILS": admin,
            **(settings or {}),
        }

    @override
    def _gateway_env(self) -> dict[str, str]:
        return super()._gateway_env() | self._site_env


@dataclass
class Site:
    """The site, and the mails that it sends."""

    url: str
    mail: Mailbox
    stack: SiteStack


def build_pages(folder: Path, **settings: str) -> Path:
    """Build the front end with these build arguments; where its files are."""
    npx = shutil.which("npx")
    assert npx, "Node is not installed: scripts/setup fetches it"
    command = [npx, "vite", "build", "--logLevel", "error", "--outDir", str(folder), "--emptyOutDir"]
    subprocess.run(command, cwd=ROOT / "web", env={**os.environ, **settings}, check=True)
    return folder


@asynccontextmanager
async def run_site(
    folder: Path,
    *,
    admin: str,
    settings: Mapping[str, str] | None = None,
    build: Mapping[str, str] | None = None,
    at: datetime | None = NOW,
) -> AsyncGenerator[Site]:
    """Run all of it at a time, by default NOW, with settings of the gateway and build arguments of the front end."""
    arguments = {"VITE_API_BASE_URL": "/api", **(build or {})}
    pages, port = build_pages(folder / "pages", **arguments), free_port()
    url = f"https://localhost:{port}"
    async with (
        run_mailbox() as mail,
        SiteStack(folder, site=url, mail=mail, admin=admin, settings=settings, at=at) as stack,
    ):
        await stack.start_simulator()
        await stack.command("init", "--email", admin, given=PASSWORD)
        await stack.start_gateway()
        async with aiohttp.ClientSession(stack.simulator_url) as simulator:
            order = {"mode": "ask", "redirect_uri": f"{url}/oauth/callback"}
            async with simulator.patch("/control/authorize", json=order) as answer:
                assert answer.status == 200
        async with serve_site(folder, pages, stack, port, **arguments):
            yield Site(url, mail, stack)


@asynccontextmanager
async def serve_site(folder: Path, pages: Path, stack: Stack, port: int, **build: str) -> AsyncGenerator[None]:
    """Run nginx and Caddy with the repository's configuration, in front of the gateway; `build` as for the pages."""
    names, resolver, frontend, admin = Names(), free_port(), free_port(), free_port()
    names.addresses.append("127.0.0.1")
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: names, local_addr=("127.0.0.1", resolver)
    )
    nginx = Program(
        "nginx", nginx_command(folder / "nginx", pages, frontend, **build), log=folder / "nginx.log", env={}
    )
    caddy = Program(
        "Caddy",
        [GATEWAY_BIN / "caddy", "run", "--config", ROOT / "Caddyfile", "--adapter", "caddyfile"],
        log=folder / "caddy.log",
        env={
            "XDG_DATA_HOME": str(folder / "data"),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "CADDY_ADMIN": f"127.0.0.1:{admin}",
            "SITE_ADDRESS": "localhost",
            "HTTP_PORT": str(free_port()),
            "HTTPS_PORT": str(port),
            "RESOLVER": f"127.0.0.1:{resolver}",
            "BACKEND_PORT": str(stack.ports.gateway),
            "FRONTEND_PORT": str(frontend),
        },
    )

    async def nginx_listens() -> bool:
        return _is_listening(frontend)

    async def caddy_listens() -> bool:
        return _is_listening(port) and (folder / "data/caddy/certificates/local/localhost/localhost.crt").exists()

    try:
        await nginx.start()
        await caddy.start()
        await nginx.until(nginx_listens, seconds=300)
        await caddy.until(caddy_listens, seconds=300)
        yield
    finally:
        await caddy.stop()
        await nginx.stop()
        transport.close()


def _is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
