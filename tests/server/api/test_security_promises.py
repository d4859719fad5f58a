"""SECURITY.md names tests that exist."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
_TEST = re.compile(r"`([\w/]+/test_\w+\.py)(?:::(test_\w+))?`")


def test_every_promise_names_a_test_that_exists() -> None:
    named = _TEST.findall((ROOT / "SECURITY.md").read_text())
    assert len(named) >= 20
    for path, function in named:
        file = ROOT / path if path.startswith("tests/") else ROOT / "tests/server" / path
        assert file.exists(), path
        assert not function or f"def {function}(" in file.read_text(), f"{path}::{function}"
