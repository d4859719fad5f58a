"""Setting up a gateway, and putting its address or its API client right later."""

from collections.abc import Mapping
from typing import Any, override

import voluptuous as vol
from homeassistant.config_entries import ConfigEntry, ConfigFlow, ConfigFlowResult
from homeassistant.const import CONF_CLIENT_ID, CONF_CLIENT_SECRET, CONF_URL
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.selector import TextSelector, TextSelectorConfig, TextSelectorType

from .api import (
    AuthenticationFailedError,
    GatewayClient,
    GatewayConnectionError,
    GatewayError,
    IncompatibleError,
    InvalidAddressError,
    NotAGatewayError,
    candidate_addresses,
)
from .api.models import Ping
from .const import DOMAIN

_ADDRESS: dict[vol.Marker, TextSelector] = {
    vol.Required(CONF_URL): TextSelector(TextSelectorConfig(autocomplete="url"))
}
_API_CLIENT: dict[vol.Marker, TextSelector] = {
    vol.Required(CONF_CLIENT_ID): TextSelector(TextSelectorConfig(autocomplete="off")),
    vol.Required(CONF_CLIENT_SECRET): TextSelector(
        TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off")
    ),
}
_FIELDS: dict[type[GatewayError], str] = {
    InvalidAddressError: CONF_URL,
    GatewayConnectionError: CONF_URL,
    NotAGatewayError: CONF_URL,
    IncompatibleError: CONF_URL,
    AuthenticationFailedError: CONF_CLIENT_SECRET,
}


class GatewayConfigFlow(ConfigFlow, domain=DOMAIN):
    """An entry is a gateway; its unique id is the gateway's instance id."""

    VERSION = 1

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the address and the API client."""
        return await self._ask("user", _ADDRESS | _API_CLIENT, user_input)

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for all of it again, with the address as it is."""
        return await self._ask("reconfigure", _ADDRESS | _API_CLIENT, user_input, self._get_reconfigure_entry())

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:  # noqa: ARG002
        """Begin to ask for another API client."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for another API client of the same gateway."""
        return await self._ask("reauth_confirm", _API_CLIENT, user_input, self._get_reauth_entry())

    async def _ask(
        self,
        step: str,
        fields: dict[vol.Marker, TextSelector],
        user_input: dict[str, Any] | None,
        entry: ConfigEntry | None = None,
    ) -> ConfigFlowResult:
        """Show the form of `step` until a gateway answers to what was typed; then make or change the entry."""
        errors: dict[str, str] = {}
        placeholders = {"example_home": "http://192.168.1.20:8000", "example_site": "https://example.org/api"}
        known: dict[str, Any] = dict(entry.data) if entry else {}
        if user_input is not None:
            data = known | user_input
            try:
                ping, data[CONF_URL] = await self._find(data)
            except GatewayError as error:
                errors[_field(error, fields)] = error.code
                placeholders |= {"api": error.version} if isinstance(error, IncompatibleError) else {}
            else:
                await self.async_set_unique_id(ping.instance_id)
                return self._finish(data, entry)
        shown = {name: value for name, value in (user_input or known).items() if name != CONF_CLIENT_SECRET}
        schema: Any = vol.Schema(fields)  # voluptuous in Home Assistant 2026.6, probatio under its name since 2026.9
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(schema, shown),
            errors=errors,
            description_placeholders=placeholders,
        )

    async def _find(self, data: dict[str, Any]) -> tuple[Ping, str]:
        """Return who answers and its address. The secret is sent to nobody who has not answered as a gateway."""
        session = async_get_clientsession(self.hass)
        addresses = candidate_addresses(data[CONF_URL])
        while True:
            client = GatewayClient(session, addresses.pop(0), data[CONF_CLIENT_ID], data[CONF_CLIENT_SECRET])
            try:
                ping = await client.ping()
            except NotAGatewayError:
                if not addresses:
                    raise
            else:
                break
        await client.authenticate()
        await client.usage_points()
        return ping, client.address

    def _finish(self, data: dict[str, Any], entry: ConfigEntry | None) -> ConfigFlowResult:
        if entry is None:
            self._abort_if_unique_id_configured()
            return self.async_create_entry(title="MyElectricalData", data=data)
        self._abort_if_unique_id_mismatch(reason="wrong_gateway")
        reloads_itself = bool(entry.update_listeners) and data != entry.data
        result = self.async_update_and_abort(entry, data=data)
        if not reloads_itself:
            self.hass.config_entries.async_schedule_reload(entry.entry_id)
        return result


def _field(error: GatewayError, fields: dict[vol.Marker, TextSelector]) -> str:
    """Name the field of the form that the error is about, if it is on it."""
    field = next((field for kind, field in _FIELDS.items() if isinstance(error, kind)), "base")
    return field if field in fields else "base"
