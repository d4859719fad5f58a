"""Writes CSV with the separators, decimals and column names of a language's spreadsheets."""

import csv
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from gateway.csv_export.tables import Exported, Value

_CHUNK = 64 * 1024
_MARK = "\ufeff"
"""Byte order mark, without which Excel does not recognise UTF-8."""


class Form(StrEnum):
    """The language of the spreadsheet program that opens the file."""

    ENGLISH = "en"
    FRENCH = "fr"


@dataclass(frozen=True)
class _Style:
    separator: str
    decimal: str
    names: dict[str, str]


_FRENCH_NAMES = {
    "start": "début",
    "utc_offset": "décalage UTC",
    "date": "date",
    "direction": "sens",
    "minutes": "minutes",
    "watts": "watts",
    "wh": "Wh",
    "va": "VA",
    "at": "heure",
    "register": "registre",
    "quality": "qualité",
    "consumption": "consommation",
    "production": "production",
    "cost": "coût",
    "subscription": "abonnement",
    "revenue": "revenu",
    "eur": "€",
}


def _get_style(form: Form) -> _Style:
    match form:
        case Form.ENGLISH:
            return _Style(",", ".", {})
        case Form.FRENCH:
            return _Style(";", ",", _FRENCH_NAMES)
        case _:
            assert_never(form)


async def write_table(table: Exported, form: Form) -> AsyncIterator[bytes]:
    """Yield a table as UTF-8 CSV, in chunks of about 64 KiB."""
    style, text = _get_style(form), io.StringIO()
    writer = csv.writer(text, delimiter=style.separator)
    text.write(_MARK)
    writer.writerow([_translate_column(column, style) for column in table.columns])
    async for row in table.rows:
        writer.writerow([_format_cell(row.get(column), style) for column in table.columns])
        if text.tell() >= _CHUNK:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def _translate_column(column: str, style: _Style) -> str:
    """Return the name of a column in the style's language, such as `coût hp (€)` for `cost_hp_eur`."""
    if not style.names or column in style.names:
        return style.names.get(column, column)
    kind, _, rest = column.partition("_")
    bucket, _, unit = f"_{rest}".rpartition("_")
    words = [style.names.get(kind, kind), bucket.strip("_")]
    last = style.names.get(unit, unit)
    return " ".join(word for word in words if word) + (f" ({last})" if unit in {"wh", "eur"} else f", {last}")


def _format_cell(value: Value, style: _Style) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".").replace(".", style.decimal)
    return str(value)
