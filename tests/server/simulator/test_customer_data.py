"""Contract, synthesis, address, metering, supply, and the registers."""

from collections import Counter
from itertools import pairwise
from typing import Any

import pytest

BASE, WATER, TEMPO, ROOF, SELF = (f"3000100000000{number}" for number in range(1, 6))
CURVE = "courbe_de_charge_consommation"
HOLES, FARM = "30001000000006", "30001000000010"
APIS = ["situation_contrat_auto", "synth_contrat_auto", "donnees_generales_auto", "comptage_auto", "alimentation_auto"]


async def test_contracts_are_a_list_and_self_consumption_has_two(start_simulator):
    simulator = await start_simulator()
    (contract,) = (await simulator.enedis(f"/situation_contrat_auto/v1/{WATER}")).json()
    assert contract["subscribed_power"] == {"unit": "kVA", "value": "9"}
    assert contract["contract_start"] == "2017-03-14T00:00:00+0100"
    two = (await simulator.enedis(f"/situation_contrat_auto/v1/{SELF}")).json()
    assert [(row["segment"], row["contract_type"], "subscribed_power" in row) for row in two] == [
        ("C5", "Contrat GRD-F", True),
        ("P4", "Contrat GRD-A", False),
    ]
    (roof,) = (await simulator.enedis(f"/situation_contrat_auto/v1/{ROOF}")).json()
    assert roof["segment"] == "P4"


async def test_bodies_have_the_recorded_keys(start_simulator, read_sample):
    simulator = await start_simulator()
    contract = (await simulator.enedis(f"/situation_contrat_auto/v1/{WATER}")).json()[0]
    theirs = read_sample("enedis_2026/situation_contrat_consommateur.json")[0]
    assert list(contract) == list(theirs)
    assert list(contract["customer"]["customer"]["adress"]) == list(theirs["customer"]["customer"]["adress"])
    assert list(contract["contact_data"]) == list(theirs["contact_data"])
    (bare,) = (await simulator.enedis(f"/situation_contrat_auto/v1/{HOLES}")).json()
    assert list(bare) == list(read_sample("enedis_2026_sandbox/situation-contrat-14000000000001.json")[0])
    synthesis = (await simulator.enedis(f"/synth_contrat_auto/v1/{WATER}")).json()
    assert list(synthesis) == list(read_sample("enedis_2026/synth_contrat_consommateur.json"))
    address = (await simulator.enedis(f"/donnees_generales_auto/v1/{WATER}")).json()
    assert list(address["address"]) == list(read_sample("enedis_2026/donnees_generales.json")["address"])
    supply = (await simulator.enedis(f"/alimentation_auto/v1/{SELF}")).json()
    assert supply.keys() - {"phase_count"} == read_sample("enedis_2026_sandbox/alimentation.json").keys()


async def test_a_flats_address_has_its_floor_and_building(start_simulator):
    simulator = await start_simulator()
    flat, house = [
        (await simulator.enedis(f"/donnees_generales_auto/v1/{prm}")).json()["address"] for prm in (BASE, WATER)
    ]
    assert flat.keys() - house.keys() == {"staircase_floor_apartment", "building"}


@pytest.mark.parametrize(
    ("prm", "hours"),
    [
        (BASE, None),
        (WATER, "HC (22H30-6H30)"),
        (FARM, "HC (23h30-7h30)"),
        ("30001000000011", "HC (1H28-6H58;13H58-16H28)"),
    ],
)
async def test_off_peak_hours_stand_in_the_metering(start_simulator, prm, hours):
    simulator = await start_simulator()
    assert (await simulator.enedis(f"/comptage_auto/v1/{prm}")).json()["relais"]["plageHeuresCreuses"] == hours


