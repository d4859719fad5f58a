"""The flows of the repairs that a person can do something about."""

from collections.abc import Awaitable, Callable
from typing import Any, override

import voluptuous as vol
from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_URL
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.selector import DateSelector, TextSelector, TextSelectorConfig
from homeassistant.util import dt as dt_util

from . import energy
from .api import GatewayError, find_gateway
from .api.models import ConsentAsked, ConsentStatus, UsagePoint
from .consent import meter_number
from .const import CONF_DASHBOARD, OFF_PEAK_EXAMPLE, OPTIONS
from .coordinator import GatewayConfigEntry, Meter
from .issues import CONSENT_RENEWALS
from .off_peak_form import OffPeakError, periods_in_force
from .paris import PARIS
from .statistics import async_delete_statistics, async_names
from .tariff_form import (
    CONF_OFF_PEAK,
    CONF_OPTION,
    CONF_POWER,
    CONF_PRODUCTION,
    CONF_VALID_FROM,
    present_tariff,
    price_fields,
    with_new,
)

CONF_NUMBER = "number"

type Data = dict[str, str | int | float | None]


class _Flow(RepairsFlow):
    """What all have: whose repair it is, and the words it was raised with."""

    data: Data

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:  # noqa: ARG002
        """Begin, unless the gateway must be there and is not."""
        entry = self._entry
        if entry is None or entry.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="entry_not_loaded")
        return await self._begin()

    async def _begin(self) -> RepairsFlowResult:
        raise NotImplementedError

    @property
    def _entry(self) -> GatewayConfigEntry | None:
        return self.hass.config_entries.async_get_entry(str(self.data["entry_id"]))

    @property
    def _loaded(self) -> GatewayConfigEntry:
        entry = self._entry
        assert entry is not None  # noqa: S101 - as async_step_init has seen
        return entry

    @property
    def _owner(self) -> str:
        return str(self.data["owner"])

    @property
    def _meter(self) -> Meter:
        return self._loaded.runtime_data.meters[self._owner]

    @property
    def _words(self) -> dict[str, str]:
        return {name: str(value) for name, value in self.data.items()}

    def _form(
        self, step: str, fields: dict[Any, Any], errors: dict[str, str] | None = None, **placeholders: str
    ) -> RepairsFlowResult:
        schema: Any = vol.Schema(fields)
        return self.async_show_form(
            step_id=step,
            data_schema=schema,
            errors=errors or {},
            description_placeholders=self._words | placeholders,
        )

    async def _try(self, work: Callable[[], Awaitable[object]]) -> dict[str, str]:
        """Do something at the gateway, and return what it has against it."""
        try:
            await work()
        except GatewayError as error:
            return {"base": "invalid_number" if error.problem == "invalid_number" else "gateway_failed"}
        return {}

    async def _tell(self, told: dict[str, Any]) -> dict[str, str]:
        """Change the meter at the gateway."""
        client = self._loaded.runtime_data.client
        return await self._try(lambda: client.change_usage_point(self._owner, told))

    async def _done(self) -> RepairsFlowResult:
        """Look again, so that everything shows the change."""
        await self._loaded.runtime_data.usage_points.async_refresh()
        return self.async_create_entry(data={})


