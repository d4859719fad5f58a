"""The cards: their script on every page of Home Assistant, and what they are told over the websocket."""

from collections.abc import Awaitable, Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest
from conftest import MoveTo, SetUp
from homeassistant.components.frontend import DATA_EXTRA_MODULE_URL
from homeassistant.core import HomeAssistant
from homeassistant.helpers.json import json_bytes, json_encoder_default
from homeassistant.setup import async_setup_component
from pages import reload_entry
from pytest_homeassistant_custom_component.common import MockConfigEntry
from scripted_gateway import (
    COMPARISON,
    ECOWATT,
    PERIODS,
    PING,
    POINT_ID,
    POINTS,
    SERIES,
    TEMPO,
    ScriptedGateway,
    answer_problem,
    answer_text,
    load_body,
)

from custom_components.my_electrical_data import cards
from custom_components.my_electrical_data.const import DOMAIN

type Send = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture(autouse=True)
def fake_dates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Home Assistant 2026.6 encodes real dates, but not those of a clock that is set."""

    def encode(value: Any) -> Any:
        return value.isoformat() if isinstance(value, date) else json_encoder_default(value)

    monkeypatch.setitem(cast("partial[bytes]", json_bytes).keywords, "default", encode)


@pytest.fixture
async def socket(hass: HomeAssistant, set_up: SetUp, hass_ws_client: Any) -> Any:
    """A websocket of somebody who is no administrator, as most who look at a dashboard."""
    await set_up()
    return await hass_ws_client(hass)


@pytest.fixture
def send_command(socket: Any) -> Send:
    async def send(kind: str, **fields: Any) -> dict[str, Any]:
        await socket.send_json_auto_id({"type": f"{DOMAIN}/{kind}", **fields})
        answer: dict[str, Any] = await socket.receive_json()
        return answer

    return send


@pytest.fixture
def subscribe_feed(send_command: Send, socket: Any) -> Send:
    """Subscribe to a feed; what it says first."""

    async def follow(feed: str, **fields: Any) -> dict[str, Any]:
        assert (await send_command("subscribe", feed=feed, **fields))["success"]
        return await next_event(socket)

    return follow


async def next_event(socket: Any, is_it: Callable[[dict[str, Any]], bool] = bool) -> dict[str, Any]:
    """Return the next event of a kind."""
    while True:
        event: dict[str, Any] = (await socket.receive_json(timeout=60))["event"]
        if is_it(event):
            return event


async def wait_for_pong(socket: Any) -> None:
    """Wait until Home Assistant has answers to its own pings: it closes a socket that owes one when the clock moves."""
    await socket.send_json_auto_id({"type": "ping"})
    while (await socket.receive_json())["type"] != "pong":
        pass


# The script


def find_script(hass: HomeAssistant) -> str | None:
    """Return the address of the cards among the scripts that every page of Home Assistant loads."""
    return next((url for url in hass.data[DATA_EXTRA_MODULE_URL].urls if url.startswith(f"/{DOMAIN}/")), None)


async def test_every_page_loads_the_cards(hass: HomeAssistant, set_up: SetUp, hass_client: Any) -> None:
    assert await async_setup_component(hass, "frontend", {})
    await set_up()
    script = find_script(hass)
    assert script
    answer = await (await hass_client()).get(script)
    assert answer.content_type in {"text/javascript", "application/javascript"}
    assert "max-age" in answer.headers["Cache-Control"]
    assert "my-electrical-data-" in await answer.text()


async def test_another_script_has_another_address(
    hass: HomeAssistant, set_up: SetUp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that a browser which keeps scripts for a month takes up the new one at once."""
    assert await async_setup_component(hass, "frontend", {})
    script = tmp_path / "cards.js"
    script.write_text("export {}")
    monkeypatch.setattr(cards, "SCRIPT", script)
    await set_up()
    assert find_script(hass) == f"/{DOMAIN}/cards-f4c5cf9bb78e.js"


