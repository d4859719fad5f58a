"""Subentry flow: add a meter (number, consent at Enedis, tariff) and change its tariff later."""

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Any, override

import voluptuous as vol
from homeassistant.config_entries import SOURCE_RECONFIGURE, ConfigEntryState, SubentryFlowResult
from homeassistant.core import callback
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
)
from homeassistant.util import dt as dt_util

from .api import GatewayClient, GatewayError, RequestRefusedError
from .api.models import ConsentStatus, RawOffPeak, RawTariff, StartedConsent, UsagePoint
from .consent import parse_meter_number, wait_for_consent, wait_for_contract
from .const import DOCS, DOMAIN, LOGGER, OFF_PEAK_EXAMPLE, OPTIONS
from .coordinator import GatewayConfigEntry
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
    Answers,
    NoTariffChangedError,
    asks_for_prices,
    build_changes,
    build_price_fields,
    build_tariff_fields,
    check_prices,
    find_current_tariff,
    get_chosen_option,
)

CONF_NUMBER, CONF_POINT, CONF_TARIFF = "number", "usage_point", "tariff"
_OTHER_METER = "another"

# Results of a consent with their own texts.
_TRANSLATED_REASONS = {
    "refused_at_enedis",
    "expired",
    "other_browser",
    "wrong_meter",
    "held_by_another",
    "shared_before",
    "contested",
    "not_opened",
    "upstream_down",
    "too_often",
}


