"""What older clients are answered, compared with the gateway's own API."""

import threading
from datetime import date, datetime, timedelta
from itertools import product
from typing import Any
from urllib.parse import parse_qsl

import pytest
from fastapi.responses import JSONResponse

from gateway.settings import Settings
from tests.server.accounts.conftest import sign_up_and_log_in
from tests.server.conftest import SetClock, Simulator, run_gateway, wait_until
from tests.server.legacy_clients.conftest import METER, ODD_DAYS, OWNER, PARIS, Household

DIRECTIONS = ("consumption", "production")


def write_as_enedis(curve: dict[str, Any]) -> list[tuple[str, str, str]]:
    """The intervals of the gateway's own answer, as Enedis writes them: their end in Paris, minutes, watts."""
    written = []
    for reading in curve["readings"]:
        end = datetime.fromisoformat(reading["start"]) + timedelta(minutes=reading["minutes"])
        stamp = end.astimezone(PARIS).strftime("%Y-%m-%d %H:%M:%S")
        written.append((stamp, f"PT{reading['minutes']}M", str(reading["watts"])))
    return written


def list_calls(simulator: Simulator, measure: str, start: date, end: date) -> list[dict[str, str]]:
    """The calls for any day of a range; the gateway's jobs ask for other days meanwhile."""
    asked = [dict(parse_qsl(call["query"])) for call in simulator.calls(measure)]
    return [call for call in asked if call["dateDebut"] < str(end) and call["dateFin"] > str(start)]


@pytest.mark.parametrize(("season", "direction"), list(product(ODD_DAYS, DIRECTIONS)))
async def test_a_load_curve_is_the_gateway_s_own_watt_by_watt(
    household: Household, simulator: Simulator, season: str, direction: str
) -> None:
    start, end = ODD_DAYS[season]
    own = write_as_enedis(await household.get_own("load-curve", start, end, direction))
    assert len(own) == {"autumn": 48 + 50 + 48, "spring": 48 + 46 + 48}[season]
    name = {"consumption": "courbe_de_charge_consommation", "production": "courbe_de_charge_production"}[direction]
    assert list_calls(simulator, name, start, end), "the gateway's own answer came from nowhere"
    simulator.forget_calls()

    med = (await household.ask_med(f"/{direction}_load_curve/{METER}/start/{start}/end/{end}")).json()["meter_reading"]
    assert [(one["date"], one["interval_length"], one["value"]) for one in med["interval_reading"]] == own
    assert (med["usage_point_id"], med["start"], med["end"]) == (METER, str(start), str(end))
    assert med["reading_type"]["unit"] == "W"

    older = await household.ask_conso(f"{direction}_load_curve", prm=METER, start=str(start), end=str(end))
    assert older.json() == med

    newer = (await household.ask_conso(name, pointId=METER, dateDebut=str(start), dateFin=str(end))).json()
    (series,) = newer["grandeur"]
    assert [(one["d"], one["p"], one["v"]) for one in series["points"]] == own
    assert newer["periode"] == {"dateDebut": str(start), "dateFin": str(end)}
    assert (series["grandeurMetier"], series["unite"]) == (direction[:4].upper(), "W")
    assert not list_calls(simulator, name, start, end), "days that are known were asked of Enedis again"


