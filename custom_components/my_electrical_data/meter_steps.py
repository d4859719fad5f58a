"""What the steps of a meter's flow have in common."""

from homeassistant.config_entries import ConfigSubentryFlow

from .api import GatewayClient
from .coordinator import GatewayConfigEntry


class MeterSteps(ConfigSubentryFlow):
    """Base of the steps of a meter's flow."""

    @property
    def _client(self) -> GatewayClient:
        entry: GatewayConfigEntry = self._get_entry()
        return entry.runtime_data.client

    @property
    def _point_id(self) -> str:
        return self._get_reconfigure_subentry().unique_id or ""

    def _list_configured_ids(self) -> set[str | None]:
        return {subentry.unique_id for subentry in self._get_entry().subentries.values()}