class MeterFlow(FileImportSteps):
    """A subentry is a meter, with the usage point's public id as unique id. The gateway stores its tariff."""

    _offered_points: tuple[UsagePoint, ...] = ()
    _started: StartedConsent
    _waiting: asyncio.Task[UsagePoint | str] | None = None
    _reason: str | None = None
    _number: str | None = None
    _point: UsagePoint
    _answers: Answers
    _off_peak: list[RawOffPeak] | None = None
    _submitted_prices: Answers | None = None

    @property
    @override
    def _client(self) -> GatewayClient:
        entry: GatewayConfigEntry = self._get_entry()
        return entry.runtime_data.client

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

    async def async_step_number(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for the number and start a consent."""
        errors = {"base": self._reason} if self._reason and user_input is None else {}
        placeholders: dict[str, str] = {}
        if user_input is not None:
            number = parse_meter_number(user_input[CONF_NUMBER])
            if number and (added := self._find_added(number)):
                self._number, errors, placeholders = number, {CONF_NUMBER: "already_added"}, {"meter": added}
            elif number:
                self._reason, self._waiting = None, None
                try:
                    self._started = await self._client.start_consent(number)
                    return await self.async_step_consent()
                except GatewayError as error:
                    errors = (
                        {CONF_NUMBER: "invalid_number"} if error.problem == "invalid_number" else {"base": error.code}
                    )
            else:
                errors = {CONF_NUMBER: "invalid_number"}
        schema: Any = vol.Schema({vol.Required(CONF_NUMBER): TextSelector(TextSelectorConfig(autocomplete="off"))})
        schema = self.add_suggested_values_to_schema(schema, user_input)
        return self.async_show_form(
            step_id="number", data_schema=schema, errors=errors, description_placeholders=placeholders
        )

    def _find_added(self, number: str) -> str | None:
        """Return the name of a meter here whose number ends alike, unless the same number was entered once more.

        The whole number is stored nowhere: one meter in 10,000 ends like another one.
        """
        if number == self._number:
            return None
        points = self._get_entry().runtime_data.usage_points.data
        titles = {subentry.unique_id: subentry.title for subentry in self._get_entry().subentries.values()}
        ends_alike = (titles[each] for each, point in points.items() if each in titles and point.ends_like(number))
        return next(ends_alike, None)

    # Enedis' consent

    async def async_step_consent(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:  # noqa: ARG002
        """Open the consent's page and wait for its result."""
        if self._waiting is None:
            self._waiting = self.hass.async_create_background_task(self._wait_for_meter(), f"{DOMAIN} consent")
            self._waiting.add_done_callback(self._resume)
        if not self._waiting.done():
            return self.async_external_step(step_id="consent", url=self._started.authorize_url)
        match self._waiting.result():
            case "already_configured":
                return self.async_external_step_done(next_step_id="already_added")
            case str(reason):
                self._reason = reason
                return self.async_external_step_done(next_step_id="number")
            case point:
                self._point = point
                return self.async_external_step_done(next_step_id="tariff")

    async def _wait_for_meter(self) -> UsagePoint | str:
        """Return the meter that the consent opened, or the reason why there is none."""
        try:
            consent = await wait_for_consent(self._client, self._started)
            if consent.status is not ConsentStatus.GRANTED:
                return f"consent_{consent.reason}" if consent.reason in _TRANSLATED_REASONS else "consent_failed"
            new = [point_id for point_id in consent.usage_points if point_id not in self._list_configured_ids()]
            return await wait_for_contract(self._client, new[0]) if new else "already_configured"
        except GatewayError:
            return "consent_failed"

    async def async_step_already_added(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:  # noqa: ARG002
        """Abort: the consent opened a meter that is here already."""
        return self.async_abort(reason="already_configured")

    @callback
    def _resume(self, waiting: asyncio.Task[UsagePoint | str]) -> None:
        if not waiting.cancelled():
            self.hass.async_create_task(self.hass.config_entries.subentries.async_configure(self.flow_id))

    @callback
    @override
    def async_remove(self) -> None:
        """Stop waiting when the flow is closed."""
        if self._waiting is not None:
            self._waiting.cancel()

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
            self._answers = user_input
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
                if user_input[CONF_OPTION] == CUSTOM:
                    return await self.async_step_custom()
                if asks_for_prices(self._point, user_input):
                    return await self.async_step_prices()
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

    async def _load_offers(self) -> dict[str, str]:
        """Return the gateway's offers; none from a gateway that knows none, or does not answer now."""
        try:
            return await self._client.fetch_offers()
        except GatewayError:
            return {}

    async def _read_off_peak(self, answers: Answers) -> list[RawOffPeak] | None:
        """Return the periods that were typed in, or None if the hours were left as they are."""
        text = answers.get(CONF_OFF_PEAK, "").strip()
        return None if text == await self._format_off_peak() else await read_off_peak(self._client, text)

    async def _format_off_peak(self) -> str:
        return format_current_hours(self._point, dt_util.now(PARIS).date(), await async_load_texts(self.hass))

    async def async_step_prices(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for one's own prices."""
        errors: dict[str, str] = {}
        option = get_chosen_option(self._point, self._answers)
        if user_input is not None:
            errors = check_prices(option, user_input, self._submitted_prices)
            self._submitted_prices = user_input
            if not errors and not (errors := await self._submit_tariff(user_input)):
                return self._finish()
        schema: Any = vol.Schema(build_price_fields(option, find_current_tariff(self._point)))
        return self.async_show_form(
            step_id="prices", data_schema=self.add_suggested_values_to_schema(schema, user_input), errors=errors
        )

    async def async_step_custom(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for a custom tariff, as JSON; say what to change if it cannot be read or the gateway refuses it."""
        errors: dict[str, str] = {}
        placeholders: dict[str, str] = {"docs": f"{DOCS}/{async_get_text(self.hass, 'format', 'offers_page')}"}
        text = format_custom_tariff(find_current_tariff(self._point))
        if user_input is not None:
            text = user_input[CONF_TARIFF]
            try:
                await self._change_point(None, parse_custom_tariff(text))
                return self._finish()
            except CustomTariffError as error:
                errors, placeholders = {CONF_TARIFF: str(error)}, {**placeholders, **error.placeholders}
            except RequestRefusedError as error:
                errors, placeholders = {CONF_TARIFF: "custom_refused"}, {**placeholders, "detail": error.detail}
            except GatewayError as error:
                errors = {"base": error.code}
        field = TextSelector(TextSelectorConfig(multiline=True))
        schema: Any = vol.Schema({vol.Required(CONF_TARIFF, default=text): field})
        return self.async_show_form(
            step_id="custom", data_schema=schema, errors=errors, description_placeholders=placeholders
        )

    async def _submit_tariff(self, prices: Answers | None) -> dict[str, str]:
        """Send the tariff to the gateway; return form errors."""
        try:
            await self._change_point(prices)
        except NoTariffChangedError as error:
            return {"base": str(error)}
        except GatewayError as error:
            return {"base": "tariff_refused" if error.code == "request_refused" else error.code}
        return {}

    async def _change_point(self, prices: Answers | None, custom: RawTariff | None = None) -> None:
        """Send the tariff to the gateway. Raises GatewayError."""
        self._point = await self._client.change_usage_point(
            self._point.id, build_changes(self._point, self._answers, prices, self._off_peak, custom)
        )

    def _finish(self) -> SubentryFlowResult:
        if self.source != SOURCE_RECONFIGURE:
            return self.async_create_entry(title=self._point.label, data={}, unique_id=self._point.id)
        entry, subentry = self._get_entry(), self._get_reconfigure_subentry()
        if subentry.title == self._point.label:
            # Nothing of the entry changes, so its listener will not hear of it.
            self.hass.config_entries.async_schedule_reload(entry.entry_id)
        # A reason of our own, or Home Assistant uses its own text, which custom integrations get in English only.
        return self.async_update_and_abort(entry, subentry, title=self._point.label, reason="reconfigure_successful")

    def _list_configured_ids(self) -> set[str | None]:
        return {subentry.unique_id for subentry in self._get_entry().subentries.values()}

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
