"""What older clients are told when there are no readings: in the order, the form and the words that they know."""

import json
from datetime import timedelta

import httpx2
import pytest

from gateway.usage_points.models import PointStatus, UsagePoint
from gateway.usage_points.refusals import Refusals
from gateway.usage_points.repository import save_refusals
from gateway.usage_points.service import end_access
from tests.server.conftest import NOW, SetClock, Simulator
from tests.server.legacy_clients.conftest import METER, OWNER, Household

DAYS = {"start": "2026-10-20", "end": "2026-10-22"}
BEFORE_ACTIVATION = "The requested period cannot be anterior to the meter's last activation date"
HISTORY_LIMIT = "The start date must be greater than the history deadline."
NOTHING = "no measure found for this usage point"


async def test_conso_api_checks_in_its_order_and_words(household: Household) -> None:
    http, address = household.gateway.http, "/api/daily_consumption"
    assert (await http.options(address)).status_code == 200
    refused = await http.post(address)
    assert (refused.status_code, refused.json()) == (
        405,
        {"status": 405, "message": "Seule la méthode GET est autorisée"},
    )
    for wrong in (
        {},
        {"prm": "123", **DAYS},
        {"prm": METER, **DAYS, "end": "never"},
        {"prm": METER, **DAYS, "end": DAYS["start"]},
    ):
        refused = await http.get(address, params=wrong)
        assert (refused.status_code, refused.json()["message"]) == (400, "Paramètres invalides"), wrong
        assert refused.json()["error"]["name"] == "ZodError"
    good = {"prm": METER, **DAYS}
    for header in ({}, {"Authorization": household.token["token"]}):
        refused = await http.get(address, params=good, headers=header)
        assert (refused.status_code, refused.json()["message"]) == (
            400,
            "Le header 'Authorization' est manquant ou invalide",
        )
    refused = await http.get(address, params=good, headers={"Authorization": "Bearer eyJ.e30.x"})
    assert (refused.status_code, refused.json()["status"]) == (401, 401)
    # a proxy that has the gateway at /api takes that off
    header = {"Authorization": f"Bearer {household.token['token']}"}
    assert (await http.get("/daily_consumption", params=good, headers=header)).status_code == 200
    refused = await household.ask_conso("puissance_conso_max_quotidienne", **good, mesuresPas="P1M")
    assert refused.json()["message"] == "Paramètres invalides"


@pytest.mark.parametrize(
    ("meter", "start", "words"),
    [
        ("30001000000008", "2026-09-01", BEFORE_ACTIVATION),  # just installed
        (METER, "2020-01-01", HISTORY_LIMIT),
        ("30001000000007", "2026-10-20", NOTHING),  # its curve is not collected
    ],
)
async def test_the_reason_has_the_words_that_clients_compare(
    household: Household, meter: str, start: str, words: str
) -> None:
    point = await household.gateway.add_meter(meter, OWNER)
    end = str((NOW.fromisoformat(start) + timedelta(days=2)).date())
    own = await household.browser.get(f"/v1/usage-points/{point}/load-curve", params={"start": start, "end": end})
    assert own.json()["readings"] == []
    refused = await household.ask_conso("consumption_load_curve", prm=meter, start=start, end=end)
    assert refused.json()["message"] == "The Enedis API returned an error"
    assert refused.json()["error"]["error_description"] == words
    assert refused.status_code == (404 if words == NOTHING else 400)
    med = await household.ask_med(f"/consumption_load_curve/{meter}/start/{start}/end/{end}")
    assert med.status_code == 404, "one client gives up for a 400"
    assert json.loads(med.json()["detail"])["error_description"] == words


async def test_days_that_are_still_to_be_fetched_are_no_complete_answer(
    household: Household, simulator: Simulator
) -> None:
    known = f"/consumption_load_curve/{METER}/start/2026-03-28/end/2026-03-30"
    assert (await household.ask_med(known)).status_code == 200
    simulator.order("POST", "faults", api="mesure_synchrone_auto", status=500)
    longer = known.replace("03-30", "04-02")
    refused = await household.ask_med(longer)
    assert (refused.status_code, json.loads(refused.json()["detail"])["error"]) == (503, "technical_error")
    assert int(refused.headers["retry-after"]) > 0
    conso = await household.ask_conso("consumption_load_curve", prm=METER, start="2026-03-28", end="2026-04-02")
    assert (conso.status_code, conso.json()["error"]["error"]) == (503, "technical_error")
    assert (await household.ask_med(known)).status_code == 200, "what is known is answered all the same"


