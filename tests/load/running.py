"""The simulator and the gateway as processes on loopback, for as long as a bench needs them."""

import hashlib
import json
import os
import secrets
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx2

from scripts.lib.program import free_port

ROOT = Path(__file__).parents[2]
_BIN = Path(sys.executable).parent


def build_environment(folder: Path, simulator_url: str) -> dict[str, str]:
    """Return the settings of a gateway in a folder of its own."""
    return {
        **os.environ,
        "DATABASE_URL": f"sqlite+aiosqlite:///{folder}/gateway.db",
        "SECRET_KEY": secrets.token_urlsafe(32),
        "ENEDIS_ENVIRONMENT": "simulator",
        "ENEDIS_BASE_URL": simulator_url,
        "ENEDIS_CLIENT_ID": "simulator-enedis",
        "ENEDIS_CLIENT_SECRET": "simulator-enedis-secret",
        "RTE_BASE_URL": simulator_url,
        "RTE_OPEN_DATA_URL": simulator_url,
        "RTE_CLIENT_ID": "simulator-rte",
        "RTE_CLIENT_SECRET": "simulator-rte-secret",
    }


@contextmanager
def run_process(
    command: list[str], ready: str, env: Mapping[str, str] | None = None, log: Path | None = None
) -> Iterator[None]:
    """Run a program until the end of the block; the block begins when `ready` answers. It writes into `log`."""
    with (
        (log or Path(os.devnull)).open("ab") as output,
        subprocess.Popen(command, env=env, stdout=output, stderr=output) as program,
    ):
        try:
            deadline = time.monotonic() + 200
            while True:
                try:
                    httpx2.get(ready).raise_for_status()
                    break
                except httpx2.HTTPError:
                    assert program.poll() is None, f"{command[0]} ended"
                    assert time.monotonic() < deadline, f"{ready} does not answer"
                    time.sleep(0.1)
            yield
        finally:
            program.terminate()


@contextmanager
def run_simulator(*arguments: str) -> Iterator[str]:
    """Run the simulator; its address."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "gateway.simulator", "--port", str(port), *arguments]
    with run_process(command, f"{url}/control/clock"):
        yield url


@contextmanager
def run_gateway(env: Mapping[str, str], log: Path | None = None) -> Iterator[int]:
    """Run a gateway, which writes into `log`; its port."""
    port = free_port()
    command = [str(_BIN / "gateway"), "serve", "--port", str(port)]
    with run_process(command, f"http://127.0.0.1:{port}/ready", env, log):
        yield port


def make_bearer(env: Mapping[str, str], port: int) -> dict[str, str]:
    """Make an API client, and return the header of its token."""
    return request_token(port, make_api_client(env))


def make_api_client(env: Mapping[str, str]) -> dict[str, str]:
    """Make an API client by the command line, and return its id and secret."""
    made = subprocess.run(
        [str(_BIN / "gateway"), "api-client", "create", "--name", "bench", "--json"],
        env=env,
        capture_output=True,
        check=True,
    )
    return dict(json.loads(made.stdout))


def request_token(port: int, credentials: Mapping[str, str]) -> dict[str, str]:
    """Return the header of a new token."""
    form = {"grant_type": "client_credentials", **credentials}
    answer = httpx2.post(f"http://127.0.0.1:{port}/v1/oauth/token", data=form, timeout=200).raise_for_status()
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def use_bytecode_of_image() -> None:
    """Have gateways load libraries as the image does (server/bytecode.py), which takes less memory.

    The bytecode is made once for each set of locked libraries, in half a minute.
    """
    lock = hashlib.sha256((ROOT / "server/uv.lock").read_bytes()).hexdigest()[:12]
    folder = ROOT / ".tools" / f"bytecode-{lock}"
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if not folder.exists():
        unfinished = folder.with_suffix(".part")
        libraries = (sysconfig.get_path("stdlib"), sysconfig.get_path("purelib"))
        env = {**os.environ, "PYTHONPYCACHEPREFIX": str(unfinished)}
        subprocess.run([sys.executable, ROOT / "server/bytecode.py", *libraries], env=env, check=True)
        unfinished.rename(folder)
    os.environ["PYTHONPYCACHEPREFIX"] = str(folder)


def migrate_database(env: Mapping[str, str]) -> None:
    """Make a gateway's tables."""
    subprocess.run([str(_BIN / "gateway"), "migrate"], env=env, check=True, stdout=subprocess.DEVNULL)


def _read_child(file: str) -> str:
    """Read a file of /proc about our child that is a gateway."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    [child] = [child for child in children if "gateway" in Path(f"/proc/{child}/cmdline").read_text().split("\0")[1]]
    return Path(f"/proc/{child}/{file}").read_text()


def read_memory(kind: str = "VmHWM") -> float:
    """Return the memory of the gateway, our one child, in MiB: the most it has used, or what it uses now (VmRSS)."""
    lines = _read_child("status").splitlines()
    return int(next(line for line in lines if line.startswith(kind)).split()[1]) / 1024


def read_processor_time() -> float:
    """Return the milliseconds of processor time that the gateway, our one child, has used."""
    user, system = _read_child("stat").rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) * 1000 / os.sysconf("SC_CLK_TCK")
