"""From the authorize page to the services behind its number."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

PAGE = "/dataconnect/v2/oauth2/authorize"
BACK = "http://gateway.example/oauth/callback"
ASK = {"client_id": "simulator-enedis", "state": "s3cret", "duration": "P3Y", "response_type": "code"}
NEW, LATE, SHARED = "30001000000015", "30001000000017", "30001000000001"


@pytest.fixture
async def simulator(start_simulator):
    return await start_simulator(redirect_uri=BACK)


async def _fetch_services(simulator, **body):
    answer = await simulator.client.post(
        "/subscribed_services/v1", json={"comptage": False} | body, headers=await simulator.enedis_token()
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def _came_back(answer):
    assert answer.status_code == 302, answer.text
    url = urlsplit(answer.headers["location"])
    assert f"{url.scheme}://{url.netloc}{url.path}" == BACK
    return {name: value for name, (value,) in parse_qs(url.query).items()}


async def test_accepting_comes_back_with_a_number_whose_services_name_the_meter(simulator):
    page = await simulator.client.get(PAGE, params=ASK)
    assert 'value="accept"' in page.text
    assert 'value="refuse"' in page.text
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    back = _came_back(await simulator.client.post(PAGE, data=fields | {"prm": NEW, "decision": "accept"}))
    assert back.keys() == {"autorisation_id", "state"}
    assert back["state"] == "s3cret"
    services = await _fetch_services(simulator, autorisationId=int(back["autorisation_id"]))
    assert services["nbTotalServices"] == len(services["serviceSouscrit"]) == 5
    assert {(row["pointId"], row["dateDebut"]) for row in services["serviceSouscrit"]} == {(NEW, "2026-11-23")}
    readings = await simulator.measures("consommation_quotidienne", NEW, "2026-11-20", "2026-11-22")
    assert len(simulator.points(readings)) == 2


async def test_refusing_comes_back_with_an_error_and_shares_nothing(simulator):
    back = _came_back(await simulator.client.post(PAGE, data=ASK | {"prm": NEW, "decision": "refuse"}))
    assert back == {"error": "invalid_request", "error_description": "demande_non_aboutie", "state": "s3cret"}
    readings = await simulator.measures("consommation_quotidienne", NEW, "2026-11-20", "2026-11-22")
    assert readings.status_code == 403


async def test_sharing_again_does_not_come_back_and_the_number_stays_after_deleting(simulator):
    await simulator.control("PATCH", "authorize", json={"mode": "accept", "prm": NEW})
    first = _came_back(await simulator.client.get(PAGE, params=ASK))
    again = await simulator.client.get(PAGE, params=ASK)
    assert (again.status_code, again.headers.get("location")) == (200, None)
    assert "Une erreur est survenue" in again.text
    await simulator.control("POST", "consents", json={"prm": NEW, "shared": False})
    assert _came_back(await simulator.client.get(PAGE, params=ASK)) == first


async def test_the_page_can_answer_by_itself(simulator):
    await simulator.control("PATCH", "authorize", json={"mode": "refuse"})
    assert _came_back(await simulator.client.get(PAGE, params=ASK))["error"] == "invalid_request"
    await simulator.control("PATCH", "authorize", json={"mode": "accept", "prm": NEW, "older_callback": True})
    back = _came_back(await simulator.client.get(PAGE, params=ASK))
    assert back.keys() == {"code", "state", "usage_point_id"}
    await simulator.control("PATCH", "authorize", json={"mode": "fail"})
    assert _came_back(await simulator.client.get(PAGE, params=ASK))["error"] == "server_error"


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "somebody"},
        {"duration": "P4Y"},
        {"duration": "3 years"},
        {"duration": "P0D"},
        {"duration": "P1097D"},
        {"duration": "P9999Y"},
        {"duration": "P1Y6M"},
        {"state": ["one", "two"]},
        {"state": "s" * 101},
        {"response_type": "token"},
        {"redirect_uri": BACK},
    ],
)
async def test_a_wrong_request_ends_on_the_page(simulator, wrong):
    await simulator.control("PATCH", "authorize", json={"mode": "accept", "prm": NEW})
    assert "location" not in (await simulator.client.get(PAGE, params=ASK | wrong)).headers


async def test_services_may_appear_late_and_be_empty_in_three_forms(simulator):
    await simulator.control("PATCH", "authorize", json={"mode": "accept", "prm": LATE})
    number = int(_came_back(await simulator.client.get(PAGE, params=ASK))["autorisation_id"])
    answers = [await _fetch_services(simulator, autorisationId=number) for _ in range(3)]
    assert [answer["nbTotalServices"] for answer in answers] == [0, 0, 5]
    forms = [(await _fetch_services(simulator, autorisationId=10)).get("serviceSouscrit", "absent") for _ in range(3)]
    assert len(forms) == 3
    assert all(form in forms for form in ["absent", None, list[str]()])


async def test_one_holder_may_share_several_meters(simulator):
    rows = (await _fetch_services(simulator, pointId="30001000000010"))["serviceSouscrit"]
    (number,) = {row["autorisation"]["autorisationId"] for row in rows}
    both = (await _fetch_services(simulator, autorisationId=number))["serviceSouscrit"]
    assert {row["pointId"] for row in both} == {"30001000000004", "30001000000010"}
    assert {row["injection"] for row in both if row["pointId"] == "30001000000004"} == {True}


async def test_services_tell_whether_the_curve_is_collected_and_the_state(simulator):
    rows = (await _fetch_services(simulator, pointId="30001000000007"))["serviceSouscrit"]
    assert "CDC" not in {row["mesuresTypeCode"] for row in rows}
    assert (await _fetch_services(simulator, pointId="30001000000009"))["nbTotalServices"] == 0
    ended = await _fetch_services(simulator, pointId="30001000000009", etatCode=["TERMINE"])
    assert {row["etatCode"] for row in ended["serviceSouscrit"]} == {"TERMINE"}
    only_count = await _fetch_services(simulator, pointId=SHARED, comptage=True)
    assert only_count == {"nbTotalServices": 5, "serviceSouscrit": None}


async def test_a_consent_ends_on_its_day(simulator):
    await simulator.control("POST", "consents", json={"prm": NEW, "shared": True, "until": "2026-11-24"})
    ask = (NEW, "2026-11-20", "2026-11-22")
    assert (await simulator.measures("consommation_quotidienne", *ask)).status_code == 200
    await simulator.set_clock("2026-11-24T00:00:00+01:00")
    assert (await simulator.measures("consommation_quotidienne", *ask)).json()["error"] == "ADAM-DC-0008"


async def test_the_question_about_services_is_strict(simulator):
    headers = await simulator.enedis_token()
    for body, status in (
        ({"autorisationId": 11}, 500),
        ({"comptage": False}, 400),
        ({"comptage": False, "autorisationId": "11"}, 500),
        ({"comptage": False, "autorisationId": 11, "prm": SHARED}, 500),
        ({"comptage": False, "autorisationId": 2**63}, 500),
        ({"comptage": False, "autorisationId": 11, "etatCode": ["VIVANT"]}, 500),
    ):
        answer = await simulator.client.post("/subscribed_services/v1/", json=body, headers=headers)
        assert answer.status_code == status, body
    text = headers | {"Content-Type": "text/plain"}
    content = b'{"comptage": false, "autorisationId": 11}'
    assert (await simulator.client.post("/subscribed_services/v1", content=content, headers=text)).status_code == 500
    assert (await simulator.client.get("/subscribed_services/v1", headers=headers)).status_code == 500
    assert (await simulator.client.post("/subscribed_services/v1", json={})).status_code == 401


@pytest.mark.parametrize("number", [9, 10, 99, 0, -1, 2**63 - 1])
async def test_a_number_that_is_nobodys_has_no_services(simulator, number):
    assert (await _fetch_services(simulator, autorisationId=number))["nbTotalServices"] == 0


async def test_services_are_of_the_type_asked_for(simulator):
    kinds = ("ACCES", ["ACCES"], ["ACCES", "AUTRE"], ["AUTRE"], "XACCESX")
    found = [await _fetch_services(simulator, pointId=SHARED, serviceType=kind) for kind in kinds]
    assert [answer["nbTotalServices"] for answer in found] == [5, 5, 5, 0, 0]


async def test_a_share_that_begins_later_is_asked_for_only(simulator):
    dates = {"since": "2026-12-01", "until": "2027-12-01"}
    await simulator.control("POST", "consents", json={"prm": NEW, "shared": True} | dates)
    for now, state in (("2026-11-30", "DEMANDE"), ("2026-12-01", "ACTIF"), ("2027-12-01", "TERMINE")):
        await simulator.set_clock(f"{now}T12:00:00+01:00")
        rows = (await _fetch_services(simulator, pointId=NEW, etatCode=["DEMANDE", "ACTIF", "TERMINE"]))[
            "serviceSouscrit"
        ]
        assert {row["etatCode"] for row in rows} == {state}


async def test_a_service_keeps_its_own_id_and_tells_the_curves_step(simulator):
    points = ("30001000000004", "30001000000010", "30001000000013")
    answers = [(await _fetch_services(simulator, pointId=point))["serviceSouscrit"] for point in points]
    rows = [row for answer in answers for row in answer]
    assert len({row["id"] for row in rows}) == len(rows)
    both = (await _fetch_services(simulator, autorisationId=1_000_000_004))["serviceSouscrit"]
    assert {row["id"] for row in both} == {row["id"] for answer in answers[:2] for row in answer}
    steps = {row["pointId"]: row["mesuresPas"] for row in rows if row["mesuresTypeCode"] == "CDC"}
    assert steps == dict(zip(points, ("PT30M", "PT30M", "PT10M"), strict=True))


async def test_services_have_the_recorded_shape(simulator, read_sample):
    theirs = read_sample("enedis_2026_sandbox/subscribed-services-11.json")
    ours = await _fetch_services(simulator, autorisationId=1_000_000_001)
    assert list(ours) == list(theirs)
    assert [list(row) for row in ours["serviceSouscrit"]] == [list(row) for row in theirs["serviceSouscrit"]]
    kinds = [
        {(row["mesuresTypeCode"], row["mesuresPas"]) for row in each["serviceSouscrit"]} for each in (ours, theirs)
    ]
    assert kinds[0] == kinds[1]
