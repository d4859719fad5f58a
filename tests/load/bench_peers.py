"""The same questions, to this gateway and to MyElectricalData 1.22, side by side.

scripts/bench peers CHECKOUT: CHECKOUT is a folder with MyElectricalData (git clone --branch 1.22.0
https://github.com/MyElectricalData/myelectricaldata_new). Its libraries are installed from PyPI into a folder that is
removed at the end. Valkey has to be installed: the other one needs it. Both use SQLite, in one process each.

Each line has the median time at one client and the answers a second at one and at 32 clients, of both, and how many
times as fast this gateway is. Everything asked for is known to both. The rounds alternate between the two, so that
neither has the better minutes of the machine.

MyElectricalData calls an older API of Enedis than the simulator has. A stand-in below answers its few calls, which come
before the measurement.
"""

import json
import os
import subprocess
import sys
import tempfile
from asyncio import run
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2

from scripts.lib.program import free_port
from tests.load import http, running
from tests.server.threaded_server import serve_in_thread
from tests.server.valkey_server import Valkey

METER = "30001000000001"
EMAIL, PASSWORD = "bench@example.org", "Seven green turtles, 1 roof"
CLIENTS = (1, 32)
SECONDS = float(os.environ.get("BENCH_SECONDS", "3"))
ROUNDS = 3
_LAUNCHER = """
import sys
import fastapi.staticfiles
import uvicorn
from src.config.settings import Settings
Settings.enedis_base_url = property(lambda self: sys.argv[1])
serve_files = fastapi.staticfiles.StaticFiles
fastapi.staticfiles.StaticFiles = lambda **options: serve_files(**options, check_dir=False)
uvicorn.run("src.main:app", port=int(sys.argv[2]), log_level="error", access_log=False)
"""
"""Neither its address of Enedis nor the folder of its pictures, which is its container's, is a setting."""


@dataclass(frozen=True)
class _Peer:
    """One of the two: where it answers, to whom, and the path of each question."""

    port: int
    who: dict[str, str]
    paths: dict[str, str]


