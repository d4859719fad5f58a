"""The tariff form: its fields, their defaults, and the request built from the user input."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

import voluptuous as vol
from homeassistant.const import CONF_NAME, CURRENCY_EURO
from homeassistant.helpers.selector import (
    BooleanSelector,
    DateSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
from homeassistant.util import dt as dt_util

from .api.models import RawOffPeak, RawTariff, Tariff, UsagePoint, UsagePointChanges
from .const import OPTIONS, PRICE_UNIT
from .off_peak_form import replace_own_periods
from .paris import PARIS

CONF_OPTION, CONF_POWER, CONF_OFF_PEAK = "option", "power", "off_peak"
CONF_OWN_PRICES, CONF_VALID_FROM = "own_prices", "valid_from"
CONF_SUBSCRIPTION, CONF_PRODUCTION, CONF_HOLIDAYS = "subscription", "production", "holidays"
REGULATED = "regulated"
CUSTOM = "custom"
"""The option of an offer that the user types as JSON (custom_tariff_form.py)."""
CUSTOM_PRICES = "custom_prices"
"""The choice to enter prices by weekday and hour (custom_prices_form.py); the option of the tariff is then `custom`."""
OFFER = "offer:"
"""The prefix of the option of an offer, before the offer's id."""
KEEP = "keep"
"""The choice to keep the tariffs unchanged: offered, and the default, if there are any."""

HOLIDAYS = ["mainland", "alsace_moselle"]
"""Whose public holidays count, first the usual ones."""
POWERS = [3, 6, 9, 12, 15, 18, 24, 30, 36]

type UserInput = dict[str, Any]
"""What was entered into a form, by field."""


class NoTariffChangedError(ValueError):
    """The form changes no tariff on the days that it names; the message is a translation key that says why."""


@dataclass(frozen=True, slots=True)
class _Edit:
    """New members for each tariff whose members are those that the form showed."""

    shown: RawTariff
    new: RawTariff

    def concerns(self, tariff: RawTariff) -> bool:
        return all(_get_member(tariff, name) == value for name, value in self.shown.items())

    def is_met_by(self, tariff: RawTariff) -> bool:
        return all(_get_member(tariff, name) == value for name, value in self.new.items())


def find_current_tariff(point: UsagePoint) -> Tariff | None:
    """Return the current tariff, or the first one if none has begun."""
    today = _today()
    in_order = sorted(point.tariffs, key=lambda tariff: tariff.valid_from or date.min)
    begun = [tariff for tariff in in_order if tariff.valid_from is None or tariff.valid_from <= today]
    return next(iter([*begun[-1:], *in_order]), None)


def build_tariff_fields(
    point: UsagePoint, *, name: str, off_peak: str, dated: bool, offers: Mapping[str, str]
) -> dict[Any, Any]:
    """Build the fields for a meter called `name` with these off-peak hours; `offers` are names by id.

    Defaults come from the gateway's tariff, else from the contract.
    """
    tariff = find_current_tariff(point)
    option = KEEP if tariff else "hp_hc" if point.contract.off_peak else "base"
    options = [*([KEEP] if tariff else []), *OPTIONS, CUSTOM_PRICES, CUSTOM]
    power = tariff.power_kva if tariff else point.contract.power_kva
    powers = sorted({*POWERS, tariff.power_kva}) if tariff else POWERS
    # Home Assistant shows a required choice without a default as its first one
    power_key = vol.Required(CONF_POWER, default=f"{power:g}") if power in powers else vol.Optional(CONF_POWER)
    fields: dict[Any, Any] = {
        vol.Required(CONF_NAME, default=name): TextSelector(),
        vol.Required(CONF_OPTION, default=option): _build_select("option", options, offers),
        power_key: _build_select("power", [str(each) for each in powers]),
        vol.Optional(CONF_OFF_PEAK, description={"suggested_value": off_peak}): TextSelector(),
        vol.Required(
            CONF_OWN_PRICES, default=tariff is not None and not isinstance(tariff.prices, str)
        ): BooleanSelector(),
    }
    fields[vol.Required(CONF_HOLIDAYS, default=get_holidays(tariff))] = _build_select(CONF_HOLIDAYS, HOLIDAYS)
    produced = tariff.production_eur_per_kwh if tariff else None
    if point.contract.produces or produced is not None:
        fields[suggest_value(CONF_PRODUCTION, produced)] = build_number(2, PRICE_UNIT)
    if dated:
        fields[vol.Optional(CONF_VALID_FROM)] = DateSelector()
    return fields


