"""A Home Assistant of its own in a folder: configured before its first start, so that nobody has to sign in."""

import json
import secrets
import shutil
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt

from scripts.lib.program import Program

ROOT = Path(__file__).resolve().parents[2]
DEMO_SCRIPT = Path(__file__).with_name("demo.js")
TOKEN_LIFE = timedelta(days=3650)


@dataclass(frozen=True)
class HomeAssistant:
    """Its configuration folder, the port of 127.0.0.1 it listens at, and the language of its texts (`en` or `fr`).

    With `discovers`, it listens for what announces itself on this machine's network. With `is_demo`, its pages load
    demo.js, and are in the browser's language.
    """

    folder: Path
    port: int
    language: str
    discovers: bool = False
    is_demo: bool = False

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    def prepare(self) -> None:
        """Write what a first start needs; on later ones, only what may have changed."""
        self.folder.mkdir(parents=True, exist_ok=True)
        # JSON is YAML too
        configuration = json.dumps(self._build_configuration(), indent=2, ensure_ascii=False)
        # but for this: where the automation editor saves
        configuration = configuration.replace('"automation": null', '"automation": !include automations.yaml')
        (self.folder / "configuration.yaml").write_text(configuration)
        (self.folder / "automations.yaml").touch()
        self._link_path("custom_components")
        # Home Assistant's list of blueprints does not follow links.
        blueprints = "blueprints/automation/my_electrical_data"
        if (self.folder / blueprints).is_symlink():  # of an earlier start, when it was one
            (self.folder / blueprints).unlink()
        shutil.copytree(ROOT / blueprints, self.folder / blueprints, dirs_exist_ok=True)
        if self.is_demo:
            (self.folder / "www").mkdir(exist_ok=True)
            shutil.copy(DEMO_SCRIPT, self.folder / "www")
        # An old version of this file on purpose: Home Assistant fills in what a newer one has.
        self._write_storage("http", {"server_host": ["127.0.0.1"], "server_port": self.port})
        if not self._get_storage_file("auth").exists():
            self._write_owner()

    def program(self, *, log: Path, env: dict[str, str]) -> Program:
        """The process; its packages come from the lock file, so it fetches none."""
        command: list[str | Path] = [sys.executable, "-m", "homeassistant", "--config", self.folder, "--skip-pip"]
        return Program("Home Assistant", command, log=log, env=env)

    def create_token(self) -> str:
        """An access token of the owner, as `Authorization: Bearer` takes it."""
        auth = json.loads(self._get_storage_file("auth").read_text())["data"]
        key = next(token for token in auth["refresh_tokens"] if token["client_name"] == "scripts")
        # valid whatever date its clock is set to
        life = {"iat": datetime(2000, 1, 1, tzinfo=UTC), "exp": datetime(2100, 1, 1, tzinfo=UTC)}
        return jwt.encode({"iss": key["id"], **life}, key["jwt_key"], algorithm="HS256")

    def _build_configuration(self) -> dict[str, Any]:
        return {
            "homeassistant": {
                "name": "Maison" if self.language == "fr" else "Home",
                "time_zone": "Europe/Paris",
                "currency": "EUR",
                "country": "FR",
                "language": self.language,
                "unit_system": "metric",
                # One owner and this machine trusted: a browser here is let in without a login.
                "auth_providers": [
                    {"type": "trusted_networks", "trusted_networks": ["127.0.0.1"], "allow_bypass_login": True},
                    {"type": "homeassistant"},
                ],
            },
            "recorder": {"commit_interval": 1},
            **{
                name: {}
                for name in ("config", "frontend", "history", "input_boolean", "logbook", "energy", "system_health")
            },
            **({"zeroconf": {}} if self.discovers else {}),
            **({"frontend": {"extra_module_url": ["/local/demo.js"]}} if self.is_demo else {}),
            "automation": None,
            "logger": {"default": "warning", "logs": {"custom_components.my_electrical_data": "info"}},
        }

    def _write_owner(self) -> None:
        user = secrets.token_hex(16)
        self._write_storage("onboarding", {"done": ["user", "core_config", "analytics", "integration"]}, version=4)
        if not self.is_demo:
            self._write_storage(f"frontend.user_data_{user}", {"language": {"language": self.language}})
        self._write_storage(
            "auth",
            {
                "users": [
                    {
                        "id": user,
                        "group_ids": ["system-admin"],
                        "is_owner": True,
                        "is_active": True,
                        "name": "Demo",
                        "system_generated": False,
                        "local_only": False,
                    }
                ],
                "groups": [{"id": f"system-{name}", "name": name} for name in ("admin", "users", "read-only")],
                "credentials": [],
                "refresh_tokens": [
                    {
                        "id": secrets.token_hex(16),
                        "user_id": user,
                        "client_id": None,
                        "client_name": "scripts",
                        "client_icon": None,
                        "token_type": "long_lived_access_token",
                        "created_at": datetime(2000, 1, 1, tzinfo=UTC).isoformat(),
                        "access_token_expiration": TOKEN_LIFE.total_seconds(),
                        "token": secrets.token_hex(64),
                        "jwt_key": secrets.token_hex(64),
                        "last_used_at": None,
                        "last_used_ip": None,
                        "expire_at": None,
                        "credential_id": None,
                        "version": None,
                    }
                ],
            },
        )

    def _link_path(self, path: str) -> None:
        """Let it use what the repository has at this path."""
        link = self.folder / path
        link.parent.mkdir(parents=True, exist_ok=True)
        if not link.is_symlink():
            link.symlink_to(ROOT / path)

    def _get_storage_file(self, key: str) -> Path:
        return self.folder / ".storage" / key

    def _write_storage(self, key: str, data: dict[str, Any], *, version: int = 1) -> None:
        file = self._get_storage_file(key)
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps({"version": version, "minor_version": 1, "key": key, "data": data}))
        file.chmod(0o600)
