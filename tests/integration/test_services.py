"""Actions: their answers, and their words when there is none."""

import json
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from conftest import SetUp
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.translation import async_get_translations
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from homeassistant.util.yaml import load_yaml_dict
from pytest_homeassistant_custom_component.common import (  # type: ignore[import-untyped]  # it ships no types
    MockConfigEntry,
)
from scripted_gateway import (
    COMPARISON,
    CURVE,
    DAILY,
    ECOWATT,
    HOURS,
    INSTANCE_ID,
    MAX_POWER,
    PERIODS,
    POINT_ID,
    REFRESH,
    TEMPO,
    TOKEN,
    ScriptedGateway,
    body,
    problem,
    raw,
)

from custom_components.my_electrical_data.const import DOMAIN
from custom_components.my_electrical_data.window import Span, cheapest, unknown_from

ROOM = Path("custom_components") / DOMAIN
DAYS = {"start": "2026-11-16", "end": "2026-11-23"}


@pytest.fixture(autouse=True)
async def paris(hass: HomeAssistant) -> Any:
    await hass.config.async_set_time_zone("Europe/Paris")
    yield
    await hass.config.async_set_time_zone("UTC")


def device(hass: HomeAssistant, identifier: str = POINT_ID) -> str:
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    return next(device.id for device in devices if (DOMAIN, identifier) in device.identifiers)


async def act(hass: HomeAssistant, action: str, device_id: str | None = None, **fields: Any) -> Any:
    """Do it, and return its answer as an automation gets it: as JSON has it."""
    data = {"device_id": device_id or device(hass), **fields}
    answer = await hass.services.async_call(DOMAIN, action, data, blocking=True, return_response=True)
    assert json.loads(json.dumps(answer)) == answer
    return answer


async def test_every_action_is_described(hass: HomeAssistant) -> None:
    """In both languages, with an icon; and each is there before any gateway is."""
    assert await async_setup_component(hass, DOMAIN, {})
    described = load_yaml_dict(str(ROOM / "services.yaml"))
    assert hass.services.async_services()[DOMAIN].keys() == described.keys()
    icons = json.loads((ROOM / "icons.json").read_text())["services"]
    assert icons.keys() == described.keys()
    for language in ("en", "fr"):
        texts = await async_get_translations(hass, language, "services", [DOMAIN])
        wanted = {f"{name}.{text}" for name in described for text in ("name", "description")}
        for name, action in described.items():
            wanted |= {f"{name}.fields.{each}.{text}" for each in action["fields"] for text in ("name", "description")}
        assert {path.removeprefix(f"component.{DOMAIN}.services.") for path in texts} == wanted


async def test_hours(hass: HomeAssistant, set_up: SetUp) -> None:
    await set_up()
    answer = await act(hass, "get_hours", start="2026-11-22 22:00:00", end="2026-11-22 23:00:00")
    assert answer == {
        "hours": [
            {
                "start": "2026-11-22T22:00:00+01:00",
                "consumption": 0.2505,
                "consumption_hp": 0.0,
                "consumption_hc": 0.2505,
                "cost": 0.04,
            }
        ]
    }
    assert await act(hass, "get_hours", start="2026-11-20 00:00:00", end="2026-11-21 00:00:00") == {"hours": []}


