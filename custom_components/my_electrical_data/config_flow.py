"""Setting up a gateway: found or typed, signed in to once; and putting its address or its API client right later."""

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

from .announced import async_find_announced, async_may_move
from .api import (
    AuthenticationFailedError,
    Found,
    GatewayClient,
    GatewayError,
    IncompatibleError,
    find_gateway,
    make_api_client,
    sign_up,
)
from .api.models import UsagePoint
from .const import CONF_MADE_HERE, CONF_METERS, DOMAIN, METER, TITLE
from .issues import async_offer_address
from .meter_flow import MeterFlow
from .options_flow import GatewayOptionsFlow

_ADDRESS: dict[Any, TextSelector] = {vol.Required(CONF_URL): TextSelector(TextSelectorConfig(autocomplete="url"))}


def _account(password: str) -> dict[Any, TextSelector]:
    return {
        vol.Required(CONF_EMAIL): TextSelector(TextSelectorConfig(type=TextSelectorType.EMAIL, autocomplete="email")),
        vol.Required(CONF_PASSWORD): TextSelector(
            TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete=password)
        ),
    }


_LOG_IN, _SIGN_UP = _account("current-password"), _account("new-password")
_API_CLIENT: dict[Any, TextSelector] = {
    vol.Required(CONF_CLIENT_ID): TextSelector(TextSelectorConfig(autocomplete="off")),
    vol.Required(CONF_CLIENT_SECRET): TextSelector(
        TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off")
    ),
}
_SECRETS = {CONF_CLIENT_SECRET, CONF_PASSWORD}

