"""Where Enedis' recorded answers are, if they are there."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

SAMPLES = Path(os.environ.get("ENEDIS_SAMPLES", Path(__file__).parents[4] / "shared" / "samples"))


def pytest_report_header() -> str:
    return "" if SAMPLES.is_dir() else "recorded answers of Enedis: NOT THERE (ENEDIS_SAMPLES), their tests are skipped"


@pytest.fixture(scope="session")
def read_sample() -> Callable[[str], bytes]:
    """Read a recorded answer in place."""

    def read(name: str) -> bytes:
        if not SAMPLES.is_dir():
            pytest.skip("the recorded answers of Enedis are not there; ENEDIS_SAMPLES names their folder")
        return (SAMPLES / name).read_bytes()

    return read
