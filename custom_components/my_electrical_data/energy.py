"""Adds a meter's statistics to the Energy dashboard, after showing what changes."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from homeassistant.components.energy.data import EnergyManager, async_get_manager
from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from .api.figures import UNKNOWN_BUCKET
from .api.signals import TEMPO_COLORS
from .const import DOMAIN
from .statistics import statistic_id

TOTAL, BY_BUCKET = "total", "buckets"
_ORDER: Final = [
    "base",
    "hc",
    "hp",
    *(f"{color}_{hours}" for color in TEMPO_COLORS for hours in ("hc", "hp")),
    UNKNOWN_BUCKET,
]
type GridSource = dict[str, Any]
"""A source of the Energy dashboard's preferences. Home Assistant's types of it differ from release to release."""

_MANAGER: HassKey[EnergyManager] = HassKey(f"{DOMAIN}_energy")
_FIELDS: Final = ("stat_energy_from", "stat_energy_to", "stat_cost", "stat_compensation")


async def async_load_preferences(hass: HomeAssistant) -> None:
    """Load the Energy dashboard's preferences."""
    if _MANAGER not in hass.data and "energy" in hass.config.components:
        hass.data[_MANAGER] = await async_get_manager(hass)


@callback
def async_can_add_meter(hass: HomeAssistant, usage_point_id: str, statistic_ids: Iterable[str]) -> bool:
    """Return whether the meter has statistics to add and none in the dashboard yet."""
    return (
        _MANAGER in hass.data
        and statistic_id(usage_point_id, "consumption") in statistic_ids
        and not any(_belongs_to(usage_point_id, source) for source in _current_sources(hass))
    )


def list_shown(usage_point_id: str, sums: Mapping[str, float], in_force: Collection[str]) -> list[str]:
    """Return the statistics to show: all except those of buckets that are not in force and have no energy."""
    consumption = statistic_id(usage_point_id, "consumption_")
    buckets = {each.removeprefix(consumption): total for each, total in sums.items() if each.startswith(consumption)}
    hidden = {bucket for bucket, total in buckets.items() if not total and bucket not in in_force}
    ours = statistic_id(usage_point_id, "")
    return [each for each in sums if each.removeprefix(ours).partition("_")[2] not in hidden]


def list_layouts(usage_point_id: str, statistic_ids: Iterable[str]) -> list[str]:
    """Return the possible layouts: one source, or one for each bucket. Both together would count energy twice."""
    return [TOTAL, BY_BUCKET] if len(_list_bucket_keys(usage_point_id, statistic_ids)) > 1 else [TOTAL]


def build_sources(usage_point_id: str, names: dict[str, str], way: str) -> list[GridSource]:
    """Build the grid sources of a layout; production belongs to the first. `names` maps statistic ids to names."""
    keys = [""] if way == TOTAL else _list_bucket_keys(usage_point_id, names)
    added = [_build_grid_source(usage_point_id, key, names) for key in keys]
    produced = statistic_id(usage_point_id, "production")
    if produced in names:
        added[0] |= {
            "stat_energy_to": produced,
            "stat_compensation": _if_known(statistic_id(usage_point_id, "revenue"), names),
        }
    return added


def describe_sources(added: list[GridSource], names: dict[str, str]) -> list[str]:
    """Return one line of text for each source, with the names of its statistics."""
    return ["- " + " · ".join(names[source[field]] for field in _FIELDS if source[field]) for source in added]


async def async_add_sources(hass: HomeAssistant, added: list[GridSource]) -> None:
    """Add grid sources to the preferences and keep the existing ones."""
    update: Any = {"energy_sources": [*_current_sources(hass), *added]}
    await hass.data[_MANAGER].async_update(update)


async def async_replace_statistics(hass: HomeAssistant, replacements: Mapping[str, str]) -> None:
    """Put statistics in the place of others. A source whose energy is then counted twice is left out."""
    if _MANAGER not in hass.data:
        return
    kept: list[GridSource] = []
    for source in _current_sources(hass):
        changed = source | {
            field: replacements.get(source[field], source[field]) for field in _FIELDS if source.get(field)
        }
        if changed == source or not any(_shares_energy(changed, other) for other in kept):
            kept.append(changed)
    if kept != _current_sources(hass):
        update: Any = {"energy_sources": kept}
        await hass.data[_MANAGER].async_update(update)


@callback
def async_shows_any(hass: HomeAssistant, statistic_ids: Collection[str]) -> bool:
    """Return whether the Energy dashboard has one of these statistics."""
    sources = _current_sources(hass) if _MANAGER in hass.data else []
    return any(source.get(field) in statistic_ids for source in sources for field in _FIELDS)


def _shares_energy(one: GridSource, other: GridSource) -> bool:
    return any(one.get(field) and one.get(field) == other.get(field) for field in _FIELDS[:2])


def _current_sources(hass: HomeAssistant) -> list[Any]:
    preferences = hass.data[_MANAGER].data
    return list(preferences["energy_sources"]) if preferences else []


def _belongs_to(usage_point_id: str, source: GridSource) -> bool:
    beginning = statistic_id(usage_point_id, "")
    return any(str(source.get(field) or "").startswith(beginning) for field in _FIELDS)


def _list_bucket_keys(usage_point_id: str, statistic_ids: Iterable[str]) -> list[str]:
    """Return the suffixes of the consumption's buckets, such as `_hp`: blue, white, red, off-peak before peak."""
    whole = statistic_id(usage_point_id, "consumption")
    suffixes = [each.removeprefix(whole) for each in statistic_ids if each.startswith(f"{whole}_")]
    known = [f"_{bucket}" for bucket in _ORDER]
    return sorted(suffixes, key=lambda each: (known.index(each) if each in known else len(known) - 1, each))


def _build_grid_source(usage_point_id: str, key: str, names: dict[str, str]) -> GridSource:
    consumed = statistic_id(usage_point_id, f"consumption{key}")
    return {
        "type": "grid",
        "name": names[consumed],
        "stat_energy_from": consumed,
        "stat_energy_to": None,
        "stat_cost": _if_known(statistic_id(usage_point_id, f"cost{key}"), names),
        "entity_energy_price": None,
        "number_energy_price": None,
        "stat_compensation": None,
        "entity_energy_price_export": None,
        "number_energy_price_export": None,
        "cost_adjustment_day": 0,
    }


def _if_known(identifier: str, names: dict[str, str]) -> str | None:
    return identifier if identifier in names else None
