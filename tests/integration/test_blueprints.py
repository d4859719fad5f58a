"""Blueprints: each is loaded by Home Assistant as a person would import it, and run."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import MoveTo, SetUp
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.blueprint.models import DomainBlueprints
from homeassistant.const import STATE_ON
from homeassistant.core import CoreState, HomeAssistant, ServiceCall
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import load_yaml_dict
from pages import find_device_id
from pytest_homeassistant_custom_component.common import (
    async_fire_time_changed,
    async_mock_service,
)
from scripted_gateway import PERIODS, POINT_ID, POINTS, TEMPO, ScriptedGateway, answer_problem, load_body

from custom_components.my_electrical_data.const import DOMAIN

FOLDER = Path("blueprints")
OURS = FOLDER / "automation" / DOMAIN
NAMES = sorted({file.stem.rpartition("_")[0] for file in OURS.glob("*.yaml")})
SWITCH, OTHER = "input_boolean.one", "input_boolean.other"

type Automate = Callable[..., Awaitable[None]]


pytestmark = pytest.mark.usefixtures("clock_of_paris")


@pytest.fixture(autouse=True)
async def home(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two switches, and the blueprints where Home Assistant looks for them."""
    monkeypatch.setattr(DomainBlueprints, "blueprint_folder", property(lambda self: FOLDER / self.domain))
    assert await async_setup_component(hass, "homeassistant", {})
    switches = {"one": {"initial": True}, "other": {"initial": False}}
    assert await async_setup_component(hass, "input_boolean", {"input_boolean": switches})


@pytest.fixture
def notifications(hass: HomeAssistant) -> list[ServiceCall]:
    """Return the notifications that were made."""
    calls: list[ServiceCall] = async_mock_service(hass, "persistent_notification", "create")
    return calls


@pytest.fixture(params=["en", "fr"])
async def create_automation(hass: HomeAssistant, request: pytest.FixtureRequest) -> AsyncIterator[Automate]:
    """Make an automation of a blueprint, in each language."""

    async def do(name: str, *, as_hass_starts: bool = False, **inputs: Any) -> None:
        if as_hass_starts:
            hass.set_state(CoreState.not_running)
        use = {"path": f"{DOMAIN}/{name}_{request.param}.yaml", "input": inputs}
        assert await async_setup_component(hass, "automation", {"automation": {"alias": name, "use_blueprint": use}})
        if as_hass_starts:
            await hass.async_start()
        await wait_for_tasks(hass)
        state = hass.states.get(f"automation.{name}")
        assert state
        assert state.state == STATE_ON

    yield do
    await hass.services.async_call("automation", "turn_off", {"entity_id": "all"}, blocking=True)


async def wait_for_tasks(hass: HomeAssistant) -> None:
    """Wait for everything that happens, but for automations that wait themselves."""

    def is_waiting(task: asyncio.Future[Any]) -> bool:
        name = task.get_coro().__qualname__ if isinstance(task, asyncio.Task) else ""  # type: ignore[union-attr]  # it has a coroutine
        return name.startswith(("Script.", "AutomationEntity."))

    quiet = 0
    while quiet < 20:
        await asyncio.sleep(0)
        others = [
            task
            for task in hass._tasks | hass._background_tasks
            if task is not asyncio.current_task() and not is_waiting(task)
        ]
        if others:
            await asyncio.wait(others)
        quiet = 0 if others else quiet + 1


@pytest.fixture
def move_to(hass: HomeAssistant, now: FrozenDateTimeFactory) -> MoveTo:
    """Move the clock, and wait for what happens then."""

    async def do(moment: str) -> None:
        now.move_to(moment)
        async_fire_time_changed(hass)
        await wait_for_tasks(hass)

    return do


def is_on(hass: HomeAssistant, entity_id: str = SWITCH) -> bool:
    state = hass.states.get(entity_id)
    assert state
    return state.state == STATE_ON


