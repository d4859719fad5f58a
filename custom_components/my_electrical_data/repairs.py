"""The flows of fixable repairs."""

from typing import Any, override

import voluptuous as vol
from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.const import CONF_URL
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.selector import DateSelector, TextSelector
from homeassistant.util import dt as dt_util

from . import carried_hours, energy
from .api import GatewayError, find_gateway
from .api.models import UsagePoint
from .const import CONF_DASHBOARD, OFF_PEAK_EXAMPLE, OPTIONS
from .formatting import async_format_day, async_load_texts
from .issue_flow import Data, IssueFlow
from .issues import CONSENT_RENEWALS
from .off_peak_form import OffPeakError, read_off_peak, replace_periods_in_force
from .paris import PARIS
from .renewal_flow import RenewConsentFlow
from .statistics import async_delete_statistics, async_get_statistic_names
from .takeover import async_take_over
from .tariff_form import (
    CONF_HOLIDAYS,
    CONF_OFF_PEAK,
    CONF_OPTION,
    CONF_POWER,
    CONF_PRODUCTION,
    CONF_VALID_FROM,
    UserInput,
    add_tariff,
    build_price_fields,
    check_prices,
    find_current_tariff,
    get_holidays,
)


class OffPeakFlow(IssueFlow):
    """Ask for off-peak hours that could not be read from the contract."""

    @override
    async def _start(self) -> RepairsFlowResult:
        return await self.async_step_off_peak()

    async def async_step_off_peak(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Ask for the off-peak hours as written on the bill."""
        errors: dict[str, str] = {}
        point = self._loaded_entry.runtime_data.usage_points.data[self._owner]
        if user_input is not None:
            try:
                new = await read_off_peak(self._loaded_entry.runtime_data.client, user_input[CONF_OFF_PEAK])
                periods = replace_periods_in_force(point, new, dt_util.now(PARIS).date())
            except OffPeakError as error:
                errors = {"base": str(error)}
            except GatewayError:
                errors = {"base": "gateway_failed"}
            else:
                if not (errors := await self._change_meter({"off_peak": periods})):
                    return await self._finish()
        spelled = point.contract.off_peak or "?"
        return self._show_form(
            "off_peak",
            {vol.Required(CONF_OFF_PEAK): TextSelector()},
            errors,
            spelled=spelled,
            example=OFF_PEAK_EXAMPLE,
        )


class PricesFlow(IssueFlow):
    """Ask for new prices when the gateway's are out of date."""

    _submitted: UserInput | None = None

    @override
    async def _start(self) -> RepairsFlowResult:
        return await self.async_step_prices()

    async def async_step_prices(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Ask for the prices and the day from which they apply."""
        errors: dict[str, str] = {}
        point: UsagePoint = self._loaded_entry.runtime_data.usage_points.data[self._owner]
        tariff = find_current_tariff(point)
        if tariff is None or tariff.option not in OPTIONS:
            return self.async_abort(reason="no_tariff")
        if user_input is not None:
            same = {
                CONF_OPTION: tariff.option,
                CONF_POWER: tariff.power_kva,
                CONF_PRODUCTION: tariff.production_eur_per_kwh,
                CONF_HOLIDAYS: get_holidays(tariff),
            }
            errors = check_prices(tariff.option, user_input, self._submitted)
            self._submitted = user_input
            if not errors:
                tariffs = add_tariff(point, same | {CONF_VALID_FROM: user_input[CONF_VALID_FROM]}, user_input)
                if not (errors := await self._change_meter({"tariffs": tariffs})):
                    return await self._finish()
        fields = {vol.Required(CONF_VALID_FROM): DateSelector(), **build_price_fields(tariff.option, tariff)}
        schema: Any = vol.Schema(fields)
        filled: Any = self.add_suggested_values_to_schema(schema, user_input)
        return self._show_form("prices", filled.schema, errors)


class EnergyFlow(IssueFlow):
    """Add a meter to the Energy dashboard after showing what changes."""

    _names: dict[str, str]

    @override
    async def _start(self) -> RepairsFlowResult:
        imported = self._meter.hours.data
        sums = imported.sums if imported else {}
        tariff = find_current_tariff(self._loaded_entry.runtime_data.usage_points.data[self._owner])
        shown = energy.list_shown(self._owner, sums, OPTIONS.get(tariff.option, []) if tariff else [])
        self._names = await async_get_statistic_names(self.hass, shown)
        layouts = energy.list_layouts(self._owner, self._names)
        if len(layouts) == 1:
            return await self.async_step_total()
        return self.async_show_menu(step_id="init", menu_options=layouts, description_placeholders=self._placeholders)

    async def async_step_total(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Show what adding the total changes."""
        return await self._show_sources(energy.TOTAL, user_input)

    async def async_step_buckets(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Show what adding each bucket changes."""
        return await self._show_sources(energy.BY_BUCKET, user_input)

    async def _show_sources(self, way: str, user_input: dict[str, Any] | None) -> RepairsFlowResult:
        added = energy.build_sources(self._owner, self._names, way)
        if user_input is None:
            return self._show_form(way, {}, lines="\n".join(energy.describe_sources(added, self._names)))
        await energy.async_add_sources(self.hass, added)
        return self.async_create_entry(data={})


class DashboardFlow(IssueFlow):
    """Add the ready-made dashboard, or stop offering it."""

    @override
    async def _start(self) -> RepairsFlowResult:
        return self.async_show_menu(step_id="init", menu_options=["show", "hide"])

    async def async_step_show(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:  # noqa: ARG002
        """Add the dashboard."""
        return self._set_shown(shown=True)

    async def async_step_hide(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:  # noqa: ARG002
        """Leave it."""
        return self._set_shown(shown=False)

    def _set_shown(self, *, shown: bool) -> RepairsFlowResult:
        entry = self._loaded_entry
        self.hass.config_entries.async_update_entry(entry, options={**entry.options, CONF_DASHBOARD: shown})
        return self.async_create_entry(data={})


class GatewayMovedFlow(IssueFlow):
    """Move an entry to an announced address that was not proven, if a person confirms."""

    @override
    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Start although the entry is not loaded: its gateway does not respond."""
        return await self.async_step_confirm()

    async def async_step_confirm(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Ask for confirmation and check the instance id at the new address."""
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
        return self._show_form("confirm", {}, errors)


class EarlierStatisticsFlow(IssueFlow):
    """Take the statistics of another program over, then say what to remove."""

    @override
    async def _start(self) -> RepairsFlowResult:
        return await self.async_step_confirm()

    async def async_step_confirm(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Ask for confirmation, unless it was given in another window."""
        if not self._meter.earlier:
            return self.async_create_entry(data={})
        earlier = self._meter.earlier[0]
        errors: dict[str, str] = {}
        if user_input is not None:
            try:
                await async_take_over(self.hass, self._meter, earlier)
            except HomeAssistantError:
                errors = {"base": "gateway_failed"}
            else:
                words = await async_load_texts(self.hass)
                return self._show_form("remove", {}, what=words("remove_program", earlier.program))
        span = {
            name: async_format_day(self.hass, dt_util.as_local(day).date())
            for name, day in (("first", earlier.first), ("last", earlier.last))
        }
        return self._show_form("confirm", {}, errors, **span)

    async def async_step_remove(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:  # noqa: ARG002
        """Finish once it was read what to remove."""
        return await self._finish()


class MeterGoneFlow(IssueFlow):
    """Remove a meter that the gateway no longer has."""

    @override
    async def _start(self) -> RepairsFlowResult:
        return await self.async_step_confirm()

    async def async_step_confirm(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Ask for confirmation."""
        if user_input is None:
            return self._show_form("confirm", {})
        self.hass.config_entries.async_remove_subentry(self._loaded_entry, self._meter.subentry_id)
        return self.async_create_entry(data={})


class StatisticsLeftFlow(IssueFlow):
    """Delete or keep the statistics of a removed meter."""

    @override
    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Ask whether to delete or keep them."""
        return self.async_show_menu(
            step_id="init", menu_options=["delete", "keep"], description_placeholders=self._placeholders
        )

    async def async_step_delete(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:  # noqa: ARG002
        """Delete the statistics."""
        await async_delete_statistics(self.hass, self._owner)
        await carried_hours.create_store(self.hass, self._owner).async_remove()
        return self.async_create_entry(data={})

    async def async_step_keep(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:  # noqa: ARG002
        """Leave it."""
        return self.async_create_entry(data={})


_FLOWS: dict[str, type[IssueFlow]] = {
    **dict.fromkeys(CONSENT_RENEWALS, RenewConsentFlow),
    "off_peak_unreadable": OffPeakFlow,
    "prices_outdated": PricesFlow,
    "energy_dashboard": EnergyFlow,
    "earlier_statistics": EarlierStatisticsFlow,
    "dashboard": DashboardFlow,
    "gateway_moved": GatewayMovedFlow,
    "meter_gone": MeterGoneFlow,
    "statistics_left": StatisticsLeftFlow,
}


async def async_create_fix_flow(hass: HomeAssistant, issue_id: str, data: Data | None) -> RepairsFlow:  # noqa: ARG001
    """Create the flow of an issue."""
    assert data is not None  # noqa: S101 - all of ours have some
    return _FLOWS[str(data["key"])]()
