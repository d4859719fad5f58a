"""The ready dashboard: offered once, made by our strategy, its owner's once it is edited; and the season's picture."""

import re
from http import HTTPStatus
from typing import Any

import pytest
from conftest import MoveTo, SetUp
from homeassistant.components.frontend import async_panel_exists, async_register_built_in_panel
from homeassistant.components.lovelace.const import LOVELACE_DATA
from homeassistant.components.repairs import DOMAIN as REPAIRS
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from pages import answer_repair, open_repair, reload_entry
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
)
from scripted_gateway import TEMPO_DAYS, ScriptedGateway, answer_problem, load_body

from custom_components.my_electrical_data.const import CONF_DASHBOARD, DOMAIN
from custom_components.my_electrical_data.dashboard import URL_PATH


@pytest.fixture(autouse=True)
async def pages(hass: HomeAssistant) -> None:
    """Home Assistant's own pages."""
    assert await async_setup_component(hass, REPAIRS, {})
    assert await async_setup_component(hass, "lovelace", {})


@pytest.fixture
async def entry_with_dashboard(hass: HomeAssistant, entry: MockConfigEntry, set_up: SetUp) -> MockConfigEntry:
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(entry, options={CONF_DASHBOARD: True})
    return await set_up()


def find_offer(hass: HomeAssistant) -> ir.IssueEntry | None:
    issues = ir.async_get(hass).issues.values()
    return next((issue for issue in issues if issue.translation_key == "dashboard"), None)


async def answer_offer(hass: HomeAssistant, choice: str) -> None:
    issue = find_offer(hass)
    assert issue
    menu = await open_repair(hass, issue.issue_id)
    assert menu["menu_options"] == ["show", "hide"]
    await answer_repair(hass, menu, {"next_step_id": choice})


async def test_it_is_offered_and_accepted(hass: HomeAssistant, set_up: SetUp) -> None:
    await set_up()
    assert not async_panel_exists(hass, URL_PATH)
    await answer_offer(hass, "show")
    assert async_panel_exists(hass, URL_PATH)
    assert find_offer(hass) is None


async def test_it_is_offered_and_refused(hass: HomeAssistant, set_up: SetUp) -> None:
    entry = await set_up()
    await answer_offer(hass, "hide")
    await reload_entry(hass, entry)
    assert not async_panel_exists(hass, URL_PATH)
    assert find_offer(hass) is None


async def test_an_option_shows_and_hides_it(hass: HomeAssistant, entry_with_dashboard: MockConfigEntry) -> None:
    for wanted in (False, True, False):
        flow = await hass.config_entries.options.async_init(entry_with_dashboard.entry_id)
        chosen = {"buckets": True, "tempo_all_day": False, "dashboard": wanted}
        await hass.config_entries.options.async_configure(flow["flow_id"], chosen)
        await hass.async_block_till_done(wait_background_tasks=True)
        assert async_panel_exists(hass, URL_PATH) == wanted


@pytest.mark.parametrize(("language", "title"), [("en", "My electricity"), ("fr", "Mon électricité")])
async def test_its_name_is_in_the_language_of_the_home(
    hass: HomeAssistant, entry: MockConfigEntry, set_up: SetUp, hass_ws_client: Any, language: str, title: str
) -> None:
    hass.config.language = language
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(entry, options={CONF_DASHBOARD: True})
    await set_up()
    socket = await hass_ws_client(hass)
    await socket.send_json_auto_id({"type": "lovelace/dashboards/list"})
    (listed,) = (await socket.receive_json())["result"]
    assert listed["title"] == title


async def test_once_edited_it_is_its_owners(
    hass: HomeAssistant, entry_with_dashboard: MockConfigEntry, hass_ws_client: Any
) -> None:
    socket = await hass_ws_client(hass)

    async def send_command(kind: str, **fields: Any) -> Any:
        await socket.send_json_auto_id({"type": f"lovelace/{kind}", "url_path": URL_PATH, **fields})
        reply = await socket.receive_json()
        assert reply["success"]
        return reply["result"]

    made = await send_command("config")
    assert made == {"strategy": {"type": "custom:my-electrical-data"}}
    mine = {"views": [{"title": "Mine", "cards": []}]}
    await send_command("config/save", config=mine)
    await reload_entry(hass, entry_with_dashboard)
    assert await send_command("config") == mine
    await send_command("config/delete")
    assert await send_command("config") == made
    await socket.send_json_auto_id({"type": "lovelace/dashboards/list"})
    (listed,) = (await socket.receive_json())["result"]
    assert (listed["url_path"], listed["mode"]) == (URL_PATH, "yaml")
    info = await hass.data[LOVELACE_DATA].dashboards[URL_PATH].async_get_info()
    assert info == {"mode": "storage", "views": 0}


async def test_it_goes_with_the_last_gateway(
    hass: HomeAssistant, entry_with_dashboard: MockConfigEntry, hass_storage: dict[str, Any]
) -> None:
    await hass.data[LOVELACE_DATA].dashboards[URL_PATH].async_save({"views": []})
    assert f"lovelace.{DOMAIN}" in hass_storage
    await hass.config_entries.async_remove(entry_with_dashboard.entry_id)
    assert not async_panel_exists(hass, URL_PATH)
    assert f"lovelace.{DOMAIN}" not in hass_storage


async def test_a_page_of_the_same_path_is_left_alone(
    hass: HomeAssistant, entry: MockConfigEntry, set_up: SetUp
) -> None:
    async_register_built_in_panel(hass, "lovelace", frontend_url_path=URL_PATH, config={"mode": "storage"})
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(entry, options={CONF_DASHBOARD: True})
    await set_up()
    assert URL_PATH not in hass.data[LOVELACE_DATA].dashboards


# The season


async def fetch_season_image(hass: HomeAssistant, hass_client: Any) -> str:
    state = hass.states.get("image.french_grid_tempo_season")
    assert state
    answer = await (await hass_client()).get(state.attributes["entity_picture"])
    assert answer.status == HTTPStatus.OK
    assert answer.content_type == "image/svg+xml"
    text: str = await answer.text()
    return text


async def test_the_season(hass: HomeAssistant, set_up: SetUp, move_to: MoveTo, hass_client: Any) -> None:
    await set_up()
    days = load_body("tempo_days")["days"]
    drawn = await fetch_season_image(hass, hass_client)
    assert drawn.count("<rect") == len(days)
    for color, fill in (("blue", "#1e88e5"), ("white", "#fafafa"), ("red", "#e53935")):
        told = [day for day in days if day["color"] == color or day["possible"] == [color]]
        assert drawn.count(f'fill="{fill}"') == len(told), color
    assert len(re.findall('stroke="#ff9800"', drawn)) == 1
    before = hass.states.get("image.french_grid_tempo_season")
    await move_to("2026-11-24T05:00:00+00:00")
    after = hass.states.get("image.french_grid_tempo_season")
    assert before
    assert after
    assert before.state != after.state
    assert await fetch_season_image(hass, hass_client) != drawn


async def test_no_season_is_known(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    gateway.answers[TEMPO_DAYS] = answer_problem(503, "upstream_down")
    await set_up()
    state = hass.states.get("image.french_grid_tempo_season")
    assert state
    assert state.state == "unavailable"
