"""What getting in costs: log-ins and tokens a second, and whether a flood of wrong passwords slows those who read."""

import asyncio
import itertools
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median

import httpx2

from tests.load import http, running

EMAIL, PASSWORD = "bench@example.org", "seven green turtles on a roof"
METER = "30001000000001"
READERS = 8
FLOOD = 24
SECONDS = 5.0
ROUNDS = 3
CLIENTS = 20
_GATEWAY = str(Path(sys.executable).parent / "gateway")


def _run_gateway(env: dict[str, str], *command: str, given: str = "") -> str:
    done = subprocess.run([_GATEWAY, *command], env=env, input=given, text=True, capture_output=True, check=True)
    return done.stdout


async def _a_second(ask: Callable[[], Awaitable[None]], at_once: int) -> float:
    """Ask over and over, so many at once; return how often it was answered in a second."""
    count, begun = 0, time.perf_counter()

    async def keep_on() -> None:
        nonlocal count
        while time.perf_counter() < begun + SECONDS:
            await ask()
            count += 1

    await asyncio.gather(*(keep_on() for _ in range(at_once)))
    return count / (time.perf_counter() - begun)


async def _log_ins(client: httpx2.AsyncClient) -> float:
    async def log_in() -> None:
        (await client.post("/v1/session", json={"email": EMAIL, "password": PASSWORD})).raise_for_status()
        client.cookies.clear()

    return await _a_second(log_in, 4)


async def _measure_tokens(client: httpx2.AsyncClient, credentials: list[tuple[str, str]]) -> float:
    """Get tokens until every API client has had its sixty."""
    turns = itertools.cycle(credentials)
    count, begun = 0, time.perf_counter()

    async def get() -> bool:
        form = {"grant_type": "client_credentials"}
        answer = await client.post("/v1/oauth/token", auth=next(turns), data=form)
        return answer.status_code == 200

    async def keep_on() -> None:
        nonlocal count
        while await get():
            count += 1

    await asyncio.gather(*(keep_on() for _ in range(4)))
    return count / (time.perf_counter() - begun)


async def _measure_reads(port: int, path: str, who: dict[str, str], *, flooded: bool) -> tuple[float, float]:
    """Return the median in milliseconds and how many a second, while others guess passwords or nobody does."""
    guesses = itertools.count()
    wanted = asyncio.Event()

    async def guess_password(client: httpx2.AsyncClient) -> None:
        while not wanted.is_set():
            # every other guess is at one account, whose limit is soon reached
            number = next(guesses)
            email = f"number{number}.{time.time_ns()}@example.org" if number % 2 else "one@example.org"
            await client.post("/v1/session", json={"email": email, "password": "wrong wrong wrong"})

    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=120) as client:
        flood = [asyncio.create_task(guess_password(client)) for _ in range(FLOOD if flooded else 0)]
        await asyncio.sleep(0.5)
        times = await http.keep_asking(port, path, who, READERS, SECONDS)
        wanted.set()
        await asyncio.gather(*flood)
    return median(times) * 1000, len(times) / SECONDS


async def _measure_under_flood(port: int, path: str, who: dict[str, str]) -> None:
    calm, flooded = [], []
    for _ in range(ROUNDS):
        calm.append(await _measure_reads(port, path, who, flooded=False))
        flooded.append(await _measure_reads(port, path, who, flooded=True))
    print(f"\na cached day, {READERS} readers, {ROUNDS} rounds of {SECONDS:.0f} s each way\n")
    for name, found in (("calm", calm), ("flooded", flooded)):
        print(f"{name:<10}{median(ms for ms, _ in found):7.2f} ms   {median(many for _, many in found):7.0f} a second")
    slower = median(ms for ms, _ in flooded) / median(ms for ms, _ in calm) - 1
    print(f"\n{FLOOD} guessers at once slow reading by {slower:.0%} (at most 20% is wanted)")


async def _measure_all(port: int, who: dict[str, str]) -> None:
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=120) as client:
        point = (await client.get("/v1/usage-points", headers=who)).json()["items"][0]["id"]
        day = time.strftime("%Y-%m-%d", time.localtime(time.time() - 3 * 86400))
        end = time.strftime("%Y-%m-%d", time.localtime(time.time() - 2 * 86400))
        path = f"/v1/usage-points/{point}/daily?start={day}&end={end}"
        (await client.get(path, headers=who)).raise_for_status()
        print(f"log-ins a second       {await _log_ins(client):7.1f}   (argon2id, one at a time)")
        credentials = []
        for number in range(CLIENTS - 2):
            made = await client.post("/v1/api-clients", auth=(EMAIL, PASSWORD), json={"name": f"bench {number}"})
            credentials.append((made.raise_for_status().json()["client_id"], made.json()["client_secret"]))
        print(f"tokens a second        {await _measure_tokens(client, credentials):7.1f}")
    await _measure_under_flood(port, path, who)


def main() -> None:
    """Set a gateway up, and measure."""
    with tempfile.TemporaryDirectory() as folder, running.run_simulator() as url:
        env = running.build_environment(Path(folder), url) | {
            "ADMIN_EMAILS": EMAIL,
            "USER_DAILY_LIMIT_WITH_CACHE": "10000000",
        }
        made = _run_gateway(env, "init", "--email", EMAIL, given=f"{PASSWORD}\n").split()
        home = ("--name", "Home", "--option", "base", "--power", "6", "--email", EMAIL)
        _run_gateway(env, "usage-point", "add", *home, given=f"{METER}\n")
        client = made[made.index("id:") + 1], made[made.index("secret:") + 1]
        with running.run_gateway(env) as port:
            form = {"grant_type": "client_credentials"}
            token = httpx2.post(f"http://127.0.0.1:{port}/v1/oauth/token", auth=client, data=form).raise_for_status()
            asyncio.run(_measure_all(port, {"Authorization": f"Bearer {token.json()['access_token']}"}))


if __name__ == "__main__":
    main()