def make_tempo_answer(today: str, tomorrow: str) -> Any:
    """Return Tempo's answer of 23 November with these colours."""
    answer = load_body("tempo")
    answer["today"] |= {"color": today, "possible": [today], "confirmed": today != "unknown"}
    known = tomorrow != "unknown"
    possible = [tomorrow] if known else ["blue", "white", "red"]
    answer["tomorrow"] |= {"color": tomorrow, "possible": possible, "confirmed": known}
    for period in answer["coming"][1:]:
        period["key"] = period["key"].replace("red", tomorrow)
    return answer


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_do_the_same(name: str) -> None:
    """All but the words is equal."""

    def without_words(node: Any) -> Any:
        if isinstance(node, dict):
            words = {"name", "description", "label", "title", "message", "source_url"}
            return {key: None if key in words else without_words(each) for key, each in node.items()}
        return [without_words(each) for each in node] if isinstance(node, list) else node

    english, french = (load_yaml_dict(str(OURS / f"{name}_{language}.yaml")) for language in ("en", "fr"))
    assert without_words(english) == without_words(french)
    for language, blueprint in (("en", english), ("fr", french)):
        told = blueprint["blueprint"]
        assert told["source_url"].endswith(f"/main/{OURS}/{name}_{language}.yaml")
        assert told["description"].endswith(".")
        assert all(field.get("name") for field in told["input"].values())
    assert english["blueprint"]["name"] != french["blueprint"]["name"]


async def test_red_tomorrow(
    hass: HomeAssistant,
    gateway: ScriptedGateway,
    set_up: SetUp,
    move_to: MoveTo,
    create_automation: Automate,
    notifications: list[ServiceCall],
) -> None:
    gateway.answers[TEMPO] = make_tempo_answer("white", "unknown")
    await set_up()
    await create_automation("tempo_red_tomorrow")
    gateway.answers[TEMPO] = make_tempo_answer("white", "red")
    await move_to("2026-11-23T18:30:00+00:00")
    titles = [call.data["title"] for call in notifications]
    assert titles in (["Tempo: red tomorrow"], ["Tempo\u00a0: demain est rouge"])
    await move_to("2026-11-23T19:30:00+00:00")
    assert len(notifications) == 1


async def test_tomorrow_is_not_known_at_eight(
    hass: HomeAssistant,
    gateway: ScriptedGateway,
    set_up: SetUp,
    move_to: MoveTo,
    create_automation: Automate,
    notifications: list[ServiceCall],
) -> None:
    gateway.answers[TEMPO] = make_tempo_answer("white", "unknown")
    await set_up()
    await create_automation("tempo_red_tomorrow")
    await move_to("2026-11-23T18:59:59+00:00")
    assert not notifications
    await move_to("2026-11-23T19:00:00.9+00:00")
    assert [call.data["title"] for call in notifications] in (
        ["Tempo: tomorrow is not known"],
        ["Tempo\u00a0: demain n’est pas connu"],
    )


async def test_the_water_heater_rests(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo, create_automation: Automate
) -> None:
    await set_up()
    await create_automation("tempo_red_water_heater", devices=[SWITCH])
    for moment, on in (
        ("2026-11-24T04:59:59+00:00", True),
        ("2026-11-24T05:00:00.9+00:00", False),
        ("2026-11-24T12:00:00.9+00:00", False),
        ("2026-11-24T20:59:59+00:00", False),
        ("2026-11-24T21:00:00.9+00:00", True),
        ("2026-11-25T04:00:00+00:00", True),
    ):
        await move_to(moment)
        assert is_on(hass) == on, moment


