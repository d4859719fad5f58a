"""Caddy with the repository's Caddyfile, gateways behind it, and what they share: all real, all on loopback."""

import asyncio
import json
import os
import signal
import ssl
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import DEVNULL, PIPE
from typing import Any, NamedTuple

import httpx2

from gateway.kit.crypto import Keyring
from scripts.lib.program import free_port
from tests.e2e.stack.names import Names
from tests.load.running import build_environment
from tests.server import postgresql
from tests.server.conftest import Simulator
from tests.server.processor import read_processor_seconds
from tests.server.valkey_server import Valkey

ROOT = Path(__file__).parents[3]
_BIN = Path(sys.executable).parent


async def wait_until(probe: Callable[[], Awaitable[bool]], seconds: float = 200) -> None:
    """Ask until it is so."""
    async with asyncio.timeout(seconds):
        while not await probe():
            await asyncio.sleep(0.05)


async def _is_answering(url: str) -> bool:
    async with httpx2.AsyncClient() as http:
        try:
            return (await http.get(url)).is_success
        except httpx2.HTTPError:
            return False


class Memory(NamedTuple):
    """What a process holds, in MiB: all of it, and what is its own; the rest are pages of files, once a machine."""

    resident: float
    own: float


class Program:
    """A process with its log."""

    def __init__(self, *command: str | Path, env: dict[str, str], log: Path, ready: str) -> None:
        self._command = [str(part) for part in command]
        self._env = env
        self._log = log
        self.ready = ready
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> float:
        """Start it; return the seconds until it answered."""
        begun = time.monotonic()
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command, env=self._env, stdout=log, stderr=log, stdin=DEVNULL
            )
        await wait_until(self._is_ready)
        return time.monotonic() - begun

    async def _is_ready(self) -> bool:
        assert self._process is not None
        assert self._process.returncode is None, self._log.read_text()[-3000:]
        return await _is_answering(self.ready)

    async def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it and wait until it has."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(how)
            await self._process.wait()

    @property
    def processor_seconds(self) -> float:
        """The processor time that it has used."""
        assert self._process is not None
        return read_processor_seconds(self._process.pid)

    @property
    def memory(self) -> Memory:
        """The memory it holds."""
        assert self._process is not None
        lines = Path(f"/proc/{self._process.pid}/smaps_rollup").read_text().splitlines()[1:]
        kibibytes = {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines)}
        return Memory(kibibytes["Rss"] / 1024, kibibytes["Anonymous"] / 1024)


@dataclass
class Stack:
    """What runs. `site` is where Caddy serves it; `http` trusts its certificate."""

    folder: Path
    simulator: Simulator
    names: Names
    caddy: Program
    env: dict[str, str]
    site: str
    tls: ssl.SSLContext
    port: int
    valkey: Valkey | None
    postgres: postgresql.Server | None
    replicas: list[Program] = field(default_factory=list)

    def new_client(self) -> httpx2.AsyncClient:
        """A client that comes through Caddy, as everybody does."""
        return httpx2.AsyncClient(base_url=f"{self.site}/api", verify=self.tls, timeout=200)

    async def add_replica(self) -> float:
        """Start one more gateway, and have it found; return the seconds until its first answer."""
        address = f"127.0.0.{11 + len(self.replicas)}"
        program = Program(
            _BIN / "gateway",
            *("serve", "--host", address, "--port", str(self.port)),
            env=self.env,
            log=self.folder / f"gateway-{len(self.replicas)}.log",
            ready=f"http://{address}:{self.port}/ready",
        )
        self.replicas.append(program)
        seconds = await program.start()
        self.names.addresses.append(address)
        return seconds

    async def restart_replica(self, number: int, how: signal.Signals = signal.SIGTERM) -> float:
        """Replace a replica as Docker does: its name goes once it has ended, and is back once it answers.

        Returns the seconds until its first answer.
        """
        address = f"127.0.0.{11 + number}"
        await self.replicas[number].stop(how)
        self.names.addresses.remove(address)
        seconds = await self.replicas[number].start()
        self.names.addresses.append(address)
        return seconds

    async def run_gateway_command(self, *arguments: str, given: str = "") -> Any:
        """Run a command of the gateway; return the JSON it prints."""
        process = await asyncio.create_subprocess_exec(
            _BIN / "gateway", *arguments, "--json", env=self.env, stdin=PIPE, stdout=PIPE, stderr=PIPE
        )
        said, complained = await process.communicate(given.encode())
        assert process.returncode == 0, complained.decode()
        return json.loads(said)

    async def add_usage_point(self, prm: str) -> tuple[str, dict[str, str]]:
        """Give a meter an account of its own: its id, and what an API client of the account sends for a token."""
        email = f"{prm[-4:]}@example.org"
        option = ("--option", "base", "--power", "6", "--email", email)
        point = await self.run_gateway_command("usage-point", "add", "--name", "Home", *option, given=f"{prm}\n")
        client = await self.run_gateway_command("api-client", "create", "--name", "stack", "--email", email)
        return point["id"], client


