"""The ready-made dashboard: our strategy, which the browser generates each time, until the user edits it."""

from typing import Any, Final, override

from homeassistant.components import frontend
from homeassistant.components.lovelace.const import DOMAIN as LOVELACE
from homeassistant.components.lovelace.const import LOVELACE_DATA, ConfigNotFound
from homeassistant.components.lovelace.dashboard import LovelaceStorage
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.json import json_bytes, json_fragment

from .const import CONF_DASHBOARD, DOMAIN
from .formatting import async_load_texts

URL_PATH: Final = "my-electricity"
ICON: Final = "mdi:transmission-tower"
STRATEGY: Final = {"strategy": {"type": "custom:my-electrical-data"}}
"""The strategy that generates its views, in web/src/cards/dashboard.ts."""


class ReadyDashboard(LovelaceStorage):
    """A dashboard that is our strategy unless an edited version was saved."""

    @override
    async def async_get_info(self) -> dict[str, Any]:
        """Return its mode and number of views."""
        return {"mode": self.mode, "views": len((await self.async_load(force=False)).get("views", []))}

    @override
    async def async_load(self, force: bool) -> dict[str, Any]:
        """Return the saved configuration, or else the strategy."""
        try:
            return await super().async_load(force)
        except ConfigNotFound:
            return STRATEGY

    @override
    async def async_json(self, force: bool) -> json_fragment:
        """Return the same as JSON."""
        return json_fragment(json_bytes(await self.async_load(force)))


@callback
def async_can_offer_dashboard(hass: HomeAssistant) -> bool:
    """Return whether the dashboard can be added."""
    return LOVELACE_DATA in hass.data


async def async_show_or_hide(hass: HomeAssistant) -> None:
    """Add the dashboard if any entry has the option set; remove it otherwise."""
    if LOVELACE_DATA not in hass.data:
        return
    dashboards, entries = hass.data[LOVELACE_DATA].dashboards, hass.config_entries.async_entries(DOMAIN)
    shown = isinstance(dashboards.get(URL_PATH), ReadyDashboard)
    wanted = any(entry.options.get(CONF_DASHBOARD) for entry in entries)
    if wanted and not shown and not frontend.async_panel_exists(hass, URL_PATH):
        title = (await async_load_texts(hass))("dashboard", "title")
        # In the list of dashboards as one that is configured elsewhere: it is shown and hidden by an option of ours.
        listed = {"mode": "yaml", "title": title, "icon": ICON, "show_in_sidebar": True, "require_admin": False}
        dashboards[URL_PATH] = ReadyDashboard(hass, {"id": DOMAIN, "url_path": URL_PATH, **listed})
        frontend.async_register_built_in_panel(
            hass,
            LOVELACE,
            sidebar_title=title,
            sidebar_icon=ICON,
            frontend_url_path=URL_PATH,
            config={"mode": dashboards[URL_PATH].mode},
        )
    elif shown and not wanted:
        hidden = dashboards.pop(URL_PATH)
        frontend.async_remove_panel(hass, URL_PATH)
        if not entries:
            await hidden.async_delete()
