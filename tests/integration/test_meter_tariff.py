"""Changing what a meter pays, its off-peak hours and its name."""

from typing import Any

import pytest
import voluptuous as vol
from conftest import SetUp
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from pages import answer_meter, list_suggested, open_tariff
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
)
from scripted_gateway import POINT, POINT_ID, POINTS, ScriptedGateway, answer_problem


@pytest.fixture
async def reconfigure_form(hass: HomeAssistant, set_up: SetUp) -> Any:
    return await open_tariff(hass, await set_up())


OFF_PEAK = {"name": "Maison", "option": "hp_hc", "power": "9", "own_prices": False, "off_peak": "22:00-06:00"}


async def test_begins_with_what_the_meter_pays(hass: HomeAssistant, reconfigure_form: Any) -> None:
    suggested = list_suggested(reconfigure_form)
    assert suggested["off_peak"] == "22:00-06:00"
    assert "valid_from" in suggested
    more = reconfigure_form["description_placeholders"]["more"]
    assert more == "Current tariff – Peak and off-peak (HP/HC)", "and does not announce a first import"


async def test_a_new_tariff_since_a_day_leaves_the_earlier_ones(
    hass: HomeAssistant, gateway: ScriptedGateway, reconfigure_form: Any, entry: MockConfigEntry
) -> None:
    own = [
        {"bucket": "week", "eur_per_kwh": 0.3},
        {"bucket": "night", "eur_per_kwh": 0.1, "slots": [["22:00", "06:00"]]},
    ]
    later = {"valid_from": "2026-10-01", "option": "custom", "power_kva": 6, "prices": own}
    gateway.answers[POINTS]["items"][0]["tariffs"].append(later)
    await hass.config_entries.subentries.async_configure(reconfigure_form["flow_id"], None)
    flow = await open_tariff(hass, entry)
    result = await answer_meter(
        hass, flow, {"name": "Maison", "option": "tempo", "power": "9", "own_prices": False, "valid_from": "2026-11-01"}
    )
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    tariffs = gateway.told[-1]["tariffs"]
    assert [(tariff["valid_from"], tariff["option"]) for tariff in tariffs] == [
        (None, "hp_hc"),
        ("2026-10-01", "custom"),
        ("2026-11-01", "tempo"),
    ]
    assert tariffs[1] == later, "as the gateway said it, even what this form does not know"
    assert "off_peak" not in gateway.told[-1]


async def test_a_new_name_leaves_every_tariff(
    hass: HomeAssistant, gateway: ScriptedGateway, reconfigure_form: Any
) -> None:
    form = reconfigure_form["data_schema"]({"name": "Chalet"})
    assert form["option"] == "keep"
    result = await answer_meter(hass, reconfigure_form, form | {"off_peak": "22:00-06:00"})
    assert result["reason"] == "reconfigure_successful"
    assert gateway.told[-1] == {"name": "Chalet"}


async def test_a_tariff_before_one_to_come_leaves_that_one(
    hass: HomeAssistant, gateway: ScriptedGateway, reconfigure_form: Any, entry: MockConfigEntry
) -> None:
    to_come = {"valid_from": "2027-02-01", "option": "base", "power_kva": 12, "prices": "regulated"}
    gateway.answers[POINTS]["items"][0]["tariffs"].append(to_come)
    await hass.config_entries.subentries.async_configure(reconfigure_form["flow_id"], None)
    flow = await open_tariff(hass, entry)
    assert flow["data_schema"]({"name": "Maison"})["power"] == "9", "what is in force, not what is to come"
    answers = {"name": "Maison", "option": "tempo", "power": "9", "own_prices": False, "valid_from": "2026-11-01"}
    await answer_meter(hass, flow, answers)
    assert [(tariff["valid_from"], tariff["option"]) for tariff in gateway.told[-1]["tariffs"]] == [
        (None, "hp_hc"),
        ("2026-11-01", "tempo"),
        ("2027-02-01", "base"),
    ]


async def test_a_tariff_for_always_replaces_all(
    hass: HomeAssistant, gateway: ScriptedGateway, reconfigure_form: Any
) -> None:
    gateway.requests.clear()
    result = await answer_meter(hass, reconfigure_form, OFF_PEAK | {"power": "6"})
    assert result["reason"] == "reconfigure_successful"
    assert [(tariff["option"], tariff["power_kva"]) for tariff in gateway.told[-1]["tariffs"]] == [("hp_hc", 6)]
    assert gateway.list_requests(POINTS), "the entry is set up again although its name stays"


