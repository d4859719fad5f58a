"""Signing up and in, with mail and without; nothing tells whether an address has an account."""

import logging
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextvars import ContextVar
from typing import Any

import httpx2
import pytest
from argon2 import PasswordHasher
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.accounts import passwords, repository
from gateway.accounts.log_in import authenticate
from gateway.accounts.models import Account
from gateway.accounts.passwords import Passwords
from gateway.settings import Settings
from tests.server.accounts.conftest import EMAIL, PASSWORD, StandIn, log_in, sign_up, sign_up_and_log_in, wait_for_mails
from tests.server.conftest import Gateway, SetClock, run_gateway, wait_until

OTHER_PASSWORD = "eleven brown horses under water"


def without_id(answer: httpx2.Response) -> tuple[int, str]:
    body = answer.json() if answer.content else {}
    body.pop("instance", None)
    return answer.status_code, str(body)


async def test_without_mail_an_account_is_active_at_once_and_the_log_says_what_would_have_gone(
    gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    answer = await sign_up(gateway)
    assert (answer.status_code, answer.json()) == (201, {"status": "active"})
    assert answer.headers["ratelimit-policy"] == '"sign_up";q=20;w=3600'
    assert answer.headers["ratelimit"].startswith('"sign_up";r=19;t=')
    browser = gateway.new_browser()
    logged = await log_in(browser, f" {EMAIL.upper()} ")
    assert logged.status_code == 204
    cookie = logged.headers["set-cookie"]
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    seen = (await browser.get("/v1/accounts/me")).json()
    assert (seen["email"], seen["language"], seen["verified"], seen["admin"]) == (EMAIL, "en", False, False)

    async def has_logged_failure() -> bool:
        return "mail_not_sent" in caplog.text

    await wait_until(has_logged_failure)
    assert "medm_" not in caplog.text
    assert EMAIL not in caplog.text


async def test_an_address_is_verified_by_the_mail_and_the_password(
    gateway_with_mail: Gateway, mailgun: StandIn
) -> None:
    assert (await sign_up(gateway_with_mail, language="fr")).json() == {"status": "check_your_mail"}
    [letter] = await wait_for_mails(mailgun, 1)
    assert mailgun.requests[0]["path"] == "/v3/mail.example.org/messages"
    assert mailgun.requests[0]["headers"]["authorization"].startswith("Basic ")
    assert letter["to"] == EMAIL
    assert letter["subject"] == "Confirmez votre adresse"
    assert letter["o:tracking-clicks"] == "no", "the link must not be rewritten"
    [code] = mailgun.list_codes()
    link = f"https://gateway.example.org/api/accounts/verify-email#code={code}"
    assert link in letter["text"]
    assert f'href="{link}"' in letter["html"]

    browser = gateway_with_mail.new_browser()
    assert (await log_in(browser)).status_code == 401, "not verified yet"
    wrong = await browser.post("/v1/accounts/verify-email", json={"code": code, "password": OTHER_PASSWORD})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "invalid_credentials")
    right = {"code": code, "password": PASSWORD}
    assert (await browser.post("/v1/accounts/verify-email", json=right)).status_code == 204
    again = await browser.post("/v1/accounts/verify-email", json=right)
    assert (again.status_code, again.json()["code"]) == (400, "invalid_code"), "a code is used once"
    logged = await log_in(browser)
    assert logged.headers["set-cookie"].startswith("__Host-med_session=")
    assert "Secure" in logged.headers["set-cookie"]


