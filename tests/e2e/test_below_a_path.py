"""The pages behind an nginx that has them below a path, and in a frame, as Home Assistant's ingress shows an app."""

import os
import shutil
from collections.abc import AsyncGenerator
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest
from playwright.async_api import FrameLocator, Page, expect

from scripts.lib.faketime import clock_set_to
from scripts.lib.nginx import nginx_command
from scripts.lib.program import Program, free_port
from scripts.lib.stack import USAGE_POINTS, Ports, Stack
from tests.e2e.polling import wait_until
from tests.e2e.site import NOW, PASSWORD, build_pages
from tests.e2e.visitor import Visitor, open_visitor

OWNER = "owner@example.org"
INGRESS = "/api/hassio_ingress/wUrX7bTn0Zq1/"
FRAMED = "/framed/zK41/"
SUPERVISOR = "127.0.0.2"
PATH = "/electricity/"
SANDBOX = "allow-forms allow-popups allow-pointer-lock allow-same-origin allow-scripts allow-modals allow-downloads"
"""What Home Assistant lets the pages of a panel do: they may not leave for another site, but open a window."""
# the gateway's own pages below a random path; nginx and the gateway below a chosen one; and pages that frame the former
PROXY = """
worker_processes 1;
pid {folder}/outer.pid;
error_log {folder}/outer.log;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/outer_body;
    proxy_temp_path {folder}/outer_proxy;
    fastcgi_temp_path {folder}/outer_fastcgi;
    uwsgi_temp_path {folder}/outer_uwsgi;
    scgi_temp_path {folder}/outer_scgi;
    server {{
        listen 127.0.0.1:{port};
        default_type text/html;
        location = /panel {{
            return 200 '<!doctype html><title>Panel</title><iframe sandbox="{sandbox}" width=1200 height=800 src="http://127.0.0.1:{port}{framed}"></iframe>';
        }}
        location = /home-assistant {{
            return 200 '<!doctype html><title>Panel</title><iframe width=1200 height=800 src="http://127.0.0.1:{port}{ingress}"></iframe>';
        }}
        location {framed} {{ proxy_pass http://127.0.0.1:{gateway}/; }}
        # as the Supervisor: from its own address, and naming the user that Home Assistant has logged in
        location {ingress} {{
            proxy_bind {supervisor};
            proxy_set_header Host $http_host;
            proxy_set_header X-Remote-User-Id 6f2a1c;
            proxy_pass http://127.0.0.1:{gateway}/;
        }}
        location {path}api/ {{ proxy_pass http://127.0.0.1:{gateway}/; }}
        location {path} {{ proxy_pass http://127.0.0.1:{frontend}/; }}
    }}
}}
"""


