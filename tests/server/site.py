"""The site as Docker runs it: nginx with the front end's files behind Caddy, both as the repository configures them."""

import asyncio
import os
import ssl
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from scripts.lib.nginx import nginx_command
from scripts.lib.program import free_port
from tests.e2e.stack.names import Names
from tests.load.running import run_process

ROOT = Path(__file__).parents[2]


@contextmanager
def run_nginx(folder: Path, files: Path, **settings: str) -> Iterator[int]:
    """Serve built files by nginx with web/nginx, as a build with these settings has it; its port."""
    port = free_port()
    with run_process(nginx_command(folder, files, port, **settings), f"http://127.0.0.1:{port}/"):
        yield port


@asynccontextmanager
async def run_caddy(folder: Path, *, frontend: int, backend: int, site: int) -> AsyncIterator[ssl.SSLContext]:
    """Run Caddy on port `site`, in front of both ports; what trusts its certificate."""
    names, resolver, admin = Names(), free_port(), free_port()
    names.addresses.append("127.0.0.1")
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: names, local_addr=("127.0.0.1", resolver))
    env = {
        **os.environ,
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "CADDY_ADMIN": f"127.0.0.1:{admin}",
        "SITE_ADDRESS": "localhost",
        "HTTP_PORT": str(free_port()),
        "HTTPS_PORT": str(site),
        "RESOLVER": f"127.0.0.1:{resolver}",
        "BACKEND_PORT": str(backend),
        "FRONTEND_PORT": str(frontend),
    }
    program = Path(sys.executable).parent / "caddy"
    command = [program, "run", "--config", ROOT / "Caddyfile", "--adapter", "caddyfile"]
    root = folder / "data/caddy/pki/authorities/local/root.crt"
    running = await asyncio.create_subprocess_exec(
        *map(str, command), env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + 200
        while not (root.exists() and await _is_listening(site, root)):
            assert running.returncode is None, "Caddy ended"
            assert time.monotonic() < deadline, "Caddy does not answer"
            await asyncio.sleep(0.05)
        yield ssl.create_default_context(cafile=root)
    finally:
        running.terminate()
        await running.wait()
        transport.close()


async def _is_listening(port: int, root: Path) -> bool:
    trust = ssl.create_default_context(cafile=root)
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trust, server_hostname="localhost")
    except OSError:
        return False
    writer.close()
    return True
