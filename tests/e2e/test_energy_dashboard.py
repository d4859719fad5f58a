"""What a person sees: the Energy dashboard in a real browser, without a login, with yesterday's bars in it."""

import io
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image

from scripts.lib import energy
from scripts.lib.browser import open_page
from scripts.lib.home_assistant_client import HomeAssistantClient
from scripts.lib.stack import USAGE_POINTS, Stack
from tests.e2e.polling import wait_until
from tests.e2e.site import NOW
from tests.e2e.test_statistics import TODAY, ask_simulator, fetch_complete_series

# The values behind the bars, by the name of their source. Charts are drawn on a canvas: there is no element a bar.
BARS = """
chart => Object.fromEntries((chart.data ?? []).filter(series => series.name).map(series =>
    [series.name, series.data.map(point => (point.value ?? point)[1])]))
"""


def measure_colored_share(picture: bytes) -> float:
    """The share of a picture's pixels that are neither white nor grey."""
    with Image.open(io.BytesIO(picture)) as image:
        counts = image.convert("HSV").getchannel("S").histogram()
    return sum(counts[40:]) / sum(counts)


async def test_yesterday_is_drawn(stack: Stack, home_assistant: HomeAssistantClient) -> None:
    for name in USAGE_POINTS:
        await fetch_complete_series(home_assistant, name, "cost")
    await energy.configure_energy(home_assistant)
    async with open_page(f"{stack.home_assistant.url}/energy", language="fr", at=NOW) as page:
        await page.get_by_label("Précédent").click()
        chart = page.locator("hui-energy-usage-graph-card ha-chart-base")

        async def find_bars() -> dict[str, Any] | None:
            bars: dict[str, Any] = await chart.evaluate(BARS)
            return bars if [len(heights) for heights in bars.values()] == [24] * len(USAGE_POINTS) else None

        bars = await wait_until(find_bars, "a day of bars of three homes", seconds=300)
        for name, point in USAGE_POINTS.items():
            truth = await ask_simulator(
                stack,
                "/control/truth",
                prm=point.prm,
                direction="consumption",
                start=TODAY - timedelta(days=1),
                end=TODAY,
            )
            heights = next(heights for label, heights in bars.items() if label.startswith(f"{name} "))
            assert sum(heights) == pytest.approx(truth[0]["wh"] / 1000)

        async def is_painted() -> bool:
            return measure_colored_share(await chart.locator("canvas").first.screenshot()) > 0.05

        await wait_until(is_painted, "coloured bars on the canvas", seconds=300)
