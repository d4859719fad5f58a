"""What the compose file promises holds for each service; read by docker-compose itself where it is at hand."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]


def _find_program() -> Path:
    """Return version 2 of docker-compose, as scripts/test fetched it; a system's own may be older."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    found = cache / "my-electrical-data/compose/usr/bin/docker-compose"
    assert found.exists(), "docker-compose is not there: scripts/test fetches it"
    return found


def read_services(folder: Path, *beside: Path) -> dict[str, Any]:
    """Return the services as docker-compose understands them, from a copy with the example as settings.

    `beside` are files that are copied beside the compose file, such as a docker-compose.override.yml.
    """
    folder.mkdir()
    for file in (ROOT / "docker-compose.yml", ROOT / "docker-compose.services.yml", ROOT / "Caddyfile", *beside):
        shutil.copy(file, folder / file.name)
    (folder / "server").mkdir()
    shutil.copy(ROOT / "server" / ".env.docker.example", folder / "server" / ".env.docker")
    (folder / "web").mkdir()
    settings = (ROOT / "web" / ".env.docker.example").read_text()
    settings = settings.replace("VITE_TURNSTILE_SITE_KEY=", "VITE_TURNSTILE_SITE_KEY=0x4AAA")
    (folder / "web" / ".env.docker").write_text(settings)
    command = [str(_find_program()), "--profile", "postgres", "config", "--format", "json"]
    config = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert config.returncode == 0, config.stderr
    found: dict[str, Any] = json.loads(config.stdout)["services"]
    return found


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return read_services(tmp_path_factory.mktemp("containers") / "compose")


@pytest.mark.long
def test_each_service_is_confined_and_comes_back(services: dict[str, Any]) -> None:
    assert set(services) == {"caddy", "frontend", "backend", "valkey", "postgres"}
    for name, service in services.items():
        assert service["restart"] == "unless-stopped", name
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory"}, name
        assert service["logging"]["options"].keys() == {"max-size", "max-file"}, name
        is_ours = "build" in service  # whose Dockerfile says the rest
        folder = "web" if name == "frontend" else "server"
        dockerfile = (ROOT / folder / "Dockerfile").read_text() if is_ours else ""
        assert "healthcheck" in service or "HEALTHCHECK" in dockerfile, name
        assert "container_name" not in service, name
        assert "\nUSER " in dockerfile or service["user"].split(":")[0] not in {"root", "0"}, name
        assert is_ours or ":" in service["image"], name


@pytest.mark.long
def test_only_caddy_is_reached_from_outside(services: dict[str, Any]) -> None:
    published = {name: {port["published"] for port in service.get("ports", [])} for name, service in services.items()}
    assert published == {
        "caddy": {"80", "443"},
        "frontend": set(),
        "backend": set(),
        "valkey": set(),
        "postgres": set(),
    }
    assert set(services["caddy"]["networks"]) == {"front"}, "what opens the data is not where strangers knock"
    assert set(services["frontend"]["networks"]) == {"front"}
    assert set(services["valkey"]["networks"]) == set(services["postgres"]["networks"]) == {"data"}


@pytest.mark.long
def test_no_service_is_told_more_than_it_needs(services: dict[str, Any]) -> None:
    told = {name: set(service.get("environment") or {}) for name, service in services.items()}
    assert "SECRET_KEY" in told["backend"]
    assert told["caddy"] == {
        "SITE_ADDRESS",
        "CERTIFICATES",
        "CADDY_TRUSTED_PROXIES",
        "CADDY_LOG",
        "OLDER_CLIENTS_NAMES",
    }
    assert told["postgres"] == {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD"}
    assert told["valkey"] == told["frontend"] == set()


@pytest.mark.long
def test_the_front_end_is_built_with_its_own_settings(services: dict[str, Any]) -> None:
    assert services["frontend"]["build"]["args"] == {
        "VITE_API_BASE_URL": "/api",
        "VITE_APP_NAME": "MyElectricalData",
        "VITE_TURNSTILE_SITE_KEY": "0x4AAA",
        "VITE_DEBUG": "false",
        "FRAME_ANCESTORS": "",
    }
