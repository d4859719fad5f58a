"""Which regulated options a customer may still choose.

Base is being closed for more than 6 kVA: to new contracts of 18 to 36 kVA since 1 February 2026 (arrêté
LEGIARTI000053418584), whose holders are moved to off-peak hours on 1 February 2027. For 9 to 15 kVA sources disagree on
the date; 1 February 2025 is the earliest that one gives, and new contracts are refused today.
"""

from datetime import date, timedelta
from typing import assert_never

from gateway.tariffs.options import Option

_LOW_POWER = 6
_HIGH_POWER = 18
_BASE_CLOSED_LOW = date(2025, 2, 1)
BASE_CLOSED = date(2026, 2, 1)
BASE_ENDS = date(2027, 2, 1)
"""The day on which Base ends for 18 kVA and more: customers who have not chosen are moved to off-peak hours."""


def is_about_to_end(option: Option, power_kva: float, on: date) -> bool:
    """Tell whether a customer's option on a day is announced to end, or ended less than 60 days ago."""
    announced = BASE_CLOSED <= on < BASE_ENDS + timedelta(days=60)
    return option is Option.BASE and power_kva >= _HIGH_POWER and announced


def is_open_to_new(option: Option, power_kva: float, on: date) -> bool:
    """Tell whether new customers may choose an option on a day, at a power with which it is sold."""
    match option:
        case Option.BASE:
            if power_kva <= _LOW_POWER:
                return True
            return on < (BASE_CLOSED if power_kva >= _HIGH_POWER else _BASE_CLOSED_LOW)
        case Option.HP_HC | Option.TEMPO | Option.CUSTOM:
            return True
        case _:
            assert_never(option)
