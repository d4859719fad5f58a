"""Billing over HTTP: what a person changes, is told, and asks."""

import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.tariffs.options import Option
from gateway.tariffs.repository import replace_offers
from gateway.tariffs.tariff import Tariff
from tests.server.conftest import NOW, Gateway, SetClock, Simulator, wait_until

OFFERS = Path(__file__).parents[3] / "docs" / "offers" / "week-end.json"
BASE, WATER_HEATER = "30001000000001", "30001000000002"
HP_HC = Tariff(option=Option.HP_HC, power_kva=9)


async def change_point(gateway: Gateway, who: dict[str, str], point: str, **choices: Any) -> Any:
    answer = await gateway.http.patch(f"/v1/usage-points/{point}", headers=who, json=choices)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def fetch_hours(gateway: Gateway, who: dict[str, str], point: str, **query: str) -> Any:
    async def find_published() -> Any:
        answer = await gateway.get(f"/v1/usage-points/{point}/hours", who, **query)
        return answer if answer["from"] else None

    return await wait_until(find_published)


async def off_peak_told(gateway: Gateway, who: dict[str, str], point: str, source: str = "enedis") -> Any:
    async def find_notices() -> Any:
        seen = await gateway.get(f"/v1/usage-points/{point}", who)
        return seen if [period["source"] for period in seen["off_peak"]] == [source] else None

    return await wait_until(find_notices)


async def test_enedis_hours_count_until_the_user_has_others_and_again_afterwards(
    gateway: Gateway, simulator: Simulator
) -> None:
    who = await gateway.sign_in()
    point = await gateway.add_meter(WATER_HEATER, tariff=HP_HC)
    seen = await off_peak_told(gateway, who, point)
    assert seen["off_peak"][0]["slots"] == [["22:30", "06:30"]]
    first = await fetch_hours(gateway, who, point)
    assert first["sum"]["consumption_hc"][-1] > 0
    seen = await change_point(gateway, who, point, off_peak=[{"slots": [["12:00", "14:00"]]}], name="Chez nous")
    assert (seen["name"], seen["off_peak"][0]["source"]) == ("Chez nous", "user")
    changed = await fetch_hours(gateway, who, point, cursor=first["cursor"])
    assert changed["sum"]["consumption_hc"][-1] < first["sum"]["consumption_hc"][-1]
    seen = await change_point(gateway, who, point, off_peak=None)
    assert (seen["name"], seen["off_peak"][0]["source"]) == ("Chez nous", "enedis")
    again = await fetch_hours(gateway, who, point, cursor=changed["cursor"])
    assert again["sum"] == first["sum"]


async def test_a_custom_offer_has_its_own_series(gateway: Gateway, simulator: Simulator) -> None:
    who = await gateway.sign_in()
    point = await gateway.add_meter(BASE)
    offer = {
        "option": "custom",
        "power_kva": 6,
        "prices": [
            {"bucket": "lunch", "eur_per_kwh": 0.1, "slots": [["12:00", "14:00"]]},
            {"bucket": "rest", "eur_per_kwh": 0.25},
        ],
        "subscription_eur_per_month": 12.5,
    }
    seen = await change_point(gateway, who, point, tariff=offer)
    assert seen["tariffs"][0]["prices"][0]["eur_per_kwh"] == 0.1
    assert seen["tariffs"][0]["subscription_eur_per_month"] == 12.5
    answer = await fetch_hours(gateway, who, point)
    last = {key: sums[-1] for key, sums in answer["sum"].items()}
    assert last["consumption_lunch"] + last["consumption_rest"] == pytest.approx(last["consumption"])
    assert last["cost"] == pytest.approx(last["consumption_lunch"] * 0.0001 + last["consumption_rest"] * 0.00025)
    assert not any("base" in key for key in last)
    found = await gateway.get(f"/v1/usage-points/{point}/totals", who)
    assert set(found["day"]["last"]["consumption"]["by_bucket"]) == {"lunch", "rest"}


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({"tariff": {"option": "hp_hc", "power_kva": 3}}, "is sold with 6, 9"),
        ({"tariff": {"option": "custom", "power_kva": 6}}, "list its own in `prices`"),
        ({"tariff": {"option": "base", "power_kva": 6, "valid_from": "2026-01-01"}}, "belongs in `tariffs`"),
        ({"tariff": {"option": "base", "power_kva": 6}, "tariffs": []}, "either `tariff`"),
        ({"tariffs": [{"option": "base", "power_kva": 6}] * 2}, "begin on the same day"),
        (
            {"tariff": {"option": "hp_hc", "power_kva": 6, "prices": [{"bucket": "hp", "eur_per_kwh": 0.2}]}},
            "one price for each of hc, hp",
        ),
        (
            {"tariff": {"option": "custom", "power_kva": 6, "prices": [{"bucket": "Nuit d'été", "eur_per_kwh": 0.2}]}},
            "should match pattern",
        ),
        *(
            (
                {"tariff": {"option": "custom", "power_kva": 6, "prices": [{"bucket": reserved, "eur_per_kwh": 0.2}]}},
                "give the bucket another name",
            )
            for reserved in ("unknown", "subscription", "production")
        ),
        (
            {"tariff": {"option": "custom", "power_kva": 6, "prices": [{"bucket": "a", "eur_per_kwh": -1}]}},
            "greater than or equal to 0",
        ),
        ({"off_peak": [{"slots": [["25:00", "06:00"]]}]}, "a time of day is HH:MM"),
        ({"name": "  "}, "at least 1 character"),
        ({"id": "x"}, "Extra inputs"),
        ({"off_peak": "nights"}, "valid list"),
    ],
)
async def test_a_choice_that_cannot_be_is_refused_in_words_and_changes_nothing(
    gateway: Gateway, choices: dict[str, Any], words: str
) -> None:
    who = await gateway.sign_in()
    point = await gateway.add_meter(BASE)
    before = await gateway.get(f"/v1/usage-points/{point}", who)
    answer = await gateway.http.patch(f"/v1/usage-points/{point}", headers=who, json={"name": "Other", **choices})
    assert answer.status_code == 422
    assert words in answer.json()["detail"]
    assert "Nuit" not in answer.text
    after = await gateway.get(f"/v1/usage-points/{point}", who)
    assert (after["name"], after["tariffs"]) == (before["name"], before["tariffs"])


