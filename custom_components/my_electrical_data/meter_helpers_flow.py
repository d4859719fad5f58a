"""Subentry flows of helpers that use a meter's prices: the cost of an appliance and a cheapest window."""

from collections.abc import Mapping
from typing import Any, override

import voluptuous as vol
from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.const import CONF_NAME
from homeassistant.helpers.selector import (
    BooleanSelector,
    DurationSelector,
    DurationSelectorConfig,
    EntitySelector,
    EntitySelectorConfig,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    TextSelector,
    TimeSelector,
)

from .cheapest_window import WindowSettings
from .const import CONF_AFTER, CONF_BEFORE, CONF_CONTINUOUS, CONF_DURATION, CONF_METER, CONF_SOURCE, METER

_MIDNIGHT = "00:00:00"


class MeterHelperFlow(ConfigSubentryFlow):
    """A form with a name and a meter, to add a helper or to change one."""

    def _build_fields(self, known: Mapping[str, Any]) -> dict[Any, Any]:
        """Return the fields besides name and meter, with their current values."""
        raise NotImplementedError

    def _find_errors(self, user_input: Mapping[str, Any]) -> dict[str, str]:
        """Return the errors of the user input by field."""
        raise NotImplementedError

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Make one."""
        return self._show_form("user", user_input, {})

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Change one."""
        subentry = self._get_reconfigure_subentry()
        return self._show_form("reconfigure", user_input, {CONF_NAME: subentry.title, **subentry.data})

    def _show_form(self, step: str, user_input: dict[str, Any] | None, known: Mapping[str, Any]) -> SubentryFlowResult:
        entry = self._get_entry()
        meters = entry.get_subentries_of_type(METER)
        options = [SelectOptionDict(value=meter.unique_id or "", label=meter.title) for meter in meters]
        if not options:
            return self.async_abort(reason="no_meter")
        errors = self._find_errors(user_input) if user_input is not None else {}
        if user_input is not None and not errors:
            return self._finish(dict(user_input))
        known = user_input or known
        fields = {
            vol.Required(CONF_NAME, default=known.get(CONF_NAME, vol.UNDEFINED)): TextSelector(),
            vol.Required(CONF_METER, default=known.get(CONF_METER, options[0]["value"])): SelectSelector(
                SelectSelectorConfig(options=options)
            ),
            **self._build_fields(known),
        }
        schema: Any = vol.Schema(fields)
        return self.async_show_form(step_id=step, data_schema=schema, errors=errors)

    def _finish(self, user_input: dict[str, Any]) -> SubentryFlowResult:
        name = user_input.pop(CONF_NAME)
        if self.source != SOURCE_RECONFIGURE:
            return self.async_create_entry(title=name, data=user_input)
        self.hass.config_entries.async_update_subentry(
            self._get_entry(), self._get_reconfigure_subentry(), title=name, data=user_input
        )
        return self.async_abort(reason="reconfigure_successful")


class ApplianceFlow(MeterHelperFlow):
    """The cost of an appliance: its sensor of energy."""

    @override
    def _build_fields(self, known: Mapping[str, Any]) -> dict[Any, Any]:
        selector = EntitySelector(EntitySelectorConfig(domain="sensor", device_class=SensorDeviceClass.ENERGY))
        return {vol.Required(CONF_SOURCE, default=known.get(CONF_SOURCE, vol.UNDEFINED)): selector}

    @override
    def _find_errors(self, user_input: Mapping[str, Any]) -> dict[str, str]:
        state = self.hass.states.get(user_input[CONF_SOURCE])
        is_summed = state is not None and state.attributes.get("state_class") in {"total", "total_increasing"}
        return {} if is_summed else {CONF_SOURCE: "not_summed"}


class CheapestWindowFlow(MeterHelperFlow):
    """A cheapest window: how long, between which times, and whether in one piece."""

    @override
    def _build_fields(self, known: Mapping[str, Any]) -> dict[Any, Any]:
        return {
            vol.Required(CONF_DURATION, default=known.get(CONF_DURATION, {"hours": 3})): DurationSelector(
                DurationSelectorConfig(enable_day=False)
            ),
            vol.Required(CONF_CONTINUOUS, default=known.get(CONF_CONTINUOUS, True)): BooleanSelector(),
            vol.Required(CONF_AFTER, default=known.get(CONF_AFTER, _MIDNIGHT)): TimeSelector(),
            vol.Required(CONF_BEFORE, default=known.get(CONF_BEFORE, _MIDNIGHT)): TimeSelector(),
        }

    @override
    def _find_errors(self, user_input: Mapping[str, Any]) -> dict[str, str]:
        return {} if WindowSettings.of(user_input).fits else {CONF_DURATION: "window_too_long"}