class _OlderEnedis(BaseHTTPRequestHandler):
    """Enedis' API of measures, version 5, as far as MyElectricalData calls it: 500 W all the time."""

    def do_POST(self) -> None:
        """Grant a token."""
        self._respond({"access_token": "token", "token_type": "Bearer", "expires_in": 12600})

    def do_GET(self) -> None:
        """Answer for a range of days; anything that is no measure is not found."""
        parsed = urlsplit(self.path)
        asked = parse_qs(parsed.query)
        if "/metering_data_" not in parsed.path:
            self.send_error(404)
            return
        start, end = (datetime.fromisoformat(asked[name][0]) for name in ("start", "end"))
        days = (end - start).days
        if parsed.path.endswith("load_curve"):
            ends = [start + timedelta(minutes=30 * number) for number in range(1, 48 * days + 1)]
            rest = {"interval_length": "PT30M", "measure_type": "B"}
            readings = [{"value": "500", "date": f"{each:%Y-%m-%d %H:%M:%S}"} | rest for each in ends]
        else:
            readings = [
                {"value": "12000", "date": f"{start + timedelta(days=number):%Y-%m-%d}"} for number in range(days)
            ]
        self._respond({"meter_reading": {"usage_point_id": METER, "quality": "BRUT", "interval_reading": readings}})

    def _respond(self, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def _run_older_enedis() -> Iterator[str]:
    """Run the stand-in; its address."""
    with serve_in_thread(_OlderEnedis) as port:
        yield f"http://127.0.0.1:{port}"


def _list_ranges() -> dict[str, tuple[str, date, date]]:
    today = datetime.now(UTC).date()
    end = today - timedelta(days=3)
    return {
        "a day of the curve": ("curve", end - timedelta(days=1), end),
        "a week of the curve": ("curve", end - timedelta(days=7), end),
        "a daily value": ("daily", end - timedelta(days=1), end),
        "365 daily values": ("daily", end - timedelta(days=365), end),
    }


def _await_known(peer: _Peer) -> _Peer:
    """Ask each question until it is answered; return the peer."""
    with httpx2.Client(base_url=f"http://127.0.0.1:{peer.port}", headers=peer.who, timeout=120) as client:
        for name, path in peer.paths.items():
            for _ in range(3):
                answer = client.get(path)
            body = answer.raise_for_status().json()
            assert body.get("success", True), f"{name}: {body}"
            assert not body.get("missing"), f"{name}: {body['missing'][:3]}"
    return peer


@contextmanager
def _run_ours(folder: Path, simulator: str) -> Iterator[_Peer]:
    env = running.build_environment(folder, simulator) | {
        "ADMIN_EMAILS": EMAIL,
        "USER_DAILY_LIMIT_WITH_CACHE": "1000000000",
    }
    gateway = str(Path(sys.executable).parent / "gateway")

    def run_command(*command: str, given: str) -> str:
        done = subprocess.run([gateway, *command], env=env, input=given, text=True, capture_output=True, check=True)
        return done.stdout

    made = run_command("init", "--email", EMAIL, given=f"{PASSWORD}\n").split()
    home = ("--name", "Home", "--option", "base", "--power", "6", "--email", EMAIL)
    run_command("usage-point", "add", *home, given=f"{METER}\n")
    client = made[made.index("id:") + 1], made[made.index("secret:") + 1]
    with running.run_gateway(env) as port:
        form = {"grant_type": "client_credentials"}
        token = httpx2.post(f"http://127.0.0.1:{port}/v1/oauth/token", auth=client, data=form).raise_for_status()
        who = {"Authorization": f"Bearer {token.json()['access_token']}", "Accept-Encoding": "gzip"}
        [point] = httpx2.get(f"http://127.0.0.1:{port}/v1/usage-points", headers=who).json()["items"]
        routes = {"curve": "load-curve", "daily": "daily"}
        paths = {
            name: f"/v1/usage-points/{point['id']}/{routes[kind]}?start={start}&end={end}"
            for name, (kind, start, end) in _list_ranges().items()
        }
        yield _await_known(_Peer(port, who, {"ping": "/ping"} | paths))


@contextmanager
def _run_theirs(folder: Path, enedis: str, checkout: Path) -> Iterator[_Peer]:
    api, venv, port, valkey = checkout / "apps" / "api", folder / "venv", free_port(), Valkey(free_port())
    python = str(venv / "bin" / "python")
    subprocess.run(["uv", "venv", "--quiet", venv], check=True)
    install = ["uv", "pip", "install", "--quiet", "--python", python, "-r", str(api / "pyproject.toml")]
    subprocess.run(install, check=True)
    env = os.environ | {
        "PYTHONPATH": str(api),
        "DATABASE_URL": f"sqlite+aiosqlite:///{folder}/theirs.db",
        "REDIS_URL": valkey.url,
        "SERVER_MODE": "true",
        "DEBUG": "false",
        "SECRET_KEY": "k" * 20 + "9" * 20,
        "ENEDIS_CLIENT_ID": "simulator-enedis",
        "ENEDIS_CLIENT_SECRET": "simulator-enedis-secret",
        "USER_DAILY_LIMIT_NO_CACHE": "1000000000",
        "USER_DAILY_LIMIT_WITH_CACHE": "1000000000",
    }
    valkey.start()
    try:
        command = [python, "-c", _LAUNCHER, enedis, str(port)]
        with running.run_process(command, f"http://127.0.0.1:{port}/ping", env):
            yield _await_known(_add_home(port))
    finally:
        valkey.stop()


def _add_home(port: int) -> _Peer:
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
        made = client.post("/accounts/signup", json={"email": EMAIL, "password": PASSWORD}).raise_for_status()
        account = made.json()["data"]
        form = {"grant_type": "client_credentials"} | {name: account[name] for name in ("client_id", "client_secret")}
        token = client.post("/accounts/token", data=form).raise_for_status().json()["access_token"]
        who = {"Authorization": f"Bearer {token}", "Accept-Encoding": "gzip"}
        client.post("/pdl", headers=who, json={"usage_point_id": METER, "name": "Home"}).raise_for_status()
    routes = {"curve": "detail", "daily": "daily"}
    paths = {
        name: f"/enedis/consumption/{routes[kind]}/{METER}?start={start}&end={end - timedelta(days=1)}&use_cache=true"
        for name, (kind, start, end) in _list_ranges().items()
    }
    return _Peer(port, who, {"ping": "/ping"} | paths)


async def _measure(ours: _Peer, theirs: _Peer) -> None:
    p50: defaultdict[tuple[str, int], list[float]] = defaultdict(list)
    rate: defaultdict[tuple[str, int, int], list[float]] = defaultdict(list)
    for number in range(ROUNDS + 1):
        for name in ours.paths:
            for clients in CLIENTS:
                for side, peer in enumerate((ours, theirs)):
                    # MyElectricalData answers 500 at times when many ask and the machine is busy: those do not count
                    times = await http.keep_asking(
                        peer.port, peer.paths[name], peer.who, clients, SECONDS, may_fail=peer is theirs
                    )
                    if number:  # the first round is to warm up
                        rate[name, side, clients].append(len(times) / SECONDS)
                        if clients == 1:
                            p50[name, side].append(median(times) * 1000)
    columns = ("p50 ms", "theirs", "1 client/s", "theirs", "times", "32 cl./s", "theirs", "times")
    print(f"{'':<22}" + "".join(f"{column:>12}" for column in columns))
    for name in ours.paths:
        line = f"{name:<22}{median(p50[name, 0]):>12.2f}{median(p50[name, 1]):>12.2f}"
        for clients in CLIENTS:
            own, other = (median(rate[name, side, clients]) for side in (0, 1))
            line += f"{own:>12.0f}{other:>12.0f}{own / other:>12.1f}"
        print(line, flush=True)


def main(checkout: Path) -> None:
    """Start both, and measure."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running.run_simulator() as simulator,
        _run_ours(Path(folder), simulator) as ours,
        _run_older_enedis() as enedis,
        _run_theirs(Path(folder), enedis, checkout) as theirs,
    ):
        run(_measure(ours, theirs))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
