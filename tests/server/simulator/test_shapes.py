"""The simulator's answers have the shapes of the recorded ones: the same keys in the same order, the same kinds."""

import pytest

BASE = "30001000000001"
WEEK = ("2026-11-16", "2026-11-23")
POWER = {"mesuresPas": "P1D", "grandeurPhysique": "PMA"}


def describe_shape(value):
    """Keys and kinds; of a list, the shape its members share."""
    if isinstance(value, dict):
        return {key: describe_shape(member) for key, member in value.items()}
    if isinstance(value, list):
        return [describe_shape(value[0])] if value else []
    return type(value).__name__


@pytest.mark.parametrize(
    ("recorded", "resource", "query"),
    [
        ("mesure_consommation_quotidienne", "consommation_quotidienne", {}),
        ("mesure_courbe_de_charge_consommation", "courbe_de_charge_consommation", {}),
        ("mesure_puissance_conso_max_quotidienne", "puissance_conso_max_quotidienne", POWER),
    ],
)
async def test_measurements(start_simulator, read_sample, recorded, resource, query):
    simulator = await start_simulator()
    theirs, ours = read_sample(f"enedis_2026/{recorded}.json"), await simulator.measures(resource, BASE, *WEEK, **query)
    assert describe_shape(ours.json()) == describe_shape(theirs)
    assert list(ours.json()) == list(theirs)


async def test_tokens(start_simulator, read_sample):
    simulator = await start_simulator()
    grant, pair = {"grant_type": "client_credentials"}, ("simulator-enedis", "simulator-enedis-secret")
    enedis = await simulator.client.post("/oauth2/v3/token", data=grant, auth=pair)
    assert enedis.json() | {"access_token": ""} == read_sample("enedis_errors/token_200.json") | {"access_token": ""}
    wrong = await simulator.client.post("/oauth2/v3/token", data=grant, auth=(pair[0], "guess"))
    assert wrong.json() == read_sample("enedis_errors/token_401_invalid_client.json")
    rte = await simulator.client.post("/token/oauth/", auth=("simulator-rte", "simulator-rte-secret"))
    assert rte.json() | {"access_token": ""} == read_sample("rte/token_200.json") | {"access_token": ""}


@pytest.mark.parametrize(
    ("recorded", "name"),
    [
        ("400_ADAM-DC-0007_not_holder_2026", "ADAM-DC-0007"),
        ("401_900901_fault_2024-11", "900901"),
        ("403_ADAM-DC-0008_no_consent", "ADAM-DC-0008"),
        ("404_no_data_found", "no_data_found"),
        ("429_900807_fault_2026-05", "900807"),
        ("500_technical_error_2026", "technical_error"),
        ("../enedis_2026/erreur_comptage_non_souscrit", "900908"),
        ("../enedis_2026_sandbox/mesure-v2-error-400", "ADAM-ERR0123"),
        ("../enedis_2026_sandbox/itc-error", "no_services"),
    ],
)
async def test_refusals_are_the_recorded_ones(start_simulator, read_sample, recorded, name):
    simulator = await start_simulator()
    await simulator.control("POST", "faults", json={"name": name, "api": "mesure_synchrone_auto"})
    answer = await simulator.measures("consommation_quotidienne", BASE, *WEEK)
    assert answer.json() == read_sample(f"enedis_errors/{recorded}.json")


async def test_throttled_until(start_simulator, read_sample):
    simulator = await start_simulator("2026-07-22T06:20:00+02:00")
    await simulator.control("POST", "faults", json={"name": "900804", "api": "mesure_synchrone_auto"})
    answer = await simulator.measures("consommation_quotidienne", BASE, "2026-07-01", "2026-07-02")
    assert answer.json() == read_sample("enedis_errors/429_900804_2026-07-22.json")
    await simulator.set_clock("2026-07-22T07:00:00+02:00")
    later = await simulator.measures("consommation_quotidienne", BASE, "2026-07-01", "2026-07-02")
    assert later.json()["nextAccessTime"] == "2026-Jul-22 06:00:00+0000 UTC"


@pytest.mark.parametrize("recorded", ["tempo_range_2023-02-28_2023-03-02_object_values_array", "tempo_1day_2024-09-02"])
async def test_tempo(start_simulator, read_sample, recorded):
    simulator = await start_simulator()
    theirs = read_sample(f"rte/{recorded}.json")["tempo_like_calendars"]
    dates = {name: theirs[name] for name in ("start_date", "end_date")}
    ours = (await simulator.tempo(**dates)).json()["tempo_like_calendars"]
    colourless = [[{**day, "value": ""} for day in calendar["values"]] for calendar in (theirs, ours)]
    assert colourless[0] == colourless[1]
    assert {**theirs, "values": []} == {**ours, "values": []}


async def test_tomorrow_not_yet_known(start_simulator, read_sample):
    simulator = await start_simulator("2026-11-23T05:30:00+01:00")
    dates = {"start_date": "2026-11-24T00:00:00+01:00", "end_date": "2026-11-25T00:00:00+01:00"}
    answer = await simulator.tempo(**dates)
    theirs = read_sample("rte/tempo_400_F04.json")
    assert answer.status_code == 400
    assert answer.json() | {"error_details": None} == theirs | {"error_details": None}
    assert describe_shape(answer.json()) == describe_shape(theirs)


async def test_ecowatt(start_simulator, read_sample):
    simulator = await start_simulator("2026-11-23T17:36:00+01:00")
    assert describe_shape((await simulator.rte("/open_api/ecowatt/v5/signals")).json()) == describe_shape(
        read_sample("rte/ecowatt_v5_sandbox.json")
    )
