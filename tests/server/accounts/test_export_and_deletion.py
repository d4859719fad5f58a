"""An owner takes everything away, and leaves nothing behind."""

import csv
import io
import json
import zipfile
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from tests.server.accounts.conftest import EMAIL, api_client, fetch_bearer, log_in, sign_up, sign_up_and_log_in
from tests.server.conftest import NOW, Gateway, SetClock, Simulator

METER = "30001000000001"
OWNED = ("accounts", "api_clients", "sessions", "mail_codes", "outbox", "usage_points", "consents", "days")


async def test_the_export_has_all_there_is_as_json_and_as_csv(gateway: Gateway, simulator: Simulator) -> None:
    browser = await sign_up_and_log_in(gateway)
    client = await api_client(browser)
    token = (await browser.post("/v1/reading-tokens", json={"name": "evcc"})).json()
    point = await gateway.add_meter(METER, EMAIL)
    await browser.post("/v1/consents", json={"prm": METER})
    start, end = date(2026, 10, 20), date(2026, 11, 1)
    older, then = date(2025, 1, 1), date(2025, 1, 8)
    for kind, first, last in (("load-curve", start, end), ("daily", older, then)):
        days = {"start": first.isoformat(), "end": last.isoformat()}
        assert (await browser.get(f"/v1/usage-points/{point}/{kind}", params=days)).status_code == 200
    truth = simulator.truth(METER, start, end)

    answer = await browser.get("/v1/accounts/me/export")
    assert answer.headers["content-disposition"] == 'attachment; filename="myelectricaldata-2026-11-03.json"'
    found = json.loads(answer.text)
    assert found["account"][0]["email"] == EMAIL
    assert [one["client_id"] for one in found["api_clients"]] == [client[0]]
    assert client[1] not in answer.text
    (exported,) = found["reading_tokens"]
    assert (exported["id"], exported["name"], exported["kind"]) == (token["id"], "evcc", "reading")
    assert token["token"] not in answer.text
    assert "password" not in answer.text.lower().replace("password_", "")
    assert [(one["id"], one["number"]) for one in found["usage_points"]] == [(point, METER)]
    assert [one["number"] for one in found["consents"]] == [METER]
    assert {"signed_up", "logged_in", "api_client_created"} <= {one["event"] for one in found["events"]}
    curve = {one["start"]: one["watts"] for one in found["load_curve"]}
    for day in truth:
        for reading in day["readings"]:
            assert curve[reading["start"].replace("+00:00", "Z")] == reading["watts"]
    daily = {one["date"]: one["wh"] for one in found["daily"]}
    assert {day["date"]: day["wh"] for day in simulator.truth(METER, older, then)}.items() <= daily.items()

    answer = await browser.get("/v1/accounts/me/export", params={"format": "csv"})
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        tables = {name: list(csv.DictReader(io.StringIO(archive.read(name).decode()))) for name in archive.namelist()}
    # older history goes on filling itself meanwhile
    assert {row["start"]: int(row["watts"]) for row in tables["load_curve.csv"]}.items() >= curve.items()
    assert {row["date"]: int(row["wh"]) for row in tables["daily.csv"]} == daily
    assert tables["usage_points.csv"][0]["number"] == METER


@pytest.mark.parametrize("name", ["=1+1", "-1", "@SUM(A1)", "\ufeff=1", "\u200b=1", "＝1+1"])
async def test_no_text_of_the_csv_is_a_formula(gateway: Gateway, name: str) -> None:
    browser = await sign_up_and_log_in(gateway)
    point = await gateway.add_meter(METER, EMAIL)
    assert (await browser.patch(f"/v1/usage-points/{point}", json={"name": name})).status_code == 200
    answer = await browser.get("/v1/accounts/me/export", params={"format": "csv"})
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        (row,) = csv.DictReader(io.StringIO(archive.read("usage_points.csv").decode()))
    assert row["name"] == f"'{name}"


async def test_years_are_exported_page_by_page(gateway: Gateway, simulator: Simulator) -> None:
    browser = await sign_up_and_log_in(gateway)
    point = await gateway.add_meter(METER, EMAIL)
    days = {"start": "2025-11-03", "end": "2026-11-02"}
    assert (await browser.get(f"/v1/usage-points/{point}/daily", params=days)).status_code == 200
    daily = (await browser.get("/v1/accounts/me/export")).json()["daily"]
    # the days of the last two months are the sums of their curve
    assert len(daily) == len({one["date"] for one in daily}) >= 300
    assert daily == sorted(daily, key=lambda one: one["date"])


async def test_a_deleted_account_leaves_nothing(gateway: Gateway, clock: SetClock) -> None:
    browser = await sign_up_and_log_in(gateway)
    token = await fetch_bearer(gateway, await api_client(browser))
    point = await gateway.add_meter(METER, EMAIL)
    await browser.post("/v1/consents", json={"prm": METER})
    for _ in range(2):
        await browser.get(f"/v1/usage-points/{point}/daily", params={"start": "2026-10-01", "end": "2026-10-08"})
    assert gateway.runtime.kept_responses._kept
    clock.set(NOW + timedelta(minutes=15))
    answer = await browser.delete("/v1/accounts/me")
    assert (answer.status_code, answer.json()["code"]) == (403, "log_in_again")
    await log_in(browser)
    kept = dict(browser.cookies)
    assert (await browser.delete("/v1/accounts/me")).status_code == 204
    assert not gateway.runtime.kept_responses._kept
    for headers in (token, {"Cookie": "; ".join(f"{name}={value}" for name, value in kept.items())}):
        assert (await gateway.http.get("/v1/usage-points", headers=headers)).status_code == 401
    async with gateway.runtime.database.read() as session:
        for table in OWNED:
            count = await session.scalar(text(f"SELECT count(*) FROM {table}"))  # noqa: S608 - names from above
            assert count == 0, table
        events = list(await session.scalars(text("SELECT event FROM audit_events ORDER BY id")))
    assert events[-2:] == ["consent_ended", "account_deleted"]
    assert (await log_in(gateway.new_browser())).status_code == 401
    assert (await sign_up(gateway)).status_code == 201, "the address is free again"
