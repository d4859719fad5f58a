"""Server-rendered pages, which work without scripts, and the layout of mails, in French and English."""

import json
import secrets
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import HTMLResponse

if TYPE_CHECKING:
    from jinja2 import Template

TEXTS = files("gateway.pages") / "texts"
_FIRST_LANGUAGE = "fr"

_POLICY = (
    "default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


@cache
def _load_template(name: str) -> Template:
    # not loaded until a page is shown
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415

    templates = Environment(
        loader=PackageLoader("gateway.pages"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return templates.get_template(name)


@cache
def list_languages() -> tuple[str, ...]:
    """Return the codes of languages with a file of texts: French first, then the others in order."""
    found = {file.name.removesuffix(".json") for file in TEXTS.iterdir() if file.name.endswith(".json")}
    return (_FIRST_LANGUAGE, *sorted(found - {_FIRST_LANGUAGE}))


@cache
def load_texts(language: str) -> dict[str, str]:
    """Return all texts of a language by key."""
    found: dict[str, str] = json.loads((TEXTS / f"{language}.json").read_text("utf-8"))
    return found


def choose_language(request: Request) -> str:
    """Return the available language that Accept-Language prefers, French by default."""
    accepted = []
    for position, part in enumerate(request.headers.get("accept-language", "").split(",")[:20]):
        name, _, quality = part.strip().partition(";q=")
        try:
            accepted.append((-float(quality or 1), position, name.split("-")[0].lower()))
        except ValueError:
            continue
    return next((name for _, _, name in sorted(accepted) if name in list_languages()), _FIRST_LANGUAGE)


def render_page(
    request: Request, template: str, *, status: int = 200, refresh: int | None = None, policy: str = "", **values: Any
) -> HTMLResponse:
    """Return a rendered page, which the browser reloads after `refresh` seconds; `policy` is added to its policy."""
    language, nonce = choose_language(request), secrets.token_urlsafe(16)
    words, site = load_texts(language), request.app.state.site_name
    html = _load_template(template).render(
        t=words, language=language, site=site, nonce=nonce, refresh=refresh, **values
    )
    return HTMLResponse(
        html,
        status_code=status,
        headers={
            "Content-Security-Policy": _POLICY.format(nonce=nonce) + policy,
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Vary": "Accept-Language",
        },
    )


def render_mail(language: str, **values: Any) -> str:
    """Return the HTML of a mail."""
    return _load_template("mail.html").render(t=load_texts(language), language=language, **values)
