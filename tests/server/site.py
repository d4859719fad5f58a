"""The site as Docker runs it: nginx with the front end's files behind Caddy, both as the repository configures them."""

import asyncio
import os
import shutil
import ssl
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from scripts.lib.program import free_port
from tests.e2e.stack.names import Names
from tests.load.running import process

ROOT = Path(__file__).parents[2]


def _nginx() -> str:
    found = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    assert found, "nginx is not installed: scripts/test installs it"
    return found


@contextmanager
def nginx(folder: Path, files: Path, *, policy: str = "policy.conf") -> Iterator[int]:
    """Serve built files by nginx with web/nginx; its port."""
    port = free_port()
    folder.mkdir(parents=True, exist_ok=True)
    config = (ROOT / "web/nginx/nginx.conf").read_text()
    for ours, tests in (
        ("/tmp/", f"{folder}/"),  # noqa: S108 - what stands in the file
        ("listen 80;", f"listen 127.0.0.1:{port};"),
        ("/srv/web", str(files)),
        ("/dev/stdout", f"{folder}/access.log"),
        ("/dev/stderr", f"{folder}/error.log"),
    ):
        assert ours in config, ours
        config = config.replace(ours, tests)
    if os.geteuid() == 0:
        config = f"user root;\n{config}"  # the files of a test are its own
    (folder / "nginx.conf").write_text(config)
    shutil.copy(ROOT / "web/nginx" / policy, folder / "policy.conf")
    command = [_nginx(), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-g", "daemon off;"]
    with process(command, f"http://127.0.0.1:{port}/"):
        yield port


@asynccontextmanager
async def caddy(folder: Path, *, frontend: int, backend: int, site: int) -> AsyncIterator[ssl.SSLContext]:
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
        deadline = time.monotonic() + 60
        while not (root.exists() and await _listens(site, root)):
            assert running.returncode is None, "Caddy ended"
            assert time.monotonic() < deadline, "Caddy does not answer"
            await asyncio.sleep(0.05)
        yield ssl.create_default_context(cafile=root)
    finally:
        running.terminate()
        await running.wait()
        transport.close()


async def _listens(port: int, root: Path) -> bool:
    trust = ssl.create_default_context(cafile=root)
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trust, server_hostname="localhost")
    except OSError:
        return False
    writer.close()
    return True
