"""The form of an offer with prices by weekday and hour: its fields, and the gateway's prices made of them."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from homeassistant.const import CURRENCY_EURO
from homeassistant.helpers.selector import (
    ObjectSelector,
    ObjectSelectorConfig,
    SelectOptionDict,
    Selector,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
from homeassistant.util import slugify

from .api import GatewayClient
from .api.figures import UNKNOWN_BUCKET
from .api.models import RawTariff, Tariff
from .const import PRICE_UNIT
from .custom_tariff_form import CustomTariffError
from .formatting import Texts
from .off_peak_form import OffPeakError, read_off_peak
from .tariff_form import CONF_SUBSCRIPTION, CUSTOM, UserInput, build_number, suggest_value

CONF_USUAL_PRICE, CONF_OTHER_PRICES = "usual_price", "other_prices"
_NAME, _PRICE, _DAYS, _HOURS, _SEASON, _HOLIDAYS = "name", "price", "days", "hours", "season", "holidays"

_USUAL_BUCKET: Final = "base"
_LONGEST_BUCKET: Final = 32
"""As the gateway allows."""
_WHOLE_DAY: Final = ["00:00", "24:00"]
_EVERY_DAY: Final = [*range(7)]
_SEASONS: Final = ["all", "summer", "winter"]
_ONLY: Final = "only"
_HOLIDAY_RULES: Final = ["by_weekday", "included", "excluded", _ONLY]
_SHOWN_MEMBERS: Final = {"bucket", "eur_per_kwh", "weekdays", "slots", "season", "public_holidays"}


def build_custom_price_fields(tariff: Tariff | None, words: Texts) -> dict[Any, Any]:
    """Build the fields; suggested are the prices of a tariff, if the form can show all of them."""
    shown = _get_shown(tariff)
    others = [_build_row(price) for price in shown["prices"] if price.get("slots")]
    return {
        suggest_value(CONF_USUAL_PRICE, _find_usual(shown).get("eur_per_kwh")): build_number(2, PRICE_UNIT),
        suggest_value(CONF_SUBSCRIPTION, shown.get("subscription_eur_per_month")): build_number(1000, CURRENCY_EURO),
        suggest_value(CONF_OTHER_PRICES, others): ObjectSelector(
            ObjectSelectorConfig(
                multiple=True,
                label_field=_NAME,
                description_field=_PRICE,
                translation_key="custom_price",
                fields={
                    _NAME: {"required": True, "selector": _serialize(TextSelector())},
                    # not required: Home Assistant would show 0
                    _PRICE: {"selector": _serialize(build_number(2, PRICE_UNIT))},
                    _DAYS: {"selector": _build_select("weekday", map(str, _EVERY_DAY), words, multiple=True)},
                    _HOURS: {"selector": _serialize(TextSelector())},
                    _SEASON: {"selector": _build_select("custom_season", _SEASONS, words)},
                    _HOLIDAYS: {"selector": _build_select("custom_holidays", _HOLIDAY_RULES, words)},
                },
            )
        ),
    }


def can_show(tariff: Tariff | None) -> bool:
    """Return whether the form shows all prices of a tariff: not those on days of a colour, or on special days."""
    return not _has_own_times(tariff) or bool(_get_shown(tariff)["prices"])


def check_custom_prices(user_input: UserInput, submitted: UserInput | None) -> dict[str, str]:
    """Return form errors: for each empty field, or for a price of 0 unless this was `submitted` before."""
    if missing := [name for name in (CONF_USUAL_PRICE, CONF_SUBSCRIPTION) if user_input.get(name) is None]:
        return dict.fromkeys(missing, "price_missing")
    amounts = [user_input[CONF_USUAL_PRICE], user_input[CONF_SUBSCRIPTION]]
    amounts += [row.get(_PRICE) for row in _list_rows(user_input)]
    return {"base": "price_of_zero"} if 0 in amounts and user_input != submitted else {}


async def read_custom_prices(client: GatewayClient, user_input: UserInput, tariff: Tariff | None) -> RawTariff:
    """Return the members of a tariff; the gateway parses the hours. The usual price keeps its name in `tariff`.

    Raises CustomTariffError, which says what to change, or GatewayError.
    """
    prices = [await _read_row(client, row) for row in _list_rows(user_input)]
    usual = _find_usual(_get_shown(tariff)).get("bucket", _USUAL_BUCKET)
    prices.append({"bucket": usual, "eur_per_kwh": user_input[CONF_USUAL_PRICE]})
    amounts: dict[str, float] = {}
    for price in prices:
        if amounts.setdefault(price["bucket"], price["eur_per_kwh"]) != price["eur_per_kwh"]:
            raise CustomTariffError("names_alike", name=price["bucket"])
    return {"prices": prices, "subscription_eur_per_month": user_input[CONF_SUBSCRIPTION]}


async def _read_row(client: GatewayClient, row: Mapping[str, Any]) -> dict[str, Any]:
    name = row[_NAME].strip()
    bucket = slugify(name)[:_LONGEST_BUCKET].strip("_")
    if bucket in {"", UNKNOWN_BUCKET}:  # the latter also for a name without letters or digits
        raise CustomTariffError("price_without_name", name=name)
    if row.get(_PRICE) is None:
        raise CustomTariffError("price_of_row_missing", name=name)
    rule = row.get(_HOLIDAYS) or _HOLIDAY_RULES[0]
    return {
        "bucket": bucket,
        "eur_per_kwh": row[_PRICE],
        "season": row.get(_SEASON) or _SEASONS[0],
        "weekdays": [] if rule == _ONLY else sorted(map(int, row.get(_DAYS) or _EVERY_DAY)),
        "public_holidays": "included" if rule == _ONLY else rule,
        "slots": await _read_slots(client, name, (row.get(_HOURS) or "").strip()),
    }


async def _read_slots(client: GatewayClient, name: str, text: str) -> list[list[str]]:
    """Return the slots in a text, such as `22:30-06:30, 12:30-14:30`; a whole day if it is empty."""
    if not text:
        return [_WHOLE_DAY]
    try:
        periods = await read_off_peak(client, text)
    except OffPeakError as error:
        raise CustomTariffError("hours_unreadable", name=name) from error
    if len(periods) != 1 or not _is_every_day(periods[0]):
        raise CustomTariffError("hours_name_days", name=name)
    return [[*slot] for slot in periods[0]["slots"]]


def _is_every_day(period: Mapping[str, Any]) -> bool:
    is_all_year = period.get("season", "all") == "all" and period.get("public_holidays", "by_weekday") == "by_weekday"
    return is_all_year and sorted(period.get("weekdays", _EVERY_DAY)) == _EVERY_DAY


def _get_shown(tariff: Tariff | None) -> RawTariff:
    """Return a tariff with prices of its own, by weekday and hour only; else one without prices."""
    if tariff is None or not _has_own_times(tariff):
        return {"prices": []}
    members = {name for price in tariff.raw["prices"] for name, value in price.items() if value}
    return tariff.raw if members <= _SHOWN_MEMBERS else {"prices": []}


def _has_own_times(tariff: Tariff | None) -> bool:
    return tariff is not None and tariff.option == CUSTOM and not isinstance(tariff.prices, str)


def _find_usual(tariff: RawTariff) -> dict[str, Any]:
    """Return the price that applies whenever no other does; empty if there is none."""
    return next((price for price in tariff["prices"] if not price.get("slots")), {})


def _build_row(price: Mapping[str, Any]) -> dict[str, Any]:
    days, rule = price.get("weekdays", _EVERY_DAY), price.get("public_holidays", _HOLIDAY_RULES[0])
    slots = price["slots"]
    return {
        _NAME: price["bucket"],
        _PRICE: price["eur_per_kwh"],
        _DAYS: [*map(str, sorted(days))],
        _HOURS: "" if slots == [_WHOLE_DAY] else ", ".join("-".join(slot) for slot in slots),
        _SEASON: price.get("season", _SEASONS[0]),
        _HOLIDAYS: _ONLY if not days else rule,
    }


def _list_rows(user_input: UserInput) -> list[dict[str, Any]]:
    return user_input.get(CONF_OTHER_PRICES) or []


def _build_select(group: str, options: Iterable[str], words: Texts, *, multiple: bool = False) -> dict[str, Any]:
    """Build a choice with labels: a field within a field is not translated by its key."""
    labelled = [SelectOptionDict(value=option, label=words(group, option)) for option in options]
    config = SelectSelectorConfig(options=labelled, multiple=multiple, mode=SelectSelectorMode.DROPDOWN)
    return _serialize(SelectSelector(config))


def _serialize(selector: Selector[Any]) -> dict[str, Any]:
    """Return a selector as a field of an object takes it in every supported Home Assistant."""
    serialized: dict[str, Any] = selector.serialize()["selector"]
    return serialized