@asynccontextmanager
async def run_stack(
    folder: Path, replicas: int, *, shared: bool = True, settings: Mapping[str, str] | None = None
) -> AsyncIterator[Stack]:
    """Run all of it; `shared` with PostgreSQL and Valkey, else with SQLite and memory.

    `settings` are added to those of the gateway and of Caddy.
    """
    async with AsyncExitStack() as exits:
        simulator_url = f"http://127.0.0.1:{free_port()}"
        simulator = Program(
            *(sys.executable, "-m", "gateway.simulator", "--port", simulator_url.rpartition(":")[2]),
            env=dict(os.environ),
            log=folder / "simulator.log",
            ready=f"{simulator_url}/control/clock",
        )
        await simulator.start()
        exits.push_async_callback(simulator.stop)
        control = exits.enter_context(httpx2.Client(base_url=simulator_url, timeout=200))

        names, resolver, port, caddy_port = Names(), free_port(), free_port(), free_port()
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: names, local_addr=("127.0.0.1", resolver))
        exits.callback(transport.close)

        valkey, postgres = None, None
        env = {
            **build_environment(folder, simulator_url),
            "ENCRYPTION_KEYS": Keyring.generate_key(),
            "BACKEND_URL": f"https://localhost:{caddy_port}/api",
            "TRUSTED_PROXIES": "127.0.0.1",
            "USER_DAILY_LIMIT_NO_CACHE": "1000",
            "USER_DAILY_LIMIT_WITH_CACHE": "100000000",
            **(settings or {}),
        }
        if shared:
            valkey = Valkey(free_port())
            valkey.start()
            exits.callback(valkey.stop)
            postgres = exits.enter_context(postgresql.run_server(free_port()))
            env |= {"DATABASE_URL": f"{postgres.url}/postgres", "REDIS_URL": valkey.url}

        admin = free_port()
        caddy = Program(
            *(_BIN / "caddy", "run", "--config", ROOT / "Caddyfile", "--adapter", "caddyfile"),
            env={
                **os.environ,
                "XDG_DATA_HOME": str(folder / "caddy-data"),
                "XDG_CONFIG_HOME": str(folder / "caddy-config"),
                "CADDY_ADMIN": f"127.0.0.1:{admin}",
                "SITE_ADDRESS": "localhost",
                "HTTP_PORT": str(free_port()),
                "HTTPS_PORT": str(caddy_port),
                "RESOLVER": f"127.0.0.1:{resolver}",
                "BACKEND_PORT": str(port),
                **(settings or {}),
            },
            log=folder / "caddy.log",
            ready=f"http://127.0.0.1:{admin}/config/",
        )
        await caddy.start()
        exits.push_async_callback(caddy.stop)
        root = folder / "caddy-data/caddy/pki/authorities/local/root.crt"

        async def has_certificate() -> bool:
            return root.exists()

        await wait_until(has_certificate)
        stack = Stack(
            folder=folder,
            simulator=Simulator(simulator_url, control),
            names=names,
            caddy=caddy,
            env=env,
            site=f"https://localhost:{caddy_port}",
            tls=ssl.create_default_context(cafile=root),
            port=port,
            valkey=valkey,
            postgres=postgres,
        )
        exits.push_async_callback(_stop_all, stack.replicas)
        for _ in range(replicas):
            await stack.add_replica()
        yield stack


async def _stop_all(programs: list[Program]) -> None:
    await asyncio.gather(*(program.stop() for program in programs))
