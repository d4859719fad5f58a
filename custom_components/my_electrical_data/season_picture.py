"""Draws the Tempo season: a row for each month, a square for each day, in colours for light and dark mode."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Final

from .api.signals import TempoColor, TempoDay

_CELL, _STEP, _MARGIN = 10, 12, 34
_FILLS: Final = {
    TempoColor.BLUE: 'fill="#1e88e5"',
    TempoColor.WHITE: 'fill="#fafafa" stroke="#9e9e9e"',
    TempoColor.RED: 'fill="#e53935"',
    TempoColor.UNKNOWN: 'fill="none" stroke="#9e9e9e" stroke-opacity=".45"',
}


def draw_season(days: Collection[TempoDay], today: date | None, months: Sequence[str]) -> bytes:
    """Draw twelve months as SVG, with `today` framed; `months` are the names of the months."""
    rows = sorted({(day.date.year, day.date.month) for day in days})[:12]
    shown = sorted((day for day in days if (day.date.year, day.date.month) in rows), key=lambda day: day.date)
    width, height = _MARGIN + 31 * _STEP, len(rows) * _STEP + 2
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">']
    for number, (_, month) in enumerate(rows):
        parts.append(
            f'<text x="{_MARGIN - 6}" y="{number * _STEP + 9.5}" text-anchor="end" font-family="sans-serif"'
            f' font-size="9" fill="#8a8a8a">{months[month - 1]}</text>'
        )
    for day in shown:
        x = _MARGIN + (day.date.day - 1) * _STEP
        y = rows.index((day.date.year, day.date.month)) * _STEP + 1
        frame = ' stroke="#ff9800" stroke-width="2.5"' if day.date == today else ""
        fill = _FILLS[day.sure_color].partition(" stroke")[0] if frame else _FILLS[day.sure_color]
        parts.append(f'<rect x="{x}" y="{y}" width="{_CELL}" height="{_CELL}" rx="2" {fill}{frame}/>')
    return "".join([*parts, "</svg>"]).encode()
