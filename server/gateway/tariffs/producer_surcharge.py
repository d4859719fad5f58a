"""The yearly surcharge on the regulated subscription of a producer who injects and consumes at one usage point.

EDF's price list states it before tax, in a note below each grid. VAT was 5.5 % on subscriptions until 31 July 2025 and
has been 20 % since.
"""

from bisect import bisect_right
from datetime import date
from decimal import Decimal

_YEARLY = (
    (date(2023, 8, 1), Decimal("8.88") * Decimal("1.055")),
    (date(2025, 2, 1), Decimal("9.72") * Decimal("1.055")),
    (date(2025, 8, 1), Decimal("9.60") * Decimal("1.20")),
)


def get_monthly_surcharge(day: date) -> Decimal:
    """Return the surcharge on the subscription on `day`, in EUR per month including tax; 0 before the first grid."""
    index = bisect_right(_YEARLY, day, key=lambda dated: dated[0])
    return _YEARLY[index - 1][1] / 12 if index else Decimal(0)
