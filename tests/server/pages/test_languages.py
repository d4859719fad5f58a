"""Texts of pages and mails: complete in every language, and another language is one file."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from fastapi import Request

from gateway import pages
from gateway.consents.claims import ClaimOutcome
from gateway.mail.models import MailKind
from gateway.mail.texts import Signature, compose_mail
from tests.server.accounts.conftest import PASSWORD
from tests.server.conftest import Gateway

ENGLISH = pages.load_texts("en")


def make_pseudo_text(text: str) -> str:
    """A text of a language that nobody speaks, recognisable and longer than English."""
    accents = str.maketrans("aeiouAEIOU", "àéîõüÀÉÎÕÜ")
    placeholders = re.compile(r"(\{\w+\})")
    parts = [part if placeholders.match(part) else part.translate(accents) for part in placeholders.split(text)]
    return "⟦" + "".join(parts) + " ~~~⟧"


@pytest.fixture
def third_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """One more file beside the others, and nothing else."""
    for language in pages.list_languages():
        (tmp_path / f"{language}.json").write_text(json.dumps(pages.load_texts(language)))
    (tmp_path / "xx.json").write_text(json.dumps({key: make_pseudo_text(text) for key, text in ENGLISH.items()}))
    monkeypatch.setattr(pages, "TEXTS", tmp_path)
    for cached in (pages.list_languages, pages.load_texts):
        cached.cache_clear()
    yield "xx"
    for cached in (pages.list_languages, pages.load_texts):
        cached.cache_clear()


@pytest.mark.parametrize("language", pages.list_languages())
def test_every_language_has_every_text(language: str) -> None:
    texts = pages.load_texts(language)
    assert texts.keys() == ENGLISH.keys()
    assert all(text.strip() for text in texts.values())
    assert {f"consent_{outcome}_{part}" for outcome in ClaimOutcome for part in ("title", "text")} <= texts.keys()
    parts = ("subject", "text", "action", "note")
    assert {f"mail_{kind}_{part}" for kind in MailKind for part in parts} <= texts.keys()


def request_in(language: str) -> Request:
    app = SimpleNamespace(state=SimpleNamespace(site_name="Chez nous"))
    return Request({"type": "http", "app": app, "headers": [(b"accept-language", language.encode())]})


def test_pages_and_mails_speak_a_third_language(third_language: str) -> None:
    assert third_language in pages.list_languages()
    for outcome in ClaimOutcome:
        page = pages.render_page(request_in("xx-YY,en;q=0.5"), "consent_result.html", outcome=outcome, again=None)
        shown = re.sub(r"<[^>]+>", " ", bytes(page.body).decode().partition("<body>")[2]).strip()
        assert shown.startswith("⟦"), shown
        assert '<html lang="xx">' in bytes(page.body).decode()
        assert " · Chez nous</title>" in bytes(page.body).decode()
    for kind in MailKind:
        mail = compose_mail(
            kind,
            third_language,
            "somebody@example.org",
            "https://gateway.example.org/#code=x",
            Signature("Our site", "Our town"),
            {"meter": "Home", "until": "2027-01-28"},
        )
        untranslated = [line for line in mail.text.splitlines() if line and "⟦" not in line]
        assert untranslated == ["https://gateway.example.org/#code=x", "Our site", "Our town"]
        assert mail.subject.startswith("⟦")


async def test_an_account_has_the_language_of_the_request_that_made_it(gateway: Gateway, third_language: str) -> None:
    for number, (header, language) in enumerate([("xx-YY", "xx"), ("en", "en"), ("fr-CA", "fr"), ("tlh", "fr")]):
        who = {"email": f"{number}@example.org", "password": PASSWORD}
        await gateway.http.post("/v1/accounts", json=who, headers={"Accept-Language": header})
        browser = gateway.new_browser()
        await browser.post("/v1/session", json=who)
        assert (await browser.get("/v1/accounts/me")).json()["language"] == language
