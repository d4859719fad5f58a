"""Clients that were made for other gateways, as npm and PyPI have them, against the gateway behind its proxy.

They run in environments of their own (`clients`, with lock files), which are installed once into the user's cache. The
names that two of them have fixed lead to this proxy: in a household by DNS or /etc/hosts, here by `clients/names`.
"""

import asyncio
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
import pytest_asyncio

from tests.e2e.stack.parts import Stack, run_stack, wait_until
from tests.server.legacy_clients.conftest import METER, PARIS

pytestmark = pytest.mark.asyncio(loop_scope="module")

CLIENTS = Path(__file__).parent / "clients"
NAMES = "conso.boris.sh, myelectricaldata.fr, www.myelectricaldata.fr"
EMAIL, PASSWORD = "owner@example.org", "seven green turtles on a roof"
DAY = timedelta(days=1)

RUN_MYELECTRICALDATAPY = """
import asyncio, json, sys
from datetime import datetime
from zoneinfo import ZoneInfo
from myelectricaldatapy import EnedisByPDL, Subscription

async def fetch_data(token, prm, *days):
    paris = ZoneInfo("Europe/Paris")
    start, end = (datetime.fromisoformat(day).replace(tzinfo=paris) for day in days)
    home = EnedisByPDL(prm, token, Subscription.TEMPO, timezone=paris)
    home.set_ecowatt_subscription(True)
    home.set_maxpower_subscription(True)
    home.set_data_fetch("consumption_load_curve", start, end)
    await home.async_update()
    home.set_data_fetch("production_load_curve", start, end)
    await home.async_update(force_refresh=True)
    data = {mode: params["data"] for mode, params in home._params.items()}
    await home.async_close()
    return {
        "valid": home.access.valid, "power": home.contract.subscribed_power, "off_peak": home.offpeak_intervals,
        "address": home.address.usage_point_addresses.postal_code, "tempo": home.tempo_historics, "data": data,
        "prices": home.tempo_prices.standard.red, "left": home.tempo_days.model_dump(),
        "ecowatt": len(home.ecowatt), "max_power": len(home.max_power.meter_reading.interval_reading),
    }

print(json.dumps(asyncio.run(fetch_data(*sys.argv[1:]))))
"""


def find_odd_day(hours: int) -> date:
    """The last day with so many hours; two years are known, and the last days are still being published."""
    day = datetime.now(PARIS).date() - 10 * DAY
    while (midnight(day + DAY) - midnight(day)) != timedelta(hours=hours):
        day -= DAY
    return day


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=PARIS).astimezone(UTC)


ODD_DAYS = {hours: (find_odd_day(hours) - DAY, find_odd_day(hours) + 2 * DAY) for hours in (23, 25)}
"""Three days around each change of the clocks, by the hours of the second of them."""


def find_installation() -> Path:
    """A folder of the user's cache for these clients, as their files are, and this Python; checkouts share it."""
    contents = hashlib.sha256(f"{sys.version} {sys.base_prefix}".encode())
    for file in sorted(path for path in CLIENTS.rglob("*") if path.is_file() and "__pycache__" not in path.parts):
        contents.update(
            b"%s\0%d\0%s" % (str(file.relative_to(CLIENTS)).encode(), file.stat().st_size, file.read_bytes())
        )
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "my-electrical-data/older-clients" / contents.hexdigest()[:16]


INSTALLED = find_installation()


@pytest.fixture(scope="module")
def clients() -> Path:
    """A folder with the clients as the lock files have them, installed there when they are not."""
    INSTALLED.mkdir(parents=True, exist_ok=True)
    with (INSTALLED / "lock").open("w") as alone:
        fcntl.flock(alone, fcntl.LOCK_EX)
        installed = INSTALLED / "installed"
        if not installed.exists():
            shutil.copytree(CLIENTS, INSTALLED, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
            run_to_end("npm", "ci", "--no-audit", "--no-fund", "--loglevel=error")
            run_to_end("uv", "sync", "--locked", "--quiet")
            installed.touch()
    return INSTALLED


def run_to_end(*command: str) -> None:
    """Run a command in the folder of the clients, without what this environment says about its own."""
    env = {name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "UV_PROJECT"}}
    subprocess.run(command, cwd=INSTALLED, env=env, check=True, timeout=240)


