"""Each condition lets an automation through when it is so, and never when that is not known."""

from datetime import date
from typing import Any

import pytest
from conftest import MoveTo, SetUp
from homeassistant.core import HomeAssistant
from homeassistant.helpers.condition import async_get_all_descriptions
from homeassistant.setup import async_setup_component
from pages import find_device_id
from paris_home import World, parse_paris
from scripted_gateway import ECOWATT, PERIODS, POINTS, TEMPO, ScriptedGateway, answer_problem

from custom_components.my_electrical_data.condition import CONDITIONS
from custom_components.my_electrical_data.const import DOMAIN

RED, WHITE, UNKNOWN = date(2026, 11, 24), date(2026, 11, 23), date(2026, 11, 25)


@pytest.fixture
def world(gateway: ScriptedGateway) -> World:
    """The 23rd is white, the 24th red; the 25th is not known."""
    made = World(
        colors={RED: "red", WHITE: "white", UNKNOWN: "unknown"},
        levels={
            parse_paris("2026-11-24T08:00"): 2,
            parse_paris("2026-11-24T09:00"): 3,
            parse_paris("2026-11-24T10:00"): 0,
        },
    )
    made.script_gateway(gateway)
    return made


async def is_condition_met(
    hass: HomeAssistant, name: str, target: dict[str, str] | None = None, **options: Any
) -> bool:
    """Run an automation with this condition, and tell whether it acted."""
    condition: dict[str, Any] = {"condition": f"{DOMAIN}.{name}"}
    conditions = [condition | ({"options": options} if options else {}) | ({"target": target} if target else {})]
    automation = {
        "alias": f"with {name}",
        "triggers": [{"trigger": "event", "event_type": "now"}],
        "conditions": conditions,
        "actions": [{"event": "acted"}],
    }
    assert await async_setup_component(hass, "automation", {"automation": automation})
    await hass.async_block_till_done()
    [state] = hass.states.async_all("automation")
    assert state.state == "on", "its options were accepted"
    acted: list[Any] = []
    stop = hass.bus.async_listen("acted", acted.append)
    hass.bus.async_fire("now")
    await hass.async_block_till_done()
    stop()
    return bool(acted)


async def test_all_are_described(hass: HomeAssistant, set_up: SetUp) -> None:
    await set_up()
    described = await async_get_all_descriptions(hass)
    ours = {name for name in described if name.startswith(f"{DOMAIN}.")}
    assert ours == {f"{DOMAIN}.{name}" for name in CONDITIONS}
    for name in ours:
        fields = (described[name] or {}).get("fields", {})
        options = {str(option) for option in CONDITIONS[name.partition(".")[2]].options}  # type: ignore[attr-defined]  # each of ours has them
        assert set(fields) == options - {"meter"}, "a meter is chosen as the target"


@pytest.mark.parametrize(
    ("clock", "options", "expected"),
    [
        ("2026-11-24T05:59", {"colors": ["red"]}, False),
        ("2026-11-24T05:59", {"colors": "white"}, True),
        ("2026-11-24T06:00", {"colors": ["red"]}, True),
        ("2026-11-24T05:59", {"day": "tomorrow", "colors": ["red"]}, True),
        ("2026-11-24T06:00", {"day": "tomorrow", "colors": ["red"]}, False),
        ("2026-11-24T06:00", {"day": "tomorrow", "colors": ["red", "unknown"]}, True),
        ("2026-11-25T06:00", {"colors": ["blue", "white", "red"]}, False),
    ],
)
async def test_tempo_color_is(
    hass: HomeAssistant,
    world: World,
    set_up: SetUp,
    move_to: MoveTo,
    clock: str,
    options: dict[str, Any],
    expected: bool,
) -> None:
    await move_to(parse_paris("2026-11-24T05:30").isoformat())
    await set_up()
    await move_to(parse_paris(clock).isoformat())
    assert await is_condition_met(hass, "tempo_color_is", **options) is expected


