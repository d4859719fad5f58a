"""Five calls a second and a thousand an hour, for each API."""

MEASURES = "/mesure_synchrone_auto/v2/"


async def _fetch_daily(simulator, headers):
    query = {"pointId": "30001000000001", "dateDebut": "2026-11-20", "dateFin": "2026-11-21"}
    return await simulator.client.get(f"{MEASURES}consommation_quotidienne", params=query, headers=headers)


async def test_the_sixth_call_within_a_second_is_refused(start_simulator):
    simulator = await start_simulator(quota=True)
    headers = await simulator.enedis_token()
    assert [(await _fetch_daily(simulator, headers)).status_code for _ in range(6)] == [200] * 5 + [429]
    simulator.timer = 0.999
    refused = [await _fetch_daily(simulator, headers) for _ in range(3)]
    assert {answer.status_code for answer in refused} == {429}
    assert {answer.json().get("error_description") for answer in refused} == {None, "Quota Q3 reached"}
    simulator.timer = 1.0
    assert [(await _fetch_daily(simulator, headers)).status_code for _ in range(6)] == [200] * 5 + [429]


async def test_the_hour_is_the_simulators_and_429_says_so_in_each_known_shape(start_simulator):
    simulator = await start_simulator("2026-11-23T12:20:00+01:00", quota=True)
    headers = await simulator.enedis_token()
    for _ in range(1000):
        simulator.timer += 0.21
        assert (await _fetch_daily(simulator, headers)).status_code == 200
    simulator.timer += 10
    shapes = [(await _fetch_daily(simulator, headers)).json() for _ in range(3)]
    assert {body.get("nextAccessTime") for body in shapes} == {None, "2026-Nov-23 12:00:00+0000 UTC"}
    assert {body.get("code") for body in shapes} == {None, "900804"}
    assert {body.get("fault", {}).get("code") for body in shapes} == {None, 900807}
    assert {body.get("error_description", "Quota Q4")[:8] for body in shapes} == {"Quota Q4"}
    assert {body.get("error") for body in shapes} == {None, "429"}
    await simulator.set_clock("2026-11-23T13:00:00+01:00")
    assert (await _fetch_daily(simulator, headers)).status_code == 200