@dataclass
class Home:
    """A meter behind the proxy, its owner's browser, and the token of its older clients."""

    stack: Stack
    browser: httpx2.AsyncClient
    point: str
    token: str

    async def get_own(self, path: str, start: date, end: date, direction: str = "consumption") -> list[dict[str, Any]]:
        """The readings that the gateway's own API answers."""
        params = {"start": str(start), "end": str(end), "direction": direction}
        answer = await self.browser.get(f"/v1/usage-points/{self.point}/{path}", params=params)
        readings: list[dict[str, Any]] = answer.raise_for_status().json()["readings"]
        return readings

    async def wait_until_known(self, path: str, start: date, end: date, direction: str = "consumption") -> None:
        """Wait until nothing of a range is still to be fetched, which takes long on a busy machine."""
        params = {"start": str(start), "end": str(end), "direction": direction}
        coming = {"scheduled", "quota", "upstream_down"}

        async def is_known() -> bool:
            answer = await self.browser.get(f"/v1/usage-points/{self.point}/{path}", params=params)
            return answer.is_success and not any(gap["reason"] in coming for gap in answer.json()["missing"])

        await wait_until(is_known, 200)

    async def list_own_intervals(self, start: date, end: date, direction: str = "consumption") -> list[tuple[str, str]]:
        """The gateway's own load curve, as Enedis writes it: the end of each interval in Paris, and watts."""
        found = []
        for reading in await self.get_own("load-curve", start, end, direction):
            until = datetime.fromisoformat(reading["start"]) + timedelta(minutes=reading["minutes"])
            found.append((f"{until.astimezone(PARIS):%Y-%m-%d %H:%M:%S}", str(reading["watts"])))
        return found

    async def run(self, *command: str | Path, **env: str) -> str:
        """Run a client as its user would, with the fixed names led to the proxy; what it printed."""
        root = self.stack.folder / "caddy-data/caddy/pki/authorities/local/root.crt"
        port = str(urlsplit(self.stack.site).port)
        process = await asyncio.create_subprocess_exec(
            *map(str, command),
            cwd=INSTALLED,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.stack.folder),
                "NODE_EXTRA_CA_CERTS": str(root),
                "SSL_CERT_FILE": str(root),
                "NODE_OPTIONS": f"--require={INSTALLED}/names/names.cjs",
                "PYTHONPATH": str(INSTALLED / "names"),
                "OLDER_CLIENTS_NAMES": NAMES,
                "OLDER_CLIENTS_PORT": port,
                **env,
            },
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        said, complained = await process.communicate()
        assert process.returncode == 0, said.decode() + complained.decode()
        return said.decode()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Home]:
    settings = {"LEGACY_CLIENTS": "true", "OLDER_CLIENTS_NAMES": NAMES}
    async with (
        run_stack(tmp_path_factory.mktemp("older"), 1, shared=False, settings=settings) as stack,
        stack.new_client() as browser,
    ):
        account = {"email": EMAIL, "password": PASSWORD}
        (await browser.post("/v1/accounts", json=account)).raise_for_status()
        (await browser.post("/v1/session", json=account)).raise_for_status()
        options = ("--option", "tempo", "--power", "9", "--email", EMAIL)
        point = await stack.run_gateway_command("usage-point", "add", "--name", "Home", *options, given=f"{METER}\n")
        token = (await browser.post("/v1/reading-tokens", json={"name": "older", "kind": "legacy"})).raise_for_status()
        home = Home(stack, browser, point["id"], token.json()["token"])
        today = datetime.now(PARIS).date()
        await home.wait_until_known("max-power", today - 1095 * DAY, today + DAY)
        for path, direction in product(("load-curve", "daily"), ("consumption", "production")):
            for start, end in ODD_DAYS.values():
                await home.wait_until_known(path, start, end, direction)
        yield home


@pytest.mark.usefixtures("clients")
async def test_linky_from_npm(home: Home) -> None:
    for hours, (start, end) in ODD_DAYS.items():
        await compare_linky(home, hours, start, end)


async def compare_linky(home: Home, hours: int, start: date, end: date) -> None:
    found = json.loads(await home.run("node", "ask_linky.mjs", home.token, str(start), str(end)))
    answers = {
        name: [(one["date"], one["value"]) for one in answer["interval_reading"]]
        for name, answer in found["answers"].items()
    }
    assert answers["getLoadCurve"] == await home.list_own_intervals(start, end)
    assert len(answers["getLoadCurve"]) == 96 + 2 * hours
    assert answers["getProductionLoadCurve"] == await home.list_own_intervals(start, end, "production")
    for name, direction in (("getDailyConsumption", "consumption"), ("getDailyProduction", "production")):
        own = [(one["date"], str(one["wh"])) for one in await home.get_own("daily", start, end, direction)]
        assert answers[name] == own
        assert len(own) == 3
    peaks = [str(one["va"]) for one in await home.get_own("max-power", start, end)]
    assert [value for _, value in answers["getMaxPower"]] == peaks
    assert found["refused"]["code"] in {400, 404}
    assert found["refused"]["response"]["error"]["error_description"]