async def test_without_a_gateway_the_color_is_unknown(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    gateway.answers[TEMPO] = answer_problem(503, "upstream_down")
    await set_up()
    assert await is_condition_met(hass, "tempo_color_is", day="tomorrow", colors=["unknown"])


@pytest.mark.parametrize(
    ("clock", "level", "expected"),
    [
        ("07:59", "tense", False),
        ("08:00", "tense", True),
        ("08:59", "very_tense", False),
        ("09:00", "very_tense", True),
        ("09:00", "tense", True),
        ("10:00", "normal", False),
        ("11:00", "normal", True),
    ],
)
async def test_ecowatt_level_is(
    hass: HomeAssistant, world: World, set_up: SetUp, move_to: MoveTo, clock: str, level: str, expected: bool
) -> None:
    await move_to(parse_paris("2026-11-24T07:30").isoformat())
    await set_up()
    await move_to(parse_paris(f"2026-11-24T{clock}").isoformat())
    assert await is_condition_met(hass, "ecowatt_level_is", level=level) is expected


@pytest.mark.parametrize(
    ("clock", "off_peak"), [("21:59", False), ("22:00", True), ("05:59", True), ("06:00", False), ("00:00", True)]
)
async def test_periods(
    hass: HomeAssistant, world: World, set_up: SetUp, move_to: MoveTo, clock: str, off_peak: bool
) -> None:
    await set_up()
    await move_to(parse_paris(f"2026-11-24T{clock}").isoformat())
    assert await is_condition_met(hass, "off_peak_is") is off_peak


@pytest.mark.parametrize(("buckets", "expected"), [(["hc"], True), ("hp", False), (["hp", "hc"], True)])
@pytest.mark.parametrize("whose", ["any", "mine", "another"])
async def test_tariff_period_is(
    hass: HomeAssistant,
    world: World,
    set_up: SetUp,
    move_to: MoveTo,
    buckets: Any,
    expected: bool,
    whose: str,
) -> None:
    await set_up()
    await move_to(parse_paris("2026-11-24T22:00").isoformat())
    mine = find_device_id(hass)
    meter: dict[str, Any] = {"any": {}, "mine": {"meter": mine}, "another": {"meter": "0" * 32}}[whose]
    assert await is_condition_met(hass, "tariff_period_is", buckets=buckets, **meter) is (
        expected and whose != "another"
    )


@pytest.mark.parametrize(("whose", "expected"), [("mine", True), ("another", False)])
async def test_a_condition_on_a_target(
    hass: HomeAssistant, world: World, set_up: SetUp, move_to: MoveTo, whose: str, expected: bool
) -> None:
    await set_up()
    await move_to(parse_paris("2026-11-24T22:00").isoformat())
    target = {"device_id": find_device_id(hass) if whose == "mine" else "0" * 32}
    assert await is_condition_met(hass, "off_peak_is", target) is expected


@pytest.mark.parametrize(
    ("condition", "options", "clock"),
    [
        ("off_peak_is", {}, "22:00"),
        ("tariff_period_is", {"buckets": ["hc"]}, "22:00"),
        ("ecowatt_level_is", {"level": "normal"}, "11:05"),
    ],
)
@pytest.mark.parametrize("known", [True, False])
@pytest.mark.usefixtures("world")
async def test_what_is_not_known_does_not_hold(
    hass: HomeAssistant,
    gateway: ScriptedGateway,
    set_up: SetUp,
    move_to: MoveTo,
    condition: str,
    options: dict[str, Any],
    clock: str,
    known: bool,
) -> None:
    if not known:
        gateway.answers[PERIODS] = answer_problem(503, "upstream_down")
        gateway.answers[ECOWATT] = answer_problem(503, "upstream_down")
    await set_up()
    await move_to(parse_paris(f"2026-11-24T{clock}").isoformat())
    assert await is_condition_met(hass, condition, **options) is known


@pytest.mark.parametrize(("clock", "late"), [("2026-11-25T11:59", False), ("2026-11-25T12:00", True)])
async def test_data_is_late(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo, clock: str, late: bool
) -> None:
    await set_up()
    await move_to(parse_paris(clock).isoformat())
    assert await is_condition_met(hass, "data_is_late") is late
    gateway.answers[POINTS]["items"] = []
    await move_to(parse_paris("2026-11-26T12:00").isoformat())
    assert await is_condition_met(hass, "data_is_late") is False
