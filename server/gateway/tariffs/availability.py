"""Which regulated options a customer may still choose.

Base is being closed for more than 6 kVA: to new contracts of 18 to 36 kVA since 1 February 2026 (arrêté
LEGIARTI000053418584), whose holders are moved to off-peak hours on 1 February 2027. For 9 to 15 kVA sources disagree on
the date; 1 February 2025 is the earliest that one gives, and new contracts are refused today.
"""

from datetime import date
from typing import assert_never

from gateway.tariffs.options import Option

_LOW_POWER = 6
_HIGH_POWER = 18
_BASE_CLOSED_LOW = date(2025, 2, 1)
_BASE_CLOSED_HIGH = date(2026, 2, 1)


def is_open_to_new(option: Option, power_kva: float, on: date) -> bool:
    """Tell whether somebody who does not pay by an option may choose it on a day, at a power that it is sold with."""
    match option:
        case Option.BASE:
            if power_kva <= _LOW_POWER:
                return True
            return on < (_BASE_CLOSED_HIGH if power_kva >= _HIGH_POWER else _BASE_CLOSED_LOW)
        case Option.HP_HC | Option.TEMPO | Option.CUSTOM:
            return True
        case _:
            assert_never(option)
