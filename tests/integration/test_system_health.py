"""Settings → System information."""

from conftest import SetUp
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import (
    get_system_health_info,
)
from scripted_gateway import POINT_ID, ScriptedGateway

from custom_components.my_electrical_data.const import DOMAIN


async def test_tells_how_each_gateway_is(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    entry = await set_up()
    assert await async_setup_component(hass, "system_health", {})
    await hass.async_block_till_done()
    info = await get_system_health_info(hass, DOMAIN)
    assert await info["gateway_reachable"] == "ok"
    assert (info["gateways"], info["gateway_version"], info["meters"]) == (1, "0.1.0", 1)
    assert info["newest_hour"].isoformat() == "2026-11-22T22:00:00+00:00"
    assert POINT_ID not in str(info)
    assert gateway.url not in str({key: value for key, value in info.items() if key != "gateway_reachable"})
    await hass.config_entries.async_unload(entry.entry_id)
    info = await get_system_health_info(hass, DOMAIN)
    assert await info["gateway_reachable"] == "ok"
    assert "meters" not in info
