"""A forgotten password, and mail that is sent once Mailgun takes it, whatever restarts meanwhile."""

from datetime import timedelta

import httpx2
import pytest
from sqlalchemy import text

from gateway.accounts import repository
from gateway.kit.http import Upstream
from gateway.mail.models import MailKind
from gateway.mail.senders import Mail, Mailgun
from gateway.mail.texts import Signature, compose_mail
from gateway.settings import Settings
from tests.server.accounts.conftest import (
    EMAIL,
    PASSWORD,
    StandIn,
    api_client,
    fetch_bearer,
    log_in,
    sign_up,
    sign_up_and_log_in,
    wait_for_mails,
)
from tests.server.conftest import NOW, Gateway, SetClock, run_gateway, wait_until

NEW_PASSWORD = "nine quiet lamps beside rivers"


async def count_rows(gateway: Gateway, table: str) -> int:
    async with gateway.runtime.database.read() as session:
        count: int = await session.scalar(text(f"SELECT count(*) FROM {table}")) or 0  # noqa: S608 - a test's own
    return count


async def test_a_reset_ends_everything_and_the_old_password(
    with_mail: Settings, clock: SetClock, mailgun: StandIn
) -> None:
    settings = with_mail.model_copy(update={"require_email_verification": False, "backend_url": "http://gateway"})
    async with run_gateway(settings, clock) as gateway:
        browser = await sign_up_and_log_in(gateway)
        await wait_for_mails(mailgun, 1)
        await gateway.http.post(
            "/v1/accounts/verify-email", json={"code": mailgun.list_codes()[0], "password": PASSWORD}
        )
        client = await api_client(browser)
        who = await fetch_bearer(gateway, client)
        assert (await gateway.http.get("/v1/usage-points", headers=who)).status_code == 200

        await gateway.http.post("/v1/accounts/password-reset", json={"email": EMAIL})
        assert (await wait_for_mails(mailgun, 2))[1]["subject"] == "Choose a new password"
        body = {"code": mailgun.list_codes()[1], "password": NEW_PASSWORD}
        weak = await gateway.http.post("/v1/accounts/password-reset/confirm", json=body | {"password": "x"})
        assert weak.json()["code"] == "weak_password"
        assert (await gateway.http.post("/v1/accounts/password-reset/confirm", json=body)).status_code == 204
        again = await gateway.http.post("/v1/accounts/password-reset/confirm", json=body)
        assert (again.status_code, again.json()["code"]) == (400, "invalid_code")

        assert (await browser.get("/v1/accounts/me")).status_code == 401
        assert (await gateway.http.get("/v1/usage-points", headers=who)).status_code == 401
        assert (await log_in(gateway.new_browser())).status_code == 401
        assert (await log_in(gateway.new_browser(), password=NEW_PASSWORD)).status_code == 204
        assert await fetch_bearer(gateway, client), "Home Assistant goes on with its own secret"
        assert (await wait_for_mails(mailgun, 3))[2]["subject"] == "Your password was changed"


async def test_the_owner_of_an_address_takes_over_what_a_stranger_signed_up(
    with_mail: Settings, clock: SetClock, mailgun: StandIn
) -> None:
    """Without REQUIRE_EMAIL_VERIFICATION anybody may sign up with any address: its owner must win in the end."""
    settings = with_mail.model_copy(
        update={"require_email_verification": False, "backend_url": "http://gateway", "admin_emails": EMAIL}
    )
    async with run_gateway(settings, clock) as gateway:
        stranger = await sign_up_and_log_in(gateway)
        client = await api_client(stranger)
        assert (await stranger.get("/v1/admin/users")).status_code == 403, "the address is not verified"
        await gateway.http.post("/v1/accounts/password-reset", json={"email": EMAIL})
        await wait_for_mails(mailgun, 2)
        await gateway.http.post(
            "/v1/accounts/password-reset/confirm", json={"code": mailgun.list_codes()[1], "password": NEW_PASSWORD}
        )
        assert (await stranger.get("/v1/accounts/me")).status_code == 401
        refused = await gateway.http.post("/v1/oauth/token", auth=client, data={"grant_type": "client_credentials"})
        assert refused.json()["code"] == "invalid_client"
        owner = gateway.new_browser()
        await log_in(owner, password=NEW_PASSWORD)
        assert (await owner.get("/v1/admin/users")).status_code == 200


