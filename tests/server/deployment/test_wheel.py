"""The wheel of scripts/wheel, installed where nothing else of the repository is: it serves API and pages."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import httpx2
import pytest

from scripts.lib.home_assistant import ROOT
from scripts.lib.program import free_port
from tests.load.running import run_process

pytestmark = pytest.mark.long


def test_a_gateway_installed_from_the_wheel_serves_the_pages(tmp_path: Path) -> None:
    uv = shutil.which("uv")
    assert uv is not None
    subprocess.run([ROOT / "scripts/wheel", tmp_path], check=True, stdout=subprocess.DEVNULL)
    [wheel] = tmp_path.glob("gateway-*.whl")
    locked, python = str(tmp_path / "locked.txt"), str(tmp_path / "venv/bin/python")
    export = [uv, "export", "--frozen", "--quiet", "--no-dev", "--no-emit-project", "--project", str(ROOT / "server")]
    subprocess.run([*export, "--output-file", locked], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([uv, "venv", "--quiet", str(tmp_path / "venv")], check=True)
    install = [uv, "pip", "install", "--quiet", "--python", python]
    subprocess.run([*install, "--requirements", locked], check=True)
    subprocess.run([*install, "--no-deps", str(wheel)], check=True)

    port = free_port()
    url = f"http://127.0.0.1:{port}"
    env = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/gateway.db",
        "SECRET_KEY": "k" * 40,
        "ENEDIS_ENVIRONMENT": "simulator",
        "BACKEND_URL": url,
    }
    command = ["env", "-C", tmp_path, "-i", *(f"{name}={value}" for name, value in env.items())]
    serve = [tmp_path / "venv/bin/gateway", "serve", "--port", str(port)]
    with (
        run_process([*map(str, command), *map(str, serve)], f"{url}/ping"),
        httpx2.Client(base_url=url, timeout=200) as http,
    ):
        page = http.get("/")
        assert page.status_code == 200
        assert "<title>MyElectricalData</title>" in page.text
        assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
        assert http.get("/overview").text == page.text
        [script] = re.findall(r'src="\./(assets/[^"]+\.js)"', page.text)
        assert "immutable" in http.get(f"/{script}").headers["Cache-Control"]
        assert http.get("/api/v1/site").json()["name"] == "MyElectricalData"
        assert http.get("/api/ping").json() == http.get("/ping").json()
        assert http.get("/.vite/manifest.json").status_code == 404
