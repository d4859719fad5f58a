"""Conditions for automations. A condition on something unknown is false."""

from typing import Any, ClassVar, Final, override

import voluptuous as vol
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.condition import Condition, ConditionConfig
from homeassistant.helpers.typing import ConfigType
from homeassistant.util import dt as dt_util

from .api.figures import Period
from .automation import (
    ANY_METER,
    AT_LEAST,
    CONF_OPTION_BUCKETS,
    CONF_OPTION_COLORS,
    CONF_OPTION_DAY,
    CONF_OPTION_LEVEL,
    CONF_OPTION_METER,
    RANKS,
    TODAY,
    TOMORROW,
    UNKNOWN,
    find_meters,
    list_runtime_data,
    one_or_more_of,
    validate_options,
)
from .grid_sensors import COLORS


class _Condition(Condition):
    """A condition with options."""

    options: ClassVar[dict[Any, Any]] = {}

    @classmethod
    @override
    async def async_validate_config(cls, hass: HomeAssistant, config: ConfigType) -> ConfigType:
        return validate_options(config, cls.options)

    def __init__(self, hass: HomeAssistant, config: ConditionConfig) -> None:
        super().__init__(hass, config)
        self._chosen: dict[str, Any] = config.options or {}
        self._target = config.target


class _TempoColorIs(_Condition):
    options: ClassVar[dict[Any, Any]] = {
        vol.Required(CONF_OPTION_DAY, default=TODAY): vol.In([TODAY, TOMORROW]),
        vol.Required(CONF_OPTION_COLORS): one_or_more_of([*COLORS, UNKNOWN]),
    }

    @override
    def _async_check(self, **kwargs: Any) -> bool:
        now = dt_util.utcnow()
        signals = [held.tempo.data.at(now) for held in list_runtime_data(self._hass) if held.tempo.data]
        days = [one.today if self._chosen[CONF_OPTION_DAY] == TODAY else one.tomorrow for one in signals]
        colors = {day.color.value for day in days if day} - {UNKNOWN} or {UNKNOWN}
        return not colors.isdisjoint(self._chosen[CONF_OPTION_COLORS])


class _EcowattLevelIs(_Condition):
    options = AT_LEAST

    @override
    def _async_check(self, **kwargs: Any) -> bool:
        now, wanted = dt_util.utcnow(), RANKS[self._chosen[CONF_OPTION_LEVEL]]
        spans = [held.ecowatt.data.at(now) for held in list_runtime_data(self._hass) if held.ecowatt.data]
        return any(span.level >= wanted for span in spans if span)


class _OfAMeter(_Condition):
    options = ANY_METER

    def _periods(self) -> list[Period]:
        """Return the current period of each selected meter."""
        now = dt_util.utcnow()
        found = [meter.periods.data.at(now) for _, meter in self._meters() if meter.periods.data]
        return [period for period in found if period]

    def _meters(self) -> list[Any]:
        return find_meters(self._hass, self._target, self._chosen.get(CONF_OPTION_METER))


class _TariffPeriodIs(_OfAMeter):
    options: ClassVar[dict[Any, Any]] = {
        vol.Required(CONF_OPTION_BUCKETS): vol.All(cv.ensure_list, [cv.string], vol.Length(min=1)),
        **ANY_METER,
    }

    @override
    def _async_check(self, **kwargs: Any) -> bool:
        return any(period.bucket in self._chosen[CONF_OPTION_BUCKETS] for period in self._periods())


class _OffPeakIs(_OfAMeter):
    @override
    def _async_check(self, **kwargs: Any) -> bool:
        return any(period.off_peak for period in self._periods())


class _DataIsLate(_OfAMeter):
    @override
    def _async_check(self, **kwargs: Any) -> bool:
        now = dt_util.utcnow()
        points = [held.usage_points.data.get(meter.point_id) for held, meter in self._meters()]
        return any(point.is_late(now) for point in points if point)


CONDITIONS: Final[dict[str, type[Condition]]] = {
    "tempo_color_is": _TempoColorIs,
    "ecowatt_level_is": _EcowattLevelIs,
    "tariff_period_is": _TariffPeriodIs,
    "off_peak_is": _OffPeakIs,
    "data_is_late": _DataIsLate,
}


async def async_get_conditions(hass: HomeAssistant) -> dict[str, type[Condition]]:  # noqa: ARG001
    """Return the conditions."""
    return CONDITIONS
