"""Every text exists in English and in French, and everything that needs a text has one."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from conftest import SetUp
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util.yaml import load_yaml_dict
from pages import load_texts
from PIL.ImageFont import load_default

from custom_components.my_electrical_data.api import errors
from custom_components.my_electrical_data.const import DOMAIN

ROOM = Path("custom_components") / DOMAIN
FITS_BESIDE_A_VALUE = 212
"""Pixels: so much of a row is free beside "12.34 €" on a device page in three columns, 1280 pixels wide; on a phone,
more."""
FITS_IN_A_ROW = 262
"""Pixels of a name and its state together there."""


def by_path(language: str) -> dict[str, str]:
    """Return all texts of a language by their path."""

    def flatten(path: str, node: Any) -> dict[str, str]:
        if isinstance(node, str):
            return {path: node}
        return {key: text for name, below in node.items() for key, text in flatten(f"{path}.{name}", below).items()}

    return flatten("", load_texts(language))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_repair_has_its_place_in_the_docs(language: str) -> None:
    page = Path("docs", load_texts(language)["selector"]["format"]["options"]["repairs_page"]).read_text()
    assert sorted(re.findall(r'<a id="(\w+)">', page)) == sorted(load_texts(language)["issues"])


def test_french_is_as_complete_as_english() -> None:
    english, french = by_path("en"), by_path("fr")
    assert french.keys() == english.keys()
    for path, text in english.items():
        assert re.findall(r"{\w+}", french[path]) == re.findall(r"{\w+}", text), path
        assert french[path] == french[path].strip()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_names_of_entities_are_not_cut_on_a_device_page(language: str) -> None:
    names = [text for path, text in by_path(language).items() if re.fullmatch(r"\.entity\.\w+\.\w+\.name", path)]
    assert names
    # Pillow's font is as wide as Home Assistant's Roboto, to within three per cent.
    font = load_default(16)
    assert [name for name in names if font.getlength(name) > FITS_BESIDE_A_VALUE] == []


@pytest.mark.parametrize("language", ["en", "fr"])
def test_names_are_not_cut_beside_their_longest_state(language: str) -> None:
    font = load_default(16)
    described = [entity for of_platform in load_texts(language)["entity"].values() for entity in of_platform.values()]
    rows = [(each["name"], max(each["state"].values(), key=font.getlength)) for each in described if "state" in each]
    assert rows
    assert [row for row in rows if sum(map(font.getlength, row)) > FITS_IN_A_ROW] == []


def test_every_error_has_its_words() -> None:
    codes = {kind.code for kind in vars(errors).values() if isinstance(kind, type) and hasattr(kind, "code")}
    english = by_path("en")
    for code in codes - {"invalid_url"}:
        assert f".exceptions.{code}.message" in english
    for code in codes - {"unknown"}:
        assert f".config.error.{code}" in english


@pytest.mark.parametrize("kind", ["triggers", "conditions"])
def test_every_trigger_and_condition_has_its_words_and_an_icon(kind: str) -> None:
    described = {
        name: what or {}
        for name, what in load_yaml_dict(str(ROOM / f"{kind}.yaml")).items()
        if not name.startswith(".")
    }
    icons = json.loads((ROOM / "icons.json").read_text())[kind]
    english = by_path("en")
    assert icons.keys() == described.keys()
    for name, what in described.items():
        assert english[f".{kind}.{name}.name"]
        assert english[f".{kind}.{name}.description"]
        for option, field in what.get("fields", {}).items():
            assert english[f".{kind}.{name}.fields.{option}.name"]
            assert english[f".{kind}.{name}.fields.{option}.description"]
            choices = field["selector"].get("select") or {"options": []}
            for choice in choices["options"]:
                assert english[f".selector.{choices['translation_key']}.options.{choice}"]
    told = {path.split(".")[2] for path in english if path.startswith(f".{kind}.")}
    assert told == described.keys()


async def test_every_entity_has_a_name_and_an_icon(hass: HomeAssistant, set_up: SetUp) -> None:
    entry = await set_up()
    icons = json.loads((ROOM / "icons.json").read_text())["entity"]
    french = await async_get_translations(hass, "fr", "entity", [DOMAIN])
    for entity in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id):
        path = f"component.{DOMAIN}.entity.{entity.domain}.{entity.translation_key}"
        assert french[f"{path}.name"]
        assert entity.translation_key in icons[entity.domain]
        for option in (entity.capabilities or {}).get("options", []):
            assert french[f"{path}.state.{option}"]
            assert option in icons[entity.domain][entity.translation_key]["state"]
