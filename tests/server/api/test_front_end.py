"""What a front end asks besides figures: the site, who is logged in, sessions, the profile, the order of meters."""

import csv
import io
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from gateway.accounts.browsers import name_browser
from gateway.settings import Settings
from tests.server.accounts.conftest import (
    EMAIL,
    PASSWORD,
    StandIn,
    log_in,
    logged_in,
    mails,
    sign_up,
)
from tests.server.accounts.conftest import mailgun as mailgun
from tests.server.accounts.conftest import mailing as mailing
from tests.server.accounts.conftest import with_mail as with_mail
from tests.server.conftest import NOW, Gateway, SetClock, started, until

NEW_EMAIL = "new.address@example.org"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


async def test_the_site_tells_what_a_page_must_know(settings: Settings, clock: SetClock) -> None:
    given = settings.model_copy(
        update={"site_name": "Notre quartier", "site_operator": "Asso", "site_contact": "asso@example.org"}
    )
    async with started(given, clock) as gateway:
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
    async def told() -> Any:
        found = (await gateway.http.get("/v1/today")).json()
        return found if found["tempo"]["today"]["color"] != "unknown" and found["ecowatt"]["now"] else None

    found = await until(told)
    assert found["tempo"]["today"]["date"] == "2026-11-03"
    assert found["tempo"]["period"]["key"].endswith("_hp")
    assert found["ecowatt"]["now"]["level"] in {0, 1, 2, 3}


async def test_a_page_learns_who_is_logged_in_without_an_error(gateway: Gateway) -> None:
    nobody = await gateway.http.get("/v1/session")
    assert (nobody.status_code, nobody.json()) == (200, {"account": None})
    browser = await logged_in(gateway)
    assert (await browser.get("/v1/session")).json()["account"]["email"] == EMAIL
    left = await browser.delete("/v1/session")
    assert left.headers["Clear-Site-Data"] == '"cache"'
    assert (await browser.get("/v1/session")).json() == {"account": None}


async def test_sessions_are_listed_and_ended_one_by_one(gateway: Gateway, clock: SetClock) -> None:
    here = await logged_in(gateway)
    there = gateway.new_browser()
    there.headers["User-Agent"] = FIREFOX
    clock.set(NOW + timedelta(hours=1))
    await log_in(there)
    found = (await here.get("/v1/sessions")).json()["items"]
    assert [(one["browser"], one["current"]) for one in found] == [("Firefox, Linux", False), (None, True)]
    assert found[0]["created_at"] == "2026-11-03T10:30:00Z"
    assert (await here.delete(f"/v1/sessions/{found[0]['id']}")).status_code == 204
    assert (await there.get("/v1/sessions")).status_code == 401
    assert (await here.delete(f"/v1/sessions/{found[0]['id']}")).status_code == 404
    [own] = (await here.get("/v1/sessions")).json()["items"]
    assert (await here.delete(f"/v1/sessions/{own['id']}")).status_code == 204
    assert (await here.get("/v1/accounts/me")).status_code == 401


async def test_a_session_that_ended_by_itself_is_not_listed(gateway: Gateway, clock: SetClock) -> None:
    await logged_in(gateway)
    clock.set(NOW + timedelta(days=2))
    here = gateway.new_browser()
    await log_in(here)
    assert [one["current"] for one in (await here.get("/v1/sessions")).json()["items"]] == [True]


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (FIREFOX, "Firefox, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605 Version/19 Safari/604", "Safari, iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome, Android"),
        ("curl/8.10", None),
        ("<script>", None),
    ],
)  # fmt: skip
def test_a_browser_is_named_by_what_people_call_it(user_agent: str, name: str | None) -> None:
    assert name_browser(user_agent) == name


async def verified(gateway: Gateway, mailgun: StandIn) -> httpx2.AsyncClient:
    """A browser of an account whose address is verified."""
    await sign_up(gateway)
    await mails(mailgun, 1)
    answer = await gateway.http.post(
        "/v1/accounts/verify-email", json={"code": mailgun.codes()[0], "password": PASSWORD}
    )
    assert answer.status_code == 204
    browser = gateway.new_browser()
    browser.base_url = httpx2.URL("https://gateway")
    assert (await log_in(browser)).status_code == 204
    mailgun.requests.clear()
    return browser