@pytest.mark.parametrize("careful", [True, False])
async def test_the_water_heater_and_a_colour_that_nobody_knows(
    hass: HomeAssistant,
    gateway: ScriptedGateway,
    set_up: SetUp,
    move_to: MoveTo,
    create_automation: Automate,
    careful: bool,
) -> None:
    gateway.answers[TEMPO] = make_tempo_answer("white", "unknown")
    await set_up()
    await create_automation("tempo_red_water_heater", devices=[SWITCH], unknown_is_red=careful)
    await move_to("2026-11-24T05:00:00.9+00:00")
    assert is_on(hass) == (not careful)
    gateway.answers[TEMPO] = make_tempo_answer("white", "blue")
    await move_to("2026-11-24T06:00:00+00:00")
    await move_to("2026-11-24T06:05:00.9+00:00")
    assert is_on(hass)


async def test_the_water_heater_when_the_gateway_is_gone(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo, create_automation: Automate
) -> None:
    """Its last word is two days old: that is not known either."""
    gateway.answers[TEMPO] = make_tempo_answer("white", "blue")
    await set_up()
    await create_automation("tempo_red_water_heater", devices=[SWITCH])
    gateway.answers[TEMPO] = answer_problem(503, "upstream_down")
    await move_to("2026-11-24T05:00:00.9+00:00")
    assert is_on(hass)
    await move_to("2026-11-25T05:00:00.9+00:00")
    assert not is_on(hass)


async def test_the_water_heater_after_a_restart(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo, create_automation: Automate
) -> None:
    gateway.answers[TEMPO] = make_tempo_answer("red", "blue")
    await set_up()
    await create_automation("tempo_red_water_heater", as_hass_starts=True, devices=[SWITCH])
    assert not is_on(hass)
    await move_to("2026-11-23T21:00:00.9+00:00")
    assert is_on(hass)


async def test_shedding(hass: HomeAssistant, set_up: SetUp, move_to: MoveTo, create_automation: Automate) -> None:
    """Ecowatt is very tense from 13:00 to 14:00 of Paris."""
    await set_up()
    await create_automation("ecowatt_shedding", devices=[SWITCH, OTHER], level="very_tense")
    for moment, on in (
        ("2026-11-23T11:59:59+00:00", True),
        ("2026-11-23T12:00:00.9+00:00", False),
        ("2026-11-23T12:55:00+00:00", False),
        ("2026-11-23T13:00:00.9+00:00", True),
    ):
        await move_to(moment)
        assert is_on(hass) == on, moment
        assert not is_on(hass, OTHER)


async def test_charging(
    hass: HomeAssistant, set_up: SetUp, move_to: MoveTo, create_automation: Automate, gateway: ScriptedGateway
) -> None:
    """Off-peak hours begin at 22:00, and the car needs three and a half."""
    await set_up()
    await create_automation(
        "charge_cheapest", meter=find_device_id(hass), charger=OTHER, duration={"hours": 3, "minutes": 30}
    )
    for moment, on in (
        ("2026-11-23T19:00:00.9+00:00", False),
        ("2026-11-23T20:59:59+00:00", False),
        ("2026-11-23T21:00:00.9+00:00", True),
        ("2026-11-24T00:29:59+00:00", True),
        ("2026-11-24T00:30:00.9+00:00", False),
        ("2026-11-24T12:00:00.9+00:00", False),
    ):
        await move_to(moment)
        assert is_on(hass, OTHER) == on, moment


async def test_charging_goes_on_after_a_restart(
    hass: HomeAssistant, set_up: SetUp, move_to: MoveTo, create_automation: Automate
) -> None:
    await set_up()
    await move_to("2026-11-23T22:00:00+00:00")
    await create_automation(
        "charge_cheapest", as_hass_starts=True, meter=find_device_id(hass), charger=OTHER, duration={"hours": 3}
    )
    assert is_on(hass, OTHER)
    await move_to("2026-11-24T00:00:00.9+00:00")
    assert not is_on(hass, OTHER)


async def test_charging_that_is_over_does_not_begin_again(
    hass: HomeAssistant, set_up: SetUp, move_to: MoveTo, create_automation: Automate
) -> None:
    await set_up()
    await move_to("2026-11-24T01:00:00+00:00")
    await create_automation(
        "charge_cheapest", as_hass_starts=True, meter=find_device_id(hass), charger=OTHER, duration={"hours": 3}
    )
    assert not is_on(hass, OTHER)


