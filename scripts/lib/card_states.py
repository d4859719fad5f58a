"""A day on which the cards have much to say, for their tests and pictures.

It is a red Tempo day with a very tense hour. One home has a roof that produces; of another, nothing is known yet.
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp

from scripts.lib.stack import Stack, UsagePoint

NOW = datetime(2026, 11, 10, 18, 20, tzinfo=ZoneInfo("Europe/Paris"))
PRODUCING = UsagePoint("30001000000005", "hp_hc", 9, ("22:30-06:30",))
UNKNOWN = UsagePoint("30001000000012", "base", 6)
"""Enedis does not answer for this home."""
_CALM, _VERY_TENSE = 1, 3


async def start_day(stack: Stack, *, producing: str, unknown: str, slow_by: float = 0) -> None:
    """Start the simulator and the gateway on that day, with the two homes of these names. The clock is the stack's.

    Enedis answers the first question about the home that produces after `slow_by` seconds.
    """
    await stack.start_simulator()
    levels = [_VERY_TENSE if hour == NOW.hour else _CALM for hour in range(24)]
    orders: list[tuple[str, dict[str, Any]]] = [
        ("/control/ecowatt", {"date": f"{NOW:%Y-%m-%d}", "levels": levels}),
        ("/control/tempo", {"date": f"{NOW:%Y-%m-%d}", "colour": "RED"}),
        ("/control/faults", {"prm": PRODUCING.prm, "latency": slow_by, "times": 1}),
    ]
    async with aiohttp.ClientSession(stack.simulator_url, raise_for_status=True) as simulator:
        for path, order in orders:
            await (await simulator.post(path, json=order)).read()
    await stack.start_gateway()
    await stack.add_usage_point(PRODUCING, producing)
    await stack.add_usage_point(UNKNOWN, unknown)
