"""What the Home Assistant app runs: a gateway that takes its settings from the app's options, and needs none."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2

from scripts.lib.faketime import clock_set_to
from scripts.lib.program import free_port
from tests.server.conftest import NOW, Simulator, wait_until

RUN_APP = Path(__file__).parents[3] / "app/rootfs/usr/bin/run-app"
SUPERVISOR = "127.0.0.2"
SOMEBODY = {"X-Remote-User-Id": "6f2a1c", "Accept-Language": "en"}


@asynccontextmanager
async def running_app(data: Path, **env: str) -> AsyncIterator[str]:
    """Run the app's program as s6 does, on another port and without announcing it; its address."""
    web, port = data.parent / "web", free_port()
    web.mkdir(exist_ok=True)
    (web / "index.html").write_text("<!doctype html><title>Pages</title>")
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "APP_DATA": str(data),
        "APP_WEB": str(web),
        "APP_PORT": str(port),
        "ADVERTISE": "false",
        "INGRESS_PROXY": SUPERVISOR,
        **env,
    }
    process = await asyncio.create_subprocess_exec(sys.executable, RUN_APP, env=environment)
    url = f"http://127.0.0.1:{port}"

    async def answers() -> bool:
        assert process.returncode is None, "the app ended"
        async with httpx2.AsyncClient() as http:
            try:
                return (await http.get(f"{url}/ready")).is_success
            except httpx2.HTTPError:
                return False

    try:
        await wait_until(answers)
        yield url
    finally:
        process.terminate()
        await process.wait()


def coming_from(address: str, url: str) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=url, transport=httpx2.AsyncHTTPTransport(local_address=address), timeout=200)


async def test_it_shows_tempo_without_any_credentials_and_believes_the_supervisor_alone(
    simulator: Simulator, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    # as the Supervisor writes them: what was left empty is there as an empty text
    options = {"backend_url": "http://192.0.2.20:8000", "rte_client_id": "", "enedis_client_id": ""}
    (data / "options.json").write_text(json.dumps(options))
    public_calendar = {"RTE_OPEN_DATA_URL": simulator.url, **clock_set_to(NOW)}
    async with running_app(data, **public_calendar) as url:
        async with coming_from(SUPERVISOR, url) as ingress, coming_from("127.0.0.1", url) as stranger:
            assert (await ingress.get("/")).headers["content-security-policy"].endswith("frame-ancestors 'self'")

            async def has_tempo() -> bool:
                today = (await ingress.get("/api/v1/today", headers=SOMEBODY)).json()
                return today["tempo"]["today"]["color"] in {"blue", "white", "red"}

            await wait_until(has_tempo)
            account = (await ingress.get("/api/v1/accounts/me", headers=SOMEBODY)).json()
            assert (account["email"], account["admin"], account["language"]) == (
                "household@home-assistant.local",
                True,
                "en",
            )
            made = await ingress.post("/api/v1/api-clients", headers=SOMEBODY, json={"name": "Home Assistant"})
            assert made.status_code == 201
            # the integration uses it from the network
            credentials = {"grant_type": "client_credentials"} | {
                name: made.json()[name] for name in ("client_id", "client_secret")
            }
            assert (await stranger.post("/api/v1/oauth/token", data=credentials)).status_code == 200

            assert (await stranger.get("/api/v1/accounts/me", headers=SOMEBODY)).status_code == 401
            assert (await ingress.get("/api/v1/accounts/me")).status_code == 401, "the Supervisor's own requests"
        secret = (data / "secret_key").read_text()
        assert (data / "secret_key").stat().st_mode & 0o777 == 0o600
    async with running_app(data, **public_calendar) as url, coming_from(SUPERVISOR, url) as ingress:
        again = (await ingress.get("/api/v1/accounts/me", headers=SOMEBODY)).json()
        assert again["id"] == account["id"]
    assert (data / "secret_key").read_text() == secret


async def test_its_option_opens_the_addresses_of_older_clients(simulator: Simulator, tmp_path: Path) -> None:
    statuses = []
    for is_on in (False, True):
        data = tmp_path / f"{is_on}" / "data"
        data.mkdir(parents=True)
        options = {"backend_url": "http://192.0.2.20:8000", "legacy_clients": is_on}
        (data / "options.json").write_text(json.dumps(options))
        async with (
            running_app(data, RTE_OPEN_DATA_URL=simulator.url) as url,
            httpx2.AsyncClient(base_url=url, timeout=200) as http,
        ):
            # without a token: off, the address does not exist; on, it refuses the request
            statuses.append((await http.get("/api/daily_consumption")).status_code)
    assert statuses == [404, 400]
