"""Builds the content of the dashboard from the entities and statistics that exist."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from custom_components.my_electrical_data.const import CONF_DASHBOARD, DOMAIN, METER
from custom_components.my_electrical_data.formatting import Texts, async_load_texts
from custom_components.my_electrical_data.statistics import async_list_statistic_ids, statistic_id

from .cards import SHADES, Card, color_tiles, ecowatt_hours, graph, heading, picture, tile

type Find = Callable[[str], str | None]

_BUCKET_COLORS = {
    "base": "#1e88e5",
    "hp": "#fb8c00",
    "hc": "#1e88e5",
    "blue_hp": "#1565c0",
    "blue_hc": "#64b5f6",
    "white_hp": "#9e9e9e",
    "white_hc": "#cfd8dc",
    "red_hp": "#c62828",
    "red_hc": "#ef9a9a",
    "unknown": "#8d6e63",
}


async def async_build_content(hass: HomeAssistant) -> dict[str, Any]:
    """Build one view: the grid (of the first gateway), then each meter."""
    words = await async_load_texts(hass)
    entries = [entry for entry in hass.config_entries.async_entries(DOMAIN) if entry.options.get(CONF_DASHBOARD)]
    sections: list[list[Card]] = []
    for number, entry in enumerate(entries):
        known = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
        shown = [entity for entity in known if not entity.disabled]
        if number == 0:
            sections += _build_grid_sections(_create_finder(shown, None), words)
        for meter in entry.get_subentries_of_type(METER):
            ids = await async_list_statistic_ids(hass, meter.unique_id or "")
            find = _create_finder(shown, meter.subentry_id)
            sections.append(_build_meter_section(meter.title, meter.unique_id or "", find, ids, words))
    return {
        "views": [
            {
                "title": words("dashboard", "title"),
                "path": "electricity",
                "type": "sections",
                "max_columns": 3,
                "sections": [{"type": "grid", "cards": cards} for cards in sections if len(cards) > 1],
            }
        ]
    }


def _create_finder(entities: Iterable[er.RegistryEntry], subentry_id: str | None) -> Find:
    """Return a function that finds an entity of the grid or of a meter by its translation key."""
    ours = {
        (entity.domain, entity.translation_key): entity.entity_id
        for entity in entities
        if entity.config_subentry_id == subentry_id
    }

    def find(name: str) -> str | None:
        domain, _, key = name.partition(".")
        return ours.get((domain, key))

    return find


def _build_grid_sections(find: Find, all_words: Texts) -> list[list[Card]]:
    words = partial(all_words, "dashboard")
    tempo = [
        heading("Tempo", "mdi:calendar-star"),
        *color_tiles(find("sensor.tempo_today"), words("today")),
        *color_tiles(find("sensor.tempo_tomorrow"), words("tomorrow")),
        *tile(find("sensor.tempo_period"), columns=12, name=words("period"), color="teal"),
        *(
            card
            for color, shade in SHADES.items()
            for card in tile(
                find(f"sensor.tempo_{color}_days_left"), columns=4, name=words(color), color=shade, up=True
            )
        ),
        *tile(find("sensor.tempo_next_red_day"), columns=12, name=words("next_red"), color="red", only_known=True),
    ]
    season = [heading(words("season"), "mdi:calendar-month"), *picture(find("image.tempo_season"))]
    ecowatt = [
        heading("Ecowatt", "mdi:transmission-tower"),
        *tile(find("sensor.ecowatt"), columns=12, name=words("now"), color="green"),
        *tile(find("sensor.ecowatt_today"), columns=6, name=words("worst_today"), color="green"),
        *tile(find("sensor.ecowatt_tomorrow"), columns=6, name=words("worst_tomorrow"), color="green"),
        *ecowatt_hours(find("sensor.ecowatt"), words("hour")),
    ]
    return [tempo, [*season, *ecowatt] if len(season) > 1 else ecowatt]


def _build_meter_section(
    name: str, point_id: str, find: Find, statistic_ids: Iterable[str], all_words: Texts
) -> list[Card]:
    words = partial(all_words, "dashboard")
    whole = statistic_id(point_id, "consumption")
    ids = set(statistic_ids)
    buckets = [bucket for bucket in _BUCKET_COLORS if f"{whole}_{bucket}" in ids]
    series = [(f"{whole}_{bucket}", all_words("bucket", bucket), _BUCKET_COLORS[bucket]) for bucket in buckets]
    in_all = [(whole, words("consumption"), _BUCKET_COLORS["base"])] if whole in ids else []
    return [
        heading(name, "mdi:home-lightning-bolt"),
        *tile(find("sensor.tariff_period"), columns=6, name=words("period"), color="teal"),
        *tile(find("sensor.tariff_price"), columns=6, name=words("price"), color="teal"),
        *tile(find("sensor.last_day_energy"), columns=6, name=words("last_day"), color="amber"),
        *tile(find("sensor.last_day_cost"), columns=6, name=words("last_day"), color="amber"),
        *tile(find("sensor.month_energy"), columns=6, name=words("this_month"), color="amber"),
        *tile(find("sensor.month_cost"), columns=6, name=words("this_month"), color="amber"),
        *graph(words("month_by_period"), series or in_all, period="day", days=31),
        *tile(find("sensor.year_energy"), columns=6, name=words("this_year"), color="amber"),
        *tile(find("sensor.year_energy_year_ago"), columns=6, name=words("year_ago"), color="grey", only_known=True),
        *tile(find("sensor.year_cost"), columns=6, name=words("this_year"), color="amber"),
        *tile(find("sensor.year_cost_year_ago"), columns=6, name=words("year_ago"), color="grey", only_known=True),
        *graph(words("two_years"), in_all, period="month", days=730),
    ]
