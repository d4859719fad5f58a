"""Steps of a meter's flow: ask for its number, and wait for the consent at Enedis."""

import asyncio
from typing import Any, override

import voluptuous as vol
from homeassistant.config_entries import SubentryFlowResult
from homeassistant.core import callback
from homeassistant.helpers.selector import TextSelector, TextSelectorConfig

from .api import GatewayError
from .api.models import ConsentRequest, ConsentStatus, StartedConsent, UsagePoint
from .consent import (
    CONF_NUMBER,
    async_explain_refusal,
    get_refusal_key,
    parse_meter_number,
    wait_for_consent,
    wait_for_contract,
)
from .const import DOMAIN
from .meter_steps import MeterSteps

type Result = UsagePoint | ConsentRequest | str
"""A meter, a refusal that is not final, or the translation key of why there is no meter."""


class ConsentSteps(MeterSteps):
    """They end with the step `tariff` of the meter in `_point`."""

    _started: StartedConsent
    _waiting: asyncio.Task[Result] | None = None
    _reason: str | None = None
    _number: str | None = None
    _point: UsagePoint

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

    async def async_step_consent(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:  # noqa: ARG002
        """Open the consent's page and wait for its result."""
        if self._waiting is None:
            self._waiting = self._wait_in_background(None)
            self._waiting.add_done_callback(self._resume)
        if not self._waiting.done():
            return self.async_external_step(step_id="consent", url=self._started.authorize_url)
        return self.async_external_step_done(next_step_id=self._take_result(self._waiting.result()))

    async def async_step_refused(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:  # noqa: ARG002
        """Say why the consent was refused, and wait until it is given on the same page after all.

        An external step would open the page in another window.
        """
        assert self._waiting is not None, "the wait began with the refusal"  # noqa: S101
        if self._waiting.done() and (following := self._take_result(self._waiting.result())) != "refused":
            return self.async_show_progress_done(next_step_id=following)
        assert self._reason is not None, "the refusal has one"  # noqa: S101
        return self.async_show_progress(
            step_id="refused",
            progress_action="refused",
            progress_task=self._waiting,
            description_placeholders={
                "reason": await async_explain_refusal(self.hass, self._reason),
                "url": self._started.authorize_url,
            },
        )

    def _take_result(self, result: Result) -> str:
        """Keep what the wait for a consent resulted in; return the next step."""
        match result:
            case "already_configured":
                return "already_added"
            case ConsentRequest() as refusal:
                self._reason = get_refusal_key(refusal)
                self._waiting = self._wait_in_background(refusal)
                return "refused"
            case str(reason):
                self._reason = reason
                return "number"
            case point:
                self._point = point
                return "tariff"

    def _wait_in_background(self, refusal: ConsentRequest | None) -> asyncio.Task[Result]:
        return self.hass.async_create_background_task(self._wait_for_meter(refusal), f"{DOMAIN} consent")

    async def _wait_for_meter(self, refusal: ConsentRequest | None) -> Result:
        """Wait for the meter that the consent opens."""
        try:
            consent = await wait_for_consent(self._client, self._started.id, refusal)
            if consent.may_retry:
                return consent
            if consent.status is not ConsentStatus.GRANTED:
                return get_refusal_key(consent)
            new = [point_id for point_id in consent.usage_points if point_id not in self._list_configured_ids()]
            return await wait_for_contract(self._client, new[0]) if new else "already_configured"
        except GatewayError:
            return "consent_failed"

    async def async_step_already_added(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:  # noqa: ARG002
        """Abort: the consent opened a meter that is here already."""
        return self.async_abort(reason="already_configured")

    @callback
    def _resume(self, waiting: asyncio.Task[Result]) -> None:
        if not waiting.cancelled():
            self.hass.async_create_task(self.hass.config_entries.subentries.async_configure(self.flow_id))

    @callback
    @override
    def async_remove(self) -> None:
        """Stop waiting when the flow is closed."""
        if self._waiting is not None:
            self._waiting.cancel()
