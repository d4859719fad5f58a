"""Texts in Home Assistant's language where it does not translate by itself: events, statistics, cards, forms."""

from collections.abc import Mapping
from dataclasses import dataclass

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations

from .const import DOMAIN


@dataclass(frozen=True, slots=True)
class Texts:
    """Translated texts by group and name."""

    texts: Mapping[str, str]

    def __call__(self, group: str, name: str) -> str:
        """Return a text, or `name` itself if there is none, as for a custom bucket."""
        return self.texts.get(f"{group}.options.{name}", name)


async def async_load_texts(hass: HomeAssistant) -> Texts:
    """Load the texts of our selectors."""
    return Texts(await async_load_category(hass, "selector"))


async def async_load_category(hass: HomeAssistant, category: str) -> Mapping[str, str]:
    """Load all texts of a translation category, by their path in it."""
    prefix = f"component.{DOMAIN}.{category}."
    texts = await async_get_translations(hass, hass.config.language, category, [DOMAIN])
    return {key.removeprefix(prefix): text for key, text in texts.items()}
