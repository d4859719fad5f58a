"""The front end's files by nginx behind Caddy, and by the gateway itself: the same headers on every answer."""

import re
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from gateway.app import create_app
from gateway.front_end.files import File, Files, NoFrontEndError
from gateway.front_end.policy import build_security_headers
from gateway.front_end.serving import FrontEndSite
from gateway.settings import Settings
from scripts.lib.nginx import nginx_command
from scripts.lib.program import free_port
from tests.server.conftest import SetClock
from tests.server.site import run_caddy, run_nginx

FOR_EVER = "public, max-age=31536000, immutable"
SCRIPT = "console.log('hello');\n" * 200


@pytest.fixture
def build_folder(tmp_path: Path) -> Path:
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
    request: pytest.FixtureRequest, build_folder: Path, tmp_path: Path, settings: Settings, clock: SetClock
) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of a site that serves them."""
    if request.param == "gateway":
        app = create_app(settings, clock)
        whole = FrontEndSite(app, Files(build_folder), build_security_headers(with_captcha=False))
        async with (
            app.router.lifespan_context(app),
            httpx2.AsyncClient(transport=httpx2.ASGITransport(whole), base_url="http://gateway") as http,
        ):
            yield http
        return
    port, nobody = free_port(), free_port()
    with run_nginx(tmp_path / "nginx", build_folder) as frontend:
        async with (
            run_caddy(tmp_path / "caddy", frontend=frontend, backend=nobody, site=port) as trust,
            httpx2.AsyncClient(base_url=f"https://localhost:{port}", verify=trust, timeout=200) as http,
        ):
            yield http


def is_secured(answer: httpx2.Response) -> None:
    wanted = build_security_headers(with_captcha=False)
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
    for path in ("/%2e%2e/%2e%2e/etc/passwd", "/assets/..%2f..%2findex.html", "/\\..\\x", "/a%00.js"):
        answer = await site.get(path)
        assert answer.status_code in {400, 404}, path
        is_secured(answer)
    for refused in (await site.post("/overview"), await site.post("/assets/x.js", content=b"x" * 5000)):
        assert refused.status_code in {404, 405, 413}
        is_secured(refused)


async def test_a_new_build_is_served_at_once(site: httpx2.AsyncClient, build_folder: Path) -> None:
    first = await site.get("/overview")
    (build_folder / "assets/app-d41d8cd9.js").unlink()
    (build_folder / "assets/app-0cc175b9.js").write_text("console.log('new');")
    (build_folder / "index.html").write_text("<!doctype html><title>Another page</title>")
    page = await site.get("/overview", headers={"If-None-Match": first.headers["ETag"]})
    assert (page.status_code, "Another page" in page.text) == (200, True)
    assert (await site.get("/assets/app-0cc175b9.js")).text == "console.log('new');"
    assert (await site.get("/assets/app-d41d8cd9.js")).status_code == 404
    (build_folder / "index.html").unlink()
    assert (await site.get("/overview")).status_code == 404, "while it is built"


@pytest.mark.parametrize("is_found", [True, False])
async def test_a_file_that_a_build_removes_during_a_request_is_not_found(
    build_folder: Path, settings: Settings, clock: SetClock, *, is_found: bool
) -> None:
    class Removed(Files):
        def find_file(self, path: str) -> File | None:
            found = super().find_file(path)
            (build_folder / "icon.svg").unlink()
            if is_found:
                return found
            raise FileNotFoundError(path)

    app = create_app(settings, clock)
    whole = FrontEndSite(app, Removed(build_folder), build_security_headers(with_captcha=False))
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(whole), base_url="http://gateway") as http,
    ):
        gone = await http.get("/icon.svg")
    assert (gone.status_code, gone.json()["code"]) == (404, "not_found")
    assert gone.headers["Cache-Control"] == "no-store"
    is_secured(gone)


async def test_what_a_browser_has_already_is_not_sent_again(site: httpx2.AsyncClient) -> None:
    first = await site.get("/overview")
    again = await site.get("/overview", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    is_secured(again)


BUILDS = [
    pytest.param({}, {"with_captcha": False}, id="by default"),
    pytest.param({"VITE_TURNSTILE_SITE_KEY": "0x4AAA"}, {"with_captcha": True}, id="captcha"),
    pytest.param(
        {"FRAME_ANCESTORS": "self https://Home.example.org:8123"},
        {"with_captcha": False, "frame_ancestors": "'self' https://home.example.org:8123"},
        id="framed",
    ),
]


@pytest.mark.parametrize(("build", "wanted"), BUILDS)
async def test_nginx_says_what_the_gateway_says(
    build_folder: Path, tmp_path: Path, build: dict[str, str], wanted: dict[str, Any]
) -> None:
    with run_nginx(tmp_path / "nginx", build_folder, **build) as port:
        page = httpx2.get(f"http://127.0.0.1:{port}/overview?meter=abc", timeout=200)
    headers = build_security_headers(**wanted)
    assert {name: page.headers.get(name) for name in headers} == headers
    policy = headers["Content-Security-Policy"]
    assert ("https://challenges.cloudflare.com" in policy) is ("VITE_TURNSTILE_SITE_KEY" in build)
    assert not re.search(r"unsafe|data:|\*|http:", policy)
    for unless_framed in ("X-Frame-Options", "Cross-Origin-Opener-Policy"):
        assert (unless_framed in page.headers) is ("FRAME_ANCESTORS" not in build)
    log = (tmp_path / "nginx/access.log").read_text()
    assert "GET /index.html 200" in log or "GET /overview 200" in log
    assert "abc" not in log


async def test_nginx_writes_people_s_requests_into_its_log_and_not_the_health_check(
    build_folder: Path, tmp_path: Path
) -> None:
    with run_nginx(tmp_path / "nginx", build_folder) as port:
        for path, program in (("checked", "Wget"), ("checked-too", "Wget/1.25.0"), ("requested", "Mozilla/5.0")):
            httpx2.get(f"http://127.0.0.1:{port}/assets/{path}", headers={"User-Agent": program}, timeout=200)
    log = (tmp_path / "nginx/access.log").read_text()
    assert "GET /assets/requested 404" in log
    assert "/assets/checked" not in log


async def test_nginx_writes_no_meter_s_number_into_its_log(build_folder: Path, tmp_path: Path) -> None:
    """A program made for another gateway asks with one in the address, and comes here if the proxy does not know it."""
    meter = "30001000000001"
    encoded = "".join(f"%3{digit}" for digit in meter)
    with run_nginx(tmp_path / "nginx", build_folder) as port:
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=200) as http:
            for number in (meter, encoded):
                assert (await http.get(f"/valid_access/{number}?prm={meter}")).status_code == 404
            refused = await http.post(f"/daily_consumption/{meter}/", content=b"0" * 2000)
            assert refused.status_code in {404, 405, 413}
    access = (tmp_path / "nginx/access.log").read_text()
    assert "GET (a number) 404" in access
    for log in (access, (tmp_path / "nginx/error.log").read_text()):
        assert meter not in log
        assert encoded not in log


async def test_pages_may_be_framed_behind_caddy_and_the_api_may_not(build_folder: Path, tmp_path: Path) -> None:
    port, nobody = free_port(), free_port()
    with run_nginx(tmp_path / "nginx", build_folder, FRAME_ANCESTORS="https://home.example.org") as frontend:
        async with (
            run_caddy(tmp_path / "caddy", frontend=frontend, backend=nobody, site=port) as trust,
            httpx2.AsyncClient(base_url=f"https://localhost:{port}", verify=trust, timeout=200) as http,
        ):
            page, api = await http.get("/overview"), await http.get("/api/ping")
    assert page.headers["Content-Security-Policy"].endswith("frame-ancestors https://home.example.org")
    assert not {"X-Frame-Options", "Cross-Origin-Opener-Policy"} & set(map(str.title, page.headers))
    assert api.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert api.headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("sites", ["*", "https://home.example.org/path", "'self'; script-src *", "home.example.org"])
def test_what_is_no_site_cannot_frame(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sites: str) -> None:
    monkeypatch.setenv("SECRET_KEY", "a" * 40)
    monkeypatch.setenv("FRAME_ANCESTORS", sites)
    with pytest.raises(ValueError, match="FRAME_ANCESTORS must be the addresses of sites"):
        Settings()
    with pytest.raises(subprocess.CalledProcessError) as refused:
        nginx_command(tmp_path, tmp_path, 80)
    assert b"FRAME_ANCESTORS must be the addresses of sites" in refused.value.stderr


async def test_the_api_is_below_api_and_stays_where_it_was(
    build_folder: Path, settings: Settings, clock: SetClock
) -> None:
    app = create_app(settings, clock)
    whole = FrontEndSite(app, Files(build_folder), build_security_headers(with_captcha=False))
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
        run_caddy(tmp_path / "caddy", frontend=nobody, backend=nobody, site=port) as trust,
        httpx2.AsyncClient(base_url=f"https://localhost:{port}", verify=trust, timeout=200) as http,
    ):
        answer = await http.get("/overview")
    assert answer.status_code == 502
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Server" not in answer.headers


def test_a_link_that_leads_out_of_the_folder_is_not_served(build_folder: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("a secret")
    (build_folder / "assets/out.txt").symlink_to(secret)
    (build_folder / "assets/in.svg").symlink_to(build_folder / "icon.svg")
    (tmp_path / "current").symlink_to(build_folder)
    files = Files(tmp_path / "current")
    assert files.find_file("/assets/out.txt") is None
    assert files.find_file("/assets/in.svg") is not None
    assert files.find_file("/icon.svg") is not None
