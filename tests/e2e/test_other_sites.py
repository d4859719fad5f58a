"""What pages of other sites make a real browser send to the gateway that it is logged in to changes nothing."""

from collections.abc import AsyncGenerator
from urllib.parse import urlsplit

import aiohttp
import pytest
from aiohttp import web
from playwright.async_api import Page, async_playwright

from scripts.lib.browser import ARGUMENTS, PATIENCE, find_chromium
from scripts.lib.program import free_port
from scripts.lib.stack import Stack
from scripts.lib.web_server import serve_routes
from tests.e2e.site import PASSWORD

# browsers say Sec-Fetch-Site to sites they trust, such as localhost, and only Origin to a gateway without https
GATEWAYS = ["localhost", "gateway.home.test"]
OTHERS = ["evil.home.test", "evil.test"]
PAGE = """<!doctype html><meta name=referrer content=%s><title>Win a heater</title>
<iframe name=hidden></iframe>"""
SEND = """async gateway => {
  const json = JSON.stringify({name: 'evil'}), tried = []
  const attempt = async (name, send) => { try { tried.push([name, await send()]) } catch { tried.push([name, null]) } }
  for (const mode of ['no-cors', 'cors'])
    for (const type of ['text/plain', 'application/json', 'application/x-www-form-urlencoded'])
      await attempt(`${mode} ${type}`, async () => (await fetch(`${gateway}/v1/api-clients`, {
        method: 'POST', mode, credentials: 'include', body: json, headers: {'Content-Type': type}})).text())
  for (const path of ['/v1/session', '/v1/sessions', '/v1/accounts/me'])
    await attempt(`DELETE ${path}`, async () => (await fetch(gateway + path, {
      method: 'DELETE', credentials: 'include'})).text())
  await attempt('read', async () => (await fetch(`${gateway}/v1/accounts/me`, {credentials: 'include'})).text())
  navigator.sendBeacon(`${gateway}/v1/api-clients`, new Blob([json], {type: 'text/plain'}))
  return tried
}"""
SUBMIT = """([gateway, target]) => {
  const form = document.createElement('form')
  Object.assign(form, {method: 'POST', enctype: 'text/plain', action: `${gateway}/v1/api-clients`, target})
  const field = document.createElement('input')
  Object.assign(field, {name: '{"name": "evil", "x', value: '": 1}'})
  form.append(field)
  document.body.append(form)
  form.submit()
}"""


@pytest.fixture
async def other_site() -> AsyncGenerator[int]:
    """The port of a site with a page at every path; `/no-referrer` has browsers keep back where they come from."""

    async def show(request: web.Request) -> web.Response:
        return web.Response(text=PAGE % request.path.strip("/"), content_type="text/html")

    port = free_port()
    async with serve_routes(web.get("/{policy}", show), port=port):
        yield port


async def attack(page: Page, gateway: str) -> None:
    """Try what a page can: requests with and without the gateway's leave, forms in a frame and in the whole window."""
    told = dict(await page.evaluate(SEND, gateway))
    assert len(told) == 10
    assert not any(told.values()), f"a page of another site reads nothing: {told}"
    async with page.expect_response(lambda response: response.url.endswith("/v1/api-clients")) as answered:
        await page.evaluate(SUBMIT, [gateway, "hidden"])
    assert (await answered.value).status in {401, 403}, "401 where the cookie does not come along"
    async with page.expect_navigation() as answered:
        await page.evaluate(SUBMIT, [gateway, "_self"])
    shown = await answered.value
    assert shown is not None
    assert shown.status in {401, 403}


@pytest.mark.parametrize("host", GATEWAYS)
async def test_a_page_of_another_site_changes_and_reads_nothing(stack: Stack, other_site: int, host: str) -> None:
    email = f"{host}@example.org"
    port = urlsplit(stack.gateway_url).port
    gateway = f"http://{host}:{port}"
    async with aiohttp.ClientSession() as http:
        made = await http.post(f"{stack.gateway_url}/v1/accounts", json={"email": email, "password": PASSWORD})
        assert made.status == 201
    rules = "--host-resolver-rules=MAP *.test 127.0.0.1"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(whole=True), args=[*ARGUMENTS, rules])
        page = await browser.new_page()
        page.set_default_timeout(PATIENCE)
        await page.goto(f"{gateway}/ping")
        status = await page.evaluate(
            """async body => (await fetch('/v1/session', {
                 method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body)})).status""",
            {"email": email, "password": PASSWORD},
        )
        assert status == 204
        for other in OTHERS:
            for policy in ("origin", "no-referrer"):
                await page.goto(f"http://{other}:{other_site}/{policy}")
                await attack(page, gateway)
        await page.goto(f"{gateway}/ping")
        clients = await page.evaluate("async () => (await fetch('/v1/api-clients')).json()")
        assert clients == {"items": []}, "still logged in, and nothing was made"
        await browser.close()