@pytest.fixture(scope="module")
async def proxied_url(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[str]:
    """The address of the outer nginx."""
    folder: Path = tmp_path_factory.mktemp("proxied")
    port, frontend, files = free_port(), free_port(), build_pages(folder / "web")
    ports = Ports(home_assistant=free_port(), gateway=free_port(), simulator=free_port())
    env = clock_set_to(NOW) | {"FRAME_ANCESTORS": "self", "ADMIN_EMAILS": OWNER, "INGRESS_PROXY": SUPERVISOR}
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    config = folder / "outer.conf"
    user = "user root;" if os.geteuid() == 0 else ""
    config.write_text(
        user
        + PROXY.format(
            folder=folder,
            port=port,
            gateway=ports.gateway,
            frontend=frontend,
            framed=FRAMED,
            ingress=INGRESS,
            supervisor=SUPERVISOR,
            path=PATH,
            sandbox=SANDBOX,
        )
    )
    inner = nginx_command(folder / "nginx", files, frontend, FRAME_ANCESTORS="self")
    programs = [
        Program("The front end's nginx", inner, log=folder / "inner.txt", env={}),
        Program("The outer nginx", [nginx, "-c", config, "-g", "daemon off;"], log=folder / "outer.txt", env={}),
    ]
    async with (
        Stack(folder, ports, language="en", env=env, web=files) as stack,
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as client,
    ):
        await stack.start_simulator()
        await stack.start_gateway()
        await stack.command("init", "--email", OWNER, given=PASSWORD)
        await stack.add_usage_point(USAGE_POINTS["base"], "Home", email=OWNER)

        await client.post(f"{stack.gateway_url}/v1/session", json={"email": OWNER, "password": PASSWORD})
        async with client.patch(f"{stack.gateway_url}/v1/accounts/me", json={"language": "en"}) as changed:
            assert changed.ok

        async def is_answering() -> bool:
            try:
                async with client.get(f"http://127.0.0.1:{port}{PATH}") as answer:
                    return answer.ok
            except aiohttp.ClientError:
                return False

        try:
            for program in programs:
                await program.start()
            await programs[-1].until(is_answering, seconds=200)
            yield f"http://127.0.0.1:{port}"
        finally:
            for program in programs:
                await program.stop()


async def visit_pages(shown: Page | FrameLocator) -> None:
    """Log in, and go from page to page by their links."""
    await shown.get_by_role("link", name="Log in").first.click()
    await shown.locator("input[type=email]").fill(OWNER)
    await shown.locator("input[type=password]").fill(PASSWORD)
    await shown.locator("form button.primary").click()
    await expect(shown.get_by_role("heading", level=1)).to_have_text("Overview")
    for name in ("Consumption", "Tempo"):
        await shown.get_by_role("link", name=name, exact=True).first.click()
        await expect(shown.get_by_role("heading", level=1)).to_have_text(name)


async def test_the_gateways_pages_work_in_a_frame_below_a_path(proxied_url: str) -> None:
    async with open_visitor(proxied_url) as person:
        asked: list[str] = []
        person.page.on("request", lambda request: asked.append(urlsplit(request.url).path))
        await person.open("panel")
        await visit_pages(person.page.frame_locator("iframe"))
        [frame] = person.page.frames[1:]
        await frame.wait_for_url(lambda url: urlsplit(url).path == f"{FRAMED}tempo")
        assert [path for path in asked if not path.startswith(FRAMED)] == ["/panel"]
        assert any(path.startswith(f"{FRAMED}assets/") for path in asked)
        forget_the_sandbox(person)


def forget_the_sandbox(person: Visitor) -> None:
    """Chromium warns that a page of the frame's own origin could leave such a sandbox; Home Assistant's is the same."""
    person.wrong = [line for line in person.wrong if "can escape its sandboxing" not in line]


async def test_a_meter_is_added_from_within_a_frame(proxied_url: str) -> None:
    async with open_visitor(proxied_url) as person:
        await person.open("panel")
        shown = person.page.frame_locator("iframe")
        await visit_pages(shown)
        await shown.get_by_role("link", name="Meter", exact=True).click()
        await shown.get_by_role("link", name="Add a meter").click()
        await shown.get_by_label("Number of the meter (PRM or PDL)").fill("30001000000002")
        await shown.get_by_role("button", name="Go to Enedis").click()
        async with person.page.context.expect_event("request", lambda request: "/consents/" in request.url):
            await shown.get_by_role("link", name="Open Enedis").click()
        await expect(shown.get_by_role("heading", level=1)).to_have_text("Add a meter")
        forget_the_sandbox(person)


async def test_ingress_shows_tempo_at_once_and_asks_for_no_password(proxied_url: str) -> None:
    async with open_visitor(proxied_url) as person:
        asked: list[str] = []
        person.page.on("request", lambda request: asked.append(urlsplit(request.url).path))
        await person.open("home-assistant")
        shown = person.page.frame_locator("iframe")
        # nobody has typed anything: a household without a meter sees what RTE's calendar says
        await expect(shown.get_by_role("heading", level=1)).to_have_text("Overview")
        await expect(shown.get_by_text("No meter yet")).to_be_visible()
        await expect(shown.get_by_text("Tempo today")).to_be_visible()
        await expect(shown.locator("main").get_by_text("Blue").first).to_be_visible()
        await expect(shown.get_by_role("button", name="Log out")).to_have_count(0)

        # a request that changes something is taken too: an API client for the integration
        await shown.get_by_role("link", name="Account", exact=True).first.click()
        await expect(shown.get_by_role("heading", level=1)).to_have_text("Account")
        await expect(shown.get_by_text("Change the password")).to_have_count(0)
        assert [path for path in asked if not path.startswith(INGRESS)] == ["/home-assistant"]


async def test_nobody_else_is_believed_to_be_the_supervisor(proxied_url: str) -> None:
    async with aiohttp.ClientSession() as stranger:
        for path in (FRAMED, f"{PATH}"):
            told = {"X-Remote-User-Id": "6f2a1c", "X-Forwarded-For": SUPERVISOR}
            async with stranger.get(f"{proxied_url}{path}api/v1/session", headers=told) as answer:
                assert await answer.json() == {"account": None, "ingress": False}
            async with stranger.get(f"{proxied_url}{path}api/v1/accounts/me", headers=told) as answer:
                assert answer.status == 401
        async with stranger.get(f"{proxied_url}{INGRESS}api/v1/accounts/me") as answer:
            assert (await answer.json())["email"] == "household@home-assistant.local"
        # what another site's page makes a browser send is refused here too
        sent = {"Origin": "https://elsewhere.example.org", "Sec-Fetch-Site": "cross-site"}
        async with stranger.post(
            f"{proxied_url}{INGRESS}api/v1/api-clients", headers=sent, json={"name": "x"}
        ) as answer:
            assert answer.status == 403


async def test_nginx_serves_the_pages_below_a_path(proxied_url: str) -> None:
    async with open_visitor(proxied_url) as person:
        asked: list[str] = []
        person.page.on("request", lambda request: asked.append(urlsplit(request.url).path))
        await person.open(PATH.strip("/") + "/")
        await visit_pages(person.page)
        # an address that is opened afresh
        await person.visit(f"{PATH.strip('/')}/consumption?span=week")
        await expect(person.page.get_by_role("heading", level=1)).to_have_text("Consumption")
        # what is tried out on the page of the API is asked below the path too
        await person.visit(f"{PATH.strip('/')}/docs")
        await person.page.get_by_role("button", name="Try out requests").click()
        await expect(person.page.locator(".servers option")).to_have_text(f"{proxied_url}{PATH}api")
        assert [path for path in asked if not path.startswith(PATH)] == []
        assert any(path.startswith(f"{PATH}api/v1/") for path in asked)


async def test_another_site_cannot_frame_them(proxied_url: str) -> None:
    # localhost is not 127.0.0.1
    async with open_visitor(proxied_url.replace("127.0.0.1", "localhost")) as stranger:
        await stranger.open("panel")

        async def is_refused() -> bool:
            return any("frame-ancestors" in line for line in stranger.wrong)

        await wait_until(is_refused, "the browser refuses the frame")
        await expect(stranger.page.frame_locator("iframe").get_by_role("link", name="Log in")).to_have_count(0)
        stranger.wrong.clear()
