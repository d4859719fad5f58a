"""The cheapest window. It is 11:05 of a white day in Paris, and tomorrow is red."""

from datetime import timedelta
from random import Random

import pytest
from conftest import MoveTo, SetUp
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from pages import call_action, find_device_id
from scripted_gateway import (
    ECOWATT,
    INSTANCE_ID,
    PERIODS,
    TEMPO,
    ScriptedGateway,
    answer_problem,
)

from custom_components.my_electrical_data.window import Span, find_cheapest, find_first_unknown

pytestmark = pytest.mark.usefixtures("clock_of_paris")


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
        dict(zip(keys, period, strict=True)) | {"off_peak": None, "expected": False, "expected_reason": None}
        for period in periods
    ]
    await set_up()


async def test_the_cheapest_by_price(hass: HomeAssistant, gateway: ScriptedGateway, tempo_home: None) -> None:
    gateway.requests.clear()
    answer = await call_action(hass, "get_cheapest_window", duration={"hours": 3}, before="07:00:00")
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
    answer = await call_action(hass, "get_cheapest_window", duration="09:00:00", before="2026-11-25 06:00:00")
    assert (answer["start"], answer["end"]) == ("2026-11-23T21:00:00+01:00", "2026-11-24T06:00:00+01:00")
    assert [part["what"] for part in answer["parts"]] == ["white_hp", "white_hc"]
    late = await call_action(hass, "get_cheapest_window", duration="02:00:00", after="23:00:00", before="06:30:00")
    assert late["start"] == "2026-11-23T23:00:00+01:00"
    over = await call_action(
        hass, "get_cheapest_window", duration="02:00:00", after="2026-11-24 05:00:00", before="2026-11-24 08:00:00"
    )
    assert over["start"] == "2026-11-24T05:00:00+01:00"
    assert over["price"] == pytest.approx((0.1536 + 0.7295) / 2)
    assert over["certain"] is False


async def test_what_is_not_known_is_not_guessed(hass: HomeAssistant, tempo_home: None) -> None:
    nothing = await call_action(
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
    begun = await call_action(
        hass, "get_cheapest_window", duration="01:00:00", after="2026-11-23 08:00:00", before="2026-11-23 20:00:00"
    )
    assert begun["start"] == "2026-11-23T08:00:00+01:00"  # asked again later, the answer is the same
    known = await call_action(
        hass, "get_cheapest_window", duration="01:00:00", after="2026-11-25 04:00:00", before="2026-11-25 20:00:00"
    )
    assert known["start"] == "2026-11-25T04:00:00+01:00"
    assert known["unknown_from"] == "2026-11-25T06:00:00+01:00"


async def test_the_cheapest_by_tempo(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    """Also without a meter: the grid has the colours."""
    await set_up()
    grid = find_device_id(hass, f"{INSTANCE_ID}_grid")
    window = {"duration": "03:00:00", "before": "2026-11-25 06:00:00", "by": "tempo"}
    answer = await call_action(hass, "get_cheapest_window", grid, **window)
    assert (answer["start"], answer["price"], answer["certain"]) == ("2026-11-23T22:00:00+01:00", None, True)
    tomorrow = await call_action(hass, "get_cheapest_window", grid, after="2026-11-24 06:00:00", **window)
    assert [part["what"] for part in tomorrow["parts"]] == ["red_hc"]
    assert (await call_action(hass, "get_cheapest_window", grid, after="2026-11-23 06:00:00", **window)) == answer


@pytest.mark.parametrize(("path", "by"), [(PERIODS, "price"), (TEMPO, "tempo"), (ECOWATT, "ecowatt")])
async def test_without_an_answer_of_the_gateway_there_is_no_window(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, path: str, by: str
) -> None:
    gateway.answers[path] = answer_problem(503, "upstream_down")
    await set_up()
    answer = await call_action(hass, "get_cheapest_window", duration="01:00:00", before="07:00:00", by=by)
    assert answer["start"] is None
    assert answer["unknown_from"] == "2026-11-23T11:05:00+01:00"


async def test_a_colour_that_nobody_knows_is_no_cheap_one(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    coming = gateway.answers[TEMPO]["coming"]
    coming[1:] = [{**period, "key": period["key"].replace("red", "unknown")} for period in coming[1:]]
    await set_up()
    answer = await call_action(
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
    answer = await call_action(hass, "get_cheapest_window", duration="05:00:00", before="20:00:00", by="ecowatt")
    levels = {hour["start"]: hour["level"] for day in gateway.answers[ECOWATT]["days"] for hour in day["hours"]}
    assert 3 in levels.values()
    assert {part["what"] for part in answer["parts"]}.isdisjoint({"very_tense"})
    assert answer["start"] >= "2026-11-23T14:00:00+01:00"


@pytest.mark.parametrize(
    ("moment", "before", "until"),
    [
        ("2026-10-25T00:30:00+00:00", "02:45:00", "2026-10-25T02:45:00+02:00"),
        ("2026-10-25T01:30:00+00:00", "02:45:00", "2026-10-25T02:45:00+01:00"),
        ("2026-10-25T01:50:00+00:00", "02:45:00", "2026-10-26T02:45:00+01:00"),
        ("2027-03-28T00:30:00+00:00", "02:45:00", "2027-03-28T03:45:00+02:00"),
    ],
)
async def test_a_time_that_clocks_show_twice_or_not_at_all_is_the_next_one(
    hass: HomeAssistant, set_up: SetUp, move_to: MoveTo, moment: str, before: str, until: str
) -> None:
    await set_up()
    await move_to(moment)
    answer = await call_action(hass, "get_cheapest_window", duration="00:10:00", before=before)
    assert answer["before"] == until


def test_no_window_is_cheaper_than_the_one_found() -> None:
    """Against every minute, for a thousand arrangements."""
    random, zero = Random(6), dt_util.utc_from_timestamp(0)
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
        window = find_cheapest(spans, timedelta(minutes=length), earliest=earliest, latest=latest)
        assert (window is None) == (best is None)
        if window and best is not None:
            assert window.mean == pytest.approx(best / length)
            assert earliest <= window.start < window.end <= latest
        unknown = next((at for at in range(first, last) if at >= len(values) or values[at] is None), None)
        expected = None if unknown is None else zero + timedelta(minutes=unknown)
        assert find_first_unknown(spans, earliest=earliest, latest=latest) == expected