async def test_readings(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    await set_up()
    gateway.requests.clear()
    daily = await act(hass, "get_readings", **DAYS)
    assert daily["readings"][1] == {"date": "2026-11-21", "wh": 21804.5, "quality": "estimated"}
    assert daily["missing"][0]["reason"] == "absent"
    assert daily["missing"][0]["expected_at"] is None
    curve = await act(hass, "get_readings", kind="load_curve", direction="production", **DAYS)
    assert curve["readings"][0] == {
        "start": "2026-11-22T00:00:00+01:00",
        "minutes": 30,
        "watts": 540,
        "quality": "measured",
    }
    peaks = await act(hass, "get_readings", kind="max_power", **DAYS)
    assert peaks["readings"] == [
        {"date": "2026-11-21", "va": 4210, "share": 0.4678, "at": None},
        {"date": "2026-11-22", "va": 7380, "share": 0.82, "at": "2026-11-22T19:42:00+01:00"},
    ]
    asked = [dict(gateway.asked(path)[-1].query) for path in (DAILY, CURVE, MAX_POWER)]
    assert asked == [DAYS | {"direction": "consumption"}, DAYS | {"direction": "production"}, DAYS]


async def test_comparison(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    await set_up()
    answer = await act(hass, "compare_options", months=1)
    assert answer == body("comparison")
    assert gateway.asked(COMPARISON)[0].query["months"] == "1"


async def test_asking_enedis_again(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    await set_up()
    answer = await act(hass, "ask_enedis_again", **DAYS)
    assert answer == {"days": 2, "calls": 1, "expected_at": "2026-11-23T11:06:00+01:00"}
    assert gateway.told == [DAYS]


async def test_importing_again(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    await set_up()
    gateway.requests.clear()
    answer = await act(hass, "import_hours_again")
    assert answer["newest"] == "2026-11-22T23:00:00+01:00"
    assert f"{DOMAIN}:{POINT_ID}_consumption" in answer["statistic_ids"]
    assert [request.query.get("cursor") for request in gateway.asked(HOURS)] == [None]
    hours = await act(hass, "get_hours", start="2026-11-22 00:00:00", end="2026-11-23 00:00:00")
    assert [hour["consumption"] for hour in hours["hours"]] == [1.0, 0.2505, 0.6495]


async def test_importing_again_fails(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    await set_up()
    gateway.answers[HOURS] = problem(503, "upstream_down")
    with pytest.raises(HomeAssistantError, match="cannot answer now"):
        await act(hass, "import_hours_again")


# The cheapest window. It is 11:05 of a white day in Paris, and tomorrow is red.


@pytest.fixture
async def tempo_home(gateway: ScriptedGateway, set_up: SetUp) -> None:
    """A meter that pays by Tempo; the day after tomorrow is not known."""
    periods = [
        ("2026-11-23T05:00:00Z", "2026-11-23T21:00:00Z", "white_hp", 0.1921, True),
        ("2026-11-23T21:00:00Z", "2026-11-24T05:00:00Z", "white_hc", 0.1536, True),
        ("2026-11-24T05:00:00Z", "2026-11-24T21:00:00Z", "red_hp", 0.7295, False),
        ("2026-11-24T21:00:00Z", "2026-11-25T05:00:00Z", "red_hc", 0.1615, False),
        ("2026-11-25T05:00:00Z", "2026-11-30T23:00:00Z", "unknown", None, False),
    ]
    keys = ("start", "end", "bucket", "price", "certain")
    gateway.answers[PERIODS]["items"] = [
        dict(zip(keys, period, strict=True)) | {"off_peak": None} for period in periods
    ]
    await set_up()


async def test_the_cheapest_by_price(hass: HomeAssistant, gateway: ScriptedGateway, tempo_home: None) -> None:
    gateway.requests.clear()
    answer = await act(hass, "get_cheapest_window", duration={"hours": 3}, before="07:00:00")
    assert answer == {
        "after": "2026-11-23T11:05:00+01:00",
        "before": "2026-11-24T07:00:00+01:00",
        "start": "2026-11-23T22:00:00+01:00",
        "end": "2026-11-24T01:00:00+01:00",
        "price": 0.1536,
        "certain": True,
        "parts": [
            {"start": "2026-11-23T22:00:00+01:00", "end": "2026-11-24T01:00:00+01:00", "what": "white_hc"},
        ],
        "unknown_from": None,
    }
    assert not gateway.requests


async def test_across_six_in_the_morning(hass: HomeAssistant, tempo_home: None) -> None:
    """A window that is too long for the night takes from the day that costs least."""
    answer = await act(hass, "get_cheapest_window", duration="09:00:00", before="2026-11-25 06:00:00")
    assert (answer["start"], answer["end"]) == ("2026-11-23T21:00:00+01:00", "2026-11-24T06:00:00+01:00")
    assert [part["what"] for part in answer["parts"]] == ["white_hp", "white_hc"]
    late = await act(hass, "get_cheapest_window", duration="02:00:00", after="23:00:00", before="06:30:00")
    assert late["start"] == "2026-11-23T23:00:00+01:00"
    over = await act(
        hass, "get_cheapest_window", duration="02:00:00", after="2026-11-24 05:00:00", before="2026-11-24 08:00:00"
    )
    assert over["start"] == "2026-11-24T05:00:00+01:00"
    assert over["price"] == pytest.approx((0.1536 + 0.7295) / 2)
    assert over["certain"] is False


async def test_what_is_not_known_is_not_guessed(hass: HomeAssistant, tempo_home: None) -> None:
    nothing = await act(
        hass, "get_cheapest_window", duration="02:00:00", after="2026-11-25 05:00:00", before="2026-11-25 20:00:00"
    )
    assert nothing == {
        "after": "2026-11-25T05:00:00+01:00",
        "before": "2026-11-25T20:00:00+01:00",
        "start": None,
        "end": None,
        "price": None,
        "certain": False,
        "parts": [],
        "unknown_from": "2026-11-25T06:00:00+01:00",
    }
    begun = await act(
        hass, "get_cheapest_window", duration="01:00:00", after="2026-11-23 08:00:00", before="2026-11-23 20:00:00"
    )
    assert begun["start"] == "2026-11-23T08:00:00+01:00"  # asked again later, the answer is the same
    known = await act(
        hass, "get_cheapest_window", duration="01:00:00", after="2026-11-25 04:00:00", before="2026-11-25 20:00:00"
    )
    assert known["start"] == "2026-11-25T04:00:00+01:00"
    assert known["unknown_from"] == "2026-11-25T06:00:00+01:00"


async def test_the_cheapest_by_tempo(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    """Also without a meter: the grid has the colours."""
    await set_up()
    grid = device(hass, f"{INSTANCE_ID}_grid")
    window = {"duration": "03:00:00", "before": "2026-11-25 06:00:00", "by": "tempo"}
    answer = await act(hass, "get_cheapest_window", grid, **window)
    assert (answer["start"], answer["price"], answer["certain"]) == ("2026-11-23T22:00:00+01:00", None, True)
    tomorrow = await act(hass, "get_cheapest_window", grid, after="2026-11-24 06:00:00", **window)
    assert [part["what"] for part in tomorrow["parts"]] == ["red_hc"]
    assert (await act(hass, "get_cheapest_window", grid, after="2026-11-23 06:00:00", **window)) == answer


@pytest.mark.parametrize(("path", "by"), [(PERIODS, "price"), (TEMPO, "tempo"), (ECOWATT, "ecowatt")])
async def test_without_an_answer_of_the_gateway_there_is_no_window(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, path: str, by: str
) -> None:
    gateway.answers[path] = problem(503, "upstream_down")
    await set_up()
    answer = await act(hass, "get_cheapest_window", duration="01:00:00", before="07:00:00", by=by)
    assert answer["start"] is None
    assert answer["unknown_from"] == "2026-11-23T11:05:00+01:00"


async def test_a_colour_that_nobody_knows_is_no_cheap_one(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    coming = gateway.answers[TEMPO]["coming"]
    coming[1:] = [{**period, "key": period["key"].replace("red", "unknown")} for period in coming[1:]]
    await set_up()
    answer = await act(
        hass,
        "get_cheapest_window",
        duration="03:00:00",
        after="2026-11-24 06:00:00",
        before="2026-11-25 06:00:00",
        by="tempo",
    )
    assert (answer["start"], answer["unknown_from"]) == (None, "2026-11-24T06:00:00+01:00")


async def test_the_cheapest_by_ecowatt(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    await set_up()
    answer = await act(hass, "get_cheapest_window", duration="05:00:00", before="20:00:00", by="ecowatt")
    levels = {hour["start"]: hour["level"] for day in gateway.answers[ECOWATT]["days"] for hour in day["hours"]}
    assert 3 in levels.values()
    assert {part["what"] for part in answer["parts"]}.isdisjoint({"very_tense"})
    assert answer["start"] >= "2026-11-23T14:00:00+01:00"


def test_no_window_is_cheaper_than_the_one_found() -> None:
    """Against every minute, for a thousand arrangements."""
    random, zero = Random(6), dt_util.utc_from_timestamp(0)  # noqa: S311 - the same arrangements each time
    for _ in range(1000):
        values: list[float | None] = []
        spans: list[Span] = []
        for _ in range(random.randint(1, 6)):
            minutes = random.randint(1, 12)
            value = random.choice([None, 0.1, 0.2, 0.7])
            start = zero + timedelta(minutes=len(values))
            spans.append(Span(start, start + timedelta(minutes=minutes), value, ""))
            values += [value] * minutes
        first, length = random.randint(0, 5), random.randint(1, 10)
        last = random.randint(first, 40)
        best = min(
            (
                sum(each or 0 for each in values[at : at + length])
                for at in range(first, min(last, len(values)) - length + 1)
                if None not in values[at : at + length]
            ),
            default=None,
        )
        earliest, latest = zero + timedelta(minutes=first), zero + timedelta(minutes=last)
        window = cheapest(spans, timedelta(minutes=length), earliest=earliest, latest=latest)
        assert (window is None) == (best is None)
        if window and best is not None:
            assert window.mean == pytest.approx(best / length)
            assert earliest <= window.start < window.end <= latest
        unknown = next((at for at in range(first, last) if at >= len(values) or values[at] is None), None)
        expected = None if unknown is None else zero + timedelta(minutes=unknown)
        assert unknown_from(spans, earliest=earliest, latest=latest) == expected


# No answer


@pytest.mark.parametrize(
    ("action", "fields", "key"),
    [
        ("get_hours", {"start": "2026-11-23 00:00:00", "end": "2026-11-22 00:00:00"}, "invalid_range"),
        ("get_hours", {"start": "2025-11-01 00:00:00", "end": "2026-11-22 00:00:00"}, "range_too_long"),
        ("get_readings", {"start": "2026-11-23", "end": "2026-11-23"}, "invalid_range"),
        ("ask_enedis_again", {"start": "2026-11-23", "end": "2026-11-22"}, "invalid_range"),
        ("get_cheapest_window", {"duration": "03:00:00", "before": "2026-11-22 07:00:00"}, "invalid_range"),
        ("get_cheapest_window", {"duration": "30:00:00", "before": "07:00:00"}, "window_too_long"),
    ],
)
async def test_a_wish_that_makes_no_sense(
    hass: HomeAssistant, set_up: SetUp, action: str, fields: dict[str, Any], key: str
) -> None:
    await set_up()
    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, action, **fields)
    assert refused.value.translation_key == key
    assert_has_words(refused.value)


async def test_a_device_that_cannot_answer(hass: HomeAssistant, set_up: SetUp) -> None:
    entry = await set_up()
    grid, meter = device(hass, f"{INSTANCE_ID}_grid"), device(hass)
    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, "compare_options", grid)
    assert refused.value.translation_key == "not_a_meter"
    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, "get_cheapest_window", grid, duration="01:00:00", before="07:00:00")
    assert refused.value.translation_key == "not_a_meter"
    other = MockConfigEntry(domain="other")
    other.add_to_hass(hass)
    foreign = dr.async_get(hass).async_get_or_create(config_entry_id=other.entry_id, identifiers={("other", "x")})
    for unknown in (foreign.id, "gone"):
        with pytest.raises(ServiceValidationError) as refused:
            await act(hass, "compare_options", unknown)
        assert refused.value.translation_key == "not_ours"
    await hass.config_entries.async_unload(entry.entry_id)
    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, "compare_options", meter)
    assert refused.value.translation_key == "entry_not_loaded"
    assert_has_words(refused.value)


@pytest.mark.parametrize(
    ("action", "path", "fields"),
    [
        ("get_readings", DAILY, DAYS),
        ("get_readings", CURVE, DAYS | {"kind": "load_curve"}),
        ("get_readings", MAX_POWER, DAYS | {"kind": "max_power"}),
        ("compare_options", COMPARISON, {}),
        ("ask_enedis_again", REFRESH, DAYS),
    ],
)
async def test_the_gateway_cannot_answer(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, action: str, path: str, fields: dict[str, Any]
) -> None:
    await set_up()
    gateway.answers[path] = problem(429, "quota_reached")
    with pytest.raises(HomeAssistantError) as failed:
        await act(hass, action, **fields)
    assert failed.value.translation_key == "rate_limited"
    assert_has_words(failed.value)
    gateway.answers[path] = raw(200, "{}", "application/json")
    with pytest.raises(HomeAssistantError, match="makes no sense"):
        await act(hass, action, **fields)


async def test_the_gateway_refuses_a_range(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    await set_up()
    gateway.answers[REFRESH] = problem(400, "range_too_long")
    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, "ask_enedis_again", **DAYS)
    assert refused.value.translation_key == "range_too_long"
    gateway.answers[REFRESH] = problem(409, "something_else")
    with pytest.raises(HomeAssistantError) as failed:
        await act(hass, "ask_enedis_again", **DAYS)
    assert failed.value.translation_key == "request_refused"


async def test_the_gateway_knows_us_no_more(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    await set_up()
    gateway.answers[TOKEN] = problem(401, "invalid_client")
    gateway.accepted_tokens.clear()
    with pytest.raises(HomeAssistantError) as failed:
        await act(hass, "compare_options")
    assert failed.value.translation_key == "invalid_auth"
    await hass.async_block_till_done()
    assert {flow["context"]["source"] for flow in hass.config_entries.flow.async_progress()} == {"reauth"}


def assert_has_words(error: HomeAssistantError) -> None:
    for language in ("en", "fr"):
        texts = json.loads((ROOM / "translations" / f"{language}.json").read_text())["exceptions"]
        assert texts[str(error.translation_key)]["message"]