async def test_answers_do_not_tell_whether_an_address_has_an_account(
    gateway_with_mail: Gateway, mailgun: StandIn
) -> None:
    first = await sign_up(gateway_with_mail)
    await wait_for_mails(mailgun, 1)
    [code] = mailgun.list_codes()
    await gateway_with_mail.http.post("/v1/accounts/verify-email", json={"code": code, "password": PASSWORD})
    second = await sign_up(gateway_with_mail, EMAIL.upper(), OTHER_PASSWORD)
    assert without_id(first) == without_id(second)
    assert (await wait_for_mails(mailgun, 2))[1]["subject"] == "You already have an account"
    assert (await log_in(gateway_with_mail.new_browser(), password=OTHER_PASSWORD)).status_code == 401

    known = await log_in(gateway_with_mail.new_browser(), password=OTHER_PASSWORD)
    unknown = await log_in(gateway_with_mail.new_browser(), "nobody@example.org")
    assert without_id(known) == without_id(unknown)
    forgotten = [
        await gateway_with_mail.http.post("/v1/accounts/password-reset", json={"email": email})
        for email in (EMAIL, "nobody@example.org")
    ]
    assert without_id(forgotten[0]) == without_id(forgotten[1])
    assert forgotten[0].status_code == 202
    assert (await wait_for_mails(mailgun, 3))[2]["to"] == EMAIL


_WORK: ContextVar[Counter[str] | None] = ContextVar("work", default=None)


@pytest.fixture
async def count_work(
    gateway_with_mail: Gateway, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Callable[..., Awaitable[Any]]]:
    """Send a request, and count what it made the gateway do: hashes, and statements by kind and table."""
    run = Passwords.run_in_thread

    async def count_hash(self: Passwords, task: Callable[[], Any]) -> Any:
        count_event("hash")
        return await run(self, task)

    def count_event(what: str) -> None:
        if (counted := _WORK.get()) is not None:
            counted[what] += 1

    def count_statement(_: object, __: object, statement: str, *___: object) -> None:
        table = re.search(r"(?:FROM|INTO|UPDATE) (\w+)", statement)
        count_event(f"{statement.split(maxsplit=1)[0]} {table[1] if table else ''}")

    async def send(path: str, **body: str) -> Counter[str]:
        counted: Counter[str] = Counter()
        before = _WORK.set(counted)  # the worker, which began earlier, counts for nobody
        try:
            await gateway_with_mail.http.post(path, json=body)
        finally:
            _WORK.reset(before)
        return counted

    monkeypatch.setattr(Passwords, "run_in_thread", count_hash)
    engine = gateway_with_mail.runtime.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", count_statement)
    yield send
    event.remove(engine, "before_cursor_execute", count_statement)


async def test_an_unknown_address_makes_as_much_work(
    gateway_with_mail: Gateway, mailgun: StandIn, count_work: Callable[..., Awaitable[Counter[str]]]
) -> None:
    """Work is what takes time: where it is the same, nobody learns from a clock whether an address has an account."""
    await sign_up(gateway_with_mail)
    await wait_for_mails(mailgun, 1)
    await gateway_with_mail.http.post(
        "/v1/accounts/verify-email", json={"code": mailgun.list_codes()[0], "password": PASSWORD}
    )
    await sign_up(gateway_with_mail, "pending@example.org")

    known, pending, unknown = [
        await count_work("/v1/session", email=email, password=OTHER_PASSWORD)
        for email in (EMAIL, "pending@example.org", "nobody@example.org")
    ]
    assert known["hash"] == 1
    assert known == pending == unknown

    # after five mails an hour the next ones are held back, as costly as those that go
    resets = [await count_work("/v1/accounts/password-reset", email=EMAIL) for _ in range(7)]
    assert resets[0]["INSERT outbox"] == 1
    assert resets == [resets[0]] * 7
    assert await count_work("/v1/accounts/password-reset", email="nobody@example.org") == resets[0]

    sign_ups = [
        await count_work("/v1/accounts", email=email, password=OTHER_PASSWORD) for email in (EMAIL, "new@example.org")
    ]
    # a new account is a row more, beside a hash that takes a hundred times as long
    assert [(done["hash"], done["INSERT outbox"]) for done in sign_ups] == [(1, 1), (1, 1)]


