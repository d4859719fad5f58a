"""Config flow: set up a gateway, change its address, sign in again."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, override

import voluptuous as vol
from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlow,
    ConfigFlowResult,
    ConfigSubentryData,
    ConfigSubentryFlow,
    OptionsFlow,
)
from homeassistant.const import CONF_CLIENT_ID, CONF_CLIENT_SECRET, CONF_EMAIL, CONF_PASSWORD, CONF_URL
from homeassistant.core import callback
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo
from yarl import URL

from .api import (
    AuthenticationFailedError,
    FoundGateway,
    GatewayClient,
    GatewayError,
    IncompatibleError,
    find_gateway,
    make_api_client,
    sign_up,
)
from .api.models import UsagePoint
from .const import APPLIANCE, CHEAPEST_WINDOW, CONF_MADE_HERE, CONF_METERS, DOCS, DOMAIN, METER, TITLE
from .discovery import async_can_adopt_address, async_find_announced
from .formatting import async_load_texts, async_name_home
from .issues import async_offer_address
from .meter_flow import MeterFlow
from .meter_helpers_flow import ApplianceFlow, CheapestWindowFlow
from .options_flow import GatewayOptionsFlow

_ADDRESS_FIELDS: dict[Any, TextSelector] = {
    vol.Required(CONF_URL): TextSelector(TextSelectorConfig(autocomplete="url"))
}


def _build_account_fields(password: str) -> dict[Any, TextSelector]:
    return {
        vol.Required(CONF_EMAIL): TextSelector(TextSelectorConfig(type=TextSelectorType.EMAIL, autocomplete="email")),
        vol.Required(CONF_PASSWORD): TextSelector(
            TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete=password)
        ),
    }


_LOG_IN_FIELDS, _SIGN_UP_FIELDS = _build_account_fields("current-password"), _build_account_fields("new-password")
_API_CLIENT_FIELDS: dict[Any, TextSelector] = {
    vol.Required(CONF_CLIENT_ID): TextSelector(TextSelectorConfig(autocomplete="off")),
    vol.Required(CONF_CLIENT_SECRET): TextSelector(
        TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off")
    ),
}
_SECRETS = {CONF_CLIENT_SECRET, CONF_PASSWORD}

# The field of each error, if the form has it.
_FIELD_OF_ERROR = {
    "invalid_url": CONF_URL,
    "cannot_connect": CONF_URL,
    "certificate_refused": CONF_URL,
    "plain_http": CONF_URL,
    "proxy_authentication": CONF_URL,
    "not_a_gateway": CONF_URL,
    "gateway_too_old": CONF_URL,
    "gateway_too_new": CONF_URL,
    "invalid_auth": CONF_CLIENT_SECRET,
    "invalid_credentials": CONF_PASSWORD,
    "weak_password": CONF_PASSWORD,
    "invalid_email": CONF_EMAIL,
}
# Problems of the gateway with their own texts here.
_TRANSLATED_PROBLEMS = {
    "account_inactive",
    "captcha_needed",
    "invalid_credentials",
    "invalid_email",
    "too_many_api_clients",
    "weak_password",
}

type Submit = Callable[[dict[str, Any]], Awaitable[ConfigFlowResult]]


class GatewayConfigFlow(ConfigFlow, domain=DOMAIN):
    """An entry is a gateway, with the gateway's instance id as unique id. Meters are subentries."""

    VERSION = 2

    _found: FoundGateway | None = None
    _typed: dict[str, Any]
    _data: dict[str, Any]
    _points: tuple[UsagePoint, ...] = ()

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(cls, config_entry: ConfigEntry) -> dict[str, type[ConfigSubentryFlow]]:
        return {METER: MeterFlow, APPLIANCE: ApplianceFlow, CHEAPEST_WINDOW: CheapestWindowFlow}

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        return GatewayOptionsFlow()

    # Where the gateway is

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the address."""
        return await self._show_form("user", _ADDRESS_FIELDS, user_input, self._submit_address)

    @override
    async def async_step_zeroconf(self, discovery_info: ZeroconfServiceInfo) -> ConfigFlowResult:
        """Set up a gateway that announced itself, or move an entry to its new address."""
        if not (instance_id := discovery_info.properties.get("id")):
            return self.async_abort(reason="not_a_gateway")
        await self.async_set_unique_id(instance_id)
        entry = self.hass.config_entries.async_entry_for_domain_unique_id(DOMAIN, instance_id)
        if entry is None or entry.state is not ConfigEntryState.SETUP_RETRY:
            self._abort_if_unique_id_configured()
        try:
            found = await async_find_announced(self.hass, discovery_info, instance_id)
        except IncompatibleError as error:
            return self.async_abort(reason=error.code, description_placeholders={"api": error.version})
        if found is None:
            return self.async_abort(reason="cannot_connect")
        if entry is None:
            return await self._set_found_gateway(found)
        if await async_can_adopt_address(self.hass, entry, found):
            self._abort_if_unique_id_configured({CONF_URL: found.address})
        else:
            async_offer_address(self.hass, entry, found.address)
        return self.async_abort(reason="already_configured")

    async def _submit_address(self, typed: dict[str, Any]) -> ConfigFlowResult:
        found = await find_gateway(async_get_clientsession(self.hass), typed[CONF_URL])
        await self.async_set_unique_id(found.ping.instance_id, raise_on_progress=False)
        self._abort_if_unique_id_configured()
        return await self._set_found_gateway(found)

    async def _set_found_gateway(self, found: FoundGateway) -> ConfigFlowResult:
        self._found = found
        self.context["title_placeholders"] = {"name": URL(found.address).host or TITLE}
        return await self.async_step_account()

    # Authentication

    async def async_step_account(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:  # noqa: ARG002
        """Ask how to sign in."""
        return self._show_menu("account", ["log_in", "sign_up", "api_client"])

    async def async_step_log_in(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for e-mail address and password, used once to create an API client."""
        return await self._show_form("log_in", _LOG_IN_FIELDS, user_input, self._submit_account)

    async def async_step_sign_up(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for e-mail address and password of a new account."""
        return await self._show_form("sign_up", _SIGN_UP_FIELDS, user_input, self._submit_sign_up)

    async def async_step_verify_email(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Wait until the address was verified; before that the gateway refuses to sign in."""
        return await self._show_form("verify_email", {}, user_input, lambda _: self._submit_account(self._typed))

    async def async_step_api_client(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the credentials of an existing API client."""
        return await self._show_form("api_client", _API_CLIENT_FIELDS, user_input, self._submit_api_client)

    async def _submit_sign_up(self, typed: dict[str, Any]) -> ConfigFlowResult:
        gateway = await self._get_gateway()
        session = async_get_clientsession(self.hass)
        if await sign_up(session, gateway.address, typed[CONF_EMAIL], typed[CONF_PASSWORD]):
            self._typed = typed
            return await self.async_step_verify_email()
        return await self._submit_account(typed)

    async def _submit_account(self, typed: dict[str, Any]) -> ConfigFlowResult:
        gateway = await self._get_gateway()
        name = f"Home Assistant {self.hass.config.location_name}".strip()[:100]
        made = await make_api_client(
            async_get_clientsession(self.hass), gateway.address, typed[CONF_EMAIL], typed[CONF_PASSWORD], name
        )
        self._typed = {}
        return await self._sign_in(made.client_id, made.client_secret, made_here=True)

    async def _submit_api_client(self, typed: dict[str, Any]) -> ConfigFlowResult:
        return await self._sign_in(typed[CONF_CLIENT_ID], typed[CONF_CLIENT_SECRET], made_here=False)

    async def _sign_in(self, client_id: str, client_secret: str, *, made_here: bool) -> ConfigFlowResult:
        """Check the API client, then continue with the meters or update the entry."""
        gateway = await self._get_gateway()
        client = GatewayClient(async_get_clientsession(self.hass), gateway.address, client_id, client_secret)
        await client.authenticate()
        self._points = (await client.fetch_usage_points()).data.items
        self._data = {
            CONF_URL: gateway.address,
            CONF_CLIENT_ID: client_id,
            CONF_CLIENT_SECRET: client_secret,
            CONF_MADE_HERE: made_here,
        }
        if entry := self._get_changed_entry():
            return self._update_entry_and_reload(entry, self._data)
        return await self.async_step_meters() if self._points else await self._create_gateway_entry([])

    async def _get_gateway(self) -> FoundGateway:
        """Return the gateway of this flow; when signing in again, check that it is the entry's."""
        if self._found is None:
            address = self._get_reauth_entry().data[CONF_URL]
            found = await find_gateway(async_get_clientsession(self.hass), address)
            await self.async_set_unique_id(found.ping.instance_id, raise_on_progress=False)
            self._abort_if_unique_id_mismatch(reason="wrong_gateway")
            self._found = found
        return self._found

    # Meters

    async def async_step_meters(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Offer the meters that the account already has."""
        if user_input is not None:
            chosen = [point for point in self._points if point.id in user_input[CONF_METERS]]
            names: list[str] = []
            for point in chosen:
                names.append(point.given_name or await async_name_home(self.hass, names))
            return await self._create_gateway_entry(list(zip(chosen, names, strict=True)))
        options = [SelectOptionDict(value=point.id, label=point.description) for point in self._points]
        selector = SelectSelector(SelectSelectorConfig(options=options, multiple=True, mode=SelectSelectorMode.LIST))
        everything = [point.id for point in self._points]
        schema: Any = vol.Schema({vol.Required(CONF_METERS, default=everything): selector})
        return self.async_show_form(step_id="meters", data_schema=schema)

    async def _create_gateway_entry(self, meters: list[tuple[UsagePoint, str]]) -> ConfigFlowResult:
        host = URL(self._data[CONF_URL]).host
        return self.async_create_entry(
            title=f"{TITLE} {host}" if self._async_current_entries() else TITLE,
            data=self._data,
            subentries=[
                ConfigSubentryData(data={}, subentry_type=METER, title=name, unique_id=point.id)
                for point, name in meters
            ],
            description_placeholders={
                "blueprints": f"{DOCS}/{(await async_load_texts(self.hass))('format', 'blueprints_page')}"
            },
        )

    # Later

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the address again."""
        known = self._get_reconfigure_entry().data
        return await self._show_form("reconfigure", _ADDRESS_FIELDS, user_input, self._submit_new_address, known)

    async def _submit_new_address(self, typed: dict[str, Any]) -> ConfigFlowResult:
        entry = self._get_reconfigure_entry()
        session = async_get_clientsession(self.hass)
        self._found = await find_gateway(session, typed[CONF_URL])
        await self.async_set_unique_id(self._found.ping.instance_id, raise_on_progress=False)
        self._abort_if_unique_id_mismatch(reason="wrong_gateway")
        address = self._found.address
        client = GatewayClient(session, address, entry.data[CONF_CLIENT_ID], entry.data[CONF_CLIENT_SECRET])
        try:
            await client.authenticate()
        except AuthenticationFailedError:
            return await self.async_step_reauth_confirm()
        return self._update_entry_and_reload(entry, {**entry.data, CONF_URL: address})

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:  # noqa: ARG002
        """Start the reauthentication."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self,
        user_input: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> ConfigFlowResult:
        """Ask how to sign in again."""
        return self._show_menu("reauth_confirm", ["log_in", "api_client"])

    def _get_changed_entry(self) -> ConfigEntry | None:
        """Return the entry that this flow updates, if any."""
        if self.source == SOURCE_REAUTH:
            return self._get_reauth_entry()
        return self._get_reconfigure_entry() if self.source == SOURCE_RECONFIGURE else None

    def _update_entry_and_reload(self, entry: ConfigEntry, data: dict[str, Any]) -> ConfigFlowResult:
        """Update an entry and reload it, unless its update listener will."""
        reloads_itself = bool(entry.update_listeners) and data != entry.data
        # A reason of our own, or Home Assistant uses its own text, which custom integrations get in English only.
        reason = "reauth_successful" if self.source == SOURCE_REAUTH else "reconfigure_successful"
        result = self.async_update_and_abort(entry, data=data, reason=reason)
        if not reloads_itself:
            self.hass.config_entries.async_schedule_reload(entry.entry_id)
        return result

    # Forms

    def _show_menu(self, step: str, options: list[str]) -> ConfigFlowResult:
        return self.async_show_menu(
            step_id=step, menu_options=options, description_placeholders={"address": self._get_address()}
        )

    async def _show_form(
        self,
        step: str,
        fields: dict[Any, TextSelector],
        user_input: dict[str, Any] | None,
        submit: Submit,
        known: Mapping[str, Any] | None = None,
    ) -> ConfigFlowResult:
        """Show the form of `step` until `submit` succeeds. Secrets are not filled in again."""
        errors: dict[str, str] = {}
        placeholders = {
            "address": self._get_address(),
            "example_home": "http://192.168.1.20:8000",
            "example_site": "https://example.org/api",
        }
        if user_input is not None:
            try:
                return await submit(user_input)
            except GatewayError as error:
                code = _get_error_key(error, step)
                field = _FIELD_OF_ERROR.get(code, "base")
                errors[field if field in fields else "base"] = code
                placeholders |= {"api": error.version} if isinstance(error, IncompatibleError) else {}
        shown = {name: value for name, value in (user_input or known or {}).items() if name not in _SECRETS}
        schema: Any = vol.Schema(fields)  # voluptuous in Home Assistant 2026.6, probatio under its name since 2026.9
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(schema, shown),
            errors=errors,
            description_placeholders=placeholders,
        )

    def _get_address(self) -> str:
        if self._found is not None:
            return self._found.address
        entry = self._get_changed_entry()
        return str(entry.data[CONF_URL]) if entry else ""


def _get_error_key(error: GatewayError, step: str) -> str:
    """Return the translation key of an error."""
    if step == "verify_email" and isinstance(error, AuthenticationFailedError):
        return "email_not_verified"
    if error.problem in _TRANSLATED_PROBLEMS:
        return error.problem
    if isinstance(error, AuthenticationFailedError) and step != "api_client":
        return "invalid_credentials"
    return error.code
