"""Triggers for automations."""

from datetime import datetime, time
from typing import TYPE_CHECKING, Any, ClassVar, Final, override

import voluptuous as vol
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.helpers.trigger import Trigger, TriggerActionRunner, TriggerConfig
from homeassistant.helpers.typing import ConfigType
from homeassistant.util import dt as dt_util

from .api.signals import TempoColor
from .automation import (
    ANNOUNCED,
    ANY_METER,
    AT_LEAST,
    CONF_OPTION_BUCKETS,
    CONF_OPTION_COLORS,
    CONF_OPTION_CONFIRMED,
    CONF_OPTION_LEVEL,
    CONF_OPTION_METER,
    RANKS,
    is_selected,
    list_runtime_data,
    validate_options,
)
from .events import SIGNAL_EVENT, GatewayEvent
from .paris import find_next_time

if TYPE_CHECKING:
    from homeassistant.helpers.trigger import TriggerNotTriggeredReporter

GIVEN_UP_AT: Final = time(20)
"""The time at which an unknown colour triggers an alarm: it is due before noon."""

type Options = dict[str, Any]


class _Trigger(Trigger):
    """A trigger with options."""

    options: ClassVar[dict[Any, Any]] = {}

    @classmethod
    @override
    async def async_validate_config(cls, hass: HomeAssistant, config: ConfigType) -> ConfigType:
        return validate_options(config, cls.options)

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        super().__init__(hass, config)
        self._chosen: Options = config.options or {}
        self._target = config.target


class _EventTrigger(_Trigger):
    """Fires on events of its kinds that match its options."""

    kinds: ClassVar[frozenset[str]]

    def _matches(self, _happening: GatewayEvent) -> bool:
        return True

    @override
    async def async_attach_runner(
        self, run_action: TriggerActionRunner, did_not_trigger: TriggerNotTriggeredReporter | None = None
    ) -> CALLBACK_TYPE:
        @callback
        def handle_event(event: GatewayEvent) -> None:
            if event.kind in self.kinds and self._matches(event):
                run_action(dict(event.data), event.kind.replace("_", " "))

        return async_dispatcher_connect(self._hass, SIGNAL_EVENT, handle_event)


class _OfAMeter(_EventTrigger):
    options = ANY_METER

    @override
    def _matches(self, event: GatewayEvent) -> bool:
        return is_selected(self._hass, self._target, self._chosen.get(CONF_OPTION_METER), event.point_id)


class _ColorAnnounced(_EventTrigger):
    """Fires when tomorrow's colour is announced or changed or, if selected, confirmed."""

    options = ANNOUNCED
    kinds = frozenset({"tempo_announced", "tempo_changed", "tempo_confirmed"})

    @override
    def _matches(self, event: GatewayEvent) -> bool:
        is_selected_kind = self._chosen[CONF_OPTION_CONFIRMED] == (event.kind == "tempo_confirmed")
        return (
            is_selected_kind and event.data["is_tomorrow"] and event.data["color"] in self._chosen[CONF_OPTION_COLORS]
        )


class _LevelReached(_EventTrigger):
    """Fires when Ecowatt reaches a level from below."""

    options = AT_LEAST
    kinds = frozenset({"ecowatt_level"})

    @override
    def _matches(self, event: GatewayEvent) -> bool:
        wanted = RANKS[self._chosen[CONF_OPTION_LEVEL]]
        return bool(event.data["previous_rank"] < wanted <= event.data["rank"])


class _PeriodStarted(_OfAMeter):
    """Fires when another tariff period starts."""

    options: ClassVar[dict[Any, Any]] = {
        vol.Optional(CONF_OPTION_BUCKETS): vol.Any(None, vol.All(cv.ensure_list, [cv.string])),
        **ANY_METER,
    }
    kinds = frozenset({"tariff_period_started"})

    @override
    def _matches(self, event: GatewayEvent) -> bool:
        wanted = self._chosen.get(CONF_OPTION_BUCKETS)
        return super()._matches(event) and (not wanted or event.data["bucket"] in wanted)


class _RedDayStarted(_EventTrigger):
    kinds = frozenset({"tempo_red_day_started"})


class _RedDayEnded(_EventTrigger):
    kinds = frozenset({"tempo_red_day_ended"})


class _OffPeakStarted(_OfAMeter):
    kinds = frozenset({"off_peak_started"})


class _OffPeakEnded(_OfAMeter):
    kinds = frozenset({"off_peak_ended"})


class _DataArrived(_OfAMeter):
    kinds = frozenset({"data_arrived"})


class _DataLate(_OfAMeter):
    kinds = frozenset({"data_late"})


class _ColorUnknown(_Trigger):
    """Fires at 20:00 in Paris if no gateway knows tomorrow's colour, also if none responds."""

    @override
    async def async_attach_runner(
        self, run_action: TriggerActionRunner, did_not_trigger: TriggerNotTriggeredReporter | None = None
    ) -> CALLBACK_TYPE:
        cancel: CALLBACK_TYPE

        @callback
        def look(now: datetime) -> None:
            wait(now)
            if not any(_tomorrow_is_known(held.tempo.data, now) for held in list_runtime_data(self._hass)):
                run_action({"color": TempoColor.UNKNOWN.value}, "tempo color unknown")

        def wait(now: datetime) -> None:
            nonlocal cancel
            cancel = async_track_point_in_utc_time(self._hass, look, find_next_time(now, GIVEN_UP_AT))

        wait(dt_util.utcnow())
        return lambda: cancel()  # noqa: PLW0108 - what it is by then


def _tomorrow_is_known(tempo: Any, now: datetime) -> bool:
    tomorrow = tempo.at(now).tomorrow if tempo else None
    return tomorrow is not None and tomorrow.color is not TempoColor.UNKNOWN


TRIGGERS: Final[dict[str, type[Trigger]]] = {
    "tempo_color_announced": _ColorAnnounced,
    "tempo_red_day_started": _RedDayStarted,
    "tempo_red_day_ended": _RedDayEnded,
    "tempo_color_unknown": _ColorUnknown,
    "ecowatt_level_reached": _LevelReached,
    "tariff_period_started": _PeriodStarted,
    "off_peak_started": _OffPeakStarted,
    "off_peak_ended": _OffPeakEnded,
    "data_arrived": _DataArrived,
    "data_late": _DataLate,
}


async def async_get_triggers(hass: HomeAssistant) -> dict[str, type[Trigger]]:  # noqa: ARG001
    """Return the triggers."""
    return TRIGGERS