async def test_what_is_said_of_a_price_is_where_it_stands(gateway: Gateway) -> None:
    """Without what `prices` may be instead of a list, and without the names of the code's types."""
    who, point = await gateway.sign_in(), await gateway.add_meter(BASE)
    price = {"bucket": "a", "eur_per_kwh": 0.2, "slots": [["25:00", "06:00"]]}
    tariffs = [{"option": "custom", "power_kva": 6, "prices": [price]}]
    answer = await gateway.http.patch(f"/v1/usage-points/{point}", headers=who, json={"tariffs": tariffs})
    assert answer.json()["detail"] == "body.tariffs.0.prices.0.slots.0.0: a time of day is HH:MM"


async def test_nobody_changes_or_asks_of_anothers_meter(gateway: Gateway) -> None:
    point = await gateway.add_meter(BASE)
    other = await gateway.sign_in("other@example.org")
    answer = await gateway.http.patch(f"/v1/usage-points/{point}", headers=other, json={"name": "Mine"})
    assert answer.status_code == 404
    for path in ("hours", "periods", "totals", "comparison", "index-check"):
        answer = await gateway.http.get(f"/v1/usage-points/{point}/{path}", headers=other)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_hours_are_compressed_for_whoever_can_and_come_in_pages(gateway: Gateway, simulator: Simulator) -> None:
    who = await gateway.sign_in()
    point = await gateway.add_meter(BASE)
    whole = await fetch_hours(gateway, who, point)
    path = f"/v1/usage-points/{point}/hours"
    async with gateway.http.stream("GET", path, headers=who | {"Accept-Encoding": "gzip"}) as answer:
        packed = b"".join([part async for part in answer.aiter_raw()])
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed).startswith(b'{"epoch"')
    plain = await gateway.http.get(path, headers=who | {"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert plain.json() == whole | {"next_change": plain.json()["next_change"]}
    cursor, starts, sums = "", [], []
    while True:
        page = await gateway.get(path, who, cursor=cursor, limit="500")
        starts += page["start"]
        sums += page["sum"]["consumption"]
        cursor = page["cursor"]
        if not page["more"]:
            break
    assert (starts, sums) == (whole["start"], whole["sum"]["consumption"])
    assert cursor == whole["cursor"]


async def test_regulated_prices_of_a_day(gateway: Gateway) -> None:
    who = await gateway.sign_in()
    found = await gateway.get("/v1/tariffs", who, option="tempo", power="9", on="2026-07-31")
    assert found["items"] == [
        {
            "option": "tempo",
            "power_kva": 9,
            "valid_from": "2026-02-01",
            "source": "edf",
            "subscription_from": None,
            "eur_per_kwh": {
                "blue_hp": 0.1612,
                "blue_hc": 0.1325,
                "white_hp": 0.1871,
                "white_hc": 0.1499,
                "red_hp": 0.706,
                "red_hc": 0.1575,
            },
            "subscription_eur_per_month": 19.38,
            "prices_outdated": None,
            "checked_on": "2026-11-29",
            "checked_against": (
                "a public transcript of EDF's price list; Base of 6 and 9 kVA agrees with CRE's open data on a kWh"
            ),
        }
    ]
    today = await gateway.get("/v1/tariffs", who)
    assert {item["option"] for item in today["items"]} == {"base", "hp_hc", "tempo"}
    cre = await gateway.get("/v1/tariffs", who, option="tempo", power="9", on="2025-03-01", source="cre")
    assert [(item["source"], item["valid_from"]) for item in cre["items"]] == [("cre", "2025-02-01")]
    old = {(item["option"], item["power_kva"]) for item in today["items"] if item["prices_outdated"]}
    assert ("base", 15) in old
    assert ("base", 6) not in old
    assert (await gateway.get("/v1/tariffs", who, on="2020-01-01"))["items"] == []
    assert (await gateway.http.get("/v1/tariffs")).status_code == 401


async def test_an_absurd_range_of_periods_is_a_problem(gateway: Gateway) -> None:
    who = await gateway.sign_in()
    point = await gateway.add_meter(BASE)
    path = f"/v1/usage-points/{point}/periods"
    for query, code in (
        ({"start": "2026-11-03", "end": "2026-11-03"}, "invalid_range"),
        ({"start": "2020-01-01", "end": "2026-11-03"}, "range_too_long"),
    ):
        answer = await gateway.http.get(path, headers=who, params=query)
        assert (answer.status_code, answer.json()["code"]) == (400, code)
    answer = await gateway.http.get(path, headers=who)
    again = await gateway.http.get(path, headers=who | {"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


async def test_a_change_told_by_enedis_begins_that_day_and_is_announced(
    gateway: Gateway, simulator: Simulator, clock: SetClock
) -> None:
    who = await gateway.sign_in()
    point = await gateway.add_meter(WATER_HEATER, tariff=HP_HC)
    await off_peak_told(gateway, who, point)
    first = await fetch_hours(gateway, who, point)
    simulator.order("PATCH", f"homes/{WATER_HEATER}", hours_written="HC (2H00-7H00;13H00-16H00)")
    later = NOW + timedelta(days=8)
    simulator.set_clock(later)
    clock.set(later)
    who = await gateway.sign_in()

    async def find_both_periods() -> Any:
        seen = await gateway.get(f"/v1/usage-points/{point}", who)
        return seen if len(seen["off_peak"]) == 2 else None

    seen = await wait_until(find_both_periods)
    old, new = seen["off_peak"]
    assert (old["valid_from"], old["valid_to"]) == (None, "2026-11-11")
    assert (new["valid_from"], new["slots"]) == ("2026-11-11", [["02:00", "07:00"], ["13:00", "16:00"]])
    [notice] = [notice for notice in seen["notices"] if notice["code"] == "off_peak_changes"]
    assert notice["date"] == "2026-11-11"
    found = await fetch_hours(gateway, who, point)
    past = [row for row, start in enumerate(found["start"]) if start in set(first["start"])]
    assert [found["sum"]["cost"][row] for row in past] == first["sum"]["cost"]


async def test_hours_that_cannot_be_read_are_shown_and_asked_of_the_user(
    gateway: Gateway, simulator: Simulator
) -> None:
    simulator.order("PATCH", f"homes/{WATER_HEATER}", hours_written="Selon contrat n°3")
    who = await gateway.sign_in()
    point = await gateway.add_meter(WATER_HEATER, tariff=HP_HC)

    async def find_notices() -> Any:
        seen = await gateway.get(f"/v1/usage-points/{point}", who)
        return [notice for notice in seen["notices"] if notice["code"] == "off_peak_unreadable"]

    [notice] = await wait_until(find_notices)
    assert notice["text"] == "Selon contrat n°3"
    seen = await gateway.get(f"/v1/usage-points/{point}", who)
    assert seen["off_peak"] == []
    answer = await fetch_hours(gateway, who, point)
    assert answer["sum"]["consumption_unknown"] == answer["sum"]["consumption"]
    seen = await change_point(gateway, who, point, off_peak=[{"slots": [["22:30", "06:30"]]}])
    assert not [notice for notice in seen["notices"] if notice["code"] == "off_peak_unreadable"]


async def test_a_change_to_come_is_announced(gateway: Gateway) -> None:
    who = await gateway.sign_in()
    point = await gateway.add_meter(BASE, tariff=HP_HC)
    changes = [
        {"slots": [["22:00", "06:00"]], "valid_to": "2026-12-01"},
        {"slots": [["01:00", "09:00"]], "valid_from": "2026-12-01"},
    ]
    seen = await change_point(gateway, who, point, off_peak=changes)
    [notice] = [notice for notice in seen["notices"] if notice["code"] == "off_peak_changes"]
    assert (notice["date"], notice["since"] <= "2026-11-03") == ("2026-12-01", True)
    seen = await change_point(gateway, who, point, tariff={"option": "base", "power_kva": 15})
    assert "prices_outdated" in {notice["code"] for notice in seen["notices"]}


async def test_off_peak_hours_as_people_write_them(gateway: Gateway) -> None:
    who = await gateway.sign_in()
    read = await gateway.get("/v1/off-peak-hours", who, text="lun-ven 22h30-6h30, week-end 0H00-23H59")
    assert [(sorted(one["weekdays"]), one["slots"], one["source"]) for one in read["periods"]] == [
        ([0, 1, 2, 3, 4], [["22:30", "06:30"]], "user"),
        ([5, 6], [["00:00", "24:00"]], "user"),
    ]
    point = await gateway.add_meter("99999999999991")
    changed = await gateway.http.patch(f"/v1/usage-points/{point}", headers=who, json={"off_peak": read["periods"]})
    assert changed.status_code == 200, "a form can send them back as they are"
    refused = await gateway.http.get("/v1/off-peak-hours", headers=who, params={"text": "la nuit"})
    assert (refused.status_code, refused.json()["code"]) == (422, "off_peak_unreadable")


async def test_an_offer_is_chosen_billed_and_flagged_once_nobody_checked_it(gateway: Gateway, clock: SetClock) -> None:
    who = await gateway.sign_in()
    point = await gateway.add_meter(BASE)
    chosen = {"option": "custom", "offer": "example-week-end", "power_kva": 6}
    refused = await gateway.http.patch(f"/v1/usage-points/{point}", headers=who, json={"tariff": chosen})
    assert (refused.status_code, refused.json()["code"]) == (422, "offer_unknown")
    assert (await gateway.get("/v1/offers", who))["published_at"] is None
    async with gateway.runtime.database.write() as session:
        await replace_offers(session, OFFERS.read_text(), datetime(2026, 12, 1, tzinfo=UTC))
    [offer] = (await gateway.get("/v1/offers", who, power="6"))["items"]
    assert (offer["id"], offer["prices_outdated"], offer["open_to_new"]["6"]) == ("example-week-end", None, True)
    assert (await gateway.get("/v1/offers", who, power="12"))["items"] == []
    seen = await change_point(gateway, who, point, tariff=chosen)
    assert seen["tariffs"][0]["offer"] == "example-week-end", "it stays the offer, whatever its prices become"
    found = await fetch_hours(gateway, who, point)
    assert {"consumption_weekend_hc", "cost_hc", "cost_hp"} <= found["sum"].keys()
    assert found["prices_outdated"] is None
    for path, query in {"periods": {"start": "2027-02-02", "end": "2027-02-03"}, "totals": {}, "hours": {}}.items():
        before = await gateway.get(f"/v1/usage-points/{point}/{path}", who, **query)
        assert (before["prices_outdated"] is not None) == (path == "periods"), path
    clock.set(NOW + timedelta(days=100))
    who = await gateway.sign_in()
    seen = await gateway.get(f"/v1/usage-points/{point}", who)
    [notice] = [notice for notice in seen["notices"] if notice["code"] == "prices_outdated"]
    assert notice["since"] == "2027-01-31T23:00:00Z"
    since_then = {"start": "2027-01-30", "end": "2027-02-03"}
    for path, query in {"periods": since_then, "totals": {}, "series": since_then | {"step": "day"}}.items():
        flagged = await gateway.get(f"/v1/usage-points/{point}/{path}", who, **query)
        assert flagged["prices_outdated"] == "2027-02-01", path
    assert await gateway.get(f"/v1/usage-points/{point}/rates", who) == [], "a planner is given no outdated price"
    [offer] = (await gateway.get("/v1/offers", who))["items"]
    assert (offer["prices_outdated"], offer["open_to_new"]["6"]) == ("2027-02-01", False)
