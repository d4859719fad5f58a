"""A person shares a meter: from our page to Enedis and back, in a real browser, without a script."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from playwright.async_api import expect

from scripts.lib.browser import open_page
from scripts.lib.stack import Stack
from tests.e2e.polling import wait_until

TO_SHARE, ANOTHER = "30001000000015", "30001000000016"


@dataclass
class Account:
    """An API client of the gateway."""

    session: aiohttp.ClientSession

    async def request_consent(self, prm: str) -> dict[str, Any]:
        async with self.session.post("/v1/consents", json={"prm": prm}) as answer:
            assert answer.status == 201, await answer.text()
            asked: dict[str, Any] = await answer.json()
            return asked

    async def get(self, path: str) -> Any:
        async with self.session.get(path) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()


@pytest.fixture
async def account(stack: Stack) -> AsyncGenerator[Account]:
    async with aiohttp.ClientSession(stack.simulator_url) as simulator:
        order = {"mode": "ask", "redirect_uri": f"{stack.gateway_url}/oauth/callback"}
        async with simulator.patch("/control/authorize", json=order) as answer:
            assert answer.status == 200
    client = await stack.add_api_client("A browser's owner", email="somebody@example.org")
    async with aiohttp.ClientSession(stack.gateway_url) as session:
        form = {"grant_type": "client_credentials", **client}
        async with session.post("/v1/oauth/token", data=form) as answer:
            token = (await answer.json())["access_token"]
        session.headers["Authorization"] = f"Bearer {token}"
        yield Account(session)


async def test_sharing_a_meter(account: Account) -> None:
    asked = await account.request_consent(TO_SHARE)
    async with open_page(asked["authorize_url"], language="fr", width=420, height=860) as page:
        await expect(page.locator("h1")).to_have_text("Partager vos données d’électricité")
        await page.get_by_role("link", name="Continuer chez Enedis").click()
        await page.get_by_label("Compteur").select_option(TO_SHARE)
        await page.get_by_role("button", name="Accepter").click()
        await page.get_by_role("heading", name="C’est fait").wait_for()
        assert TO_SHARE not in page.url
    consent = await account.get(f"/v1/consents/{asked['id']}")
    assert consent["status"] == "granted"
    (point,) = consent["usage_points"]

    async def has_contract_and_readings() -> bool:
        view = await account.get(f"/v1/usage-points/{point}")
        return view["contract"]["power_kva"] == 6 and view["freshness"]["complete_until"] is not None

    await wait_until(has_contract_and_readings, "the contract and the first readings of the meter shared")


async def test_refusing_then_choosing_the_wrong_meter_in_english(account: Account) -> None:
    asked = await account.request_consent(ANOTHER)
    async with open_page(asked["authorize_url"], language="en", width=1280, height=800) as page:
        await page.get_by_role("link", name="Continue to Enedis").click()
        await page.get_by_role("button", name="Refuser").click()
        await page.get_by_role("heading", name="Nothing was shared").wait_for()
        await page.get_by_role("link", name="Try again").click()
        await page.get_by_role("link", name="Continue to Enedis").click()
        await page.get_by_label("Compteur").select_option("30001000000017")
        await page.get_by_role("button", name="Accepter").click()
        await page.get_by_role("heading", name="Waiting for Enedis to open access").wait_for()
        # the page follows by itself, for the minute in which a service may still appear
        await page.get_by_role("heading", name="You shared a different meter").wait_for()
    assert (await account.get(f"/v1/consents/{asked['id']}"))["reason"] == "wrong_meter"
