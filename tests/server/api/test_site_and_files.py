"""What a front end asks besides figures: the site, the order of meters, files to take away."""

import csv
import io
from typing import Any

import pytest

from gateway.settings import Settings
from tests.server.conftest import Gateway, SetClock, run_gateway, wait_until


async def test_the_site_tells_what_a_page_must_know(settings: Settings, clock: SetClock) -> None:
    given = settings.model_copy(
        update={"site_name": "Notre quartier", "site_operator": "Asso", "site_contact": "asso@example.org"}
    )
    async with run_gateway(given, clock) as gateway:
        found = (await gateway.http.get("/v1/site")).json()
    assert (found["name"], found["operator"]) == ("Notre quartier", {"name": "Asso", "contact": "asso@example.org"})
    assert found["captcha"] == {"site_key": None, "required": False}
    assert (found["email_verification"], found["mail"], found["environment"]) == (False, False, "simulator")
    assert found["languages"] == ["fr", "en"]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SITE_CONTACT", "javascript:alert(1)", "SITE_CONTACT must be an e-mail address"),
        ("SITE_CONTACT", "somebody", "SITE_CONTACT must be an e-mail address"),
        ("TURNSTILE_SITE_KEY", "a; script-src *", "TURNSTILE_SITE_KEY has letters"),
        ("TURNSTILE_SITE_KEY", "0x4AAA", "TURNSTILE_SITE_KEY needs TURNSTILE_SECRET_KEY"),
    ],
)
def test_a_setting_of_the_site_that_cannot_be_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv("SECRET_KEY", "a" * 40)
    monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match=words):
        Settings()


async def test_today_is_for_everybody(gateway: Gateway) -> None:
    async def find_colors() -> Any:
        found = (await gateway.http.get("/v1/today")).json()
        return found if found["tempo"]["today"]["color"] != "unknown" and found["ecowatt"]["now"] else None

    found = await wait_until(find_colors)
    assert found["tempo"]["today"]["date"] == "2026-11-03"
    assert found["tempo"]["period"]["key"].endswith("_hp")
    assert found["ecowatt"]["now"]["level"] in {0, 1, 2, 3}


async def test_meters_come_in_the_order_that_was_chosen_and_say_if_they_are_hidden(gateway: Gateway) -> None:
    who = await gateway.sign_in()
    first, second = [await gateway.add_meter(f"3000100000000{number}") for number in (1, 2)]
    changed = await gateway.http.patch(f"/v1/usage-points/{first}", headers=who, json={"position": 2, "hidden": True})
    assert (changed.json()["position"], changed.json()["hidden"]) == (2, True)
    listed = (await gateway.get("/v1/usage-points", who))["items"]
    assert [(one["id"], one["hidden"]) for one in listed] == [(second, False), (first, True)]
    answer = await gateway.http.patch(f"/v1/usage-points/{first}", headers=who, json={"position": -1})
    assert answer.status_code == 422


async def test_hours_and_readings_come_as_a_spreadsheet_of_the_readers_language(gateway: Gateway) -> None:
    who = await gateway.sign_in()
    point = await gateway.add_meter("30001000000001")
    await gateway.at_rest(who, point)
    path = f"/v1/usage-points/{point}"
    hours = await gateway.get(f"{path}/hours", who)
    english = await gateway.http.get(f"{path}/export.csv", headers=who)
    assert english.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="myelectricaldata-hours-2026-11-03.csv"' in english.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(english.text.removeprefix("\ufeff"))))
    assert len(rows) == len(hours["start"])
    for key, column in (("consumption", "consumption_wh"), ("cost", "cost_eur"), ("subscription", "subscription_eur")):
        assert sum(float(row[column]) for row in rows) == pytest.approx(hours["sum"][key][-1], abs=0.01)
    twice = [row["utc_offset"] for row in rows if row["start"] == "2026-10-25 02:00"]
    assert twice == ["+02:00", "+01:00"]
    query = {"form": "fr", "start": "2026-10-20", "end": "2026-10-21"}
    french = await gateway.http.get(f"{path}/export.csv", headers=who, params=query)
    lines = list(csv.DictReader(io.StringIO(french.text.removeprefix("\ufeff")), delimiter=";"))
    assert len(lines) == 24
    assert lines[0]["début"] == "2026-10-20 00:00"
    assert "," in lines[0]["coût (€)"]
    assert "." not in lines[0]["consommation (Wh)"]
    query = {"table": "load_curve", "start": "2026-10-25", "end": "2026-10-26"}
    curve = await gateway.http.get(f"{path}/export.csv", headers=who, params=query)
    readings = list(csv.DictReader(io.StringIO(curve.text.removeprefix("\ufeff"))))
    assert len(readings) == 50
    assert {row["direction"] for row in readings} == {"consumption"}
    daily = await gateway.http.get(f"{path}/export.csv", headers=who, params=query | {"table": "daily"})
    assert daily.text.splitlines()[0].removeprefix("\ufeff") == "direction,date,wh,quality"
    other = await gateway.sign_in("other@example.org")
    assert (await gateway.http.get(f"{path}/export.csv", headers=other)).status_code == 404


async def test_the_calls_of_past_days_are_shown(gateway: Gateway, clock: SetClock) -> None:
    who = await gateway.sign_in()
    point = await gateway.add_meter("30001000000001")
    await gateway.at_rest(who, point)
    await gateway.wait_for_history_pause()
    used = (await gateway.get("/v1/quota", who))["enedis"]["used"]
    assert used > 0
    days = (await gateway.get("/v1/quota/days", who))["items"]
    assert (len(days), days[-1]) == (31, {"date": "2026-11-03", "used": used})
