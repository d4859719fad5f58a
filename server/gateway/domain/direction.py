"""The direction of energy."""

from enum import StrEnum


class Direction(StrEnum):
    """The direction of energy, as seen from the home."""

    CONSUMPTION = "consumption"
    PRODUCTION = "production"