async def test_a_tariff_that_the_gateway_refuses_is_asked_for_again(
    hass: HomeAssistant, gateway: ScriptedGateway, reconfigure_form: Any
) -> None:
    right, gateway.answers[POINT] = gateway.answers[POINT], answer_problem(422, "invalid_request")
    form = await answer_meter(hass, reconfigure_form, OFF_PEAK)
    assert (form["step_id"], form["errors"]) == ("tariff", {"base": "tariff_refused"})
    gateway.answers[POINT] = right
    assert (await answer_meter(hass, reconfigure_form, OFF_PEAK))["reason"] == "reconfigure_successful"


async def test_a_new_name_is_the_devices(hass: HomeAssistant, reconfigure_form: Any, entry: MockConfigEntry) -> None:
    await answer_meter(hass, reconfigure_form, OFF_PEAK | {"name": "Chalet"})
    assert [subentry.title for subentry in entry.subentries.values()] == ["Chalet"]
    assert entry.runtime_data.meters[POINT_ID].name == "Chalet"


async def test_prices_of_ones_own(hass: HomeAssistant, gateway: ScriptedGateway, reconfigure_form: Any) -> None:
    form = await answer_meter(hass, reconfigure_form, OFF_PEAK | {"own_prices": True})
    assert form["step_id"] == "prices"
    assert [str(key) for key in form["data_schema"].schema] == ["hp", "hc", "subscription"]
    prices = {"hp": 0.21, "hc": 0.15, "subscription": 16.5}
    right, gateway.answers[POINT] = gateway.answers[POINT], answer_problem(422, "invalid_request")
    assert (await answer_meter(hass, reconfigure_form, prices))["errors"] == {"base": "tariff_refused"}
    gateway.answers[POINT] = answer_problem(503, "database_down")
    assert (await answer_meter(hass, reconfigure_form, prices))["errors"] == {"base": "gateway_unavailable"}
    gateway.answers[POINT] = right
    await answer_meter(hass, reconfigure_form, prices)
    [tariff] = gateway.told[-1]["tariffs"]
    assert tariff["prices"] == [{"bucket": "hp", "eur_per_kwh": 0.21}, {"bucket": "hc", "eur_per_kwh": 0.15}]
    assert tariff["subscription_eur_per_month"] == 16.5


