"""The file that whoever installs the gateway copies tells of every setting, and its defaults are the gateway's."""

import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from gateway import __version__
from gateway.settings import Settings

_ROOT = Path(__file__).parents[3]
_EXAMPLE = _ROOT / "server" / ".env.docker.example"
_COMMAND = re.compile(r"docker compose (?:build|exec|logs|pull|restart|run|stop|up)(?: --?[\w-]+)* ([a-z]+)")
_VOLUME = re.compile(r"docker volume \w+ myelectricaldata_([a-z_]+)")
_LINE = re.compile(r"(#?)([A-Z][A-Z_]+)=(.*)")


def read_lines() -> list[tuple[str, bool, str]]:
    """Name, whether it is only shown, and value of each line."""
    found = [_LINE.fullmatch(line) for line in _EXAMPLE.read_text().splitlines()]
    return [(match[2], bool(match[1]), match[3]) for match in found if match]


def test_every_setting_has_one_line() -> None:
    names = [name.lower() for name, _, _ in read_lines()]
    assert len(names) == len(set(names))
    assert set(Settings.model_fields) <= set(names)


def test_what_is_shown_is_the_default() -> None:
    for name, is_shown, value in read_lines():
        if is_shown and (field := Settings.model_fields.get(name.lower())):
            default = field.default
            text = default.get_secret_value() if isinstance(default, SecretStr) else "" if default is None else default
            if not value and __version__ in str(text):
                continue  # one that names the version is not written twice
            assert value == (str(text).lower() if isinstance(text, bool) else str(text)), name


def test_copied_it_lacks_what_only_its_owner_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {name: value for name, is_shown, value in read_lines() if not is_shown}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match="SECRET_KEY is missing"):
        Settings()
    monkeypatch.setenv("SECRET_KEY", "a" * 40)
    assert Settings().redis_url.get_secret_value() == "redis://valkey:6379/0"


def test_commands_in_the_docs_name_services_and_volumes_that_exist() -> None:
    compose = (_ROOT / "docker-compose.services.yml").read_text()
    there = set(re.findall(r"^  ([a-z_]+):", compose, re.MULTILINE))
    texts = [file.read_text() for file in (*_ROOT.glob("*.md"), *(_ROOT / "docs").glob("*.md"))]
    named = {name for text in texts for pattern in (_COMMAND, _VOLUME) for name in pattern.findall(text)}
    assert {"backend", "frontend", "caddy", "postgres", "backend_data"} <= named
    assert named <= there
    assert "name: myelectricaldata\n" in (_ROOT / "docker-compose.yml").read_text(), "volumes begin with it"


def test_the_front_end_s_example_has_each_of_its_build_arguments() -> None:
    compose = (_ROOT / "docker-compose.services.yml").read_text()
    arguments = dict(re.findall(r"^ {8}([A-Z_]+): \$\{\w+:-(.*)\}$", compose, re.MULTILINE))
    example = dict(re.findall(r"^([A-Z_]+)=(.*)$", (_ROOT / "web" / ".env.docker.example").read_text(), re.MULTILINE))
    assert len(arguments) == 5
    assert example == arguments
