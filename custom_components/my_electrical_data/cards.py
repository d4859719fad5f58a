"""Serves the script of the cards, and adds it to Home Assistant's pages."""

import hashlib
from pathlib import Path
from typing import Final

from homeassistant.components.frontend import DATA_EXTRA_MODULE_URL, add_extra_js_url
from homeassistant.components.http import StaticPathConfig
from homeassistant.core import HomeAssistant

from .const import DOMAIN, LOGGER

SCRIPT: Final = Path(__file__).parent / "frontend" / "cards.js"
"""Built from `web/src/cards`; a release contains it."""


async def async_serve_cards(hass: HomeAssistant) -> None:
    """Serve the script under a name that changes with its content, so that browsers may keep it."""
    if DATA_EXTRA_MODULE_URL not in hass.data:  # without Home Assistant's front end there are no cards
        return
    try:
        content = await hass.async_add_executor_job(SCRIPT.read_bytes)
    except FileNotFoundError:
        LOGGER.warning("The cards are missing: build them with scripts/setup, or install a release")
        return
    url = f"/{DOMAIN}/cards-{hashlib.sha256(content).hexdigest()[:12]}.js"
    await hass.http.async_register_static_paths([StaticPathConfig(url, str(SCRIPT), cache_headers=True)])
    add_extra_js_url(hass, url)
