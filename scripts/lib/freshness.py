"""How far the gateway is with a meter's days."""

from datetime import date, timedelta
from typing import Any

_NEWEST = timedelta(days=58)
"""Sixty days before today are fetched first, of which yesterday may not be published."""


def has_newest_days(meter: dict[str, Any]) -> bool:
    """Whether the newest sixty days of a meter were fetched; `complete_until` alone is right after the newest seven."""
    complete_until, known_from = meter["freshness"]["complete_until"], meter["history"]["known_from"]
    if complete_until is None:
        return False
    return date.fromisoformat(complete_until) - date.fromisoformat(known_from) >= _NEWEST
