"""What a request says of its host leads nobody elsewhere, and what one account was told tells another nothing."""

import httpx2
import pytest

from gateway.settings import Settings
from tests.server.accounts.conftest import EMAIL, StandIn, log_in, mailgun, sign_up_and_log_in, wait_for_mails
from tests.server.conftest import Gateway, SetClock, run_gateway, wait_until

__all__ = ["mailgun"]

FORGED = {
    "Host": "evil.example",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Prefix": "/evil.example",
    "Forwarded": "host=evil.example;proto=https",
    "X-Original-URL": "/v1/admin/users",
    "X-HTTP-Method-Override": "DELETE",
}


async def test_a_forged_host_is_in_no_mail_redirect_page_or_problem(
    settings: Settings, clock: SetClock, mailgun: StandIn
) -> None:
    changed = {
        "mailgun_domain": "mail.example.org",
        "mailgun_from_email": "noreply@mail.example.org",
        "mailgun_api_base_url": f"{mailgun.url}/v3",
        "frontend_url": "https://front.example.org",
        "backend_url": "https://front.example.org/api",
    }
    read = Settings(secret_key="k" * 43, mailgun_api_key="key", **changed)  # type: ignore[arg-type]  # as the environment's
    sending = settings.model_copy(update={**changed, "mailgun_api_key": read.mailgun_api_key})
    async with run_gateway(sending, clock) as gateway:
        who = await gateway.sign_in()

        async def is_accepted() -> bool:
            asked = {"email": "somebody@example.org"}
            return (await gateway.http.post("/v1/accounts/password-reset", json=asked, headers=FORGED)).is_success

        await wait_until(is_accepted)
        [mail] = await wait_for_mails(mailgun, 1)
        assert "https://front.example.org/reset-password#code=" in mail["text"]
        asked = await gateway.http.post("/v1/consents", json={"prm": "30001000000015"}, headers=who | FORGED)
        start = asked.json()["authorize_url"]
        assert start.startswith("https://front.example.org/api/consents/")
        answers = [
            await gateway.http.get(path, headers=FORGED, follow_redirects=False)
            for path in (
                start.removeprefix("https://front.example.org/api"),
                "/oauth/callback?state=x",
                "/accounts/verify-email",
                "/docs",
                "/openapi.json",
                "/ping/",
                "/nowhere",
            )
        ]
    for answer in (asked, *answers):
        assert "evil.example" not in answer.text + str(answer.headers), answer.url
        assert answer.headers["x-content-type-options"] == "nosniff", answer.url
    assert "evil.example" not in str(mail)


@pytest.mark.parametrize("path", ["hours", "totals", "periods", "load-curve?start=2026-10-20&end=2026-10-22"])
async def test_what_one_account_was_told_tells_another_nothing(gateway: Gateway, path: str) -> None:
    owner, other = await gateway.sign_in(), await gateway.sign_in(EMAIL)
    mine, theirs = await gateway.add_meter("30001000000001"), await gateway.add_meter("30001000000002", EMAIL)
    told = await gateway.http.get(f"/v1/usage-points/{mine}/{path}", headers=owner)
    assert told.status_code == 200
    for tag in (told.headers["etag"], "*"):
        answer = await gateway.http.get(f"/v1/usage-points/{mine}/{path}", headers=other | {"If-None-Match": tag})
        assert answer.status_code == 404
        answer = await gateway.http.get(f"/v1/usage-points/{mine}/{path}", headers={"If-None-Match": tag})
        assert answer.status_code == 401
    if path == "hours":
        params = {"cursor": told.json()["cursor"]}
        own = await gateway.http.get(f"/v1/usage-points/{theirs}/hours", headers=other, params=params)
        assert own.json()["epoch"] != told.json()["epoch"]
        assert own.json()["cursor"] != params["cursor"]


async def test_what_was_given_out_opens_no_account_that_is_signed_up_anew(gateway: Gateway) -> None:
    browser = await sign_up_and_log_in(gateway)
    cookies = httpx2.Cookies(browser.cookies)
    token = await gateway.sign_in(EMAIL)
    assert (await browser.delete("/v1/accounts/me")).status_code == 204
    anew = await sign_up_and_log_in(gateway)
    old = gateway.new_browser()
    old.cookies = cookies
    for path in ("/v1/usage-points", "/v1/quota", "/v1/tempo"):
        assert (await gateway.http.get(path, headers=token)).status_code == 401, path
        assert (await old.get(path)).status_code == 401, path
        assert (await anew.get(path)).status_code == 200, path
    assert (await log_in(gateway.new_browser())).status_code == 204
