"""A gateway that is only concerned with Enedis."""

import pytest

from tests.server.metering.stand_in import scripted_home

__all__ = ["scripted_home"]


@pytest.fixture(autouse=True)
def no_rte(without_rte: None) -> None:
    """Readings have nothing to do with RTE."""
