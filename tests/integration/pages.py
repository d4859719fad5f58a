"""What a person does and reads in Home Assistant's pages: setting up, repairs, devices, words."""

import asyncio
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from homeassistant.components.repairs import DOMAIN as REPAIRS
from homeassistant.config_entries import SOURCE_USER, ConfigEntry
from homeassistant.const import CONF_CLIENT_ID, CONF_CLIENT_SECRET, CONF_EMAIL, CONF_PASSWORD
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import issue_registry as ir
from pytest_homeassistant_custom_component.common import MockConfigEntry
from scripted_gateway import CLIENT_ID, CLIENT_SECRET, EMAIL, PASSWORD, POINT_ID

from custom_components.my_electrical_data.const import DOMAIN, METER

ACCOUNT = {CONF_EMAIL: EMAIL, CONF_PASSWORD: PASSWORD}


def make_client_input(**changes: str) -> dict[str, str]:
    """Return an API client as it is typed."""
    return {CONF_CLIENT_ID: CLIENT_ID, CONF_CLIENT_SECRET: CLIENT_SECRET} | changes


async def reload_entry(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Reload the integration as its page does, and wait for what it does then."""
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


async def submit_form(hass: HomeAssistant, flow: Any, data: Any) -> Any:
    """Fill in a form of a configuration, and wait for what comes of it."""
    result = await hass.config_entries.flow.async_configure(flow["flow_id"], data)
    await hass.async_block_till_done(wait_background_tasks=True)
    return result


async def choose_option(hass: HomeAssistant, flow: Any, option: str) -> Any:
    """Choose from a menu of a configuration."""
    return await submit_form(hass, flow, {"next_step_id": option})


async def add_meter(hass: HomeAssistant, entry: ConfigEntry) -> Any:
    """Begin to add a meter to a gateway."""
    return await hass.config_entries.subentries.async_init((entry.entry_id, METER), context={"source": SOURCE_USER})


async def answer_meter(hass: HomeAssistant, flow: Any, data: Any = None) -> Any:
    """Fill in a form of a meter, and wait for what comes of it."""
    result = await hass.config_entries.subentries.async_configure(flow["flow_id"], data)
    await hass.async_block_till_done(wait_background_tasks=True)
    return result


def find_consent_wait() -> asyncio.Task[Any]:
    """Return the task that waits for a consent."""
    [waiting] = [task for task in asyncio.all_tasks() if task.get_name() == f"{DOMAIN} consent" and not task.done()]
    return waiting


async def open_meter(hass: HomeAssistant, entry: MockConfigEntry, option: str) -> Any:
    """Open the first meter's menu and choose from it."""
    menu = await entry.start_subentry_reconfigure_flow(hass, next(iter(entry.subentries)))
    return await answer_meter(hass, menu, {"next_step_id": option})


async def open_tariff(hass: HomeAssistant, entry: MockConfigEntry) -> Any:
    """Open the form of a meter's tariff."""
    return await open_meter(hass, entry, "change_tariff")


def list_suggested(form: Any) -> dict[str, Any]:
    """Return the value that each field of a form shows at first, without being its default."""
    return {str(key): (key.description or {}).get("suggested_value") for key in form["data_schema"].schema}


def get_repairs(hass: HomeAssistant) -> dict[str, ir.IssueEntry]:
    """Return our repairs, by translation key."""
    return {
        str(issue.translation_key): issue
        for (domain, _), issue in ir.async_get(hass).issues.items()
        if domain == DOMAIN
    }


async def open_repair(hass: HomeAssistant, issue_id: str) -> Any:
    """Open a repair."""
    issue = {"issue_id": issue_id}
    return await hass.data[REPAIRS]["flow_manager"].async_init(DOMAIN, context=issue, data=issue)


async def answer_repair(hass: HomeAssistant, flow: Any, data: Any) -> Any:
    """Fill in a form of a repair, or choose from its menu, and wait for what comes of it."""
    result = await hass.data[REPAIRS]["flow_manager"].async_configure(flow["flow_id"], data)
    await hass.async_block_till_done(wait_background_tasks=True)
    return result


def find_device_id(hass: HomeAssistant, identifier: str = POINT_ID) -> str:
    """Return the id of a device: the meter's, or another's."""
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    return next(device.id for device in devices if (DOMAIN, identifier) in device.identifiers)


async def call_action(hass: HomeAssistant, action: str, device_id: str | None = None, **fields: Any) -> Any:
    """Do an action of the integration, and return its answer as an automation gets it: as JSON has it."""
    data = {"device_id": device_id or find_device_id(hass), **fields}
    answer = await hass.services.async_call(DOMAIN, action, data, blocking=True, return_response=True)
    assert json.loads(json.dumps(answer)) == answer
    return answer


def pick_fields(found: Iterable[Mapping[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    """Return the fields of these names of each."""
    return [tuple(one.get(name) for name in names) for one in found]


def load_texts(language: str) -> Any:
    """Return all texts of a language."""
    return json.loads((Path("custom_components") / DOMAIN / "translations" / f"{language}.json").read_text())