# Which field an error is about, when it is on the form.
_FIELDS = {
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
# Refusals of the gateway that have words of their own here.
_PROBLEMS = {
    "account_inactive",
    "captcha_needed",
    "invalid_credentials",
    "invalid_email",
    "too_many_api_clients",
    "weak_password",
}

type Submit = Callable[[dict[str, Any]], Awaitable[ConfigFlowResult]]


class GatewayConfigFlow(ConfigFlow, domain=DOMAIN):
    """An entry is a gateway; its unique id is the gateway's instance id. Its meters are subentries."""

    VERSION = 2

    _found: Found | None = None
    _typed: dict[str, Any]
    _data: dict[str, Any]
    _points: tuple[UsagePoint, ...] = ()

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(cls, config_entry: ConfigEntry) -> dict[str, type[ConfigSubentryFlow]]:
        return {METER: MeterFlow}

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        return GatewayOptionsFlow()

    # Where the gateway is

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the address."""
        return await self._form("user", _ADDRESS, user_input, self._find)

    @override
    async def async_step_zeroconf(self, discovery_info: ZeroconfServiceInfo) -> ConfigFlowResult:
        """Take up a gateway that announced itself."""
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
            return await self._greet(found)
        if not await async_may_move(self.hass, entry, found):
            async_offer_address(self.hass, entry, found.address)
            return self.async_abort(reason="already_configured")
        self._abort_if_unique_id_configured({CONF_URL: found.address})
        return self.async_abort(reason="already_configured")

    async def _find(self, typed: dict[str, Any]) -> ConfigFlowResult:
        found = await find_gateway(async_get_clientsession(self.hass), typed[CONF_URL])
        await self.async_set_unique_id(found.ping.instance_id, raise_on_progress=False)
        self._abort_if_unique_id_configured()
        return await self._greet(found)

    async def _greet(self, found: Found) -> ConfigFlowResult:
        self._found = found
        self.context["title_placeholders"] = {"name": URL(found.address).host or TITLE}
        return await self.async_step_account()

    # Who one is

    async def async_step_account(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:  # noqa: ARG002
        """Ask how to sign in."""
        return self._menu("account", ["log_in", "sign_up", "api_client"])

    async def async_step_log_in(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for an account's e-mail address and password, to make an API client with, once."""
        return await self._form("log_in", _LOG_IN, user_input, self._make_client)

    async def async_step_sign_up(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for what makes an account."""
        return await self._form("sign_up", _SIGN_UP, user_input, self._sign_up)

    async def async_step_verify_email(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Wait until the mail of the gateway was answered; until then it knows no such account."""
        return await self._form("verify_email", {}, user_input, lambda _: self._make_client(self._typed))

    async def async_step_api_client(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for an API client that was made elsewhere."""
        return await self._form("api_client", _API_CLIENT, user_input, self._take_client)

    async def _sign_up(self, typed: dict[str, Any]) -> ConfigFlowResult:
        gateway = await self._gateway()
        session = async_get_clientsession(self.hass)
        if await sign_up(session, gateway.address, typed[CONF_EMAIL], typed[CONF_PASSWORD]):
            self._typed = typed
            return await self.async_step_verify_email()
        return await self._make_client(typed)

    async def _make_client(self, typed: dict[str, Any]) -> ConfigFlowResult:
        gateway = await self._gateway()
        name = f"Home Assistant {self.hass.config.location_name}".strip()[:100]
        made = await make_api_client(
            async_get_clientsession(self.hass), gateway.address, typed[CONF_EMAIL], typed[CONF_PASSWORD], name
        )
        self._typed = {}
        return await self._sign_in(made.client_id, made.client_secret, made_here=True)

    async def _take_client(self, typed: dict[str, Any]) -> ConfigFlowResult:
        return await self._sign_in(typed[CONF_CLIENT_ID], typed[CONF_CLIENT_SECRET], made_here=False)

    async def _sign_in(self, client_id: str, client_secret: str, *, made_here: bool) -> ConfigFlowResult:
        """Try the API client; then go on with the meters, or change the entry."""
        gateway = await self._gateway()
        client = GatewayClient(async_get_clientsession(self.hass), gateway.address, client_id, client_secret)
        await client.authenticate()
        self._points = (await client.usage_points()).data.items
        self._data = {
            CONF_URL: gateway.address,
            CONF_CLIENT_ID: client_id,
            CONF_CLIENT_SECRET: client_secret,
            CONF_MADE_HERE: made_here,
        }
        if entry := self._entry():
            return self._change(entry, self._data)
        return await self.async_step_meters() if self._points else self._create([])

    async def _gateway(self) -> Found:
        """Return the gateway of this flow. An entry that signs in anew has one already: see that it is the same."""
        if self._found is None:
            address = self._get_reauth_entry().data[CONF_URL]
            found = await find_gateway(async_get_clientsession(self.hass), address)
            await self.async_set_unique_id(found.ping.instance_id, raise_on_progress=False)
            self._abort_if_unique_id_mismatch(reason="wrong_gateway")
            self._found = found
        return self._found

    # What there is to read

    async def async_step_meters(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Offer the meters that the account has already."""
        if user_input is not None:
            return self._create([point for point in self._points if point.id in user_input[CONF_METERS]])
        options = [SelectOptionDict(value=point.id, label=point.description) for point in self._points]
        selector = SelectSelector(SelectSelectorConfig(options=options, multiple=True, mode=SelectSelectorMode.LIST))
        everything = [point.id for point in self._points]
        schema: Any = vol.Schema({vol.Required(CONF_METERS, default=everything): selector})
        return self.async_show_form(step_id="meters", data_schema=schema)

    def _create(self, points: list[UsagePoint]) -> ConfigFlowResult:
        host = URL(self._data[CONF_URL]).host
        return self.async_create_entry(
            title=f"{TITLE} {host}" if self._async_current_entries() else TITLE,
            data=self._data,
            subentries=[
                ConfigSubentryData(data={}, subentry_type=METER, title=point.label, unique_id=point.id)
                for point in points
            ],
        )

    # Later

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the address again."""
        known = self._get_reconfigure_entry().data
        return await self._form("reconfigure", _ADDRESS, user_input, self._move, known)

    async def _move(self, typed: dict[str, Any]) -> ConfigFlowResult:
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
        return self._change(entry, {**entry.data, CONF_URL: address})

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:  # noqa: ARG002
        """Begin to ask for another API client."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self,
        user_input: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> ConfigFlowResult:
        """Ask how to sign in again."""
        return self._menu("reauth_confirm", ["log_in", "api_client"])

    def _entry(self) -> ConfigEntry | None:
        """Return the entry that this flow changes."""
        if self.source == SOURCE_REAUTH:
            return self._get_reauth_entry()
        return self._get_reconfigure_entry() if self.source == SOURCE_RECONFIGURE else None

    def _change(self, entry: ConfigEntry, data: dict[str, Any]) -> ConfigFlowResult:
        """Change an entry and have it reloaded: by its own listener when it has one that will hear of it."""
        reloads_itself = bool(entry.update_listeners) and data != entry.data
        result = self.async_update_and_abort(entry, data=data)
        if not reloads_itself:
            self.hass.config_entries.async_schedule_reload(entry.entry_id)
        return result

    # How it is asked

    def _menu(self, step: str, options: list[str]) -> ConfigFlowResult:
        return self.async_show_menu(
            step_id=step, menu_options=options, description_placeholders={"address": self._address()}
        )

    async def _form(
        self,
        step: str,
        fields: dict[Any, TextSelector],
        user_input: dict[str, Any] | None,
        submit: Submit,
        known: Mapping[str, Any] | None = None,
    ) -> ConfigFlowResult:
        """Show the form of `step` until what was typed can be used; secrets are not shown again."""
        errors: dict[str, str] = {}
        placeholders = {
            "address": self._address(),
            "example_home": "http://192.168.1.20:8000",
            "example_site": "https://example.org/api",
        }
        if user_input is not None:
            try:
                return await submit(user_input)
            except GatewayError as error:
                code = _code(error, step)
                field = _FIELDS.get(code, "base")
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

    def _address(self) -> str:
        if self._found is not None:
            return self._found.address
        entry = self._entry()
        return str(entry.data[CONF_URL]) if entry else ""


def _code(error: GatewayError, step: str) -> str:
    """Return the key of the words for an error."""
    if step == "verify_email" and isinstance(error, AuthenticationFailedError):
        return "email_not_verified"
    if error.problem in _PROBLEMS:
        return error.problem
    if isinstance(error, AuthenticationFailedError) and step != "api_client":
        return "invalid_credentials"
    return error.code
