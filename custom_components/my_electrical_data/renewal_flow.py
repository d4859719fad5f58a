"""The flow that renews a consent."""

from typing import Any, override

import voluptuous as vol
from homeassistant.components.repairs import RepairsFlowResult
from homeassistant.helpers.selector import TextSelector, TextSelectorConfig

from .api import GatewayError
from .api.models import ConsentStatus, StartedConsent, UsagePoint
from .consent import CONF_NUMBER, get_refusal_key, parse_meter_number
from .issue_flow import IssueFlow


class RenewConsentFlow(IssueFlow):
    """Renew a consent: ask for the meter number, which is not stored, and wait for Enedis."""

    _started: StartedConsent

    @property
    def _point(self) -> UsagePoint:
        return self._loaded_entry.runtime_data.usage_points.data[self._owner]

    @override
    async def _start(self) -> RepairsFlowResult:
        return await self.async_step_number()

    async def async_step_number(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Ask for the number of this meter."""
        errors: dict[str, str] = {}
        if user_input is not None:
            number = parse_meter_number(user_input[CONF_NUMBER])
            if number is None:
                errors = {"base": "invalid_number"}
            elif not self._point.ends_like(number):
                errors = {"base": "another_meter"}
            elif not (errors := await self._call_gateway(lambda: self._start_consent(number))):
                return await self.async_step_link()
        return self._ask_number(errors)

    def _ask_number(self, errors: dict[str, str]) -> RepairsFlowResult:
        field = TextSelector(TextSelectorConfig(autocomplete="off"))
        return self._show_form("number", {vol.Required(CONF_NUMBER): field}, errors, masked=self._point.masked_number)

    async def _start_consent(self, number: str) -> None:
        self._started = await self._loaded_entry.runtime_data.client.start_consent(number)

    async def async_step_link(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Link to the consent's page and check its result."""
        errors: dict[str, str] = {}
        if user_input is not None:
            try:
                consent = await self._loaded_entry.runtime_data.client.fetch_consent(self._started.id)
            except GatewayError:
                errors = {"base": "gateway_failed"}
            else:
                if consent.status is ConsentStatus.GRANTED:
                    return await self._finish()
                if consent.status is ConsentStatus.PENDING:
                    errors = {"base": "consent_pending"}
                else:
                    errors = {"base": get_refusal_key(consent)}
                    if not consent.may_retry:
                        return self._ask_number(errors | {CONF_NUMBER: "consent_over"})
        return self._show_form("link", {}, errors, url=self._started.authorize_url)