async def test_a_homes_off_peak_hours_can_be_changed(start_simulator):
    simulator = await start_simulator()
    before = await simulator.truth(WATER, "2026-11-01", "2026-11-02")
    await simulator.control("PATCH", f"homes/{WATER}", json={"hours_written": "HC (2H00-7H00;13H00-16H00)"})
    answer = await simulator.enedis(f"/comptage_auto/v1/{WATER}")
    assert answer.json()["relais"]["plageHeuresCreuses"] == "HC (2H00-7H00;13H00-16H00)"
    assert await simulator.truth(WATER, "2026-11-01", "2026-11-02") == before


async def test_announced_hours_come_on_their_day(start_simulator):
    simulator = await start_simulator()
    announced = {"hours_announced": "HC (1H32-6H32;11H02-14H02)", "hours_change": "2026-12-01"}
    await simulator.control("PATCH", f"homes/{WATER}", json=announced)
    relay = (await simulator.enedis(f"/comptage_auto/v1/{WATER}")).json()["relais"]
    assert relay == {
        "plageHeuresCreuses": "HC (22H30-6H30)",
        "futuresPlagesHeuresCreuses": "HC (1H32-6H32;11H02-14H02) à partir du 01/12/2026",
    }
    await simulator.control("POST", "clock", json={"now": "2026-12-01T00:00:00+01:00", "frozen": True})
    relay = (await simulator.enedis(f"/comptage_auto/v1/{WATER}")).json()["relais"]
    assert relay == {"plageHeuresCreuses": "HC (1H32-6H32;11H02-14H02)"}


async def test_three_phases_show_in_the_supply(start_simulator):
    simulator = await start_simulator()
    assert (await simulator.enedis(f"/alimentation_auto/v1/{FARM}")).json()["phase_count"] == 3
    assert (await simulator.enedis(f"/alimentation_auto/v1/{BASE}")).json()["phase_count"] == 1


@pytest.mark.parametrize("api", APIS)
async def test_the_usage_point_belongs_in_the_path(start_simulator, api):
    simulator = await start_simulator()
    answer = await simulator.enedis(f"/{api}/v1/{BASE}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/octet-stream")
    assert (await simulator.enedis(f"/{api}/v1", usage_point_id=BASE)).status_code == 500
    assert (await simulator.enedis(f"/{api}/v1/{BASE}", pointId=BASE)).status_code == 500
    assert (await simulator.enedis(f"/{api}/v1/30001000000009")).json()["error"] == "ADAM-DC-0008"
    assert (await simulator.enedis(f"/{api}/v1/30001000000012")).status_code == 500
    assert (await simulator.client.get(f"/{api}/v1/{BASE}")).status_code == 401


async def test_each_api_has_its_own_quota(start_simulator):
    simulator = await start_simulator(quota=True)
    for api in APIS:
        for status in (200, 200, 200, 200, 200, 429):
            assert (await simulator.enedis(f"/{api}/v1/{BASE}")).status_code == status


@pytest.mark.parametrize("prm", [BASE, WATER, TEMPO, "30001000000011"])
async def test_registers_advance_by_the_days_energy(start_simulator, prm):
    simulator = await start_simulator()
    answer = (await simulator.measures("index_consommation", prm, "2026-10-20", "2026-11-10")).json()
    assert answer["grandeur"] == []
    ((context,),) = (answer["contexte"],)
    (grandeur,) = context["grandeur"]
    total = [value["v"] for value in grandeur["cadranTotalisateur"]["valeur"]]
    days = await simulator.truth(prm, "2026-10-20", "2026-11-09")
    assert [after - before for before, after in pairwise(total)] == [day["wh"] for day in days]
    classes = grandeur["calendrier"][0]["classeTemporelle"]
    for number, whole in enumerate(total):
        parts = sum(register["valeur"][number]["v"] for register in classes)
        assert 0 <= whole - parts < len(classes)  # each register shows whole watt-hours only
    assert len(classes) == {BASE: 1, TEMPO: 6}.get(prm, 2)