@pytest.mark.parametrize("code", ["ADAM-ERR0155", "ADAM-DC-0008"])
async def test_days_that_enedis_refuses_for_now_are_no_complete_answer(
    household: Household, simulator: Simulator, code: str
) -> None:
    known = f"/consumption_load_curve/{METER}/start/2026-03-28/end/2026-03-30"
    assert (await household.ask_med(known)).status_code == 200
    body = json.dumps({"error": code, "error_description": "refused"})
    simulator.order("POST", "faults", api="mesure_synchrone_auto", status=403, body=body)
    refused = await household.ask_med(known.replace("03-30", "04-02"))
    assert (refused.status_code, json.loads(refused.json()["detail"])["error"]) == (503, "technical_error")
    assert int(refused.headers["retry-after"]) > 0
    assert (await household.ask_med(known)).status_code == 200, "what is known is answered all the same"


async def refuse_meter(household: Household, simulator: Simulator) -> httpx2.Response:
    """Let Enedis refuse the meter when a client asks for days that are not known."""
    body = json.dumps({"error": "ADAM-ERR0155", "error_description": "refused"})
    simulator.order("POST", "faults", api="mesure_synchrone_auto", status=403, body=body)
    return await household.ask_med(f"/consumption_load_curve/{METER}/start/2026-04-01/end/2026-04-03")


async def test_a_refused_meter_without_any_readings_is_not_an_empty_range(
    household: Household, simulator: Simulator
) -> None:
    assert (await refuse_meter(household, simulator)).status_code == 503


async def test_days_that_were_not_expected_yet_are_left_out_while_a_meter_is_refused(
    household: Household, simulator: Simulator
) -> None:
    newest = f"/consumption_load_curve/{METER}/start/2026-11-01/end/2026-11-05"
    known = (await household.ask_med(newest)).json()
    await refuse_meter(household, simulator)
    assert (await household.ask_med(newest)).json() == known


async def test_a_meter_that_stays_refused_does_not_withhold_what_is_known(
    household: Household, simulator: Simulator
) -> None:
    known = f"/consumption_load_curve/{METER}/start/2026-03-28/end/2026-03-30"
    before = (await household.ask_med(known)).json()["meter_reading"]["interval_reading"]
    await refuse_meter(household, simulator)
    async with household.gateway.runtime.database.write() as session:
        point = await session.get_one(UsagePoint, household.point)
        refusals = Refusals.of(point)
        assert refusals.meter
        refusals.meter.times = 3
        await save_refusals(session, point.id, refusals)
    longer = await household.ask_med(known.replace("03-30", "04-02"))
    assert longer.status_code == 200
    assert longer.json()["meter_reading"]["interval_reading"] == before


async def test_what_is_known_is_answered_after_the_consent_has_ended(household: Household) -> None:
    known = f"/daily_consumption/{METER}/start/2026-10-20/end/2026-10-22"
    before = (await household.ask_med(known)).json()
    async with household.gateway.runtime.database.write() as session:
        point = await session.get(UsagePoint, household.point)
        assert point is not None
        end_access(point, PointStatus.ENDED, household.gateway.runtime.clock.now())
    assert (await household.ask_med(known)).json() == before
    assert (await household.ask_med(f"/valid_access/{METER}")).json()["valid"] is False
    older = {"prm": METER, "start": "2025-01-10", "end": "2025-01-12"}
    conso = await household.ask_conso("consumption_load_curve", **older)
    assert (conso.status_code, conso.json()["error"]["error"]) == (403, "ADAM-DC-0008")
    med = await household.ask_med(f"/consumption_load_curve/{METER}/start/2025-01-10/end/2025-01-12")
    assert (med.status_code, med.json()) == (
        403,
        {"detail": "No consent can be found for this customer and this usage point."},
    )


async def test_yesterday_that_is_not_published_is_left_out(
    household: Household, clock: SetClock, simulator: Simulator
) -> None:
    early = NOW.replace(hour=5)
    simulator.set_clock(early + timedelta(days=1))
    clock.set(early + timedelta(days=1))
    found = await household.ask_med(f"/daily_consumption/{METER}/start/2026-11-01/end/2026-11-06")
    assert found.status_code == 200
    assert [one["date"] for one in found.json()["meter_reading"]["interval_reading"]] == ["2026-11-01", "2026-11-02"]


async def test_a_wrong_day_or_number_is_an_error_in_their_form(household: Household) -> None:
    for path in (
        f"/daily_consumption/{METER}/start/2026-13-01/end/2026-10-21",
        f"/daily_consumption/{METER}/start/2026-10-21/end/2026-10-21",
        "/valid_access/12345",
        f"/unheard_of/{METER}/start/2026-10-20/end/2026-10-21",
    ):
        refused = await household.ask_med(path)
        assert refused.status_code == 400, path
        assert set(refused.json()) == {"detail"}
        assert METER not in refused.text
