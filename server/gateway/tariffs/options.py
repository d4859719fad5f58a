"""The options a home can pay by, and the buckets each has."""

from enum import StrEnum

from gateway.domain.tempo_days import COLORS

UNKNOWN = "unknown"


class Option(StrEnum):
    """The regulated options, and whatever else a supplier sells."""

    BASE = "base"
    HP_HC = "hp_hc"
    TEMPO = "tempo"
    CUSTOM = "custom"


BUCKETS: dict[Option, frozenset[str]] = {
    Option.BASE: frozenset({"base"}),
    Option.HP_HC: frozenset({"hp", "hc"}),
    Option.TEMPO: frozenset(f"{color}_{hours}" for color in COLORS for hours in ("hp", "hc")),
}
"""Those of the regulated options; a custom offer names its own."""
REGULATED = tuple(BUCKETS)