async def test_codes_end(gateway_with_mail: Gateway, mailgun: StandIn, clock: SetClock) -> None:
    await sign_up(gateway_with_mail)
    await wait_for_mails(mailgun, 1)
    clock.set(NOW + timedelta(days=2))
    answer = await gateway_with_mail.http.post(
        "/v1/accounts/verify-email", json={"code": mailgun.list_codes()[0], "password": PASSWORD}
    )
    assert answer.json()["code"] == "invalid_code"


@pytest.mark.parametrize("status", [500, 429, 401])
async def test_a_mail_survives_a_restart_and_is_tried_again_with_growing_pauses(
    with_mail: Settings, clock: SetClock, mailgun: StandIn, status: int
) -> None:
    mailgun.status = status
    async with run_gateway(with_mail, clock) as gateway:
        await sign_up(gateway)
        await wait_for_mails(mailgun, 1)
    async with run_gateway(with_mail, clock) as gateway:
        for attempt, minutes in enumerate((1, 3, 7), start=2):
            clock.set(NOW + timedelta(minutes=minutes, seconds=attempt))
            await wait_for_mails(mailgun, attempt)
        mailgun.status = 200
        clock.set(NOW + timedelta(hours=1))
        letters = await wait_for_mails(mailgun, 5)
        assert {letter["to"] for letter in letters} == {EMAIL}

        async def is_outbox_empty() -> bool:
            return await count_rows(gateway, "outbox") == 0

        await wait_until(is_outbox_empty)
        answer = await gateway.http.post(
            "/v1/accounts/verify-email", json={"code": mailgun.list_codes()[-1], "password": PASSWORD}
        )
        assert answer.status_code == 204


async def test_what_mailgun_will_never_take_is_given_up_and_so_is_what_it_never_took(
    with_mail: Settings, clock: SetClock, mailgun: StandIn
) -> None:
    async with run_gateway(with_mail, clock) as gateway:

        async def is_outbox_empty() -> bool:
            return await count_rows(gateway, "outbox") == 0

        mailgun.status = 400
        await sign_up(gateway)
        await wait_for_mails(mailgun, 1)
        await wait_until(is_outbox_empty)
        mailgun.status = 503
        await sign_up(gateway, "another@example.org")
        await wait_for_mails(mailgun, 2)
        clock.set(NOW + timedelta(days=3))
        await wait_for_mails(mailgun, 3)
        await wait_until(is_outbox_empty)


