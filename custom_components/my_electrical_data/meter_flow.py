"""Subentry flow: add a meter (number, consent at Enedis, tariff) and change its tariff later."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

import voluptuous as vol
from homeassistant.config_entries import SOURCE_RECONFIGURE, ConfigEntryState, SubentryFlowResult
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
)
from homeassistant.util import dt as dt_util

from .api import GatewayError, RequestRefusedError
from .api.models import RawOffPeak, RawTariff, UsagePoint
from .consent_flow import ConsentSteps
from .const import DOCS, LOGGER, OFF_PEAK_EXAMPLE, OPTIONS
from .custom_prices_form import (
    CONF_OTHER_PRICES,
    build_custom_price_fields,
    can_show,
    check_custom_prices,
    read_custom_prices,
)
from .custom_tariff_form import CustomTariffError, format_custom_tariff, parse_custom_tariff
from .formatting import async_get_text, async_load_texts, async_name_home
from .import_flow import FileImportSteps
from .off_peak_form import OffPeakError, format_current_hours, read_off_peak
from .paris import PARIS
from .tariff_form import (
    CONF_OFF_PEAK,
    CONF_OPTION,
    CONF_POWER,
    CUSTOM,
    CUSTOM_PRICES,
    NoTariffChangedError,
    UserInput,
    asks_for_prices,
    build_changes,
    build_price_fields,
    build_tariff_fields,
    check_prices,
    find_current_tariff,
    get_chosen_option,
)

CONF_POINT, CONF_TARIFF = "usage_point", "tariff"
_OTHER_METER = "another"


class MeterFlow(ConsentSteps, FileImportSteps):
    """A subentry is a meter, with the usage point's public id as unique id. The gateway stores its tariff."""

    _offered_points: tuple[UsagePoint, ...] = ()
    _tariff_input: UserInput
    _off_peak: list[RawOffPeak] | None = None
    _submitted_prices: UserInput | None = None

    # Which meter

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Offer the account's meters that have not been added yet, if any."""
        if user_input is not None:
            chosen = user_input[CONF_POINT]
            found = next((point for point in self._offered_points if point.id == chosen), None)
            return await self._show_tariff(found) if found else await self.async_step_number()
        if self._get_entry().state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="entry_not_loaded")
        try:
            points = (await self._client.fetch_usage_points()).data.items
        except GatewayError as error:
            return self._abort_on_failure(error)
        self._offered_points = tuple(point for point in points if point.id not in self._list_configured_ids())
        if not self._offered_points:
            return await self.async_step_number()
        options = [SelectOptionDict(value=point.id, label=point.description) for point in self._offered_points]
        options.append(
            SelectOptionDict(value=_OTHER_METER, label=(await async_load_texts(self.hass))("found", _OTHER_METER))
        )
        selector = SelectSelector(SelectSelectorConfig(options=options, mode=SelectSelectorMode.LIST))
        schema: Any = vol.Schema({vol.Required(CONF_POINT, default=self._offered_points[0].id): selector})
        return self.async_show_form(step_id="user", data_schema=schema)

    # What it pays

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:  # noqa: ARG002
        """Offer what can be done with a meter."""
        if self._get_entry().state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="entry_not_loaded")
        return self.async_show_menu(step_id="reconfigure", menu_options=["change_tariff", "import_file", "take_back"])

    async def async_step_change_tariff(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:  # noqa: ARG002
        """Change the tariff of a meter."""
        try:
            return await self._show_tariff(await self._client.fetch_usage_point(self._point_id))
        except GatewayError as error:
            return self._abort_on_failure(error)

    async def _show_tariff(self, point: UsagePoint) -> SubentryFlowResult:
        self._point = point
        return await self.async_step_tariff()

    async def async_step_tariff(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Show what Enedis knows of the meter and ask for its tariff."""
        errors: dict[str, str] = {}
        if user_input is not None and CONF_POWER not in user_input:
            errors = {CONF_POWER: "power_missing"}
        elif user_input is not None:
            self._tariff_input = user_input
            try:
                self._off_peak = await self._read_off_peak(user_input)
                build_changes(self._point, user_input, None, self._off_peak)
            except OffPeakError as error:
                errors = {CONF_OFF_PEAK: str(error)}
            except NoTariffChangedError as error:
                errors = {"base": str(error)}
            except GatewayError as error:
                errors = {"base": error.code}
            else:
                if show_prices := self._find_price_page():
                    return await show_prices()
                if not (errors := await self._submit_tariff(None)):
                    return self._finish()
        name = self._point.given_name or await async_name_home(self.hass)
        offers = await self._load_offers()
        fields = build_tariff_fields(
            self._point,
            name=name,
            off_peak=await self._format_off_peak(),
            dated=self.source == SOURCE_RECONFIGURE,
            offers=offers,
        )
        schema: Any = vol.Schema(fields)
        return self.async_show_form(
            step_id="tariff",
            data_schema=self.add_suggested_values_to_schema(schema, user_input),
            errors=errors,
            description_placeholders=await self._describe_meter(offers),
        )

    def _find_price_page(self) -> Callable[[], Awaitable[SubentryFlowResult]] | None:
        """Return the step that asks for the prices of the chosen option; None if none does."""
        pages = {CUSTOM_PRICES: self.async_step_custom_prices, CUSTOM: self.async_step_custom}
        asked = self.async_step_prices if asks_for_prices(self._point, self._tariff_input) else None
        return pages.get(self._tariff_input[CONF_OPTION], asked)

    async def _load_offers(self) -> dict[str, str]:
        """Return the gateway's offers; none from a gateway that knows none, or does not answer now."""
        try:
            return await self._client.fetch_offers()
        except GatewayError:
            return {}

    async def _read_off_peak(self, user_input: UserInput) -> list[RawOffPeak] | None:
        """Return the periods that were typed in, or None if the hours were left as they are."""
        text = user_input.get(CONF_OFF_PEAK, "").strip()
        return None if text == await self._format_off_peak() else await read_off_peak(self._client, text)

    async def _format_off_peak(self) -> str:
        return format_current_hours(self._point, dt_util.now(PARIS).date(), await async_load_texts(self.hass))

    async def async_step_prices(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for one's own prices."""
        errors: dict[str, str] = {}
        option = get_chosen_option(self._point, self._tariff_input)
        if user_input is not None:
            errors = check_prices(option, user_input, self._submitted_prices)
            self._submitted_prices = user_input
            if not errors and not (errors := await self._submit_tariff(user_input)):
                return self._finish()
        schema: Any = vol.Schema(build_price_fields(option, find_current_tariff(self._point)))
        return self.async_show_form(
            step_id="prices", data_schema=self.add_suggested_values_to_schema(schema, user_input), errors=errors
        )

    async def async_step_custom_prices(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for the prices of an offer by weekday and hour."""
        errors: dict[str, str] = {}
        placeholders: dict[str, str] = {}
        tariff = find_current_tariff(self._point)
        if user_input is not None:
            errors = check_custom_prices(user_input, self._submitted_prices)
            self._submitted_prices = user_input
            if not errors:
                read = read_custom_prices(self._client, user_input, tariff)
                errors, placeholders = await self._submit_custom(CONF_OTHER_PRICES, read)
                if not errors:
                    return self._finish()
        words = await async_load_texts(self.hass)
        schema: Any = vol.Schema(build_custom_price_fields(tariff, words))
        note = "" if can_show(tariff) else f"{words('found', 'offer_not_shown')}\n\n"
        return self.async_show_form(
            step_id="custom_prices",
            data_schema=self.add_suggested_values_to_schema(schema, user_input),
            errors=errors,
            description_placeholders={"note": note, "example": OFF_PEAK_EXAMPLE, **placeholders},
        )

    async def async_step_custom(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for a custom tariff, as JSON; say what to change if it cannot be read or the gateway refuses it."""
        errors: dict[str, str] = {}
        placeholders: dict[str, str] = {}
        text = format_custom_tariff(find_current_tariff(self._point))
        if user_input is not None:
            text = user_input[CONF_TARIFF]
            errors, placeholders = await self._submit_custom(CONF_TARIFF, parse_custom_tariff(text))
            if not errors:
                return self._finish()
        field = TextSelector(TextSelectorConfig(multiline=True))
        schema: Any = vol.Schema({vol.Required(CONF_TARIFF, default=text): field})
        docs = f"{DOCS}/{async_get_text(self.hass, 'format', 'offers_page')}"
        return self.async_show_form(
            step_id="custom",
            data_schema=schema,
            errors=errors,
            description_placeholders={"docs": docs, **placeholders},
        )

    async def _submit_custom(self, field: str, read: Awaitable[RawTariff]) -> tuple[dict[str, str], dict[str, str]]:
        """Send a custom tariff to the gateway; return form errors, and the placeholders in their texts."""
        try:
            await self._change_point(None, await read)
        except CustomTariffError as error:
            return {field: str(error)}, {**error.placeholders}
        except RequestRefusedError as error:
            return {field: "custom_refused"}, {"detail": error.detail}
        except GatewayError as error:
            return {"base": error.code}, {}
        return {}, {}

    async def _submit_tariff(self, prices: UserInput | None) -> dict[str, str]:
        """Send the tariff to the gateway; return form errors."""
        try:
            await self._change_point(prices)
        except NoTariffChangedError as error:
            return {"base": str(error)}
        except GatewayError as error:
            return {"base": "tariff_refused" if error.code == "request_refused" else error.code}
        return {}

    async def _change_point(self, prices: UserInput | None, custom: RawTariff | None = None) -> None:
        """Send the tariff to the gateway. Raises GatewayError."""
        self._point = await self._client.change_usage_point(
            self._point.id, build_changes(self._point, self._tariff_input, prices, self._off_peak, custom)
        )

    def _finish(self) -> SubentryFlowResult:
        if self.source != SOURCE_RECONFIGURE:
            return self.async_create_entry(title=self._point.label, data={}, unique_id=self._point.id)
        entry, subentry = self._get_entry(), self._get_reconfigure_subentry()
        if subentry.title == self._point.label:
            # Nothing of the entry changes, so its listener will not hear of it.
            self.hass.config_entries.async_schedule_reload(entry.entry_id)
        self.hass.config_entries.async_update_subentry(entry, subentry, title=self._point.label)
        # A reason of our own, or Home Assistant uses its own text, which custom integrations get in English only.
        return self.async_abort(reason="reconfigure_successful")

    def _abort_on_failure(self, error: GatewayError) -> SubentryFlowResult:
        LOGGER.warning("The gateway could not tell of its meters: %s", error)
        return self.async_abort(reason="gateway_failed")

    async def _describe_meter(self, offers: Mapping[str, str]) -> dict[str, str]:
        """Return the placeholders that describe the meter; `offers` are names by id."""
        texts, contract = await async_load_texts(self.hass), self._point.contract
        words = partial(texts, "found")
        unknown = words("unknown")
        tariff = find_current_tariff(self._point) if self.source == SOURCE_RECONFIGURE else None
        own = tariff and (
            texts("option", tariff.option)
            if tariff.option in OPTIONS
            else offers.get(tariff.raw.get("offer", ""), words("typed_in"))
        )
        curve = {True: "curve_collected", False: "curve_not_collected", None: "unknown"}
        return {
            "meter": self._point.masked_number,
            "contract": contract.segment or unknown,
            "power": f"{contract.power_kva:g} kVA" if contract.power_kva else unknown,
            "off_peak": contract.off_peak or words("none"),
            "curve": words(curve[self._point.curve_collected]),
            "example": OFF_PEAK_EXAMPLE,
            "more": f"{words('current_tariff')} {own}" if own else words("arrival"),
        }
