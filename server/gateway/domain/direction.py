"""Which way energy goes."""

from enum import StrEnum


class Direction(StrEnum):
    """Which way the energy goes, seen from the home."""

    CONSUMPTION = "consumption"
    PRODUCTION = "production"
