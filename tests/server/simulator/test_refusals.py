"""Enedis' strictness: each wrong question has its own answer."""

import pytest

MEASURES = "/mesure_synchrone_auto/v2/"
BASE = "30001000000001"
CURVE, DAILY, POWER = "courbe_de_charge_consommation", "consommation_quotidienne", "puissance_conso_max_quotidienne"
WEEK = ("2026-11-16", "2026-11-23")


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ((CURVE, BASE, "2026-11-15", "2026-11-23"), (400, "ADAM-ERR0126")),
        ((CURVE, BASE, "2026-11-20", "2026-11-20"), (400, "Invalid_request")),
        ((DAILY, BASE, "2026-11-21", "2026-11-20"), (400, "Invalid_request")),
        ((DAILY, BASE, "2026-11-21", "2026-11-24"), (400, "Invalid_request")),
        ((CURVE, BASE, "2024-11-07", "2024-11-10"), (400, "ADAM-ERR0125")),
        ((DAILY, BASE, "2023-11-07", "2023-11-10"), (400, "ADAM-ERR0125")),
        ((DAILY, "30001000000008", "2026-11-10", "2026-11-20"), (400, "ADAM-ERR0123")),
        ((DAILY, "30002000000000", *WEEK), (400, "ADAM-DC-0007")),
        ((DAILY, "30001000000009", *WEEK), (403, "ADAM-DC-0008")),
        ((DAILY, "30001000000015", *WEEK), (403, "ADAM-DC-0008")),
        ((CURVE, "30001000000007", *WEEK), (404, "no_data_found")),
        ((DAILY, "30001000000004", *WEEK), (400, "ADAM-ERR0069")),
        (("production_quotidienne", BASE, *WEEK), (400, "ADAM-ERR0069")),
        ((DAILY, "30001000000012", *WEEK), (500, "technical_error")),
        ((DAILY, "3000100000001", *WEEK), (500, "technical_error")),
        ((DAILY, BASE, "16/11/2026", "2026-11-23"), (500, "technical_error")),
        ((DAILY, BASE, "20261116", "2026-11-23"), (500, "technical_error")),
        ((DAILY, BASE, "2026-11-16T00:00:00", "2026-11-23"), (500, "technical_error")),
        (("index_horaire", BASE, *WEEK), (500, "technical_error")),
        ((POWER, BASE, *WEEK), (500, "technical_error")),
    ],
)
async def test_each_wrong_question_has_its_own_error(start_simulator, question, answer):
    simulator = await start_simulator()
    got = await simulator.measures(*question)
    assert (got.status_code, got.json()["error"]) == answer
    assert got.headers["content-type"] == "application/octet-stream"


async def test_the_oldest_days_allowed_are_given(start_simulator):
    simulator = await start_simulator()
    assert (await simulator.measures(CURVE, BASE, "2024-11-08", "2024-11-15")).status_code == 200
    assert (await simulator.measures(DAILY, BASE, "2023-11-08", "2026-11-23")).status_code == 200
    assert (await simulator.measures(DAILY, "30001000000008", "2026-11-11", "2026-11-20")).status_code == 200


async def test_today_begins_at_midnight_of_paris(start_simulator):
    simulator = await start_simulator("2026-11-22T23:59:59+01:00")
    assert (await simulator.measures(DAILY, BASE, "2026-11-20", "2026-11-23")).status_code == 400
    await simulator.set_clock("2026-11-23T00:00:00+01:00")
    assert (await simulator.measures(DAILY, BASE, "2026-11-20", "2026-11-23")).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        {"person_id": "1"},
        {"mesuresPas": "P1D"},
        {"start": "2026-11-16"},
    ],
)
async def test_a_parameter_outside_the_swagger_is_a_500(start_simulator, query):
    simulator = await start_simulator()
    assert (await simulator.measures(DAILY, BASE, *WEEK, **query)).status_code == 500


async def test_missing_and_doubled_parameters_and_other_methods_are_a_500(start_simulator):
    simulator = await start_simulator()
    headers = await simulator.enedis_token()
    path = f"{MEASURES}{DAILY}"
    query = {"pointId": BASE, "dateDebut": WEEK[0], "dateFin": WEEK[1]}
    for name in query:
        incomplete = {key: value for key, value in query.items() if key != name}
        assert (await simulator.client.get(path, params=incomplete, headers=headers)).status_code == 500
    doubled = [*query.items(), ("pointId", BASE)]
    assert (await simulator.client.get(path, params=doubled, headers=headers)).status_code == 500
    assert (await simulator.client.post(path, params=query, headers=headers)).status_code == 500
    for choice in ({"mesuresPas": "P1W", "grandeurPhysique": "PMA"}, {"mesuresPas": "P1D", "grandeurPhysique": "PMA1"}):
        assert (await simulator.measures(POWER, BASE, *WEEK, **choice)).status_code == 500


async def test_a_token_is_needed_and_ends(start_simulator):
    simulator = await start_simulator("2026-11-23T09:00:00+01:00")
    path, query = f"{MEASURES}{DAILY}", {"pointId": BASE, "dateDebut": WEEK[0], "dateFin": WEEK[1]}
    assert (await simulator.client.get(path, params=query)).status_code == 401
    headers = await simulator.enedis_token()
    assert (await simulator.client.get(path, params=query, headers=headers)).status_code == 200
    await simulator.set_clock("2026-11-23T12:30:01+01:00")
    answer = await simulator.client.get(path, params=query, headers=headers)
    assert (answer.status_code, answer.json()["fault"]["code"]) == (401, 900901)


async def test_tokens_are_given_for_basic_form_and_query_credentials(start_simulator):
    simulator = await start_simulator()
    grant = {"grant_type": "client_credentials"}
    who = {"client_id": "simulator-enedis", "client_secret": "simulator-enedis-secret"}
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    post = simulator.client.post
    assert (await post("/oauth2/v3/token", data=grant | who)).status_code == 200
    assert (await post("/oauth2/v3/token", params=grant | who, headers=form)).status_code == 200
    assert (await post("/oauth2/v3/token", data=grant, auth=tuple(who.values()))).status_code == 200
    wrong = await post("/oauth2/v3/token", data=grant | who | {"client_secret": "guess"})
    unknown = await post("/oauth2/v3/token", data=grant | who | {"client_id": "nobody"})
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")
    assert unknown.json()["error_description"].endswith("client_id: nobody")
    for form_data, error in ((who, "invalid_request"), (who | {"grant_type": "password"}, "unsupported_grant_type")):
        answer = await post("/oauth2/v3/token", data=form_data)
        assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert (await post("/oauth2/v3/token", data=grant)).status_code == 401
    assert (await post("/oauth2/v3/token", json=grant | who)).status_code == 415
