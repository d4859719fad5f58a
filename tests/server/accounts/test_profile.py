"""Who is logged in where, and what an account's owner changes of it."""

from datetime import timedelta

import httpx2
import pytest

from gateway.accounts.browsers import name_browser
from gateway.mail.models import MailKind
from gateway.mail.senders import Mail, MailError, Mailgun
from tests.server.accounts.conftest import EMAIL, PASSWORD, StandIn, log_in, sign_up, sign_up_and_log_in, wait_for_mails
from tests.server.conftest import NOW, Gateway, SetClock, wait_until

NEW_EMAIL = "new.address@example.org"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


async def test_a_page_learns_who_is_logged_in_without_an_error(gateway: Gateway) -> None:
    nobody = await gateway.http.get("/v1/session")
    assert (nobody.status_code, nobody.json()) == (200, {"account": None, "ingress": False})
    browser = await sign_up_and_log_in(gateway)
    assert (await browser.get("/v1/session")).json()["account"]["email"] == EMAIL
    left = await browser.delete("/v1/session")
    assert left.headers["Clear-Site-Data"] == '"cache"'
    assert (await browser.get("/v1/session")).json() == {"account": None, "ingress": False}


async def test_sessions_are_listed_and_ended_one_by_one(gateway: Gateway, clock: SetClock) -> None:
    here = await sign_up_and_log_in(gateway)
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
    await sign_up_and_log_in(gateway)
    clock.set(NOW + timedelta(days=2))
    here = gateway.new_browser()
    await log_in(here)
    assert [one["current"] for one in (await here.get("/v1/sessions")).json()["items"]] == [True]


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (FIREFOX, "Firefox, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19 Safari/604", "Safari, iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome, Android"),
        ("curl/8.10", None),
        ("<script>", None),
    ],
)
def test_a_browser_is_named_by_what_people_call_it(user_agent: str, name: str | None) -> None:
    assert name_browser(user_agent) == name


async def log_in_verified(gateway: Gateway, mailgun: StandIn) -> httpx2.AsyncClient:
    """A browser of an account whose address is verified."""
    await sign_up(gateway)
    await wait_for_mails(mailgun, 1)
    answer = await gateway.http.post(
        "/v1/accounts/verify-email", json={"code": mailgun.list_codes()[0], "password": PASSWORD}
    )
    assert answer.status_code == 204
    browser = gateway.new_browser()
    browser.base_url = httpx2.URL("https://gateway")
    assert (await log_in(browser)).status_code == 204
    mailgun.requests.clear()
    return browser


async def test_a_new_address_counts_once_its_mail_is_answered(gateway_with_mail: Gateway, mailgun: StandIn) -> None:
    browser = await log_in_verified(gateway_with_mail, mailgun)
    asked = await browser.patch("/v1/accounts/me", json={"email": NEW_EMAIL, "current_password": PASSWORD})
    assert (asked.json()["email"], asked.json()["pending_email"]) == (EMAIL, NEW_EMAIL)
    sent = {form["to"]: form["subject"] for form in await wait_for_mails(mailgun, 2)}
    assert sent == {NEW_EMAIL: "Confirm your new address", EMAIL: "Your address is about to change"}
    [code] = mailgun.list_codes()
    answer = await browser.post("/v1/accounts/verify-email", json={"code": code, "password": PASSWORD})
    assert answer.status_code == 204, answer.text
    me = (await browser.get("/v1/accounts/me")).json()
    assert (me["email"], me["pending_email"], me["verified"]) == (NEW_EMAIL, None, True)
    assert (await log_in(gateway_with_mail.new_browser())).status_code == 401
    assert (await log_in(gateway_with_mail.new_browser(), NEW_EMAIL)).status_code == 204


async def test_an_address_that_has_an_account_is_not_told_and_not_taken(
    gateway_with_mail: Gateway, mailgun: StandIn
) -> None:
    browser = await log_in_verified(gateway_with_mail, mailgun)
    await sign_up(gateway_with_mail, NEW_EMAIL)
    await wait_for_mails(mailgun, 1)
    mailgun.requests.clear()
    asked = await browser.patch("/v1/accounts/me", json={"email": NEW_EMAIL, "current_password": PASSWORD})
    assert (asked.status_code, asked.json()["pending_email"]) == (200, NEW_EMAIL), "as for any other address"
    sent = {form["to"]: form["subject"] for form in await wait_for_mails(mailgun, 2)}
    assert sent[NEW_EMAIL] == "You already have an account"
    assert mailgun.list_codes() == []