async def test_a_checkout_without_the_script(
    hass: HomeAssistant,
    set_up: SetUp,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert await async_setup_component(hass, "frontend", {})
    monkeypatch.setattr(cards, "SCRIPT", tmp_path / "cards.js")
    await set_up()
    assert find_script(hass) is None
    assert "build them with scripts/setup" in caplog.text


# What the cards ask for


async def test_the_meters(send_command: Send) -> None:
    answer = await send_command("homes")
    assert answer["result"]["meters"] == [{"id": POINT_ID, "name": "Maison", "option": "hp_hc", "produces": False}]


async def test_the_figures_are_handed_on_as_the_gateway_sends_them(
    send_command: Send, gateway: ScriptedGateway
) -> None:
    asked = {"start": "2026-01-25", "end": "2026-01-27", "step": "day"}
    assert (await send_command("series", meter=POINT_ID, **asked))["result"] == load_body("series")
    (request,) = gateway.list_requests(SERIES)
    assert {name: request.query[name] for name in asked} == asked
    assert "year_ago" in request.query.getall("include")
    compared = load_body("comparison") | {"next_change": "2026-01-27T23:00:00+00:00"}
    assert (await send_command("comparison", meter=POINT_ID))["result"] == compared
    assert gateway.list_requests(COMPARISON)[0].query["months"] == "12"


async def test_a_silent_gateway_is_an_error_in_words(send_command: Send, gateway: ScriptedGateway) -> None:
    gateway.answers[COMPARISON] = answer_problem(503, "upstream_down")
    error = (await send_command("comparison", meter=POINT_ID))["error"]
    assert error["code"] == "home_assistant_error"
    assert "gateway" in error["message"]


async def test_a_failed_question_tells_every_card_that_the_gateway_is_silent(
    send_command: Send, subscribe_feed: Send, socket: Any, gateway: ScriptedGateway
) -> None:
    assert not (await subscribe_feed("gateway"))["is_silent"]
    gateway.answers[COMPARISON] = gateway.answers[PING] = answer_text(502, "")
    await socket.send_json_auto_id({"type": f"{DOMAIN}/comparison", "meter": POINT_ID})
    while (message := await socket.receive_json()).get("event", {}).get("is_silent") is not True:
        assert message["type"] in {"event", "result"}


async def test_a_meter_that_is_not_ours(send_command: Send) -> None:
    answer = await send_command("comparison", meter="z" * 16)
    assert answer["error"]["translation_key"] == "entry_not_loaded"


# What the cards are told again and again


async def test_a_meter_whose_contract_comes_later(
    subscribe_feed: Send, socket: Any, gateway: ScriptedGateway, move_to: MoveTo
) -> None:
    assert [meter["produces"] for meter in (await subscribe_feed("meters"))["data"]["meters"]] == [False]
    gateway.answers[POINTS]["items"][0]["contract"]["produces"] = True
    await move_to("2026-11-23T10:36:00+00:00")
    [meter] = (await next_event(socket, lambda event: event["data"]["meters"][0]["produces"]))["data"]["meters"]
    assert (meter["id"], meter["name"], meter["option"]) == (POINT_ID, "Maison", "hp_hc")


async def test_tempo_turns_at_six(subscribe_feed: Send, socket: Any, move_to: MoveTo) -> None:
    """The gateway is not asked for it: what was announced is still true when it is silent."""
    first = await subscribe_feed("tempo")
    assert not first["is_silent"]
    told, said = (
        [(day["date"], day["color"], day["possible"]) for day in days]
        for days in (first["data"]["days"], load_body("tempo_days")["days"])
    )
    assert told == said
    tomorrow = first["data"]["now"]["tomorrow"]
    await move_to("2026-11-24T05:00:00+00:00")
    turned = await next_event(socket, lambda event: event["data"]["now"]["today"]["date"] == tomorrow["date"])
    assert turned["data"]["now"]["today"]["color"] == tomorrow["color"]


async def test_ecowatt(subscribe_feed: Send) -> None:
    data = (await subscribe_feed("ecowatt"))["data"]
    assert data["now"]["level"] == 2
    assert [len(day["hours"]) for day in data["days"]] == [24] * len(load_body("ecowatt")["days"])


async def test_the_hours_to_come_and_the_cheapest_of_them(subscribe_feed: Send) -> None:
    data = (await subscribe_feed("periods", meter=POINT_ID, hours=2))["data"]
    assert [item["bucket"] for item in data["items"]] == ["hp", "hc", "hp"]
    assert data["cheapest"] == {
        "start": "2026-11-23T21:00:00+00:00",
        "end": "2026-11-23T23:00:00+00:00",
        "price": pytest.approx(0.1579),
    }


async def test_a_meter_without_a_price(subscribe_feed: Send, gateway: ScriptedGateway) -> None:
    assert (await subscribe_feed("periods", meter="z" * 16))["data"] is None


async def test_a_gateway_falls_silent_and_comes_back(
    subscribe_feed: Send, socket: Any, gateway: ScriptedGateway, move_to: MoveTo
) -> None:
    answers = dict(gateway.answers)
    assert (await subscribe_feed("ecowatt"))["is_silent"] is False
    for path in (PING, ECOWATT, TEMPO, PERIODS):
        gateway.answers[path] = answer_text(502, "")
    await move_to("2026-11-23T11:10:00+00:00")
    silent = await next_event(socket, lambda event: event["is_silent"])
    assert silent["silent_since"].startswith("2026-11-23T1")
    assert silent["data"]["days"]
    gateway.answers.update(answers)
    await wait_for_pong(socket)
    await move_to("2026-11-23T13:00:00+00:00")
    await next_event(socket, lambda event: not event["is_silent"])


async def test_a_subscription_survives_a_reload_and_ends(
    hass: HomeAssistant, subscribe_feed: Send, socket: Any, entry: MockConfigEntry
) -> None:
    assert (await subscribe_feed("gateway")) == {"is_silent": False, "silent_since": None, "data": None}
    await reload_entry(hass, entry)
    await next_event(socket, lambda event: not event["is_silent"])
