"""A language is a file of translations, and nothing else: shown with one that nobody speaks."""

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import SetUp
from homeassistant.core import HomeAssistant
from homeassistant.util.json import load_json
from recorded import load_metadata

from custom_components.my_electrical_data.const import DOMAIN

LANGUAGE = "xx"
ENGLISH = Path(__file__).parents[2] / "custom_components" / DOMAIN / "translations" / "en.json"


def make_pseudo_texts(node: Any) -> Any:
    """The same texts, as no other language has them."""
    return {key: make_pseudo_texts(part) for key, part in node.items()} if isinstance(node, dict) else f"⟦{node}⟧"


@pytest.fixture(autouse=True)
def pseudo_language(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Home Assistant speaks it, and finds our file of it beside the others."""

    def load_ours(file: Path) -> Any:
        return (
            make_pseudo_texts(json.loads(ENGLISH.read_text()))
            if file == ENGLISH.with_stem(LANGUAGE)
            else load_json(file)
        )

    monkeypatch.setattr("homeassistant.helpers.translation.load_json", load_ours)
    hass.config.language = LANGUAGE


async def test_entities_and_statistics_speak_it(hass: HomeAssistant, set_up: SetUp) -> None:
    await set_up()
    names = [state.name for state in hass.states.async_all("sensor")]
    assert names
    assert all("⟦" in name for name in names), names
    statistics = [row["name"] for row in (await load_metadata(hass)).values()]
    assert statistics
    assert all("⟦" in name for name in statistics), statistics
