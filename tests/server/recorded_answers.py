"""Recorded answers of Enedis and RTE, which are not public: without them their tests are skipped and say so."""

import os
from pathlib import Path

import pytest

FOLDER = Path(os.environ.get("ENEDIS_SAMPLES", Path(__file__).resolve().parents[3] / "shared" / "samples"))


def read_recorded_answer(name: str) -> bytes:
    """Return a recorded answer, or skip the test if the folder of the recorded answers is not there."""
    if not FOLDER.is_dir():
        pytest.skip("the recorded answers of Enedis are not there; ENEDIS_SAMPLES names their folder")
    return (FOLDER / name).read_bytes()
