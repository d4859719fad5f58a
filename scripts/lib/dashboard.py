"""The demo's dashboard: Tempo today and tomorrow, days left, Ecowatt by hour, the homes' energy and its cost."""

from collections.abc import Mapping
from typing import Any

from scripts.lib.energy import statistics
from scripts.lib.home_assistant_client import HomeAssistantClient, HomeAssistantError
from scripts.lib.stack import DOMAIN

URL_PATH = "my-electricity"

# Colours by `font`, the one element that Home Assistant lets through with a colour.
_TEMPO = """
{{% set colors = {{'blue': '#1e88e5', 'white': '#bdbdbd', 'red': '#e53935'}} %}}
{{% for id, day in [('{today}', "{words[today]}"), ('{tomorrow}', "{words[tomorrow]}")] %}}
{{% set known = states(id) in colors %}}
## <font color="{{{{ colors.get(states(id), '#9e9e9e') }}}}">⬤</font> {{{{ day }}}} · \
{{{{ state_translated(id) if known else "{words[unknown]}" }}}}
{{% endfor %}}
"""

# A table: a day a row, six hours a column, a coloured bar an hour.
_ECOWATT = """
{{% set colors = {{'low_carbon': '#00acc1', 'normal': '#43a047', 'tense': '#fb8c00', 'very_tense': '#e53935'}} %}}
{{% set row = namespace(date=none) %}}
| | 0 {words[hour]} | 6 {words[hour]} | 12 {words[hour]} | 18 {words[hour]} |
|-|-|-|-|-|
{{%- for hour in state_attr('{ecowatt}', 'hours') or [] %}}
{{%- set start = hour.start | as_datetime | as_local %}}
{{%- if start.date() != row.date %}}
{{%- set row.date = start.date() %}}
| **{{{{ start.strftime('%d/%m') }}}}** |{{{{ ' |' * (start.hour // 6) }}}}
{{%- elif start.hour % 6 == 0 %}} |{{% endif -%}}
<font color="{{{{ colors.get(hour.level, '#9e9e9e') }}}}">▮</font>
{{%- endfor %}}
"""


async def show(client: HomeAssistantClient, words: Mapping[str, str]) -> None:
    """Make it, and let Home Assistant open on it. One that exists is left as its owner changed it."""
    try:
        await client.command(
            "lovelace/dashboards/create",
            url_path=URL_PATH,
            title=words["title"],
            icon="mdi:transmission-tower",
            show_in_sidebar=True,
            require_admin=False,
            mode="storage",
        )
    except HomeAssistantError:
        if any(known["url_path"] == URL_PATH for known in await client.command("lovelace/dashboards/list")):
            return
        raise
    await client.command("lovelace/config/save", url_path=URL_PATH, config=await _config(client, words))
    await client.command("frontend/set_system_data", key="core", value={"default_panel": URL_PATH})


async def _config(client: HomeAssistantClient, words: Mapping[str, str]) -> dict[str, Any]:
    registry = await client.command("config/entity_registry/list")
    ours = [entity for entity in registry if entity["platform"] == DOMAIN]
    by_key = {entity["translation_key"]: entity["entity_id"] for entity in ours}
    last_days = [entity["entity_id"] for entity in ours if entity["translation_key"] == "last_day_energy"]
    left = [by_key[f"tempo_{color}_days_left"] for color in ("blue", "white", "red")]
    tempo = _TEMPO.format(today=by_key["tempo_today"], tomorrow=by_key["tempo_tomorrow"], words=words)
    day = [
        [
            _heading(words["tempo_heading"], "mdi:calendar-star"),
            {"type": "markdown", "content": tempo},
            _heading(words["days_left"], "mdi:calendar-clock"),
            *(_tile(entity, "entity", color) for entity, color in zip(left, ("blue", "grey", "red"), strict=True)),
        ],
        [
            _heading(words["ecowatt_heading"], "mdi:transmission-tower"),
            _tile(by_key["ecowatt"], "entity", "green"),
            {"type": "markdown", "content": _ECOWATT.format(ecowatt=by_key["ecowatt"], words=words)},
        ],
        [
            _heading(words["energy_heading"], "mdi:home-lightning-bolt"),
            *(_tile(entity, "device", "amber") for entity in last_days),
            {
                "type": "button",
                "name": words["open_energy"],
                "icon": "mdi:lightning-bolt",
                "grid_options": {"columns": 12, "rows": 2},
                "tap_action": {"action": "navigate", "navigation_path": "/energy"},
            },
        ],
    ]
    fortnight = [
        _by_day(words["by_day"], await statistics(client, "consumption")),
        _by_day(words["cost_by_day"], await statistics(client, "cost")),
    ]
    return {
        "views": [
            {
                "title": words["title"],
                "type": "sections",
                "max_columns": 3,
                "sections": [
                    *({"type": "grid", "cards": cards} for cards in day),
                    {"type": "grid", "column_span": 3, "cards": fortnight},
                ],
            }
        ]
    }


def _heading(text: str, icon: str) -> dict[str, Any]:
    return {"type": "heading", "heading": text, "icon": icon}


def _tile(entity: str, named_by: str, color: str) -> dict[str, Any]:
    """A line with a state, named by its `entity` or by its `device`."""
    return {
        "type": "tile",
        "entity": entity,
        "name": {"type": named_by},
        "color": color,
        "grid_options": {"columns": 12, "rows": 1},
    }


def _by_day(title: str, ids: Mapping[str, str]) -> dict[str, Any]:
    return {
        "type": "statistics-graph",
        "title": title,
        "entities": [{"entity": statistic_id, "name": name} for statistic_id, name in ids.items()],
        "chart_type": "bar",
        "stat_types": ["change"],
        "period": "day",
        "days_to_show": 14,
        "grid_options": {"columns": 18},
    }
