"""Commands load only the packages that they use, and importing the gateway leaves those that nothing uses to others."""

import re
import subprocess
import sys

import pytest


def list_loaded(*arguments: str) -> set[str]:
    """Run `gateway ARGUMENTS`; return the modules that it loads."""
    command = [sys.executable, "-X", "importtime", "-m", "gateway", *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return set(re.findall(r"\| +([\w.]+)$", done.stderr, re.MULTILINE))


def test_the_program_does_not_load_what_it_never_uses() -> None:
    loaded = list_loaded("openapi")
    assert "fastapi" in loaded
    # an attempt that fails is listed too, but no module of the package
    assert not [
        name
        for name in loaded
        if name.startswith(("cryptography.x509.", "opentelemetry.sdk.metrics.", "pydantic.v1.", "rich."))
    ]


@pytest.mark.parametrize(
    ("argument", "unused"),
    [
        ("--version", {"fastapi", "pydantic", "sqlalchemy"}),
        ("--help", {"fastapi"}),  # it imports every command
    ],
)
def test_simple_commands_do_not_load_heavy_packages(argument: str, unused: set[str]) -> None:
    loaded = list_loaded(argument)
    assert "gateway.cli" in loaded
    assert not loaded & unused


def test_importing_the_package_leaves_the_modules_of_others_alone() -> None:
    program = "import gateway.cli, sys; sys.exit(None in sys.modules.values())"
    subprocess.run([sys.executable, "-c", program], check=True)
