"""The files of deploy/ do what docs/deploy.md says of them: nginx passes requests on, systemd accepts its unit."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from scripts.lib.home_assistant import ROOT
from scripts.lib.program import free_port
from tests.load.running import run_process
from tests.server.backup.test_serving import Serving, make_serving

__all__ = ["make_serving"]

DEPLOY = ROOT / "deploy"
ASKED_TOO_OFTEN = 25
METER = "30001000000001"


def write_nginx(folder: Path, port: int, gateway: int) -> list[str]:
    """Write the files of deploy/nginx for this machine, without TLS; return the command that runs nginx."""
    older, site = (DEPLOY / "nginx/older-clients.conf").read_text(), (DEPLOY / "nginx/gateway.conf").read_text()
    below = (DEPLOY / "nginx/below-a-path.conf").read_text()
    site = f"{site.rstrip().removesuffix('}')}{below}}}\n{older}"
    site = "\n".join(line for line in site.splitlines() if "ssl_certificate" not in line and "[::]" not in line)
    site = site.replace("listen 443 ssl;", f"listen 127.0.0.1:{port};").replace("    http2 on;\n", "")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    config = f"""
        {"user root;" if os.geteuid() == 0 else ""}
        pid {folder}/pid; error_log {folder}/error.log;
        events {{}}
        http {{
            access_log {folder}/access.log;
            {temporary}
            {site.replace("127.0.0.1:8000", f"127.0.0.1:{gateway}")}
        }}
    """
    (folder / "nginx.conf").write_text(config)
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program, "nginx is not installed: scripts/test installs it"
    return [program, "-c", str(folder / "nginx.conf"), "-g", "daemon off;"]


async def test_nginx_passes_on_who_asks_at_the_root_and_below_a_path(
    make_serving: Callable[..., Serving], tmp_path: Path
) -> None:
    gateway, port = make_serving(TRUSTED_PROXIES="127.0.0.1"), free_port()
    assert await gateway.start()
    site = f"http://127.0.0.1:{port}"
    with run_process(write_nginx(tmp_path, port, gateway.port), f"{site}/ping"):
        async with httpx2.AsyncClient(base_url=site, timeout=200) as http:
            assert (await http.get("/electricity/ping")).json() == (await http.get("/ping")).json()
            # Enedis comes back to the site's root: the gateway's page, which sets its policy, and not nginx'
            assert "content-security-policy" in (await http.get("/oauth/callback")).headers
            statuses = [
                (
                    await http.post(
                        "/electricity/v1/accounts/password-reset",
                        json={"email": f"{number}@example.org"},
                        # a client cannot choose whose limit it uses
                        headers={"X-Forwarded-For": f"198.51.100.{number}"},
                    )
                ).status_code
                for number in range(ASKED_TOO_OFTEN)
            ]
            assert 429 in statuses


async def test_nginx_writes_no_meter_s_number_into_its_log(
    make_serving: Callable[..., Serving], tmp_path: Path
) -> None:
    gateway, port = make_serving(TRUSTED_PROXIES="127.0.0.1", LEGACY_CLIENTS="true"), free_port()
    assert await gateway.start()
    site = f"http://127.0.0.1:{port}"
    with run_process(write_nginx(tmp_path, port, gateway.port), f"{site}/ping"):
        async with httpx2.AsyncClient(base_url=site, timeout=200) as http:
            for host in ("electricity.example.org", "myelectricaldata.fr"):
                answer = await http.get(f"/valid_access/{METER}", headers={"Host": host})
                assert (answer.status_code, set(answer.json())) == (401, {"detail"}), "nobody's token"
            assert (await http.get(f"/electricity/valid_access/{METER}")).status_code == 401
            await gateway.stop()
            assert (await http.get(f"/valid_access/{METER}", headers={"Host": "conso.boris.sh"})).status_code == 502
    for log in ("access.log", "error.log"):
        assert METER not in (tmp_path / log).read_text()


@pytest.mark.long
def test_systemd_accepts_the_unit_and_finds_it_confined(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    assert program, "systemd-analyze is not installed: it comes with systemd"
    unit = (DEPLOY / "systemd/gateway.service").read_text().replace("/opt/gateway/bin/gateway", "/bin/true")
    (tmp_path / "gateway.service").write_text(unit)
    verified = subprocess.run([program, "verify", tmp_path / "gateway.service"], capture_output=True, check=False)
    assert (verified.returncode, verified.stderr) == (0, b"")
    rated = [program, "security", "--offline=true", "--threshold=25", str(tmp_path / "gateway.service")]
    assert subprocess.run(rated, stdout=subprocess.DEVNULL, check=False).returncode == 0
