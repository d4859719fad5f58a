"""The steps of the app's Dockerfile, taken in a root of debootstrap's, and its service, run by s6.

Debian's s6 stands for the one of Home Assistant's base image, whose `with-contenv` is written here in three lines. The
pages are not built again.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from scripts.lib.program import free_port
from tests.server.conftest import Simulator, wait_until
from tests.server.deployment.dockerfile import AS_ROOT, Build, Stage, Tools, use_folder
from tests.server.deployment.test_app import SOMEBODY, SUPERVISOR, coming_from

pytestmark = pytest.mark.long
ROOT = Path(__file__).parents[3]
SERVICE = "/etc/s6-overlay/s6-rc.d/gateway"
CONTAINER_ENVIRONMENT = "run/s6/container_environment"
BASE_IMAGE = f"""
set -e
apt-get update
apt-get install --yes --no-install-recommends s6 execline
mkdir -p /command /{CONTAINER_ENVIRONMENT} /run/s6/basedir/bin /run/s6-linux-init-container-results /data
printf '#!/bin/sh\\nexec s6-envdir /{CONTAINER_ENVIRONMENT} "$@"\\n' >/command/with-contenv
printf '#!/bin/sh\\ntouch /run/halted\\n' >/run/s6/basedir/bin/halt
chmod +x /command/with-contenv /run/s6/basedir/bin/halt
"""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    tools = Tools.find()
    with use_folder(tmp_path_factory.mktemp("app")) as folder:
        (folder / "backend").mkdir()
        (folder / "pages/src/dist").mkdir(parents=True)
        (folder / "pages/src/dist/index.html").write_text("<!doctype html><title>Pages</title>")
        (folder / "app").mkdir()
        backend = Build(ROOT / "server", folder / "backend", tools).last_stage()
        given = {"backend": backend, "pages": Stage(folder / "pages")}
        build = Build(ROOT, folder / "app", tools, given, "app/Dockerfile")
        stage = build.last_stage()
        build._run(stage, BASE_IMAGE)
        yield stage


@asynccontextmanager
async def run_supervised(app: Stage, data: Path, **env: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run the service as s6 does; the block begins at once."""
    contents = {**app.env, "PATH": f"{app.env['PATH']}:/command", **env}
    environment = app.root / CONTAINER_ENVIRONMENT
    for name, value in contents.items():
        (environment / name).write_text(value)
    script = f"""
        mount -t proc proc {app.root}/proc
        mount --bind /dev {app.root}/dev
        mount --bind {data} {app.root}/data
        rm -rf {app.root}/run/service {app.root}/run/halted
        cp -r {app.root}{SERVICE} {app.root}/run/service
        exec {app.environment()} chroot {app.root} s6-supervise /run/service
    """
    command = [*AS_ROOT, "unshare", "--mount", "--pid", "--fork", "--kill-child", "bash", "-euc", script]
    process = await asyncio.create_subprocess_exec(*command)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_it_shows_a_first_colour_without_credentials_in_three_minutes(
    app: Stage, simulator: Simulator, tmp_path: Path
) -> None:
    data, port = tmp_path / "data", free_port()
    data.mkdir()
    options = {"backend_url": "http://192.0.2.20:8000", "rte_client_id": "", "enedis_client_id": ""}
    (data / "options.json").write_text(json.dumps(options))
    here = {
        "APP_PORT": str(port),
        "INGRESS_PROXY": SUPERVISOR,
        "ADVERTISE": "false",
        "RTE_OPEN_DATA_URL": simulator.url,
    }
    url = f"http://127.0.0.1:{port}"
    async with run_supervised(app, data, **here) as process, coming_from(SUPERVISOR, url) as ingress:

        async def has_tempo() -> bool:
            assert process.returncode is None, "s6 ended"
            try:
                today = (await ingress.get("/api/v1/today", headers=SOMEBODY)).json()
            except httpx2.HTTPError:
                return False
            return today["tempo"]["today"]["color"] in {"blue", "white", "red"}

        await wait_until(has_tempo, 180)
        assert "<title>Pages" in (await ingress.get("/", headers=SOMEBODY)).text
        owner = app.root.joinpath("etc/passwd").read_text().partition("gateway:x:")[2].partition(":")[0]
        assert {str(file.stat().st_uid) for file in data.iterdir()} == {owner}
        pgrep = await asyncio.create_subprocess_exec("pgrep", "-u", owner, "-f", f"gateway serve.*{port}")
        assert await pgrep.wait() == 0, "the gateway runs without rights"


async def test_one_that_cannot_start_ends_the_app_so_that_the_supervisor_shows_it(app: Stage, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "options.json").write_text(json.dumps({"backend_url": "homeassistant"}))
    async with run_supervised(app, data, APP_PORT=str(free_port())):

        async def has_halted() -> bool:
            return (app.root / "run/halted").exists()

        await wait_until(has_halted)
    assert (app.root / "run/s6-linux-init-container-results/exitcode").read_text().strip() == "2"
