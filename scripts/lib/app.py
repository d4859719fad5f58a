"""The Home Assistant app's files as the Supervisor reads them: says what it would refuse, ignore or not show.

The rules are those of the Supervisor's `apps/validate.py` and `apps/options.py`, as far as this app uses them. The
Supervisor drops keys that it does not know without a word, so that an unknown key is an error here.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from struct import unpack
from typing import Any

from homeassistant.exceptions import HomeAssistantError
from homeassistant.util.yaml import load_yaml_dict
from voluptuous import All, In, Invalid, Match, Range, Required, Schema, Url
from voluptuous import Any as OneOf

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "app"
LANGUAGES = ("en", "fr")
_OPTION = re.compile(r"(bool|email|url|port|str|password|int|float|match\(.*\)|list\(.+\))\??")
_VERSION = re.compile(r"\d+\.\d+\.\d+")

CONFIG = Schema(
    {
        Required("name"): str,
        Required("version"): Match(_VERSION),
        Required("slug"): Match(r"^[-_.A-Za-z0-9]+$"),
        Required("description"): str,
        Required("arch"): [In(["aarch64", "amd64"])],
        Required("url"): Url(),
        # a registry and a path in lower case, without a tag: the version is the tag
        Required("image"): Match(r"^[a-z0-9.-]+(/[a-z0-9]+([._-]+[a-z0-9]+)*)+$"),
        "init": bool,
        "startup": In(["initialize", "system", "services", "application", "once"]),
        "timeout": All(int, Range(10, 300)),
        "backup": In(["hot", "cold"]),
        "host_network": bool,
        "ports": {Match(r"^\d+/(tcp|udp)$"): OneOf(None, All(int, Range(1, 65535)))},
        "ports_description": {Match(r"^\d+/(tcp|udp)$"): str},
        "watchdog": Match(r"^(?:https?|\[PROTO:\w+\]|tcp):\/\/\[HOST\]:(\[PORT:\d+\]|\d+).*$"),
        "ingress": bool,
        "ingress_port": All(int, Range(0, 65535)),
        "panel_icon": Match(r"^mdi:[a-z0-9-]+$"),
        "panel_title": str,
        "panel_admin": bool,
        "homeassistant": Match(r"^\d{4}\.\d+\.\d+$"),
        "options": {str: OneOf(str, int, bool)},
        "schema": {str: Match(_OPTION)},
    }
)
TRANSLATION = Schema(
    {
        Required("configuration"): {
            str: {Required("name"): str, Required("description"): str},
        },
        "network": {str: str},
    }
)
REPOSITORY = Schema({Required("name"): str, Required("url"): Url(), Required("maintainer"): str})


def check_app() -> Iterator[str]:
    """Say what is wrong with the app's folder."""
    try:
        config = CONFIG(load_config())
        REPOSITORY(load_yaml_dict(str(ROOT / "repository.yaml")))
    except Invalid as error:
        yield f"app/config.yaml or repository.yaml: {error}"
        return
    yield from _check_options(config)
    yield from _check_translations(config)
    yield from _check_files(config)


def load_config() -> dict[str, Any]:
    """Return config.yaml."""
    return load_yaml_dict(str(APP / "config.yaml"))


def _check_options(config: dict[str, Any]) -> Iterator[str]:
    for name in set(config["options"]) - set(config["schema"]):
        yield f"app/config.yaml: option {name} is not in the schema"
    for name, kind in config["schema"].items():
        if not kind.endswith("?") and name not in config["options"]:
            yield f"app/config.yaml: {name} must be filled in before the app starts: give it a default, or a ?"


def _check_translations(config: dict[str, Any]) -> Iterator[str]:
    for language in LANGUAGES:
        try:
            texts = TRANSLATION(load_yaml_dict(str(APP / "translations" / f"{language}.yaml")))
        except (HomeAssistantError, Invalid) as error:
            yield f"app/translations/{language}.yaml: {error}"
            continue
        for what, wanted in (("configuration", config["schema"]), ("network", config["ports"])):
            if set(texts.get(what, {})) != set(wanted):
                yield f"app/translations/{language}.yaml: {what} has other names than config.yaml"


def _check_files(config: dict[str, Any]) -> Iterator[str]:
    for name in ("DOCS.md", "README.md", "CHANGELOG.md", "Dockerfile", "icon.png", "logo.png"):
        if not (APP / name).is_file():
            yield f"app/{name} is missing"
    width, height = unpack(">II", (APP / "icon.png").read_bytes()[16:24])
    if (width, height) != (128, 128):
        yield f"app/icon.png is {width} x {height}; the store wants 128 x 128"
    profiles = re.findall(r"^profile (\S+)", (APP / "apparmor.txt").read_text(), re.MULTILINE)
    if profiles != [config["slug"]]:
        yield f"app/apparmor.txt must have one profile, named {config['slug']}"
    # the Supervisor takes each folder with a config.yaml for an app
    others = [file for file in ROOT.glob("*/config.y*ml") if file.parent != APP]
    yield from (f"{file.relative_to(ROOT)}: the Supervisor would take this folder for an app" for file in others)