async def test_who_is_not_verified_or_was_shut_out_hears_no_more_than_a_wrong_password_does(
    gateway_with_mail: Gateway, mailgun: StandIn
) -> None:
    async def try_each_login(email: str, password: str) -> list[tuple[int, str]]:
        basic = httpx2.BasicAuth(email, password)
        made = await gateway_with_mail.http.post("/v1/api-clients", auth=basic, json={"name": "x"})
        return [without_id(await log_in(gateway_with_mail.new_browser(), email, password)), without_id(made)]

    nobody = await try_each_login("nobody@example.org", PASSWORD)
    assert [status for status, _ in nobody] == [401, 401]
    await sign_up(gateway_with_mail)
    assert await try_each_login(EMAIL, PASSWORD) == await try_each_login(EMAIL, OTHER_PASSWORD) == nobody, (
        "not verified"
    )
    await wait_for_mails(mailgun, 1)
    await gateway_with_mail.http.post(
        "/v1/accounts/verify-email", json={"code": mailgun.list_codes()[0], "password": PASSWORD}
    )
    assert [status for status, _ in await try_each_login(EMAIL, PASSWORD)] == [204, 201]
    async with gateway_with_mail.runtime.database.write() as session:
        account = await repository.find_account_by_email(session, EMAIL)
        assert account is not None
        account.deactivated_at = gateway_with_mail.runtime.clock.now()
    assert await try_each_login(EMAIL, OTHER_PASSWORD) == nobody
    for status, words in await try_each_login(EMAIL, PASSWORD):
        assert status == 403
        assert "account_inactive" in words


async def test_a_strangers_sign_up_gets_no_rights_when_the_owner_follows_its_mail(
    gateway_with_mail: Gateway, mailgun: StandIn
) -> None:
    await sign_up(gateway_with_mail, password=OTHER_PASSWORD)
    await wait_for_mails(mailgun, 1)
    [code] = mailgun.list_codes()
    answer = await gateway_with_mail.http.post("/v1/accounts/verify-email", json={"code": code, "password": PASSWORD})
    assert answer.status_code == 401
    assert (await log_in(gateway_with_mail.new_browser(), password=OTHER_PASSWORD)).status_code == 401