async def test_a_new_address_counts_once_its_mail_is_answered(mailing: Gateway, mailgun: StandIn) -> None:
    browser = await verified(mailing, mailgun)
    asked = await browser.patch("/v1/accounts/me", json={"email": NEW_EMAIL, "current_password": PASSWORD})
    assert (asked.json()["email"], asked.json()["pending_email"]) == (EMAIL, NEW_EMAIL)
    sent = {form["to"]: form["subject"] for form in await mails(mailgun, 2)}
    assert sent == {NEW_EMAIL: "Confirm your new address", EMAIL: "Your address is about to change"}
    [code] = mailgun.codes()
    answer = await browser.post("/v1/accounts/verify-email", json={"code": code, "password": PASSWORD})
    assert answer.status_code == 204, answer.text
    me = (await browser.get("/v1/accounts/me")).json()
    assert (me["email"], me["pending_email"], me["verified"]) == (NEW_EMAIL, None, True)
    assert (await log_in(mailing.new_browser())).status_code == 401
    assert (await log_in(mailing.new_browser(), NEW_EMAIL)).status_code == 204


async def test_an_address_that_has_an_account_is_not_told_and_not_taken(mailing: Gateway, mailgun: StandIn) -> None:
    browser = await verified(mailing, mailgun)
    await sign_up(mailing, NEW_EMAIL)
    await mails(mailgun, 1)
    mailgun.requests.clear()
    asked = await browser.patch("/v1/accounts/me", json={"email": NEW_EMAIL, "current_password": PASSWORD})
    assert (asked.status_code, asked.json()["pending_email"]) == (200, NEW_EMAIL), "as for any other address"
    sent = {form["to"]: form["subject"] for form in await mails(mailgun, 2)}
    assert sent[NEW_EMAIL] == "You have an account already"
    assert mailgun.codes() == []


async def test_a_code_for_one_new_address_does_not_confirm_another(mailing: Gateway, mailgun: StandIn) -> None:
    browser = await verified(mailing, mailgun)
    await browser.patch("/v1/accounts/me", json={"email": "first@example.org", "current_password": PASSWORD})
    await mails(mailgun, 2)
    [first] = mailgun.codes()
    await browser.patch("/v1/accounts/me", json={"email": NEW_EMAIL, "current_password": PASSWORD})
    answer = await browser.post("/v1/accounts/verify-email", json={"code": first, "password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_code")


async def test_a_new_address_needs_the_password_and_a_site_that_sends_mail(gateway: Gateway) -> None:
    browser = await logged_in(gateway)
    for body, status, code in (
        ({"email": NEW_EMAIL}, 422, "invalid_request"),
        ({"email": NEW_EMAIL, "current_password": PASSWORD}, 409, "mail_needed"),
        ({"language": "de"}, 422, "invalid_request"),
    ):
        answer = await browser.patch("/v1/accounts/me", json=body)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await browser.patch("/v1/accounts/me", json={"language": "fr"})).json()["language"] == "fr"
    assert (await browser.patch("/v1/accounts/me", json={"language": "en"})).json()["language"] == "en"


async def test_a_wrong_password_changes_no_address(mailing: Gateway, mailgun: StandIn) -> None:
    browser = await verified(mailing, mailgun)
    answer = await browser.patch("/v1/accounts/me", json={"email": NEW_EMAIL, "current_password": "wrong" * 3})
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_credentials")
    assert (await browser.get("/v1/accounts/me")).json()["pending_email"] is None


async def test_the_mail_of_verification_is_sent_again_to_whoever_waits(mailing: Gateway, mailgun: StandIn) -> None:
    await sign_up(mailing)
    await mails(mailgun, 1)
    for email in (EMAIL, "nobody@example.org"):
        answer = await mailing.http.post("/v1/accounts/verify-email/resend", json={"email": email})
        assert (answer.status_code, answer.json()) == (202, {"status": "check_your_mail"})
    sent = await mails(mailgun, 2)
    assert [form["to"] for form in sent] == [EMAIL, EMAIL]
    answer = await mailing.http.post(
        "/v1/accounts/verify-email", json={"code": mailgun.codes()[1], "password": PASSWORD}
    )
    assert answer.status_code == 204


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
    assert daily.text.splitlines()[0].removeprefix("\ufeff") == "direction,date,wh"
    other = await gateway.sign_in("other@example.org")
    assert (await gateway.http.get(f"{path}/export.csv", headers=other)).status_code == 404


async def test_the_calls_of_past_days_are_shown(gateway: Gateway, clock: SetClock) -> None:
    who = await gateway.sign_in()
    point = await gateway.add_meter("30001000000001")
    await gateway.at_rest(who, point)
    used = (await gateway.get("/v1/quota", who))["enedis"]["used"]
    assert used > 0
    days = (await gateway.get("/v1/quota/days", who))["items"]
    assert (len(days), days[-1]) == (31, {"date": "2026-11-03", "used": used})
