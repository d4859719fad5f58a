"""Builds Home Assistant's own cards. Each function returns a list, empty if there is nothing to show."""

from typing import Any

type Card = dict[str, Any]

SHADES = {"blue": "blue", "white": "grey", "red": "red"}
"""Of Tempo's colours, as the tile cards name them. White would not be seen by day."""

# A table: a day a row, six hours a column, a coloured bar an hour. `font` is the one element that keeps a colour.
_ECOWATT = """\
{{% set colors = {{'low_carbon': '#00acc1', 'normal': '#43a047', 'tense': '#fb8c00', 'very_tense': '#e53935'}} %}}
{{% set row = namespace(date=none) %}}
| | 0 {hour} | 6 {hour} | 12 {hour} | 18 {hour} |
|-|-|-|-|-|
{{%- for hour in state_attr('{entity}', 'hours') or [] %}}
{{%- set start = hour.start | as_datetime | as_local %}}
{{%- if start.date() != row.date %}}
{{%- set row.date = start.date() %}}
| **{{{{ start.strftime('%d/%m') }}}}** |{{{{ ' |' * (start.hour // 6) }}}}
{{%- elif start.hour % 6 == 0 %}} |{{% endif -%}}
<font color="{{{{ colors.get(hour.level, '#9e9e9e') }}}}">▮</font>
{{%- endfor %}}
"""


def heading(text: str, icon: str) -> Card:
    """Build the heading of a section."""
    return {"type": "heading", "heading": text, "icon": icon}


def subheading(text: str) -> Card:
    """Build the heading of a part of a section."""
    return {"type": "heading", "heading": text, "heading_style": "subtitle"}


def tile(
    entity: str | None, *, columns: int, name: str, color: str, up: bool = False, only_known: bool = False
) -> list[Card]:
    """Build a tile; `up` is vertical; `only_known` hides it while its state is unknown."""
    if entity is None:
        return []
    card: Card = {
        "type": "tile",
        "entity": entity,
        "name": name,
        "color": color,
        "grid_options": {"columns": columns, "rows": 2 if up else 1},
    }
    if up:
        card["vertical"] = True
    if only_known:
        card["visibility"] = [
            {"condition": "state", "entity": entity, "state_not": state} for state in ("unknown", "unavailable")
        ]
    return [card]


def color_tiles(entity: str | None, name: str) -> list[Card]:
    """Build tiles for a Tempo day, one for each colour, of which only the matching one is visible."""
    cards: list[Card] = []
    for state, color in SHADES.items():
        for card in tile(entity, columns=6, name=name, color=color):
            seen = [{"condition": "state", "entity": entity, "state": state}]
            cards.append(card | {"visibility": seen, "grid_options": {"columns": 6, "rows": 2}, "vertical": True})
    for card in tile(entity, columns=6, name=name, color="disabled"):
        unknown = [{"condition": "state", "entity": entity, "state_not": state} for state in SHADES]
        cards.append(card | {"visibility": unknown, "grid_options": {"columns": 6, "rows": 2}, "vertical": True})
    return cards


def picture(entity: str | None) -> list[Card]:
    """Build an image card."""
    return [{"type": "picture", "image_entity": entity, "grid_options": {"columns": 12}}] if entity else []


def ecowatt_hours(entity: str | None, hour: str) -> list[Card]:
    """Build a card with the hours of the next days."""
    return [{"type": "markdown", "content": _ECOWATT.format(entity=entity, hour=hour)}] if entity else []


def graph(title: str, series: list[tuple[str, str, str]], *, period: str, days: int) -> list[Card]:
    """Build a stacked bar chart of what statistics added in each period."""
    if not series:
        return []
    return [
        subheading(title),
        {
            "type": "statistics-graph",
            "chart_type": "bar-stack",
            "stat_types": ["change"],
            "period": period,
            "days_to_show": days,
            "entities": [{"entity": each, "name": name, "color": color} for each, name, color in series],
            "hide_legend": len(series) == 1,
            "grid_options": {"columns": 12},
        },
    ]
