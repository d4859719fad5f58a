"""Days as people write them."""

from datetime import date

import pytest
from homeassistant.core import HomeAssistant

from custom_components.my_electrical_data import formatting
from custom_components.my_electrical_data.formatting import async_format_day, async_load_texts

DAY = date(2026, 1, 27)


@pytest.mark.parametrize(("language", "expected"), [("en", "27 Jan 2026"), ("fr", "27/01/2026")])
async def test_a_day_is_in_the_language_of_home_assistant(hass: HomeAssistant, language: str, expected: str) -> None:
    hass.config.language = language
    await async_load_texts(hass)
    assert async_format_day(hass, DAY) == expected


async def test_a_day_is_shown_while_texts_are_not_loaded(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formatting, "async_get_cached_translations", lambda *_: {})
    assert async_format_day(hass, DAY) == "2026-01-27"
