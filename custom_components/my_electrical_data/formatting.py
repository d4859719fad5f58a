"""Texts in Home Assistant's language where it does not translate by itself: events, statistics, cards, forms."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import count

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import async_get_cached_translations, async_get_translations

from .const import DOMAIN


@dataclass(frozen=True, slots=True)
class Texts:
    """Translated texts by group and name."""

    texts: Mapping[str, str]

    def __call__(self, group: str, name: str) -> str:
        """Return a text, or `name` itself if there is none, as for a custom bucket."""
        return self.texts.get(f"{group}.options.{name}", name)


@callback
def async_format_day(hass: HomeAssistant, day: date | None) -> str:
    """Format a day as people write it in Home Assistant's language, such as 27 Jan 2026 or 27/01/2026."""
    if day is None:
        return "?"
    try:
        return day.strftime(async_get_text(hass, "format", "day"))
    except KeyError:  # the language was changed a moment ago, and its texts are not loaded yet
        return day.isoformat()


@callback
def async_get_text(hass: HomeAssistant, group: str, name: str) -> str:
    """Return a text of our selectors, which Home Assistant has loaded with the integration."""
    texts = async_get_cached_translations(hass, hass.config.language, "selector", DOMAIN)
    return texts[f"component.{DOMAIN}.selector.{group}.options.{name}"]


async def async_load_texts(hass: HomeAssistant) -> Texts:
    """Load the texts of our selectors."""
    return Texts(await async_load_category(hass, "selector"))


async def async_name_home(hass: HomeAssistant, taken: Collection[str] = ()) -> str:
    """Return a name for a meter without one, which no other meter and none of `taken` has."""
    entries = hass.config_entries.async_entries(DOMAIN)
    names = {*taken, *(each.title for entry in entries for each in entry.subentries.values())}
    home = (await async_load_texts(hass))("found", "home")
    return next(name for number in count(1) if (name := home if number == 1 else f"{home} {number}") not in names)


async def async_load_category(hass: HomeAssistant, category: str) -> Mapping[str, str]:
    """Load all texts of a translation category, by their path in it."""
    prefix = f"component.{DOMAIN}.{category}."
    texts = await async_get_translations(hass, hass.config.language, category, [DOMAIN])
    return {key.removeprefix(prefix): text for key, text in texts.items()}