@pytest.mark.parametrize("anyway", [True, False])
async def test_charging_without_prices(
    hass: HomeAssistant,
    gateway: ScriptedGateway,
    set_up: SetUp,
    move_to: MoveTo,
    create_automation: Automate,
    anyway: bool,
) -> None:
    gateway.answers[PERIODS] = answer_problem(503, "upstream_down")
    await set_up()
    await create_automation(
        "charge_cheapest", meter=find_device_id(hass), charger=OTHER, duration={"hours": 3}, charge_anyway=anyway
    )
    for moment, on in (
        ("2026-11-23T19:00:00.9+00:00", False),
        ("2026-11-24T02:59:59+00:00", False),
        ("2026-11-24T03:00:00.9+00:00", anyway),
        ("2026-11-24T06:00:00+00:00", False),
    ):
        await move_to(moment)
        assert is_on(hass, OTHER) == on, moment


async def test_data_are_late(
    hass: HomeAssistant,
    gateway: ScriptedGateway,
    set_up: SetUp,
    move_to: MoveTo,
    create_automation: Automate,
    notifications: list[ServiceCall],
) -> None:
    await set_up()
    await create_automation("data_late")
    await move_to("2026-11-24T10:00:00+00:00")
    late_at = gateway.answers[POINTS]["items"][0]["freshness"]["late_at"]
    await move_to(late_at)
    await move_to("2026-11-28T10:00:00+00:00")
    assert len(notifications) == 1
    assert "Maison" in notifications[0].data["message"]
    assert "2026-11-23" in notifications[0].data["message"]


async def test_off_peak_hours_change(
    hass: HomeAssistant,
    gateway: ScriptedGateway,
    set_up: SetUp,
    move_to: MoveTo,
    create_automation: Automate,
    notifications: list[ServiceCall],
) -> None:
    await set_up()
    registry = er.async_get(hass)
    change = registry.async_get_entity_id("sensor", DOMAIN, f"{POINT_ID}_off_peak_change")
    await create_automation("off_peak_changes", change=change)
    notices = gateway.answers[POINTS]["items"][0]["notices"]
    notices.append({"code": "off_peak_changes", "since": "2026-11-23T10:00:00Z", "until": None, "date": "2026-11-26"})
    await move_to("2026-11-23T11:00:00+00:00")
    assert [("26 Nov 2026" in call.data["message"]) for call in notifications] == [True]
    await hass.config_entries.async_reload(hass.config_entries.async_entries(DOMAIN)[0].entry_id)
    await wait_for_tasks(hass)
    await move_to("2026-11-24T17:00:00.9+00:00")
    assert len(notifications) == 1
    await move_to("2026-11-25T17:00:00.9+00:00")
    assert len(notifications) == 2
    assert {call.data["title"] for call in notifications} <= {"New off-peak hours", "Nouvelles heures creuses"}


async def test_on_in_off_peak_hours(
    hass: HomeAssistant, set_up: SetUp, move_to: MoveTo, create_automation: Automate
) -> None:
    await set_up()
    await create_automation("off_peak_switch", meter=find_device_id(hass), devices=[OTHER])
    for moment, on in (
        ("2026-11-23T20:59:59+00:00", False),
        ("2026-11-23T21:00:00.9+00:00", True),
        ("2026-11-24T04:59:59+00:00", True),
        ("2026-11-24T05:00:00.9+00:00", False),
    ):
        await move_to(moment)
        assert is_on(hass, OTHER) == on, moment


async def test_off_peak_hours_that_began_meanwhile(
    hass: HomeAssistant, set_up: SetUp, move_to: MoveTo, create_automation: Automate
) -> None:
    await set_up()
    await move_to("2026-11-23T22:00:00+00:00")
    await create_automation("off_peak_switch", as_hass_starts=True, meter=find_device_id(hass), devices=[OTHER])
    assert is_on(hass, OTHER)
