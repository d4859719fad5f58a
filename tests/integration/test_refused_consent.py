"""A consent that was refused at first, and is given after all, or not."""

import asyncio
from typing import Any

import pytest
from aiohttp import web
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.data_entry_flow import FlowResultType
from pages import add_meter, answer_meter, find_consent_wait, load_texts
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
)
from scripted_gateway import (
    CONSENT,
    CONSENTS,
    NUMBER,
    POINT,
    POINT_ID,
    POINTS,
    ScriptedGateway,
    load_body,
)

pytestmark = pytest.mark.usefixtures("without_pauses")
REGULATED = {"name": "Atelier", "option": "base", "power": "6", "own_prices": False}


class Dialog:
    """The dialog of a meter whose consent was refused; it fetches the flow when told that it changed."""

    def __init__(self, hass: HomeAssistant, gateway: ScriptedGateway) -> None:
        self._hass = hass
        self._changed = asyncio.Event()
        self.consent = load_body("consent") | {
            "status": "refused",
            "reason": "refused_at_enedis",
            "may_retry": True,
            "usage_points": [],
        }
        self.looked = asyncio.Event()
        gateway.answers[CONSENT] = self._answer_status
        hass.bus.async_listen("data_entry_flow_progressed", self._note_change)

    async def _answer_status(self, _request: web.Request) -> Any:
        self.looked.set()
        return self.consent

    @callback
    def _note_change(self, _event: Event) -> None:
        self._changed.set()

    async def open(self, entry: MockConfigEntry) -> Any:
        """Enter a number, and return what is shown when Enedis has refused."""
        self.flow_id = (await add_meter(self._hass, entry))["flow_id"]
        external = await self._hass.config_entries.subentries.async_configure(self.flow_id, {"number": NUMBER})
        assert external["type"] is FlowResultType.EXTERNAL_STEP
        return await self.fetch_change()

    async def fetch_change(self) -> Any:
        await self._changed.wait()
        self._changed.clear()
        return await self._hass.config_entries.subentries.async_configure(self.flow_id)

    async def wait_for_look(self) -> None:
        """Wait until the flow has looked at the consent as it is now."""
        self.looked.clear()
        await self.looked.wait()


@pytest.mark.parametrize(
    ("language", "said"), [("en", "the consent was refused or not completed"), ("fr", "le partage a été refusé")]
)
async def test_a_refused_consent_that_is_given_after_all(
    hass: HomeAssistant, gateway: ScriptedGateway, entry_without_meters: MockConfigEntry, language: str, said: str
) -> None:
    """The gateway's page leads to Enedis again; the dialog says that it waits, and goes on."""
    hass.config.language = language
    dialog = Dialog(hass, gateway)
    shown = await dialog.open(entry_without_meters)
    assert (shown["type"], shown["progress_action"]) == (FlowResultType.SHOW_PROGRESS, "refused")
    assert said in shown["description_placeholders"]["reason"]
    assert shown["description_placeholders"]["url"] == load_body("consent_asked")["authorize_url"]
    texts = load_texts(language)["config_subentries"]["meter"]
    assert texts["step"]["refused"]["title"]
    assert all(part in texts["progress"]["refused"] for part in ("{reason}", "({url})"))

    dialog.consent |= {"reason": "wrong_meter"}
    again = await dialog.fetch_change()
    assert again["description_placeholders"]["reason"] == texts["error"]["consent_wrong_meter"]
    dialog.consent |= {"status": "pending", "reason": None, "may_retry": False}
    await dialog.wait_for_look()
    dialog.consent = load_body("consent")
    assert (await dialog.fetch_change())["step_id"] == "tariff"
    gateway.answers[POINTS]["items"] = [gateway.answers[POINT].point]
    result = await answer_meter(hass, {"flow_id": dialog.flow_id}, REGULATED)
    assert (result["type"], result["unique_id"]) == (FlowResultType.CREATE_ENTRY, POINT_ID)
    assert len(gateway.list_requests(CONSENTS)) == 1, "the same consent was given"


async def test_a_refused_consent_that_nobody_gives_in_time(
    hass: HomeAssistant, gateway: ScriptedGateway, entry_without_meters: MockConfigEntry
) -> None:
    dialog = Dialog(hass, gateway)
    await dialog.open(entry_without_meters)
    dialog.consent |= {"may_retry": False}
    form = await dialog.fetch_change()
    assert (form["step_id"], form["errors"]) == ("number", {"base": "consent_refused_at_enedis"})


async def test_stops_waiting_for_a_refused_consent_when_the_dialog_is_closed(
    hass: HomeAssistant, gateway: ScriptedGateway, entry_without_meters: MockConfigEntry
) -> None:
    dialog = Dialog(hass, gateway)
    await dialog.open(entry_without_meters)
    waiting = find_consent_wait()
    hass.config_entries.subentries.async_abort(dialog.flow_id)
    await asyncio.wait([waiting])
    assert waiting.cancelled()