async def test_a_stranger_who_signs_up_anew_during_a_verification_gets_no_active_account(
    gateway_with_mail: Gateway, mailgun: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sign_up(gateway_with_mail)
    await wait_for_mails(mailgun, 1)

    async def authenticate_and_be_overtaken(*arguments: Any, **options: Any) -> Account:
        account = await authenticate(*arguments, **options)
        await sign_up(gateway_with_mail, password=OTHER_PASSWORD)
        return account

    monkeypatch.setattr("gateway.accounts.sign_up.authenticate", authenticate_and_be_overtaken)
    body = {"code": mailgun.list_codes()[0], "password": PASSWORD}
    assert (await gateway_with_mail.http.post("/v1/accounts/verify-email", json=body)).status_code == 401
    assert (await log_in(gateway_with_mail.new_browser(), password=OTHER_PASSWORD)).status_code == 401


@pytest.mark.long
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_sign_up_that_is_overtaken_by_the_verification_changes_no_password(
    gateway_with_mail: Gateway, mailgun: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL alone lets the verification in between: on SQLite, one waits for the other."""
    await sign_up(gateway_with_mail)
    await wait_for_mails(mailgun, 1)
    find, body = repository.find_account_by_email, {"code": mailgun.list_codes()[0], "password": PASSWORD}

    async def find_and_be_overtaken(session: AsyncSession, email: str) -> Account | None:
        found = await find(session, email)
        monkeypatch.setattr(repository, "find_account_by_email", find)
        assert (await gateway_with_mail.http.post("/v1/accounts/verify-email", json=body)).status_code == 204
        return found

    monkeypatch.setattr(repository, "find_account_by_email", find_and_be_overtaken)
    await sign_up(gateway_with_mail, password=OTHER_PASSWORD)
    assert (await log_in(gateway_with_mail.new_browser(), password=PASSWORD)).status_code == 204
    assert (await log_in(gateway_with_mail.new_browser(), password=OTHER_PASSWORD)).status_code == 401


async def test_the_page_of_the_mail_in_both_languages(gateway_with_mail: Gateway, mailgun: StandIn) -> None:
    await sign_up(gateway_with_mail)
    await wait_for_mails(mailgun, 1)
    [code] = mailgun.list_codes()
    browser = gateway_with_mail.new_browser()
    page = await browser.get("/accounts/verify-email", headers={"Accept-Language": "fr"})
    assert "Confirmer votre adresse" in page.text
    assert "form-action 'self'" in page.headers["content-security-policy"]
    english = {"Accept-Language": "en"}
    refused = await browser.post("/accounts/verify-email", data={"code": "x", "password": "y"}, headers=english)
    assert (refused.status_code, refused.headers["content-type"]) == (400, "text/html; charset=utf-8")
    assert "This code is not valid" in refused.text
    form = {"code": f" {code} ", "password": PASSWORD}
    done = await browser.post("/accounts/verify-email", data=form, headers=english)
    assert "Address confirmed" in done.text


async def test_a_front_end_has_pages_of_its_own(with_mail: Settings, clock: SetClock, mailgun: StandIn) -> None:
    settings = with_mail.model_copy(update={"frontend_url": "https://front.example.org"})
    async with run_gateway(settings, clock) as gateway:
        await sign_up(gateway)
        [letter] = await wait_for_mails(mailgun, 1)
        assert "https://front.example.org/verify-email#code=medm_" in letter["text"]
        page = await gateway.http.get("/accounts/verify-email")
        assert (page.status_code, page.headers["location"]) == (303, "https://front.example.org/verify-email")
        allowed = await gateway.http.get("/ping", headers={"Origin": "https://front.example.org"})
        assert allowed.headers["access-control-allow-origin"] == "https://front.example.org"
        other = await gateway.http.get("/ping", headers={"Origin": "https://evil.example.org"})
        assert "access-control-allow-origin" not in other.headers


@pytest.mark.parametrize(
    ("email", "password", "code"),
    [
        ("nonsense", PASSWORD, "invalid_email"),
        (EMAIL, "short", "weak_password"),
        (EMAIL, "passwordpassword", "weak_password"),
        (EMAIL, "somebody.else", "weak_password"),
    ],
)
async def test_what_will_not_do(gateway: Gateway, email: str, password: str, code: str) -> None:
    answer = await sign_up(gateway, email, password)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert password not in answer.text
    assert (await log_in(gateway.new_browser(), email, password)).status_code == 401


async def test_a_hash_of_weaker_parameters_is_renewed_at_log_in(
    settings: Settings, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def load_password_hash(gateway: Gateway) -> str:
        async with gateway.runtime.database.read() as session:
            account = await repository.find_account_by_email(session, EMAIL)
        assert account is not None
        return account.password_hash or ""

    async with run_gateway(settings, clock) as gateway:
        await sign_up_and_log_in(gateway)
        before = await load_password_hash(gateway)
        assert before.startswith("$argon2id$v=19$m=8,t=1,p=1$")
        assert (await log_in(gateway.new_browser())).status_code == 204
        assert await load_password_hash(gateway) == before, "as strong as today's"
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    async with run_gateway(settings, clock) as gateway:
        assert (await log_in(gateway.new_browser(), password=OTHER_PASSWORD)).status_code == 401
        assert await load_password_hash(gateway) == before, "a wrong password changes nothing"
        assert (await log_in(gateway.new_browser())).status_code == 204
        assert (await load_password_hash(gateway)).startswith("$argon2id$v=19$m=16,t=2,p=1$")
        assert (await log_in(gateway.new_browser())).status_code == 204


_AS_IT_IS = passwords.HASHER
"""Read before any test makes it cheaper."""


def test_passwords_are_kept_as_rfc_9106_says() -> None:
    stored = _AS_IT_IS.hash(PASSWORD)
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=1$")
    assert _AS_IT_IS.verify(stored, PASSWORD)
