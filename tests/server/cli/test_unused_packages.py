"""Packages that nothing of the gateway uses: its program does not load them, and importing it leaves them to others."""

import re
import subprocess
import sys


def test_the_program_does_not_load_what_it_never_uses() -> None:
    command = [sys.executable, "-X", "importtime", "-m", "gateway", "openapi"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)

    loaded = set(re.findall(r"\| +([\w.]+)$", done.stderr, re.MULTILINE))
    assert "fastapi" in loaded
    # an attempt that fails is listed too, but no module of the package
    assert not [
        name
        for name in loaded
        if name.startswith(("cryptography.x509.", "opentelemetry.sdk.metrics.", "pydantic.v1.", "rich."))
    ]


def test_importing_the_package_leaves_the_modules_of_others_alone() -> None:
    program = "import gateway.cli, sys; sys.exit(None in sys.modules.values())"
    subprocess.run([sys.executable, "-c", program], check=True)