class RenewConsentFlow(_Flow):
    """Asks for the number, which nobody keeps, then waits for Enedis' consent."""

    _asked: ConsentAsked

    @override
    async def _begin(self) -> RepairsFlowResult:
        return await self.async_step_number()

    async def async_step_number(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Ask for the number of this very meter."""
        errors: dict[str, str] = {}
        feeds = self._loaded.runtime_data
        point = feeds.usage_points.data[self._owner]
        if user_input is not None:
            number = meter_number(user_input[CONF_NUMBER])
            if number is None:
                errors = {"base": "invalid_number"}
            elif number[-4:] != point.masked_number[-4:]:
                errors = {"base": "another_meter"}
            elif not (errors := await self._try(lambda: self._ask(number))):
                return await self.async_step_link()
        field = TextSelector(TextSelectorConfig(autocomplete="off"))
        return self._form("number", {vol.Required(CONF_NUMBER): field}, errors, masked=point.masked_number)

    async def _ask(self, number: str) -> None:
        self._asked = await self._loaded.runtime_data.client.ask_consent(number)

    async def async_step_link(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Send the person to Enedis, and look how it ended."""
        errors: dict[str, str] = {}
        if user_input is not None:
            try:
                consent = await self._loaded.runtime_data.client.consent(self._asked.id)
            except GatewayError:
                errors = {"base": "gateway_failed"}
            else:
                if consent.status is ConsentStatus.GRANTED:
                    return await self._done()
                pending = consent.status is ConsentStatus.PENDING
                errors = {"base": "consent_pending" if pending else "consent_failed"}
        return self._form("link", {}, errors, url=self._asked.authorize_url)


class OffPeakFlow(_Flow):
    """Asks for off-peak hours that could not be read."""

    @override
    async def _begin(self) -> RepairsFlowResult:
        return await self.async_step_off_peak()

    async def async_step_off_peak(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Ask for them as they stand on the bill."""
        errors: dict[str, str] = {}
        point = self._loaded.runtime_data.usage_points.data[self._owner]
        if user_input is not None:
            try:
                periods = periods_in_force(point, user_input[CONF_OFF_PEAK], dt_util.now(PARIS).date())
            except OffPeakError as error:
                errors = {"base": str(error)}
            else:
                if not (errors := await self._tell({"off_peak": periods})):
                    return await self._done()
        spelled = point.contract.off_peak or "?"
        return self._form(
            "off_peak",
            {vol.Required(CONF_OFF_PEAK): TextSelector()},
            errors,
            spelled=spelled,
            example=OFF_PEAK_EXAMPLE,
        )


class PricesFlow(_Flow):
    """Asks for new prices, where the gateway knows none yet."""

    @override
    async def _begin(self) -> RepairsFlowResult:
        return await self.async_step_prices()

    async def async_step_prices(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Ask for the prices, and since when they hold."""
        errors: dict[str, str] = {}
        point: UsagePoint = self._loaded.runtime_data.usage_points.data[self._owner]
        tariff = present_tariff(point)
        if tariff is None or tariff.option not in OPTIONS:
            return self.async_abort(reason="no_tariff")
        if user_input is not None:
            same = {
                CONF_OPTION: tariff.option,
                CONF_POWER: tariff.power_kva,
                CONF_PRODUCTION: tariff.production_eur_per_kwh,
            }
            tariffs = with_new(point, same | {CONF_VALID_FROM: user_input[CONF_VALID_FROM]}, user_input)
            if not (errors := await self._tell({"tariffs": tariffs})):
                return await self._done()
        fields = {vol.Required(CONF_VALID_FROM): DateSelector(), **price_fields(tariff.option, tariff)}
        return self._form("prices", fields, errors)


class EnergyFlow(_Flow):
    """Adds a meter to the Energy dashboard, after it was shown how."""

    _names: dict[str, str]

    @override
    async def _begin(self) -> RepairsFlowResult:
        imported = self._meter.hours.data
        self._names = await async_names(self.hass, imported.statistic_ids if imported else ())
        ways = energy.ways(self._owner, self._names)
        if len(ways) == 1:
            return await self.async_step_total()
        return self.async_show_menu(step_id="init", menu_options=ways, description_placeholders=self._words)

    async def async_step_total(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Show what adding the whole would change."""
        return await self._show(energy.TOTAL, user_input)

    async def async_step_buckets(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Show what adding each bucket would change."""
        return await self._show(energy.BY_BUCKET, user_input)

    async def _show(self, way: str, user_input: dict[str, Any] | None) -> RepairsFlowResult:
        added = energy.sources(self._owner, self._names, way)
        if user_input is None:
            return self._form(way, {}, lines="\n".join(energy.described(added, self._names)))
        await energy.async_add(self.hass, added)
        return self.async_create_entry(data={})


class DashboardFlow(_Flow):
    """Shows the ready dashboard, or offers it no more."""

    @override
    async def _begin(self) -> RepairsFlowResult:
        return self.async_show_menu(step_id="init", menu_options=["show", "hide"])

    async def async_step_show(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:  # noqa: ARG002
        """Show it."""
        return self._choose(shown=True)

    async def async_step_hide(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:  # noqa: ARG002
        """Leave it."""
        return self._choose(shown=False)

    def _choose(self, *, shown: bool) -> RepairsFlowResult:
        entry = self._loaded
        self.hass.config_entries.async_update_entry(entry, options={**entry.options, CONF_DASHBOARD: shown})
        return self.async_create_entry(data={})


class GatewayMovedFlow(_Flow):
    """Moves an entry to an address that was announced and not proven, if a person says so."""

    @override
    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Begin whether or not the gateway answers: it does not."""
        return await self.async_step_confirm()

    async def async_step_confirm(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Ask whether the gateway has moved there, and see that it answers there as itself."""
        entry = self._entry
        if entry is None:
            return self.async_abort(reason="entry_not_loaded")
        errors: dict[str, str] = {}
        if user_input is not None:
            try:
                found = await find_gateway(
                    async_get_clientsession(self.hass), str(self.data["address"]), allow_redirects=False
                )
            except GatewayError:
                errors = {"base": "gateway_failed"}
            else:
                if found.ping.instance_id == entry.unique_id:
                    data = {**entry.data, CONF_URL: found.address}
                    self.hass.config_entries.async_update_entry(entry, data=data)
                    self.hass.config_entries.async_schedule_reload(entry.entry_id)
                    return self.async_create_entry(data={})
                errors = {"base": "another_gateway"}
        return self._form("confirm", {}, errors)


class MeterGoneFlow(_Flow):
    """Removes a meter that the gateway has no more."""

    @override
    async def _begin(self) -> RepairsFlowResult:
        return await self.async_step_confirm()

    async def async_step_confirm(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Ask whether to."""
        if user_input is None:
            return self._form("confirm", {})
        self.hass.config_entries.async_remove_subentry(self._loaded, self._meter.subentry_id)
        return self.async_create_entry(data={})


class StatisticsLeftFlow(_Flow):
    """Deletes or keeps what was imported of a meter that was removed."""

    @override
    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Ask which."""
        return self.async_show_menu(
            step_id="init", menu_options=["delete", "keep"], description_placeholders=self._words
        )

    async def async_step_delete(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:  # noqa: ARG002
        """Delete it."""
        await async_delete_statistics(self.hass, self._owner)
        return self.async_create_entry(data={})

    async def async_step_keep(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:  # noqa: ARG002
        """Leave it."""
        return self.async_create_entry(data={})


_FLOWS: dict[str, type[_Flow]] = {
    **dict.fromkeys(CONSENT_RENEWALS, RenewConsentFlow),
    "off_peak_unreadable": OffPeakFlow,
    "prices_outdated": PricesFlow,
    "energy_dashboard": EnergyFlow,
    "dashboard": DashboardFlow,
    "gateway_moved": GatewayMovedFlow,
    "meter_gone": MeterGoneFlow,
    "statistics_left": StatisticsLeftFlow,
}


async def async_create_fix_flow(hass: HomeAssistant, issue_id: str, data: Data | None) -> RepairsFlow:  # noqa: ARG001
    """Return the flow of an issue."""
    assert data is not None  # noqa: S101 - all of ours have some
    return _FLOWS[str(data["key"])]()
