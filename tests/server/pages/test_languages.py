"""A language is a file of texts, and nothing else: shown with one that nobody speaks."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway import pages
from tests.server.accounts.conftest import StandIn, logged_in, mailgun, mailing, mails, sign_up, with_mail
from tests.server.conftest import Gateway

__all__ = ["mailgun", "mailing", "with_mail"]

LANGUAGE = "xx"


def pseudo(text: str) -> str:
    """A text that no other language has, with the same placeholders."""
    return f"⟦{text}⟧"


@pytest.fixture(autouse=True)
def pseudo_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The gateway's texts, and a file more."""
    folder = tmp_path / "texts"
    shutil.copytree(str(pages.TEXTS), folder)
    words = json.loads((folder / "en.json").read_text())
    (folder / f"{LANGUAGE}.json").write_text(json.dumps({key: pseudo(text) for key, text in words.items()}))
    monkeypatch.setattr(pages, "TEXTS", folder)
    for cached in (pages.languages, pages.texts):
        cached.cache_clear()
    yield
    monkeypatch.undo()
    for cached in (pages.languages, pages.texts):
        cached.cache_clear()


async def test_it_is_offered_and_its_pages_are_shown(gateway: Gateway) -> None:
    site = await gateway.http.get("/v1/site")
    assert site.json()["languages"] == ["fr", "en", LANGUAGE]
    page = await gateway.http.get("/accounts/verify-email", headers={"Accept-Language": f"{LANGUAGE},en;q=0.5"})
    assert f'lang="{LANGUAGE}"' in page.text
    assert "⟦" in page.text


async def test_an_account_begins_with_the_language_of_its_request(mailing: Gateway, mailgun: StandIn) -> None:
    assert (await sign_up(mailing, language=LANGUAGE)).status_code in {201, 202}
    (mail,) = await mails(mailgun, 1)
    assert mail["subject"].startswith("⟦")
    assert "⟦" in mail["text"]
    assert "⟦" in mail["html"]


async def test_an_account_may_change_to_it(gateway: Gateway) -> None:
    browser = await logged_in(gateway)
    origin = {"Origin": "http://gateway"}
    changed = await browser.patch("/v1/accounts/me", json={"language": LANGUAGE}, headers=origin)
    assert changed.status_code == 200, changed.text
    assert (await browser.get("/v1/accounts/me")).json()["language"] == LANGUAGE
    refused = await browser.patch("/v1/accounts/me", json={"language": "tlh"}, headers=origin)
    assert refused.status_code == 422