async def test_readings_are_encoded_beside_the_event_loop(
    household: Household, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A curve of years takes longer than other requests may wait."""
    on_event_loop, render = [], JSONResponse.render

    def note_thread(response: JSONResponse, content: Any) -> bytes:
        on_event_loop.append(threading.current_thread() is event_loop)
        return render(response, content)

    event_loop = threading.current_thread()
    monkeypatch.setattr(JSONResponse, "render", note_thread)
    start, end = ODD_DAYS["spring"]
    path = f"/consumption_load_curve/{METER}/start/{start}/end/{end}"
    assert (await household.ask_med(path)).status_code == 200
    days = {"prm": METER, "start": str(start), "end": str(end)}
    assert (await household.ask_conso("consumption_load_curve", **days)).status_code == 200
    assert on_event_loop == [False, False]


@pytest.mark.parametrize("direction", DIRECTIONS)
async def test_daily_values_are_the_gateway_s_own(household: Household, direction: str) -> None:
    start, end = date(2026, 10, 20), date(2026, 11, 3)
    own = [
        (one["date"], str(one["wh"])) for one in (await household.get_own("daily", start, end, direction))["readings"]
    ]
    assert len(own) == 14
    med = (await household.ask_med(f"/daily_{direction}/{METER}/start/{start}/end/{end}")).json()["meter_reading"]
    assert [(one["date"], one["value"]) for one in med["interval_reading"]] == own
    older = await household.ask_conso(f"daily_{direction}", prm=METER, start=str(start), end=str(end))
    assert older.json() == med
    name = {"consumption": "consommation_quotidienne", "production": "production_quotidienne"}[direction]
    newer = (await household.ask_conso(name, prm=METER, start=str(start), end=str(end))).json()
    assert [(one["d"], one["v"]) for one in newer["grandeur"][0]["points"]] == own


async def test_maximum_power_and_index_are_the_gateway_s_own(household: Household) -> None:
    start, end = date(2026, 10, 20), date(2026, 10, 27)
    peaks = (await household.get_own("max-power", start, end))["readings"]
    own = [
        (datetime.fromisoformat(one["at"]).astimezone(PARIS).strftime("%Y-%m-%d %H:%M:%S"), str(one["va"]))
        for one in peaks
    ]
    path = f"/daily_consumption_max_power/{METER}/start/{start}/end/{end}"
    med = (await household.ask_med(path)).json()["meter_reading"]
    assert [(one["date"], one["value"]) for one in med["interval_reading"]] == own
    days = {"prm": METER, "start": str(start), "end": str(end)}
    assert (await household.ask_conso("consumption_max_power", **days)).json() == med
    newer = (await household.ask_conso("puissance_conso_max_quotidienne", **days, mesuresPas="P1D")).json()
    assert [(one["d"], one["v"]) for one in newer["grandeur"][0]["points"]] == own

    index = (await household.get_own("index", start, end))["readings"]
    (context,) = (await household.ask_conso("index_consommation", **days)).json()["contexte"]
    (series,) = context["grandeur"]
    (calendar,) = series["calendrier"]
    assert {one["idClasseTemporelle"] for one in calendar["classeTemporelle"]} == {"HP", "HC"}
    totals = [(one["d"], one["v"]) for one in series["cadranTotalisateur"]["valeur"]]
    assert totals == [(one["date"], one["registers"]["total"]) for one in index]


async def test_contract_address_and_access(household: Household) -> None:
    contracts = (await household.ask_med(f"/contracts/{METER}/cache")).json()["customer"]
    (point,) = contracts["usage_points"]
    assert point["usage_point"]["usage_point_id"] == METER
    terms = point["contracts"]
    assert (terms["segment"], terms["subscribed_power"]) == ("C5", "9 kVA")
    assert terms["offpeak_hours"] == "HC (22H30-6H30)"
    assert datetime.strptime(terms["last_activation_date"], "%Y-%m-%d%z").date() == date(2017, 3, 14)
    addresses = (await household.ask_med(f"/addresses/{METER}/")).json()["customer"]
    place = addresses["usage_points"][0]["usage_point"]["usage_point_addresses"]
    assert len(place["postal_code"]) == 5
    assert not place["city"][0].isdigit()
    access = (await household.ask_med(f"/valid_access/{METER}")).json()
    assert (access["valid"], access["quota_limit"], access["quota_reached"]) == (True, 1000, False)
    assert access["quota_reset_at"] == "2026-11-04T00:00:00.000000"
    for path in ("identity", "contact"):
        assert (await household.ask_med(f"/{path}/{METER}")).status_code == 404


async def test_each_address_is_served_with_and_without_a_slash(household: Household) -> None:
    for path in (
        f"/daily_consumption/{METER}/start/2026-10-20/end/2026-10-21",
        f"/daily_consumption/{METER}/start/2026-10-20/end/2026-10-21/cache",
        f"/valid_access/{METER}",
        f"/valid_access/{METER}/cache",
        f"/contracts/{METER}",
    ):
        answers = [await household.ask_med(path + end) for end in ("", "/")]
        assert [answer.status_code for answer in answers] == [200, 200], path
    header = {"Authorization": household.token["token"]}
    for path in (f"/cache/{METER}", f"/daily_consumption/{METER}/start/2026-10-20/end/2026-10-21/cache/"):
        assert (await household.gateway.http.delete(path, headers=header)).status_code == 200, path
        assert (await household.gateway.http.delete(path)).status_code == 401, path
    assert (await household.get_own("daily", date(2026, 10, 20), date(2026, 10, 21)))["readings"], "nothing was deleted"


async def test_tempo_and_ecowatt_are_for_anybody(household: Household) -> None:
    async def get(path: str) -> Any:
        return (await household.gateway.http.get(path)).raise_for_status().json()

    async def find_own() -> tuple[Any, Any] | None:
        days = {"start": "2026-10-01", "end": "2026-11-07"}
        tempo = (await household.browser.get("/v1/tempo/days", params=days)).json()["days"]
        ecowatt = (await household.browser.get("/v1/ecowatt")).json()["days"]
        return (tempo, ecowatt) if ecowatt and all(one["confirmed"] for one in tempo[:30]) else None

    own_tempo, own_ecowatt = await wait_until(find_own)
    tempo = await get("/rte/tempo/2024-01-01/2026-11-20")
    certain = {one["date"]: one["color"].upper() for one in own_tempo if one["confirmed"]}
    assert certain.items() <= tempo.items()
    assert max(tempo) <= "2026-11-06", "the day after the third to come is a Sunday, which is blue by rule"
    assert set(await get("/edf/tempo/days/")) == {"blue", "white", "red"}
    prices = await get("/edf/tempo/price")
    assert prices["red_hp"] > prices["white_hp"] > prices["blue_hp"] > prices["blue_hc"] > 0
    older = await get("/rte/ecowatt/2026-10-01/2026-11-20")
    for day in own_ecowatt:
        before = str(date.fromisoformat(day["date"]) - timedelta(days=1))
        assert older[before]["value"] == day["worst"]
        assert all(stamp.startswith(day["date"]) for stamp in older[before]["detail"])


async def test_answers_are_counted_like_any_other(
    legacy_settings: Settings, clock: SetClock, simulator: Simulator
) -> None:
    few = legacy_settings.model_copy(update={"user_daily_limit_with_cache": 2})
    async with run_gateway(few, clock) as gateway:
        browser = await sign_up_and_log_in(gateway, OWNER)
        point = await gateway.add_meter(METER, OWNER)
        token = (await browser.post("/v1/reading-tokens", json={"name": "linky", "kind": "legacy"})).json()
        household = Household(gateway, browser, point, token)
        path = f"/daily_consumption/{METER}/start/2026-10-20/end/2026-10-21"
        for _ in range(2):
            assert (await household.ask_med(path)).status_code == 200
        refused = await household.ask_med(path)
        assert refused.status_code == 429
        assert refused.json()["code"] == "900804"
        assert refused.json()["message"] == "Message throttled out"
        assert refused.json()["nextAccessTime"] == "2026-Nov-03 23:00:00+0000 UTC"
        conso = await household.ask_conso("daily_consumption", prm=METER, start="2026-10-20", end="2026-10-21")
        assert (conso.status_code, conso.json()["error"]) == (429, refused.json())
        access = (await household.ask_med(f"/valid_access/{METER}")).json()
        assert (access["call_number"], access["quota_limit"], access["quota_reached"]) == (2, 2, True)
