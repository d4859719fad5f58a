"""The tariff options of a usage point. `describe_option` is the only table of their properties.

A new member of `Option` does not type-check until `describe_option` knows it, nor a new member of `BucketClock` until
`tariffs/buckets.py` bills by it. What else must know an option (the CRE's columns, the registers of the meter, the
comparison) reads this table.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import assert_never

from gateway.domain.tempo_days import COLORS
from gateway.enedis.registers import BUCKETS

UNKNOWN = "unknown"
"""The bucket of energy whose bucket is not known."""


class Option(StrEnum):
    """The regulated options, and whatever else a supplier sells."""

    BASE = "base"
    HP_HC = "hp_hc"
    TEMPO = "tempo"
    CUSTOM = "custom"


class BucketClock(StrEnum):
    """What determines the bucket: nothing, the off-peak hours, Tempo's colours, or the slots of an offer."""

    ONE_BUCKET = "one_bucket"
    OFF_PEAK = "off_peak"
    TEMPO = "tempo"
    OFFER = "offer"

    @property
    def needs_colors(self) -> bool:
        """Whether every bucket depends on Tempo's colours; of an offer, its prices say so."""
        match self:
            case BucketClock.TEMPO:
                return True
            case BucketClock.ONE_BUCKET | BucketClock.OFF_PEAK | BucketClock.OFFER:
                return False


@dataclass(frozen=True)
class OptionFacts:
    """The properties of an option. A custom offer defines its own buckets, so its tables are empty.

    `cre_columns` are the columns of CRE's open data with the price of each bucket, without `_HT` and `_TTC`.
    """

    clock: BucketClock
    is_regulated: bool
    cre_columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def buckets(self) -> frozenset[str]:
        """The buckets of the option."""
        return frozenset(self.cre_columns)

    @property
    def registers(self) -> Mapping[str, str]:
        """The time class of Enedis' index for each bucket."""
        return {bucket: name for name, bucket in BUCKETS.items() if bucket in self.buckets}


_CRE_COLORS = {"blue": "Bleu", "white": "Blanc", "red": "Rouge"}
_TEMPO_BUCKETS = [(color.value, hours) for color in COLORS for hours in ("hp", "hc")]


def describe_option(option: Option) -> OptionFacts:
    """Return the properties of an option."""
    match option:
        case Option.BASE:
            return OptionFacts(
                BucketClock.ONE_BUCKET,
                is_regulated=True,
                cre_columns={"base": "PART_VARIABLE"},
            )
        case Option.HP_HC:
            return OptionFacts(
                BucketClock.OFF_PEAK,
                is_regulated=True,
                cre_columns={"hp": "PART_VARIABLE_HP", "hc": "PART_VARIABLE_HC"},
            )
        case Option.TEMPO:
            return OptionFacts(
                BucketClock.TEMPO,
                is_regulated=True,
                cre_columns={
                    f"{color}_{hours}": f"PART_VARIABLE_{hours.upper()}{_CRE_COLORS[color]}"
                    for color, hours in _TEMPO_BUCKETS
                },
            )
        case Option.CUSTOM:
            return OptionFacts(BucketClock.OFFER, is_regulated=False)
        case _:
            assert_never(option)


OPTIONS: Mapping[Option, OptionFacts] = {option: describe_option(option) for option in Option}
REGULATED = tuple(option for option, facts in OPTIONS.items() if facts.is_regulated)
"""The options that have regulated prices, and are compared."""