async def test_production_has_its_register_too(start_simulator):
    simulator = await start_simulator()
    answer = (await simulator.measures("index_production", SELF, "2026-06-01", "2026-06-03")).json()
    (grandeur,) = answer["contexte"][0]["grandeur"]
    assert grandeur["grandeurMetier"] == "PROD"
    (day,) = await simulator.truth(SELF, "2026-06-01", "2026-06-02", "production")
    first, second = (value["v"] for value in grandeur["cadranTotalisateur"]["valeur"])
    assert second - first == day["wh"] > 5000


async def test_self_consumption_never_draws_and_feeds_at_once(start_simulator):
    simulator = await start_simulator()
    drawn = await simulator.truth(SELF, "2026-06-01", "2026-07-01")
    fed = await simulator.truth(SELF, "2026-06-01", "2026-07-01", "production")
    for draws, feeds in zip(drawn, fed, strict=True):
        pairs = zip(draws["readings"], feeds["readings"], strict=True)
        assert all(min(draw["watts"], feed["watts"]) == 0 for draw, feed in pairs)


async def test_holes_every_tuesday_are_absent_points_but_the_day_is_whole(start_simulator):
    simulator = await start_simulator()
    holes = "30001000000006"
    daily = simulator.points(await simulator.measures("consommation_quotidienne", holes, "2026-11-09", "2026-11-23"))
    assert len(daily) == 14
    curves = [
        simulator.points(await simulator.measures(CURVE, holes, *week))
        for week in (("2026-11-09", "2026-11-16"), ("2026-11-16", "2026-11-23"))
    ]
    assert sorted(7 * 48 - len(curve) for curve in curves) == [12, 48]
    assert all(point["v"] for curve in curves for point in curve)


async def test_a_point_that_measures_both_directions_answers_with_both(start_simulator):
    simulator = await start_simulator()
    for resource in ("consommation_quotidienne", "production_quotidienne", "courbe_de_charge_production"):
        answer = await simulator.measures(resource, SELF, "2026-06-01", "2026-06-03")
        assert [series["grandeurMetier"] for series in answer.json()["grandeur"]] == ["CONS", "PROD"]


async def test_a_late_homes_days_come_in_parts_or_days_later(start_simulator):
    simulator = await start_simulator()
    late = "30001000000014"
    found: Counter[Any] = Counter()
    for day in range(5, 23):
        before, asked, morrow = (f"2026-11-{number:02}" for number in (day - 4, day, day + 1))
        await simulator.set_clock(f"{morrow}T11:00:00+01:00")
        curve = simulator.points(await simulator.measures(CURVE, late, before, morrow))
        points = sum(point["d"] > f"{asked} 00:00:00" for point in curve)
        daily = await simulator.measures("consommation_quotidienne", late, asked, morrow)
        assert (daily.status_code == 200) == (points == 48)
        found[points] += 1
    assert found.keys() == {0, 36, 48}
    await simulator.set_clock("2026-11-27T12:00:00+01:00")
    settled = simulator.points(await simulator.measures("consommation_quotidienne", late, "2026-11-01", "2026-11-25"))
    assert len(settled) == 24


async def test_the_curves_step_may_change_and_its_energy_stays(start_simulator):
    simulator = await start_simulator()
    home = "30001000000013"
    for week, step in (
        (("2026-03-02", "2026-03-09"), 60),
        (("2026-07-06", "2026-07-13"), 30),
        (("2026-11-02", "2026-11-09"), 15),
        (("2026-11-14", "2026-11-21"), 10),
    ):
        curve = simulator.points(await simulator.measures(CURVE, home, *week))
        assert {point["p"] for point in curve} == {f"PT{step}M"}
        assert len(curve) == 7 * 24 * 60 // step
        whole = sum(day["wh"] for day in await simulator.truth(home, *week))
        assert sum(int(point["v"]) for point in curve) * step == whole * 60
    change = simulator.points(await simulator.measures(CURVE, home, "2026-05-07", "2026-05-08"))
    assert Counter(point["p"] for point in change) == {"PT60M": 12, "PT30M": 24}
