"""Recorded answers of Enedis, if they are there."""

from collections.abc import Callable

import pytest

from tests.server.recorded_answers import read_recorded_answer


@pytest.fixture(scope="session")
def read_sample() -> Callable[[str], bytes]:
    """Read a recorded answer in place."""
    return read_recorded_answer