def build_price_fields(option: str, tariff: Tariff | None) -> dict[Any, Any]:
    """Build a price field for each bucket; own prices are suggested.

    None is required here: Home Assistant shows a required number without a value as 0. `check_prices` checks them.
    """
    own = (
        {price.bucket: price.eur_per_kwh for price in tariff.prices}
        if tariff and not isinstance(tariff.prices, str)
        else {}
    )
    month = tariff.subscription_eur_per_month if tariff else None
    return {
        **{suggest_value(bucket, own.get(bucket)): build_number(2, PRICE_UNIT) for bucket in OPTIONS[option]},
        suggest_value(CONF_SUBSCRIPTION, month): build_number(1000, CURRENCY_EURO),
    }


def check_prices(option: str, prices: UserInput, submitted: UserInput | None) -> dict[str, str]:
    """Return form errors: for each empty field, or for a price of 0 unless these prices were `submitted` before."""
    if missing := [name for name in (*OPTIONS[option], CONF_SUBSCRIPTION) if prices.get(name) is None]:
        return dict.fromkeys(missing, "price_missing")
    return {"base": "price_of_zero"} if 0 in prices.values() and prices != submitted else {}


def build_changes(
    point: UsagePoint,
    user_input: UserInput,
    prices: UserInput | None,
    off_peak: list[RawOffPeak] | None,
    custom: RawTariff | None = None,
) -> UsagePointChanges:
    """Build the request; `off_peak` of None leaves the hours. With a start day, what holds on earlier days stays.

    `custom` are the members of a custom tariff.

    Raises OffPeakError or NoTariffChangedError.
    """
    changes: UsagePointChanges = {"name": user_input[CONF_NAME].strip()}
    tariff = find_current_tariff(point)
    if tariff is None or user_input[CONF_OPTION] != KEEP:
        changes["tariffs"] = add_tariff(point, user_input, prices, custom)
    elif edits := _find_edits(tariff, user_input, prices):
        changes["tariffs"] = _edit_tariffs(point, edits, user_input.get(CONF_VALID_FROM))
    if get_chosen_option(point, user_input) == "hp_hc" and off_peak is not None:
        changes["off_peak"] = replace_own_periods(point, off_peak, user_input.get(CONF_VALID_FROM))
    is_all_answered = prices is not None or not asks_for_prices(point, user_input)
    if user_input.get(CONF_VALID_FROM) and changes.keys() == {"name"} and is_all_answered:
        raise NoTariffChangedError("nothing_applies_from_day")
    return changes


def asks_for_prices(point: UsagePoint, user_input: UserInput) -> bool:
    """Return whether the prices are to be asked for on the next page."""
    return bool(user_input[CONF_OWN_PRICES]) and get_chosen_option(point, user_input) in OPTIONS


def get_chosen_option(point: UsagePoint, user_input: UserInput) -> str:
    """Return the chosen option: that of the current tariff if it is kept."""
    tariff = find_current_tariff(point)
    return tariff.option if tariff and user_input[CONF_OPTION] == KEEP else str(user_input[CONF_OPTION])


def get_holidays(tariff: Tariff | None) -> str:
    """Return whose public holidays count for a tariff."""
    return str(tariff.raw.get(CONF_HOLIDAYS, HOLIDAYS[0])) if tariff else HOLIDAYS[0]


def add_tariff(
    point: UsagePoint, user_input: UserInput, prices: UserInput | None, custom: RawTariff | None = None
) -> list[RawTariff]:
    """Return the tariffs including a new one; without a start day the new one replaces all."""
    valid_from = user_input.get(CONF_VALID_FROM)
    new: RawTariff = {
        "valid_from": valid_from,
        "option": user_input[CONF_OPTION],
        "power_kva": int(user_input[CONF_POWER]),
        "prices": REGULATED,
    }
    if user_input[CONF_OPTION].startswith(OFFER):
        new |= {"option": CUSTOM, "prices": "offer", "offer": user_input[CONF_OPTION].removeprefix(OFFER)}
    if user_input.get(CONF_HOLIDAYS, HOLIDAYS[0]) != HOLIDAYS[0]:
        new[CONF_HOLIDAYS] = user_input[CONF_HOLIDAYS]
    if custom is not None:
        new |= {"option": CUSTOM, **custom}
    if user_input.get(CONF_PRODUCTION) is not None:
        new["production_eur_per_kwh"] = user_input[CONF_PRODUCTION]
    if prices is not None:
        new |= _build_own_prices(user_input[CONF_OPTION], prices)
    others = [tariff.raw for tariff in point.tariffs if valid_from and _get_start(tariff.raw) != valid_from]
    return sorted([*others, new], key=_get_start)


