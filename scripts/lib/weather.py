"""What the demo's simulated RTE and Enedis do: a red day, a tense hour and other off-peak hours ahead, and a way back
from Enedis' page.
"""

from datetime import date, datetime, timedelta
from typing import Any

import aiohttp

from scripts.lib.stack import USAGE_POINTS, Stack

CALM, TENSE, VERY_TENSE = 1, 2, 3
_RED_MONTHS = {11, 12, 1, 2, 3}
_NEW_HOURS = "HC (1H32-6H32;11H02-14H02)"
"""Off-peak hours in the afternoon, as the reform brings them."""
_NOTICE = timedelta(days=30)
_EVENING = {18: TENSE, 19: VERY_TENSE}


async def prepare_simulator(stack: Stack, now: datetime) -> None:
    """Make tomorrow red if it can be, or else the next weekday; strain the grid this evening and tomorrow's.

    Enedis announces other off-peak hours for a meter, a month ahead.
    """
    today = now.date()
    levels = [_EVENING.get(hour, CALM) for hour in range(24)]
    orders: list[tuple[str, str, dict[str, Any]]] = [
        # Enedis' page leads back to this gateway.
        ("PATCH", "/control/authorize", {"redirect_uri": f"{stack.gateway_url}/oauth/callback"}),
        (
            "PATCH",
            f"/control/homes/{USAGE_POINTS['off_peak'].prm}",
            {"hours_announced": _NEW_HOURS, "hours_change": find_next_change(today).isoformat()},
        ),
        *(
            ("POST", "/control/ecowatt", {"date": day.isoformat(), "levels": levels})
            for day in (today, today + timedelta(days=1))
        ),
    ]
    tempo_day = find_tempo_day(now)
    red = find_next_red_day(tempo_day)
    if red is not None:
        visible = {"visible_from": now.isoformat()} if red == tempo_day + timedelta(days=1) else {}
        orders.append(("POST", "/control/tempo", {"date": red.isoformat(), "colour": "RED", **visible}))
    async with aiohttp.ClientSession(stack.simulator_url, raise_for_status=True) as session:
        for method, path, body in orders:
            async with session.request(method, path, json=body):
                pass


def find_tempo_day(now: datetime) -> date:
    """Return the Tempo day of a moment in Paris: it begins at 06:00, so that in the night it is the day before."""
    return (now - timedelta(hours=6)).date()


def find_next_red_day(today: date) -> date | None:
    """Return the first day after today that may be red (Monday to Friday, November to March), within four days."""
    days = (today + timedelta(days=number) for number in range(1, 5))
    return next((day for day in days if day.weekday() < 5 and day.month in _RED_MONTHS), None)


def find_next_change(today: date) -> date:
    """Return the first of a month, at least a month's notice after today."""
    noticed = today + _NOTICE
    return date(noticed.year + noticed.month // 12, noticed.month % 12 + 1, 1)
