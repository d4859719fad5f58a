"""The options of an entry.

A plain options flow: the entry has an update listener, because of its subentries, which reloads it.
"""

from typing import Any

import voluptuous as vol
from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.helpers.selector import BooleanSelector

from .const import CONF_ALL_DAY, CONF_BUCKETS, CONF_DASHBOARD, CONF_FORECAST


class GatewayOptionsFlow(OptionsFlow):
    """The options flow, a single page."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask which statistics to import and what to show."""
        if user_input is not None:
            return self.async_create_entry(data=user_input)
        chosen = self.config_entry.options
        schema: Any = vol.Schema(
            {
                vol.Required(CONF_BUCKETS, default=chosen.get(CONF_BUCKETS, True)): BooleanSelector(),
                vol.Required(CONF_ALL_DAY, default=chosen.get(CONF_ALL_DAY, True)): BooleanSelector(),
                vol.Required(CONF_DASHBOARD, default=chosen.get(CONF_DASHBOARD, False)): BooleanSelector(),
                vol.Required(CONF_FORECAST, default=chosen.get(CONF_FORECAST, False)): BooleanSelector(),
            }
        )
        return self.async_show_form(step_id="init", data_schema=schema)
