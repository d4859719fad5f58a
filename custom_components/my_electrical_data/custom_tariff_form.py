"""Converts a custom tariff between the JSON that users type and the gateway's request; the gateway checks it."""

import json
from collections.abc import Mapping
from typing import Any, Final

from .api.models import RawTariff, Tariff

_MEMBERS: Final = ("prices", "subscription_eur_per_month", "special_days", "day_starts")
_EXAMPLE: Final[RawTariff] = {
    "prices": [
        {"bucket": "week_end", "eur_per_kwh": 0.16, "weekdays": [5, 6], "slots": [["00:00", "24:00"]]},
        {"bucket": "week", "eur_per_kwh": 0.21},
    ],
    "subscription_eur_per_month": 15.5,
}


class CustomTariffError(ValueError):
    """The text cannot be used; the message is a translation key, `placeholders` fill it in."""

    def __init__(self, key: str, **placeholders: str) -> None:
        super().__init__(key)
        self.placeholders: Mapping[str, str] = placeholders


def format_custom_tariff(tariff: Tariff | None) -> str:
    """Return a tariff as text to edit; an example unless it has prices of its own at hours of its own."""
    is_custom = tariff is not None and tariff.option == "custom" and not isinstance(tariff.prices, str)
    raw = tariff.raw if tariff is not None and is_custom else _EXAMPLE
    members = {name: raw[name] for name in _MEMBERS if raw.get(name) not in (None, [], {})}
    prices = ",\n".join(f"    {json.dumps(_drop_empty(price), ensure_ascii=False)}" for price in members.pop("prices"))
    others = "".join(f",\n  {json.dumps(name)}: {json.dumps(value)}" for name, value in members.items())
    return f'{{\n  "prices": [\n{prices}\n  ]{others}\n}}'


async def parse_custom_tariff(text: str) -> RawTariff:
    """Return the members of a tariff in a text. Raises CustomTariffError, which says what to change.

    It awaits nothing; it is awaited as the other form of a custom tariff is.
    """
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise CustomTariffError("invalid_json", line=str(error.lineno), column=str(error.colno)) from error
    if not isinstance(found, dict) or not isinstance(found.get("prices"), list):
        raise CustomTariffError("prices_missing")
    if unknown := sorted(found.keys() - _MEMBERS):
        raise CustomTariffError("unknown_members", found=", ".join(unknown), known=", ".join(_MEMBERS))
    return found


def _drop_empty(price: Mapping[str, Any]) -> Mapping[str, Any]:
    """Leave out what the gateway assumes anyway."""
    usual = {"season": "all", "public_holidays": "by_weekday", "weekdays": [*range(7)]}
    return {name: value for name, value in price.items() if value not in (None, [], usual.get(name))}