async def test_a_mail_that_only_a_newer_version_knows_stops_no_other(
    with_mail: Settings, clock: SetClock, mailgun: StandIn
) -> None:
    mailgun.status = 503
    async with run_gateway(with_mail, clock) as gateway:
        await sign_up(gateway)
        await wait_for_mails(mailgun, 1)
        async with gateway.runtime.database.write() as session:
            await session.execute(text("UPDATE outbox SET kind = 'newer'"))
        mailgun.status = 200
        clock.set(NOW + timedelta(hours=1))
        await sign_up(gateway, "another@example.org")
        mails = await wait_for_mails(mailgun, 2)
        assert mails[-1]["to"] == "another@example.org"
        assert await count_rows(gateway, "outbox") >= 1


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ("", "https://api.eu.mailgun.net/v3/mail.example.org/messages"),
        ("https://api.mailgun.net/v3", "https://api.mailgun.net/v3/mail.example.org/messages"),
    ],
)
async def test_both_regions_of_mailgun(given: str, asked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The European one unless the setting names the other."""
    monkeypatch.setenv("MAILGUN_API_BASE_URL", given)
    seen: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return httpx2.Response(200)

    upstream = Upstream(Settings(secret_key="k" * 43).mailgun_api_base_url, transport=httpx2.MockTransport(answer))
    mailgun = Mailgun(upstream, "key-of-nobody", "mail.example.org", "noreply@mail.example.org")
    await mailgun.send(Mail("kind", EMAIL, "subject", "text", "<p>html</p>"), account_id="a")
    await upstream.close()
    [request] = seen
    assert (request.method, str(request.url)) == ("POST", asked)
    assert request.headers["authorization"] == httpx2.BasicAuth("api", "key-of-nobody")._auth_header


@pytest.mark.parametrize(
    ("language", "line"), [("en", "Choose a new password:"), ("fr", "Choisir mon mot de passe\u00a0:")]
)
def test_a_mail_is_spelled_as_its_language_is(language: str, line: str) -> None:
    letter = compose_mail(MailKind.RESET_PASSWORD, language, EMAIL, "http://gateway/#code", Signature("Our site"), {})
    assert f"\n{line}\nhttp://gateway/#code\n" in letter.text


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("kind", MailKind)
def test_a_mail_comes_from_the_site_by_its_name(language: str, kind: MailKind) -> None:
    letter = compose_mail(
        kind, language, EMAIL, "http://gateway/#code", Signature("Chez nous"), {"meter": "Home", "until": "2027-01-28"}
    )
    assert letter.text.endswith("\n\nChez nous")
    for form in (letter.text, letter.html):
        assert "Chez nous" in form
        assert "MyElectricalData" not in form
        assert "{" not in form.partition("<body")[2]


async def test_a_deactivated_account_gets_no_mail_and_no_way_back(gateway_with_mail: Gateway, mailgun: StandIn) -> None:
    await sign_up(gateway_with_mail)
    await wait_for_mails(mailgun, 1)
    await gateway_with_mail.http.post(
        "/v1/accounts/verify-email", json={"code": mailgun.list_codes()[0], "password": PASSWORD}
    )
    await gateway_with_mail.http.post("/v1/accounts/password-reset", json={"email": EMAIL})
    await wait_for_mails(mailgun, 2)
    async with gateway_with_mail.runtime.database.write() as session:
        account = await repository.find_account_by_email(session, EMAIL)
        assert account is not None
        account.deactivated_at = NOW
    answer = await gateway_with_mail.http.post("/v1/accounts/password-reset", json={"email": EMAIL})
    assert answer.status_code == 202

    async def is_outbox_empty() -> bool:
        return await count_rows(gateway_with_mail, "outbox") == 0

    await wait_until(is_outbox_empty)
    assert len(mailgun.requests) == 2
    # a code of before sets a password, and lets nobody in
    body = {"code": mailgun.list_codes()[1], "password": NEW_PASSWORD}
    assert (await gateway_with_mail.http.post("/v1/accounts/password-reset/confirm", json=body)).status_code == 204
    refused = await log_in(gateway_with_mail.new_browser(), password=NEW_PASSWORD)
    assert (refused.status_code, refused.json()["code"]) == (403, "account_inactive")


async def test_nobodys_letter_box_is_filled(gateway_with_mail: Gateway, mailgun: StandIn) -> None:
    await sign_up(gateway_with_mail)
    for _ in range(8):
        answer = await gateway_with_mail.http.post("/v1/accounts/password-reset", json={"email": EMAIL})
        assert answer.status_code == 202

    async def is_outbox_empty() -> bool:
        return await count_rows(gateway_with_mail, "outbox") == 0

    await wait_until(is_outbox_empty)
    assert len(mailgun.requests) == 1 + 5, "of each kind five an hour"


async def test_a_password_is_changed_by_the_old_one(gateway: Gateway) -> None:
    browser, other = await sign_up_and_log_in(gateway), gateway.new_browser()
    await log_in(other)
    client = await api_client(browser)
    who = await fetch_bearer(gateway, client)
    assert (await gateway.http.get("/v1/usage-points", headers=who)).status_code == 200
    wrong = await browser.put(
        "/v1/accounts/me/password", json={"current_password": NEW_PASSWORD, "new_password": NEW_PASSWORD}
    )
    assert (wrong.status_code, wrong.json()["code"]) == (401, "invalid_credentials")
    answer = await browser.put(
        "/v1/accounts/me/password", json={"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    )
    assert answer.status_code == 204
    assert (await browser.get("/v1/accounts/me")).status_code == 200, "this browser has a new session"
    assert (await other.get("/v1/accounts/me")).status_code == 401
    assert (await gateway.http.get("/v1/usage-points", headers=who)).status_code == 401
    assert await fetch_bearer(gateway, client), "Home Assistant goes on with its own secret"
    assert (await log_in(gateway.new_browser())).status_code == 401
