"""Each trigger fires an automation when it should, once, and tells what it promises."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from typing import Any

import pytest
from conftest import MoveTo, SetUp
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.trigger import async_get_all_descriptions
from homeassistant.setup import async_setup_component
from pages import pick_fields
from paris_home import DAY, World, make_red_days, parse_paris
from pytest_homeassistant_custom_component.typing import WebSocketGenerator
from scripted_gateway import POINT_ID, POINTS, TEMPO, TOTALS, ScriptedGateway, answer_problem, load_body
from states import entity_id

from custom_components.my_electrical_data.const import DOMAIN
from custom_components.my_electrical_data.trigger import TRIGGERS

type Fired = list[dict[str, Any]]
type Automate = Callable[..., Awaitable[Fired]]


@pytest.fixture
async def create_automation(hass: HomeAssistant) -> AsyncIterator[Automate]:
    """Set up an automation on a trigger, and return the list that fills with what each firing tells."""

    async def do(name: str, **options: Any) -> Fired:
        trigger: dict[str, Any] = {"trigger": f"{DOMAIN}.{name}"}
        if options:
            trigger["options"] = options
        tell = {"event": "fired", "event_data": {"told": "{{ trigger }}"}}
        automation = {"alias": name, "triggers": [trigger], "actions": [tell]}
        assert await async_setup_component(hass, "automation", {"automation": automation})
        await hass.async_block_till_done()
        assert hass.states.async_all("automation")[0].state == "on", "its options were accepted"
        fired: Fired = []

        @callback
        def record_firing(event: Event[Any]) -> None:
            fired.append(event.data["told"])

        hass.bus.async_listen("fired", record_firing)
        return fired

    yield do
    await hass.services.async_call("automation", "turn_off", {"entity_id": "all"}, blocking=True)


async def move_clock(move_to: MoveTo, *clocks: str) -> None:
    for clock in clocks:
        await move_to(parse_paris(clock).isoformat())


async def test_all_are_described(hass: HomeAssistant, set_up: SetUp) -> None:
    await set_up()
    described = await async_get_all_descriptions(hass)
    ours = {name for name in described if name.startswith(f"{DOMAIN}.")}
    assert ours == {f"{DOMAIN}.{name}" for name in TRIGGERS}
    for name in ours:
        fields = (described[name] or {}).get("fields", {})
        options = {str(option) for option in TRIGGERS[name.partition(".")[2]].options}  # type: ignore[attr-defined]  # each of ours has them
        assert set(fields) == options - {"meter"}, "a meter is chosen as the target"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [("red", False), ("white", False)]),
        ({"colors": ["red"]}, [("red", False)]),
        ({"colors": ["white"], "confirmed": True}, [("white", True)]),
        ({"colors": "blue"}, []),
    ],
)
async def test_a_color_is_announced(
    hass: HomeAssistant,
    gateway: ScriptedGateway,
    set_up: SetUp,
    move_to: MoveTo,
    create_automation: Automate,
    options: dict[str, Any],
    expected: list[tuple[str, bool]],
) -> None:
    tomorrow = date(2026, 11, 24)
    world = World(colors={tomorrow: "unknown"})
    world.script_gateway(gateway)
    await move_clock(move_to, "2026-11-23T06:30")
    fired = await create_automation("tempo_color_announced", **options)
    await set_up()
    assert fired == [], "what is known at the start is not announced"
    world.colors[tomorrow] = "red"
    world.provisional = {tomorrow}
    await move_clock(move_to, "2026-11-23T09:31")
    world.colors[tomorrow] = "white"
    await move_clock(move_to, "2026-11-23T12:33", "2026-11-23T13:00")
    world.provisional = set()
    await move_clock(move_to, "2026-11-23T15:35", "2026-11-23T18:40", "2026-11-24T06:00", "2026-11-24T09:50")
    assert pick_fields(fired, "color", "confirmed")[: len(expected)] == expected
    later = pick_fields(fired, "date", "color")[len(expected) :]
    assert all(day == "2026-11-25" for day, _ in later), "the day after was announced in its turn"


async def test_red_days_begin_each_and_end_once(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo, create_automation: Automate
) -> None:
    World(colors=dict(make_red_days("2026-11-24", "2026-11-25"))).script_gateway(gateway)
    await move_clock(move_to, "2026-11-23T20:00")
    began = await create_automation("tempo_red_day_started")
    await set_up()
    await move_clock(move_to, "2026-11-24T05:59:59")
    assert began == []
    await move_clock(move_to, "2026-11-24T06:00")
    assert pick_fields(began, "date") == [("2026-11-24",)]
    await move_clock(
        move_to, "2026-11-24T22:00", "2026-11-25T05:00", "2026-11-25T06:00", "2026-11-26T05:00", "2026-11-26T06:00"
    )
    assert pick_fields(began, "date") == [("2026-11-24",), ("2026-11-25",)]


async def test_red_days_end(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo, create_automation: Automate
) -> None:
    World(colors=dict(make_red_days("2026-11-24", "2026-11-25"))).script_gateway(gateway)
    await move_clock(move_to, "2026-11-24T20:00")
    ended = await create_automation("tempo_red_day_ended")
    await set_up()
    await move_clock(move_to, "2026-11-25T06:00", "2026-11-26T05:00")
    assert ended == []
    await move_clock(move_to, "2026-11-26T06:00")
    assert pick_fields(ended, "color") == [("blue",)]


@pytest.mark.parametrize("how", ["unknown", "down", "known", "not set up"])
async def test_a_color_that_is_still_unknown_in_the_evening(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo, create_automation: Automate, how: str
) -> None:
    World(colors={} if how == "known" else {date(2026, 11, 24): "unknown"}).script_gateway(gateway)
    if how == "down":
        gateway.answers[TEMPO] = answer_problem(503, "upstream_down")
    await move_clock(move_to, "2026-11-23T18:30")
    if how != "not set up":
        await set_up()
    fired = await create_automation("tempo_color_unknown")
    await move_clock(move_to, "2026-11-23T19:59:59")
    assert fired == []
    await move_clock(move_to, "2026-11-23T20:00", "2026-11-23T21:00")
    assert pick_fields(fired, "color") == ([] if how == "known" else [("unknown",)])
    gateway.answers[TEMPO] = answer_problem(503, "upstream_down")
    await move_clock(move_to, "2026-11-24T20:00")
    assert len(fired) == (1 if how == "known" else 2), "and again the next evening"


async def test_ecowatt_reaches_a_level_from_below(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo, create_automation: Automate
) -> None:
    hours = {10: 2, 11: 3, 12: 2, 13: 1, 14: 3}
    World(levels={parse_paris(f"2026-11-24T{hour}:00"): level for hour, level in hours.items()}).script_gateway(gateway)
    await move_clock(move_to, "2026-11-24T09:30")
    fired = await create_automation("ecowatt_level_reached", level="tense")
    await set_up()
    await move_clock(move_to, *(f"2026-11-24T{hour}:00" for hour in range(10, 16)))
    assert pick_fields(fired, "level", "start") == [
        ("tense", "2026-11-24T09:00:00+00:00"),
        ("very_tense", "2026-11-24T13:00:00+00:00"),
    ]


@pytest.mark.parametrize(("buckets", "count"), [(None, 3), (["hc"], 2), ("hp", 1)])
async def test_a_tariff_period_begins(
    hass: HomeAssistant,
    gateway: ScriptedGateway,
    set_up: SetUp,
    move_to: MoveTo,
    create_automation: Automate,
    buckets: Any,
    count: int,
) -> None:
    World(slots=(("01:28", "07:28"), ("22:56", "23:30"))).script_gateway(gateway)
    await move_clock(move_to, "2026-11-24T01:00")
    fired = await create_automation("tariff_period_started", **({"buckets": buckets} if buckets else {}))
    await set_up()
    await move_clock(move_to, "2026-11-24T01:27:59")
    assert fired == []
    await move_clock(
        move_to, "2026-11-24T01:28", "2026-11-24T06:00", "2026-11-24T07:28", "2026-11-24T22:00", "2026-11-24T22:56"
    )
    assert len(fired) == count
    assert {one["meter"] for one in fired} == {"Maison"}
    if count == 3:
        assert pick_fields(fired, "bucket", "price", "until") == [
            ("hc", 0.1579, "2026-11-24T06:28:00+00:00"),
            ("hp", 0.2065, "2026-11-24T21:56:00+00:00"),
            ("hc", 0.1579, "2026-11-24T22:30:00+00:00"),
        ]


@pytest.mark.parametrize(("name", "at"), [("off_peak_started", "22:00"), ("off_peak_ended", "06:00")])
@pytest.mark.parametrize("unknown", [False, True], ids=["", "colours unknown"])
async def test_off_peak_hours(
    hass: HomeAssistant,
    gateway: ScriptedGateway,
    set_up: SetUp,
    move_to: MoveTo,
    create_automation: Automate,
    name: str,
    at: str,
    unknown: bool,
) -> None:
    days = {date(2026, 11, 20) + number * DAY: "unknown" for number in range(9)} if unknown else {}
    World(colors=days, on_tempo=True).script_gateway(gateway)
    await move_clock(move_to, "2026-11-24T05:30")
    fired = await create_automation(name)
    await set_up()
    clocks = ("05:59:59", "06:00", "12:00", "21:59:59", "22:00", "23:59")
    heard: list[str] = []
    for clock in clocks:
        await move_clock(move_to, f"2026-11-24T{clock}")
        heard += [clock] * (len(fired) - len(heard))
    await move_clock(move_to, "2026-11-25T00:00", "2026-11-25T05:00")
    assert (heard, len(fired)) == ([at], 1)


async def test_only_the_meter_that_was_chosen(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo, create_automation: Automate
) -> None:
    World().script_gateway(gateway)
    await move_clock(move_to, "2026-11-24T21:30")
    entry = await set_up()
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    meter = next(device.id for device in devices if (DOMAIN, POINT_ID) in device.identifiers)
    other = next(device.id for device in devices if (DOMAIN, POINT_ID) not in device.identifiers)
    triggers = [
        {"trigger": f"{DOMAIN}.off_peak_started", "options": {"meter": one}, "id": one}
        for one in (meter, other, "gone")
    ]
    targets = {"device": {"device_id": meter}, "entity": {"entity_id": entity_id(hass, "month_energy")}}
    targets |= {"another": {"device_id": other}}
    triggers += [
        {"trigger": f"{DOMAIN}.off_peak_started", "target": target, "id": name} for name, target in targets.items()
    ]
    actions = [{"event": "fired", "event_data": {"id": "{{ trigger.id }}"}}]
    assert await async_setup_component(hass, "automation", {"automation": {"triggers": triggers, "actions": actions}})
    await hass.async_block_till_done()
    fired: list[str] = []
    hass.bus.async_listen("fired", callback(lambda event: fired.append(event.data["id"])))
    await move_clock(move_to, "2026-11-24T22:00")
    assert fired == [meter, "device", "entity"]


async def test_the_editor_finds_those_of_a_device(
    hass: HomeAssistant, set_up: SetUp, hass_ws_client: WebSocketGenerator
) -> None:
    """A meter's are offered for the meter, and the grid's for the grid."""
    entry = await set_up()
    socket = await hass_ws_client(hass)
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    offered: dict[str, set[str]] = {}
    for each in devices:
        for kind in ("triggers", "conditions"):
            target = {"device_id": [each.id]}
            await socket.send_json_auto_id({"type": f"get_{kind}_for_target", "target": target})
            found = (await socket.receive_json())["result"]
            ours = {name.partition(".")[2] for name in found if name.startswith(f"{DOMAIN}.")}
            offered.setdefault(str(each.name), set()).update(ours)
    meters = {"off_peak_started", "off_peak_ended", "tariff_period_started", "data_arrived", "data_late"}
    meters |= {"off_peak_is", "tariff_period_is", "data_is_late"}
    grid = {"tempo_color_announced", "tempo_red_day_started", "tempo_red_day_ended", "tempo_color_unknown"}
    grid |= {"ecowatt_level_reached", "tempo_color_is", "ecowatt_level_is"}
    assert offered["Maison"] == meters
    assert grid in offered.values()


async def test_data_arrive(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo, create_automation: Automate
) -> None:
    fired = await create_automation("data_arrived")
    await set_up()
    gateway.answers[TOTALS]["next_change"] = "2026-11-24T09:00:00Z"
    await move_to("2026-11-23T16:30:00+00:00")
    assert fired == [], "nothing new was told"
    day = gateway.answers[TOTALS]["day"]["last"]
    gateway.answers[TOTALS]["day"]["last"] = day | {
        "start": "2026-11-23",
        "end": "2026-11-24",
        "complete": False,
        "consumption_complete": False,
    }
    await move_to("2026-11-23T22:31:00+00:00")
    assert fired == [], "it is not whole"
    gateway.answers[TOTALS]["day"]["last"]["consumption_complete"] = True
    await move_to("2026-11-24T04:32:00+00:00")
    await move_to("2026-11-24T10:33:00+00:00")
    assert pick_fields(fired, "meter", "date", "energy") == [("Maison", "2026-11-23", 23.456)]
    last = load_body("totals")["day"]["last"]
    assert fired[0]["cost"] == pytest.approx(last["cost"])
    assert fired[0]["bill"] == pytest.approx(last["cost"] + last["subscription"])


async def test_a_day_of_a_meter_that_only_gives_arrives_when_all_it_gave_is_known(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo, create_automation: Automate
) -> None:
    fired = await create_automation("data_arrived")
    await set_up()
    day = gateway.answers[TOTALS]["day"]["last"]
    known = {"start": "2026-11-23", "end": "2026-11-24", "consumption": None, "cost": None}
    gateway.answers[TOTALS]["day"]["last"] = day | known | {"complete": False, "consumption_complete": True}
    await move_to("2026-11-23T22:31:00+00:00")
    assert fired == []
    gateway.answers[TOTALS]["day"]["last"]["complete"] = True
    await move_to("2026-11-24T04:32:00+00:00")
    await move_to("2026-11-24T10:33:00+00:00")
    assert pick_fields(fired, "meter", "date", "energy") == [("Maison", "2026-11-23", None)]


async def test_data_are_late(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, move_to: MoveTo, create_automation: Automate
) -> None:
    fired = await create_automation("data_late")
    await set_up()
    await move_clock(move_to, "2026-11-25T11:59")
    assert fired == []
    await move_clock(move_to, "2026-11-25T12:00", "2026-11-25T12:31", "2026-11-25T18:00")
    assert pick_fields(fired, "meter", "date") == [("Maison", "2026-11-23")]
    point = gateway.answers[POINTS]["items"][0]
    point["freshness"] |= {"complete_until": "2026-11-25", "late_at": "2026-11-27T11:00:00Z"}
    await move_clock(move_to, "2026-11-25T19:00", "2026-11-27T11:00", "2026-11-27T12:00")
    assert pick_fields(fired, "date") == [("2026-11-23",), ("2026-11-25",)]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("tempo_color_announced", {"colors": []}),
        ("tempo_color_announced", {"colors": ["green"]}),
        ("ecowatt_level_reached", {"level": "red"}),
        ("off_peak_started", {"minutes": 5}),
    ],
)
async def test_options_that_make_no_sense_are_refused(
    hass: HomeAssistant, set_up: SetUp, name: str, options: dict[str, Any]
) -> None:
    await set_up()
    trigger = {"trigger": f"{DOMAIN}.{name}", "options": options}
    automation = {"alias": "wrong", "triggers": [trigger], "actions": []}
    assert await async_setup_component(hass, "automation", {"automation": automation})
    await hass.async_block_till_done()
    assert [state.state for state in hass.states.async_all("automation")] == ["unavailable"]