def _find_edits(tariff: Tariff, user_input: UserInput, prices: UserInput | None) -> list[_Edit]:
    """Return what the form changes of a kept tariff."""
    new: RawTariff = {
        CONF_HOLIDAYS: user_input.get(CONF_HOLIDAYS, get_holidays(tariff)),
        "power_kva": int(user_input[CONF_POWER]),
        "production_eur_per_kwh": user_input.get(CONF_PRODUCTION),
    }
    edits = [_Edit({name: _get_member(tariff.raw, name)}, {name: value}) for name, value in new.items()]
    if (priced := _find_new_prices(tariff, user_input, prices)) is not None:
        edits.append(_Edit({name: _get_member(tariff.raw, name) for name in ("option", *priced)}, priced))
    return [edit for edit in edits if not edit.is_met_by(tariff.raw)]


def _find_new_prices(tariff: Tariff, user_input: UserInput, prices: UserInput | None) -> RawTariff | None:
    """Return the prices and the subscription that a kept tariff gets; None if they stay."""
    if tariff.option not in OPTIONS:
        return None
    if prices is None:
        is_given_up = not user_input[CONF_OWN_PRICES] and not isinstance(tariff.prices, str)
        return {"prices": REGULATED, "subscription_eur_per_month": None} if is_given_up else None
    shown = {} if isinstance(tariff.prices, str) else {price.bucket: price.eur_per_kwh for price in tariff.prices}
    is_same = {**shown, CONF_SUBSCRIPTION: tariff.subscription_eur_per_month} == prices
    return None if is_same else _build_own_prices(tariff.option, prices)


def _build_own_prices(option: str, prices: UserInput) -> RawTariff:
    return {
        "prices": [{"bucket": bucket, "eur_per_kwh": prices[bucket]} for bucket in OPTIONS[option]],
        "subscription_eur_per_month": prices[CONF_SUBSCRIPTION],
    }


def _edit_tariffs(point: UsagePoint, edits: list[_Edit], since: str | None) -> list[RawTariff]:
    """Return the same tariffs with edits: on every day, or from the day `since` on.

    Only tariffs that have what the form showed are edited: history with another power, or a planned change, stays.
    One that `since` falls into is split there, so that its earlier days keep theirs.

    Raises NoTariffChangedError.
    """
    day = since or ""
    tariffs = sorted((tariff.raw for tariff in point.tariffs), key=_get_start)
    earlier = [tariff for tariff in tariffs if _get_start(tariff) < day]
    later = tariffs[len(earlier) :]
    if earlier and not any(_get_start(tariff) == day for tariff in later):
        split = earlier[-1] | {"valid_from": since}
        later = [split, *later] if _apply_edits(split, edits) != split else later
    edited = [*earlier, *(_apply_edits(tariff, edits) for tariff in later)]
    if edited == tariffs:
        raise NoTariffChangedError("no_tariff_changed")
    return edited


def _apply_edits(tariff: RawTariff, edits: list[_Edit]) -> RawTariff:
    applied = [edit.new for edit in edits if edit.concerns(tariff)]
    return reduce(or_, applied, tariff)


def _get_member(tariff: RawTariff, name: str) -> Any:
    return tariff.get(name, HOLIDAYS[0] if name == CONF_HOLIDAYS else None)


def _today() -> date:
    return dt_util.now(PARIS).date()


def _get_start(tariff: RawTariff) -> str:
    return tariff.get("valid_from") or ""


def _build_select(key: str, options: list[str], offers: Mapping[str, str] | None = None) -> SelectSelector:
    named = [SelectOptionDict(value=f"{OFFER}{offer_id}", label=name) for offer_id, name in (offers or {}).items()]
    plain = [SelectOptionDict(value=option, label=option) for option in options]
    config = SelectSelectorConfig(options=[*plain, *named], translation_key=key, mode=SelectSelectorMode.DROPDOWN)
    return SelectSelector(config if named else {**config, "options": options})


def suggest_value(name: str, value: object) -> Any:
    """Return the key of an optional field that shows a value at first."""
    return vol.Optional(name, description={"suggested_value": value})


def build_number(most: float, unit: str) -> NumberSelector:
    """Build the field of an amount from 0 to `most`."""
    return NumberSelector(
        NumberSelectorConfig(min=0, max=most, step="any", mode=NumberSelectorMode.BOX, unit_of_measurement=unit)
    )
