"""The front end's files by nginx behind Caddy, and by the gateway itself: the same headers on every answer."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from gateway.app import create_app
from gateway.front_end.files import Files, NoFrontEndError
from gateway.front_end.policy import security_headers
from gateway.front_end.serving import FrontEndSite
from gateway.settings import Settings
from scripts.lib.program import free_port
from tests.server.conftest import SetClock
from tests.server.site import ROOT, caddy, nginx

FOR_EVER = "public, max-age=31536000, immutable"
SCRIPT = "console.log('hello');\n" * 200


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """What a build leaves."""
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / ".vite").mkdir()
    (folder / "index.html").write_text("<!doctype html><title>The page</title>")
    (folder / "icon.svg").write_text("<svg/>")
    (folder / "assets/app-d41d8cd9.js").write_text(SCRIPT)
    (folder / ".vite/manifest.json").write_text("{}")
    return folder


@pytest.fixture(params=["nginx behind Caddy", "gateway"])
async def site(
    request: pytest.FixtureRequest, built: Path, tmp_path: Path, settings: Settings, clock: SetClock
) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of a site that serves them."""
    if request.param == "gateway":
        app = create_app(settings, clock)
        whole = FrontEndSite(app, Files(built), security_headers(with_captcha=False))
        async with (
            app.router.lifespan_context(app),
            httpx2.AsyncClient(transport=httpx2.ASGITransport(whole), base_url="http://gateway") as http,
        ):
            yield http
        return
    port, nobody = free_port(), free_port()
    with nginx(tmp_path / "nginx", built) as frontend:
        async with (
            caddy(tmp_path / "caddy", frontend=frontend, backend=nobody, site=port) as trust,
            httpx2.AsyncClient(base_url=f"https://localhost:{port}", verify=trust, timeout=40) as http,
        ):
            yield http


def is_secured(answer: httpx2.Response) -> None:
    wanted = security_headers(with_captcha=False)
    told = {name: answer.headers.get(name) for name in wanted}
    assert told == wanted, answer.url
    assert "Server" not in answer.headers
    assert all(len(answer.headers.get_list(name)) == 1 for name in wanted), "each is said once"


async def test_pages_and_files_come_with_every_header(site: httpx2.AsyncClient) -> None:
    for path in ("/", "/overview", "/consumption?meter=abc", "/docs", "/log-in"):
        page = await site.get(path)
        assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-cache"), path
        assert "The page" in page.text
        is_secured(page)
    script = await site.get("/assets/app-d41d8cd9.js", headers={"Accept-Encoding": "gzip"})
    assert (script.status_code, script.headers["Cache-Control"]) == (200, FOR_EVER)
    assert (script.text, script.headers["Content-Encoding"]) == (SCRIPT, "gzip")
    assert "javascript" in script.headers["Content-Type"]
    is_secured(script)
    icon = await site.get("/icon.svg")
    assert icon.headers["Content-Type"].startswith("image/svg+xml")
    assert icon.headers["Cache-Control"] == "no-cache"
    is_secured(icon)


async def test_what_is_not_there_is_not_kept_and_not_the_page(site: httpx2.AsyncClient) -> None:
    for path in ("/assets/app-00000000.js", "/nothing.png", "/a/deeper/path", "/.vite/manifest.json", "/.git"):
        answer = await site.get(path)
        assert answer.status_code == 404, path
        assert "immutable" not in answer.headers["Cache-Control"]
        assert "The page" not in answer.text
        is_secured(answer)
    for path in ("/%2e%2e/%2e%2e/etc/passwd", "/assets/..%2f..%2findex.html", "/\\..\\x"):
        answer = await site.get(path)
        assert answer.status_code in {400, 404}, path
    assert (await site.post("/overview")).status_code in {404, 405}


async def test_what_a_browser_has_already_is_not_sent_again(site: httpx2.AsyncClient) -> None:
    first = await site.get("/overview")
    again = await site.get("/overview", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    is_secured(again)


async def test_a_site_with_a_captcha_may_load_cloudflares_script_and_nothing_else(built: Path, tmp_path: Path) -> None:
    wanted = security_headers(with_captcha=True)
    assert "script-src 'self' https://challenges.cloudflare.com;" in wanted["Content-Security-Policy"]
    with nginx(tmp_path / "nginx", built, policy="policy-captcha.conf") as port:
        page = httpx2.get(f"http://127.0.0.1:{port}/")
    assert {name: page.headers[name] for name in wanted} == wanted
    log = (tmp_path / "nginx/access.log").read_text()
    assert "GET /index.html 200" in log or "GET / 200" in log


def test_the_policies_of_nginx_admit_no_inline_code() -> None:
    for name in ("policy.conf", "policy-captcha.conf"):
        policy = (ROOT / "web/nginx" / name).read_text()
        assert not re.search(r"unsafe|data:|\*|http:", policy), name


async def test_the_api_is_below_api_and_stays_where_it_was(built: Path, settings: Settings, clock: SetClock) -> None:
    app = create_app(settings, clock)
    whole = FrontEndSite(app, Files(built), security_headers(with_captcha=False))
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(whole), base_url="http://gateway") as http,
    ):
        for path in ("/api/ping", "/ping", "/api/v1/site", "/v1/site", "/api/openapi.json"):
            assert (await http.get(path)).json(), path
        missing = await http.get("/api/v1/nothing")
        assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
        is_secured(missing)
        assert (await http.get("/api/v1/accounts/me")).status_code == 401
        docs = await http.get("/api/docs")
        assert docs.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'nonce-")
        assert (await http.head("/overview")).content == b""


async def test_the_api_is_described_without_a_script_and_without_another_site(
    settings: Settings, clock: SetClock
) -> None:
    app = create_app(settings, clock)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://gateway") as http,
    ):
        page = await http.get("/docs")
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert "<script" not in page.text
    assert not re.search(r"(src|href)=\"(https?:)?//", page.text)
    for told in (
        "GET /v1/usage-points/{point_id}/series",
        "PATCH /v1/accounts/me",
        "SeriesView",
        "list of number or null",
    ):
        assert told in page.text


def test_a_folder_without_a_build_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(NoFrontEndError, match=r"holds no index\.html"):
        Files(tmp_path)


async def test_without_the_front_end_caddy_says_so_with_the_same_headers(tmp_path: Path) -> None:
    port, nobody = free_port(), free_port()
    async with (
        caddy(tmp_path / "caddy", frontend=nobody, backend=nobody, site=port) as trust,
        httpx2.AsyncClient(base_url=f"https://localhost:{port}", verify=trust, timeout=40) as http,
    ):
        answer = await http.get("/overview")
    assert answer.status_code == 502
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Server" not in answer.headers