async def test_a_code_for_one_new_address_does_not_confirm_another(
    gateway_with_mail: Gateway, mailgun: StandIn
) -> None:
    browser = await log_in_verified(gateway_with_mail, mailgun)
    await browser.patch("/v1/accounts/me", json={"email": "first@example.org", "current_password": PASSWORD})
    await wait_for_mails(mailgun, 2)
    [first] = mailgun.list_codes()
    await browser.patch("/v1/accounts/me", json={"email": NEW_EMAIL, "current_password": PASSWORD})
    answer = await browser.post("/v1/accounts/verify-email", json={"code": first, "password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_code")


async def test_the_warning_reaches_the_old_address_however_late(
    gateway_with_mail: Gateway, mailgun: StandIn, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thief who confirms the new address before Mailgun takes the warning does not get it in the owner's place."""
    browser = await log_in_verified(gateway_with_mail, mailgun)
    send, to = Mailgun.send, []

    async def refuse_the_first_warning(self: Mailgun, mail: Mail, *, account_id: str) -> None:
        if mail.kind == MailKind.EMAIL_CHANGE_ASKED:
            to.append(mail.to)
            if len(to) == 1:
                raise MailError("503")
        await send(self, mail, account_id=account_id)

    monkeypatch.setattr(Mailgun, "send", refuse_the_first_warning)
    await browser.patch("/v1/accounts/me", json={"email": NEW_EMAIL, "current_password": PASSWORD})
    await wait_for_mails(mailgun, 1)
    body = {"code": mailgun.list_codes()[0], "password": PASSWORD}
    assert (await browser.post("/v1/accounts/verify-email", json=body)).status_code == 204

    async def sent_again() -> bool:
        clock.set(clock.now() + timedelta(minutes=1))
        return len(to) == 2

    await wait_until(sent_again)
    assert to == [EMAIL, EMAIL]


async def test_a_new_address_needs_the_password_and_a_site_that_sends_mail(gateway: Gateway) -> None:
    browser = await sign_up_and_log_in(gateway)
    for body, status, code in (
        ({"email": NEW_EMAIL}, 422, "invalid_request"),
        ({"email": NEW_EMAIL, "current_password": PASSWORD}, 409, "mail_needed"),
        ({"language": "de"}, 422, "invalid_request"),
    ):
        answer = await browser.patch("/v1/accounts/me", json=body)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await browser.patch("/v1/accounts/me", json={"language": "fr"})).json()["language"] == "fr"
    assert (await browser.patch("/v1/accounts/me", json={"language": "en"})).json()["language"] == "en"


async def test_a_wrong_password_changes_no_address(gateway_with_mail: Gateway, mailgun: StandIn) -> None:
    browser = await log_in_verified(gateway_with_mail, mailgun)
    answer = await browser.patch("/v1/accounts/me", json={"email": NEW_EMAIL, "current_password": "wrong" * 3})
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_credentials")
    assert (await browser.get("/v1/accounts/me")).json()["pending_email"] is None


async def test_the_mail_of_verification_is_sent_again_to_whoever_waits(
    gateway_with_mail: Gateway, mailgun: StandIn
) -> None:
    await sign_up(gateway_with_mail)
    await wait_for_mails(mailgun, 1)
    for email in (EMAIL, "nobody@example.org"):
        answer = await gateway_with_mail.http.post("/v1/accounts/verify-email/resend", json={"email": email})
        assert (answer.status_code, answer.json()) == (202, {"status": "check_your_mail"})
    sent = await wait_for_mails(mailgun, 2)
    assert [form["to"] for form in sent] == [EMAIL, EMAIL]
    answer = await gateway_with_mail.http.post(
        "/v1/accounts/verify-email", json={"code": mailgun.list_codes()[1], "password": PASSWORD}
    )
    assert answer.status_code == 204