def read_written(folder: Path, name: str) -> Any:
    """What `enedis-client` has written into a folder."""
    return json.loads(next(folder.glob(f"{name}-*.json")).read_text())


async def test_enedis_client_from_pypi_with_one_variable(home: Home, clients: Path, tmp_path: Path) -> None:
    python = clients / ".venv/bin/python"
    replica = home.stack.names.addresses[0]
    settings = {
        "ENEDIS_PDL": METER,
        "ENEDIS_TOKEN": home.token,
        "ENEDIS_BASE_URL": f"http://{replica}:{home.stack.port}",
    }
    checked = await home.run(python, "-m", "enedis_client", "check", **settings)
    assert "consent        valid" in checked
    for hours, (start, end) in ODD_DAYS.items():
        await compare_enedis_client(home, python, settings, tmp_path / str(hours), hours, start, end)
    await home.run(python, "-m", "enedis_client", "cache-clear", **settings)
    assert await home.get_own("daily", *ODD_DAYS[23]), "a token that reads deletes nothing"


async def compare_enedis_client(
    home: Home, python: Path, settings: dict[str, str], folder: Path, hours: int, start: date, end: date
) -> None:
    days = ("--start", str(start), "--end", str(end), "--format", "json", "--out", folder)
    for command in ("fetch", "daily"):
        await home.run(python, "-m", "enedis_client", command, *days, **settings)
    curve, daily = read_written(folder, "load-curve"), read_written(folder, "daily")
    own = [
        (datetime.fromisoformat(one["start"]), one["minutes"], one["watts"])
        for one in await home.get_own("load-curve", start, end)
    ]
    found = [
        (datetime.fromisoformat(one["start"]), one["interval_minutes"], one["power_w"]) for one in curve["readings"]
    ]
    assert found == own
    assert len(found) == 96 + 2 * hours
    own_days = [(one["date"], one["wh"]) for one in await home.get_own("daily", start, end)]
    assert [(one["day"], one["energy_wh"]) for one in daily["readings"]] == own_days


async def test_myelectricaldatapy_from_pypi(home: Home, clients: Path) -> None:
    for hours, (start, end) in ODD_DAYS.items():
        await compare_myelectricaldatapy(home, clients / ".venv/bin/python", hours, start, end)


async def compare_myelectricaldatapy(home: Home, python: Path, hours: int, start: date, end: date) -> None:
    said = await home.run(python, "-c", RUN_MYELECTRICALDATAPY, home.token, METER, str(start), str(end))
    found = json.loads(said)
    for direction in ("consumption", "production"):
        own = await home.list_own_intervals(start, end, direction)
        assert [(one["date"], one["value"]) for one in found["data"][direction]] == own
        assert len(own) == 96 + 2 * hours
    assert (found["valid"], found["power"], found["off_peak"]) == (True, "9 kVA", [["22H30", "6H30"]])
    assert len(found["address"]) == 5
    assert set(found["left"]) == {"blue", "white", "red"}
    assert found["prices"] > 0
    assert found["max_power"] > 365
    assert set(found["tempo"].values()) == {"blue", "white", "red"}


async def test_no_log_holds_a_meter_s_number(home: Home) -> None:
    """Not even an access log of the proxy, which an operator may switch on."""
    stack, headers = home.stack, {"Authorization": home.token, "Host": "myelectricaldata.fr"}
    encoded = "".join(f"%3{digit}" for digit in METER)
    async with stack.new_client() as http:
        servers = f"{stack.caddy.ready}apps/http/servers"
        for name in (await http.get(servers)).json():
            (await http.post(f"{servers}/{name}/logs", json={})).raise_for_status()
        asked = [f"/valid_access/{METER}", f"/daily_consumption/{METER}/start/2026-01-01/end/x", f"/x/{METER}/y"]
        asked += [f"/valid_access/{encoded}", f"/api/daily_consumption?prm={METER}&start=2026-01-01&end=x"]
        for path in asked:
            await http.get(f"{stack.site}{path}", headers=headers)
        await stack.caddy.stop()
    proxy, gateway = (stack.folder / "caddy.log").read_text(), (stack.folder / "gateway-0.log").read_text()
    lines = [json.loads(line) for line in proxy.splitlines()]
    written = [line["request"]["uri"] for line in lines if line.get("logger", "").startswith("http.log.access")]
    assert len(written) == len(asked)
    assert written[0] == "/valid_access/…"
    assert "/valid_access/{prm}" in gateway
    for log in (proxy, gateway):
        assert METER not in log
        assert encoded not in log
        assert home.token not in log