async def test_what_is_produced_has_a_price(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    entry = await set_up()
    gateway.answers[POINTS]["items"][0]["contract"]["produces"] = True
    flow = await open_tariff(hass, entry)
    await answer_meter(hass, flow, OFF_PEAK | {"production": 0.04})
    assert gateway.told[-1]["tariffs"][0]["production_eur_per_kwh"] == 0.04


async def test_own_prices_are_shown_again(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    own = [{"bucket": "hp", "eur_per_kwh": 0.21}, {"bucket": "hc", "eur_per_kwh": 0.15}]
    gateway.answers[POINTS]["items"][0]["tariffs"][0] |= {"prices": own, "subscription_eur_per_month": 16.5}
    entry = await set_up()
    flow = await open_tariff(hass, entry)
    assert flow["data_schema"]({})["own_prices"] is True
    form = await answer_meter(hass, flow, OFF_PEAK | {"own_prices": True})
    assert list_suggested(form) == {"hp": 0.21, "hc": 0.15, "subscription": 16.5}


async def test_prices_start_empty_and_none_may_stay_so(
    hass: HomeAssistant, gateway: ScriptedGateway, reconfigure_form: Any
) -> None:
    """Home Assistant shows a required number without a value as 0, which nobody has typed."""
    form = await answer_meter(hass, reconfigure_form, OFF_PEAK | {"own_prices": True})
    fields = form["data_schema"].schema
    assert not any(isinstance(field, vol.Required) for field in fields)
    assert list_suggested(form) == dict.fromkeys(["hp", "hc", "subscription"])
    form = await answer_meter(hass, form, {"hp": 0.21})
    assert form["errors"] == {"hc": "price_missing", "subscription": "price_missing"}
    assert list_suggested(form)["hp"] == 0.21, "what was typed stays"
    assert not gateway.told


async def test_a_power_that_nobody_knows_is_not_guessed(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    """Home Assistant shows a required choice without a value as its first one."""
    gateway.answers[POINTS]["items"][0]["tariffs"] = []
    gateway.answers[POINTS]["items"][0]["contract"]["power_kva"] = None
    form = await open_tariff(hass, await set_up())
    [power] = [key for key in form["data_schema"].schema if key == "power"]
    assert isinstance(power, vol.Optional)
    answers = {key: value for key, value in OFF_PEAK.items() if key != "power"}
    form = await answer_meter(hass, form, answers)
    assert form["errors"] == {"power": "power_missing"}
    assert (await answer_meter(hass, form, OFF_PEAK))["reason"] == "reconfigure_successful"


async def test_a_price_of_zero_is_asked_about(
    hass: HomeAssistant, gateway: ScriptedGateway, reconfigure_form: Any
) -> None:
    form = await answer_meter(hass, reconfigure_form, OFF_PEAK | {"own_prices": True})
    prices = {"hp": 0.21, "hc": 0, "subscription": 16.5}
    form = await answer_meter(hass, form, prices)
    assert form["errors"] == {"base": "price_of_zero"}
    assert not gateway.told
    form = await answer_meter(hass, form, prices | {"subscription": 0})
    assert form["errors"] == {"base": "price_of_zero"}, "another one"
    result = await answer_meter(hass, form, prices | {"subscription": 0})
    assert result["reason"] == "reconfigure_successful"
    assert gateway.told[-1]["tariffs"][0]["subscription_eur_per_month"] == 0


async def test_off_peak_hours_are_read_by_the_gateway(
    hass: HomeAssistant, gateway: ScriptedGateway, reconfigure_form: Any
) -> None:
    typed = "Mon-Fri 22h30-6h30, weekend 0h-24h"
    meant = [
        make_period(weekdays=[0, 1, 2, 3, 4], slots=[["22:30", "06:30"]]),
        make_period(weekdays=[5, 6], slots=WHOLE_DAY),
    ]
    gateway.off_peak_texts[typed] = meant
    await answer_meter(hass, reconfigure_form, OFF_PEAK | {"off_peak": typed})
    assert gateway.told[-1]["off_peak"] == meant


async def test_no_off_peak_hours_means_those_of_enedis(
    hass: HomeAssistant, gateway: ScriptedGateway, reconfigure_form: Any
) -> None:
    await answer_meter(hass, reconfigure_form, OFF_PEAK | {"off_peak": ""})
    assert gateway.told[-1]["off_peak"] is None


async def test_off_peak_hours_that_cannot_be_read(
    hass: HomeAssistant, gateway: ScriptedGateway, reconfigure_form: Any
) -> None:
    result = await answer_meter(hass, reconfigure_form, OFF_PEAK | {"off_peak": "at night"})
    assert result["errors"] == {"off_peak": "invalid_off_peak"}
    gateway.answers["/v1/off-peak-hours"] = answer_problem(503, "database_down")
    result = await answer_meter(hass, result, OFF_PEAK | {"off_peak": "22h-7h"})
    assert result["errors"] == {"base": "gateway_unavailable"}
    assert not gateway.told


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", "Summer: 22:00-06:00; Winter: Mon-Fri, Sun 01:28-06:58 13:58-16:28, Sat 00:00-24:00"),
        ("fr", "été: 22:00-06:00; hiver: lun-ven, dim 01:28-06:58 13:58-16:28, sam 00:00-24:00"),
    ],
)
async def test_off_peak_hours_are_shown_as_they_can_be_typed(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, language: str, shown: str
) -> None:
    hass.config.language = language
    gateway.answers[POINTS]["items"][0]["off_peak"] = [
        make_period(season="summer"),
        make_period(season="winter", weekdays=[5], slots=WHOLE_DAY),
        make_period(season="winter", weekdays=[0, 1, 2, 3, 4, 6], slots=SLOTS),
    ]
    entry = await set_up()
    flow = await open_tariff(hass, entry)
    key = next(key for key in flow["data_schema"].schema if key == "off_peak")
    assert key.description["suggested_value"] == shown
    await answer_meter(hass, flow, OFF_PEAK | {"off_peak": shown})
    assert "off_peak" not in gateway.told[-1], "nothing was changed"


async def test_hours_that_cannot_be_typed_in_stay(hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp) -> None:
    [period] = gateway.answers[POINTS]["items"][0]["off_peak"]
    gateway.answers[POINTS]["items"][0]["off_peak"] = [period | {"season": "summer"}]
    entry = await set_up()
    flow = await open_tariff(hass, entry)
    await answer_meter(hass, flow, {name: value for name, value in OFF_PEAK.items() if name != "off_peak"})
    assert "off_peak" not in gateway.told[-1]


def make_period(since: str | None = None, until: str | None = None, **others: Any) -> dict[str, Any]:
    """Return off-peak hours of one's own as the gateway says them."""
    always = {"season": "all", "weekdays": [0, 1, 2, 3, 4, 5, 6], "slots": [["22:00", "06:00"]], "source": "user"}
    return {"valid_from": since, "valid_to": until} | always | others


WHOLE_DAY = [["00:00", "24:00"]]
SLOTS = [["01:28", "06:58"], ["13:58", "16:28"]]
MOVED = OFF_PEAK | {"off_peak": "01:28-06:58, 13:58-16:28"}
NOVEMBER = "2026-11-01"
NEW = make_period(NOVEMBER, slots=SLOTS)


@pytest.mark.parametrize(
    ("present", "told"),
    [
        pytest.param([make_period(source="enedis")], [NEW], id="the gateway keeps those of Enedis for the past"),
        pytest.param([], [NEW], id="none before"),
        pytest.param([make_period()], [make_period(until=NOVEMBER), NEW], id="one's own end there"),
        pytest.param(
            [make_period(season="summer"), make_period(season="winter", weekdays=[5, 6], later_field=1)],
            [
                make_period(until=NOVEMBER, season="summer"),
                make_period(until=NOVEMBER, season="winter", weekdays=[5, 6], later_field=1),
                NEW,
            ],
            id="by season, with what this form does not know",
        ),
        pytest.param(
            [make_period(until="2026-03-01"), make_period("2026-03-01", NOVEMBER), make_period(NOVEMBER)],
            [make_period(until="2026-03-01"), make_period("2026-03-01", NOVEMBER), NEW],
            id="over before, and since that very day",
        ),
        pytest.param(
            [make_period(until="2027-02-01"), make_period("2027-02-01", slots=[["02:00", "10:00"]])],
            [
                make_period(until=NOVEMBER),
                NEW | {"valid_to": "2027-02-01"},
                make_period("2027-02-01", slots=[["02:00", "10:00"]]),
            ],
            id="those to come stay",
        ),
    ],
)
async def test_off_peak_hours_since_a_day_leave_those_before(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, present: list[Any], told: list[Any]
) -> None:
    gateway.answers[POINTS]["items"][0]["off_peak"] = present
    entry = await set_up()
    flow = await open_tariff(hass, entry)
    result = await answer_meter(hass, flow, MOVED | {"valid_from": NOVEMBER})
    assert result["reason"] == "reconfigure_successful"
    assert gateway.told[-1]["off_peak"] == told


@pytest.mark.parametrize("option", ["keep", "hp_hc"])
async def test_off_peak_hours_given_up_since_a_day(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp, option: str
) -> None:
    gateway.answers[POINTS]["items"][0]["off_peak"] = [make_period()]
    entry = await set_up()
    flow = await open_tariff(hass, entry)
    await answer_meter(hass, flow, OFF_PEAK | {"option": option, "off_peak": "", "valid_from": NOVEMBER})
    assert gateway.told[-1]["off_peak"] == [make_period(until=NOVEMBER)], "then those of Enedis"


async def test_off_peak_hours_left_as_they_are_stay_in_all_their_days(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    gateway.answers[POINTS]["items"][0]["off_peak"] = [
        make_period(until="2026-03-01", slots=SLOTS, source="enedis"),
        make_period("2026-03-01", source="enedis"),
        make_period("2199-01-01", slots=SLOTS, source="enedis"),
    ]
    entry = await set_up()
    flow = await open_tariff(hass, entry)
    shown = {str(key): (key.description or {}).get("suggested_value") for key in flow["data_schema"].schema}
    assert shown["off_peak"] == "22:00-06:00", "those in force"
    await answer_meter(hass, flow, OFF_PEAK | {"valid_from": NOVEMBER, "option": "hp_hc"})
    assert "off_peak" not in gateway.told[-1]


async def test_off_peak_hours_that_overlap_later_ones_are_not_put_between(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    gateway.answers[POINTS]["items"][0]["off_peak"] = [
        make_period(),
        make_period("2027-04-01", season="summer", slots=SLOTS),
    ]
    entry = await set_up()
    flow = await open_tariff(hass, entry)
    result = await answer_meter(hass, flow, MOVED | {"valid_from": NOVEMBER})
    assert result["errors"] == {"off_peak": "off_peak_to_come"}
    assert not gateway.told
    assert (await answer_meter(hass, flow, MOVED))["reason"] == "reconfigure_successful"
    assert gateway.told[-1]["off_peak"] == [make_period(slots=SLOTS)], "without a day they replace all"


async def test_an_offer_that_the_gateway_knows_is_chosen(
    hass: HomeAssistant, gateway: ScriptedGateway, set_up: SetUp
) -> None:
    gateway.answers["/v1/offers"] = {"items": [{"id": "week-end", "supplier": "Example", "name": "Week-end"}]}
    entry = await set_up()
    flow = await open_tariff(hass, entry)
    selector = next(field for key, field in flow["data_schema"].schema.items() if str(key) == "option")
    assert {"value": "offer:week-end", "label": "Example, Week-end"} in selector.config["options"]
    answers = {
        "name": "Maison",
        "option": "offer:week-end",
        "power": "9",
        "own_prices": True,
        "valid_from": "2026-11-01",
    }
    result = await answer_meter(hass, flow, answers)
    assert result["reason"] == "reconfigure_successful", "an offer has its own prices: none are asked for"
    chosen = gateway.told[-1]["tariffs"][-1]
    assert chosen == {
        "valid_from": "2026-11-01",
        "option": "custom",
        "power_kva": 9,
        "prices": "offer",
        "offer": "week-end",
    }
