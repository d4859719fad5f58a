"""What the flows that fix an issue have in common."""

from collections.abc import Awaitable, Callable
from typing import Any

import voluptuous as vol
from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState

from .api import GatewayError
from .api.models import UsagePointChanges
from .coordinator import GatewayConfigEntry, Meter

type Data = dict[str, str | int | float | None]


class IssueFlow(RepairsFlow):
    """Base of the flows; `data` has the entry id, the owner and the placeholders of the issue."""

    data: Data

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:  # noqa: ARG002
        """Start, unless the entry is not loaded."""
        entry = self._entry
        if entry is None or entry.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="entry_not_loaded")
        return await self._start()

    async def _start(self) -> RepairsFlowResult:
        raise NotImplementedError

    @property
    def _entry(self) -> GatewayConfigEntry | None:
        return self.hass.config_entries.async_get_entry(str(self.data["entry_id"]))

    @property
    def _loaded_entry(self) -> GatewayConfigEntry:
        entry = self._entry
        assert entry is not None  # noqa: S101 - as async_step_init has seen
        return entry

    @property
    def _owner(self) -> str:
        return str(self.data["owner"])

    @property
    def _meter(self) -> Meter:
        return self._loaded_entry.runtime_data.meters[self._owner]

    @property
    def _placeholders(self) -> dict[str, str]:
        return {name: str(value) for name, value in self.data.items()}

    def _show_form(
        self, step: str, fields: dict[Any, Any], errors: dict[str, str] | None = None, **placeholders: str
    ) -> RepairsFlowResult:
        schema: Any = vol.Schema(fields)
        return self.async_show_form(
            step_id=step,
            data_schema=schema,
            errors=errors or {},
            description_placeholders=self._placeholders | placeholders,
        )

    async def _call_gateway(self, work: Callable[[], Awaitable[object]]) -> dict[str, str]:
        """Call the gateway; return form errors."""
        try:
            await work()
        except GatewayError as error:
            return {"base": "invalid_number" if error.problem == "invalid_number" else "gateway_failed"}
        return {}

    async def _change_meter(self, changes: UsagePointChanges) -> dict[str, str]:
        """Change the meter at the gateway."""
        client = self._loaded_entry.runtime_data.client
        return await self._call_gateway(lambda: client.change_usage_point(self._owner, changes))

    async def _finish(self) -> RepairsFlowResult:
        """Refresh the usage points and finish."""
        await self._loaded_entry.runtime_data.usage_points.async_refresh()
        return self.async_create_entry(data={})
