"""The whole of MyElectricalData on this machine, for the demo and the end-to-end tests."""

import asyncio
import json
import secrets
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from scripts.lib.home_assistant import ROOT, HomeAssistant
from scripts.lib.home_assistant_client import HomeAssistantClient
from scripts.lib.program import Program, ProgramError, read_tail

GATEWAY_BIN = ROOT / "server" / ".venv" / "bin"
DOMAIN = "my_electrical_data"


@dataclass(frozen=True)
class Ports:
    """Where each listens, all at 127.0.0.1; `front_end` is what logs a browser in, 0 where there is none."""

    home_assistant: int
    gateway: int
    simulator: int
    front_end: int = 0


@dataclass(frozen=True)
class UsagePoint:
    """One of the simulator's homes, as its owner would describe it to the gateway."""

    prm: str
    option: str
    power: int
    off_peak: tuple[str, ...] = ()


USAGE_POINTS = {
    "base": UsagePoint("30001000000001", "base", 6),
    "off_peak": UsagePoint("30001000000002", "hp_hc", 9, ("22:30-06:30",)),
    "tempo": UsagePoint("30001000000003", "tempo", 9),
}


class Stack(AsyncExitStack):
    """The simulator, the gateway and Home Assistant, in a folder that keeps what they know, from one start to the next.

    `env` is added to each program's environment. With `announced`, the gateway announces itself on this machine's
    network and answers there too, and Home Assistant listens for it. `web` is a folder with the built front end, which
    the gateway then serves. `owner` is the account that Home Assistant reads, by default the one without an address.
    `is_demo` is as of HomeAssistant.
    Leaving the context stops whatever was started.
    """

    def __init__(
        self,
        folder: Path,
        ports: Ports,
        *,
        language: str,
        env: Mapping[str, str] | None = None,
        announced: bool = False,
        web: Path | None = None,
        owner: str | None = None,
        is_demo: bool = False,
    ) -> None:
        super().__init__()
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.ports = ports
        self.home_assistant = HomeAssistant(
            folder / "home-assistant", ports.home_assistant, language, announced, is_demo
        )
        self.simulator_url = f"http://127.0.0.1:{ports.simulator}"
        self.gateway_url = f"http://127.0.0.1:{ports.gateway}"
        self._connected = folder / "gateway-url"
        self._env = dict(env or {})
        self._announced = announced
        self._owner = owner
        self._web: list[str | Path] = ["--web", web] if web else []
        self._programs: list[Program] = []

    def log(self, name: str) -> Path:
        """Where a program's output goes."""
        return self.folder / "logs" / f"{name}.log"

    async def start_simulator(self) -> None:
        """Start Enedis and RTE."""
        command: list[str | Path] = [
            GATEWAY_BIN / "python",
            "-m",
            "gateway.simulator",
            "--port",
            str(self.ports.simulator),
        ]
        await self._start_program(Program("The simulator", command, log=self.log("simulator"), env=self._env))
        await self._until_answers(f"{self.simulator_url}/control/clock")

    async def start_gateway(self) -> None:
        """Start the gateway, which prepares its database."""
        host = "0.0.0.0" if self._announced else "127.0.0.1"  # noqa: S104 - it is announced at each of these
        where = ["--host", host, "--port", str(self.ports.gateway)]
        command: list[str | Path] = [GATEWAY_BIN / "gateway", "serve", *where, *self._web]
        await self._start_program(Program("The gateway", command, log=self.log("gateway"), env=self._gateway_env()))
        await self._until_answers(f"{self.gateway_url}/ready")

    async def stop_gateway(self) -> None:
        """Stop the gateway; it can be started again."""
        [gateway] = [program for program in self._programs if program.name == "The gateway"]
        self._programs.remove(gateway)
        await gateway.stop()

    async def start_home_assistant(self) -> HomeAssistantClient:
        """Start Home Assistant and return a client of it, which the caller closes."""
        self.home_assistant.prepare()
        program = self.home_assistant.program(log=self.log("home-assistant"), env=self._env)
        await self._start_program(program)
        client = HomeAssistantClient(self.home_assistant.url, self.home_assistant.create_token())
        try:
            await program.until(client.is_running, seconds=300)
        except BaseException:
            # also when interrupted: the caller has no client to close
            await client.close()
            raise
        return client

    async def add_usage_point(self, point: UsagePoint, name: str, *, email: str | None = None) -> None:
        """Add a meter to an account, by default the owner's. Adding it again changes nothing."""
        off_peak = [argument for hours in point.off_peak for argument in ("--off-peak", hours)]
        account = ["--email", email] if email else []
        command = ["usage-point", "add", "--name", name, "--option", point.option, "--power", str(point.power)]
        command += [*off_peak, *account]
        await self._run_gateway_command(*command, given=point.prm)

    async def add_api_client(self, name: str, *, email: str | None = None) -> dict[str, Any]:
        """Make an API client, of the homes' account or of another: its `client_id` and `client_secret`."""
        account = ["--email", email] if email else []
        created: dict[str, Any] = await self._run_gateway_command("api-client", "create", "--name", name, *account)
        return created

    async def set_up_integration(self, client: HomeAssistantClient) -> None:
        """Set up the integration in Home Assistant through its own form; or, when it is already, its address."""
        entries = await client.list_entries(DOMAIN)
        if entries and self.is_connected and self._connected.read_text() == self.gateway_url:
            return
        address = {"url": self.gateway_url}
        if entries:
            await client.add_integration(DOMAIN, [address], entry_id=entries[0]["entry_id"])
        else:
            api_client = await self.add_api_client("Home Assistant", email=self._owner)
            every_meter: dict[str, Any] = {}  # as the form offers
            answers = [address, {"next_step_id": "api_client"}, api_client, every_meter]
            await client.add_integration(DOMAIN, answers)
        self._connected.write_text(self.gateway_url)

    async def command(self, *arguments: str, given: str = "") -> str:
        """Run a command of the gateway with a line on its standard input, and return what it prints.

        Raises:
            ProgramError: it failed.
        """
        log = self.log("gateway-commands")
        with log.open("ab") as errors:
            process = await asyncio.create_subprocess_exec(
                GATEWAY_BIN / "gateway",
                *arguments,
                env=self._gateway_env(),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
            )
            output, _ = await process.communicate(f"{given}\n".encode())
        if process.returncode:
            raise ProgramError(f"gateway {' '.join(arguments[:2])} failed. The end of {log}:\n{read_tail(log)}")
        return output.decode()

    @property
    def is_connected(self) -> bool:
        """Whether an earlier start has told the gateway of the homes, and Home Assistant of the gateway."""
        return self._connected.exists()

    async def one_ended(self) -> ProgramError:
        """Wait until a program ends by itself: which, and why."""
        waiting = [asyncio.create_task(program.wait_for_end()) for program in self._programs]
        try:
            done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            return done.pop().result()
        finally:
            for task in waiting:
                task.cancel()

    async def _start_program(self, program: Program) -> None:
        await program.start()
        self.push_async_callback(program.stop)
        self._programs.append(program)

    async def _until_answers(self, url: str) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as session:

            async def is_answering() -> bool:
                try:
                    async with session.get(url) as answer:
                        return answer.ok
                except aiohttp.ClientError, TimeoutError:
                    return False

            await self._programs[-1].until(is_answering, seconds=300)

    async def _run_gateway_command(self, *arguments: str, given: str = "") -> Any:
        """Run a command of the gateway, and return the JSON it prints."""
        return json.loads(await self.command(*arguments, "--json", given=given))

    def _gateway_env(self) -> dict[str, str]:
        return {
            **Program.environment(self._env),
            "DATABASE_URL": f"sqlite+aiosqlite:///{self.folder / 'gateway.db'}",
            "REDIS_URL": "",
            "SECRET_KEY": self._secret_key(),
            "BACKEND_URL": self.gateway_url,
            "ADVERTISE": str(self._announced),
            "ENEDIS_ENVIRONMENT": "simulator",
            "ENEDIS_BASE_URL": self.simulator_url,
            "ENEDIS_AUTHORIZE_URL": f"{self.simulator_url}/dataconnect/v2/oauth2/authorize",
            "ENEDIS_REDIRECT_URI": f"{self.gateway_url}/oauth/callback",
            "ENEDIS_CLIENT_ID": "simulator-enedis",
            "ENEDIS_CLIENT_SECRET": "simulator-enedis-secret",
            "RTE_BASE_URL": self.simulator_url,
            "RTE_OPEN_DATA_URL": self.simulator_url,
            "RTE_CLIENT_ID": "simulator-rte",
            "RTE_CLIENT_SECRET": "simulator-rte-secret",
        }

    def _secret_key(self) -> str:
        file = self.folder / "secret-key"
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(secrets.token_urlsafe(32))
        return file.read_text()
