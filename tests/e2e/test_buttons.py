"""The buttons of a meter's order and of the administration, each pressed: the gateway then says so too."""

import re
from typing import Any

from playwright.async_api import Locator, expect

from scripts.lib.stack import Stack
from tests.e2e.conftest import OWNER
from tests.e2e.polling import wait_until
from tests.e2e.site import PASSWORD
from tests.e2e.visitor import Visitor, open_visitor

SOMEBODY = "somebody@example.org"


async def list_meters(person: Visitor) -> list[tuple[str, bool]]:
    """The names of the meters as the API lists them, and whether each is hidden."""
    return [(one["name"], one["hidden"]) for one in (await person.fetch_json("/v1/usage-points"))["items"]]


async def test_meters_are_put_in_order_and_hidden(pages: Stack) -> None:
    async with open_visitor(pages.gateway_url) as person:
        await person.log_in(OWNER)
        before = await list_meters(person)
        names = [name for name, _ in before]
        await person.visit("meter")
        last = person.page.get_by_role("listitem").filter(has_text=names[-1]).last
        up, down = (last.get_by_role("button", name=f"Move {way}: {names[-1]}") for way in ("up", "down"))
        await expect(down).to_be_disabled()
        offered = person.page.get_by_role("banner").get_by_role("option")
        for place in range(len(names) - 2, -1, -1):
            await up.click()
            await expect(offered.nth(place)).to_have_text(names[-1])
            await expect(last.get_by_role("button", name="Hide", exact=True)).to_be_enabled()
        await expect(up).to_be_disabled()
        await expect(offered).to_have_text([names[-1], *names[:-1]])
        assert await list_meters(person) == [before[-1], *before[:-1]]

        # a fresh load shows the first one, and leaves out what is hidden
        await last.get_by_role("button", name="Hide", exact=True).click()
        await expect(last.get_by_role("button", name="Show", exact=True)).to_be_enabled()
        await person.visit("meter")
        await expect(offered).to_have_text(names[:-1])
        await expect(person.page.get_by_role("heading", level=1)).to_have_text(names[0])

        hidden = person.page.get_by_role("listitem").filter(has_text=names[-1]).last
        await hidden.get_by_role("button", name="Show", exact=True).click()
        await expect(hidden.get_by_role("button", name="Hide", exact=True)).to_be_enabled()
        down = hidden.get_by_role("button", name=f"Move down: {names[-1]}")
        for place in range(1, len(names)):
            await down.click()
            await expect(offered.nth(place)).to_have_text(names[-1])
            await expect(hidden.get_by_role("button", name="Hide", exact=True)).to_be_enabled()
        assert await list_meters(person) == before


async def test_registers_are_read_for_whoever_asks_for_them(pages: Stack) -> None:
    async with open_visitor(pages.gateway_url) as person:
        await person.log_in(OWNER)
        await person.wait_for_days()
        await person.visit("meter")
        await person.wait_for_text("No registers are known yet.")
        await person.press_button("Request them from Enedis")
        await expect(person.page.get_by_text("No registers are known yet.")).to_have_count(0)
        check = person.page.locator("section", has=person.page.get_by_role("heading", name="Check against the meter"))
        await check.locator("summary").click()
        await expect(check.locator("tbody tr").first).to_be_visible()


async def sees_account(admin: Visitor, email: str) -> dict[str, Any] | None:
    """An account as administration's API tells of it."""
    users = (await admin.fetch_json("/v1/admin/users"))["items"]
    return next((user for user in users if user["email"] == email), None)


async def test_an_administrator_manages_an_account(pages: Stack) -> None:
    async with open_visitor(pages.gateway_url) as admin:
        made = await admin.page.request.post(
            f"{pages.gateway_url}/v1/accounts", data={"email": SOMEBODY, "password": PASSWORD}
        )
        assert made.status == 201
        await admin.log_in(OWNER)
        await admin.wait_for_days()
        await admin.visit("administration")
        own = admin.page.get_by_role("row", name=re.compile(OWNER))
        await expect(own.get_by_role("button")).to_have_text(["Reset quota"])

        async def read_used_calls() -> int:
            used, _, limit = (await own.get_by_role("cell").nth(3).inner_text()).partition(" / ")
            assert limit == "500"
            return int(used)

        before = await read_used_calls()
        assert before > 30, "sixty days of four meters were asked for, a week each"
        await own.get_by_role("button", name="Reset quota").click()

        async def was_reset() -> bool:
            # not to zero for long: older history is asked for meanwhile
            return await read_used_calls() < before

        await wait_until(was_reset, "fewer calls than before the reset")

        await admin.fill_field("Search by part of the address", "some")
        await admin.press_button("Search")
        await expect(own).to_have_count(0)
        row = admin.page.get_by_role("row", name=re.compile(SOMEBODY))
        await press_and_read(row, "Deactivate", "deactivated")
        refused = await admin.page.request.post(
            f"{pages.gateway_url}/v1/session", data={"email": SOMEBODY, "password": PASSWORD}
        )
        assert refused.status in {401, 403}
        await press_and_read(row, "Reactivate", "not verified")
        assert (await sees_account(admin, SOMEBODY) or {})["deactivated_at"] is None

        await row.get_by_role("button", name="Delete", exact=True).click()
        dialog = admin.page.get_by_role("dialog")
        await dialog.get_by_role("button", name="Cancel", exact=True).click()
        await expect(dialog).to_be_hidden()
        await row.get_by_role("button", name="Delete", exact=True).click()
        await dialog.get_by_label("Your password", exact=True).fill("not the password at all")
        await dialog.get_by_role("button", name="Delete permanently", exact=True).click()
        await expect(dialog.get_by_role("alert")).to_have_text("The address or the password is wrong.")
        assert await sees_account(admin, SOMEBODY) is not None
        await dialog.get_by_label("Your password", exact=True).fill(PASSWORD)
        await dialog.get_by_role("button", name="Delete permanently", exact=True).click()
        await expect(row).to_have_count(0)
        await admin.wait_for_text("Nothing found.")
        assert await sees_account(admin, SOMEBODY) is None
        await admin.press_button("All")
        await expect(own).to_have_count(1)


async def press_and_read(row: Locator, button: str, status: str) -> None:
    """Press a button of an account's row; its status follows."""
    await row.get_by_role("button", name=button, exact=True).click()
    await expect(row.get_by_role("cell").first).to_have_text(status)


async def test_an_administrator_looks_at_consents_upstreams_and_the_log(pages: Stack) -> None:
    async with open_visitor(pages.gateway_url) as admin:
        wrong = {"email": OWNER, "password": "not the password at all"}
        assert (await admin.page.request.post(f"{pages.gateway_url}/v1/session", data=wrong)).status == 401
        await admin.log_in(OWNER)
        await admin.visit("administration")
        view = admin.page.get_by_text("Consents", exact=True)
        told = (await admin.read_answer("/v1/admin/consents", view.click()))["usage_points"]
        await expect(admin.page.get_by_role("heading", name="Meters by status")).to_be_visible()
        await expect(admin.page.locator("dl dd")).to_have_text([str(count) for count in told.values()])
        for status in ("pending", "granted", "refused", "expired", "All"):
            await admin.page.locator("fieldset").last.get_by_text(status, exact=True).click()
            await admin.until_loaded()

        view = admin.page.get_by_role("main").get_by_text("Enedis and RTE", exact=True)
        upstreams = await admin.read_answer("/v1/admin/upstreams", view.click())
        for caption, of in (("Enedis", upstreams["enedis"]), ("RTE", upstreams["rte"])):
            table = admin.page.get_by_role("table", name=caption, exact=True)
            await expect(table.locator("tbody tr")).to_have_count(len(of))
            for place, one in enumerate(of):
                cells = await table.locator("tbody tr").nth(place).locator("td").all_inner_texts()
                assert cells[1] == ("–" if one["left"] is None else f"{one['left']:,}")
                assert cells[2] == "working"
        await expect(admin.page.get_by_text("Mails waiting to be sent: 0")).to_be_visible()

        await admin.page.get_by_text("Audit", exact=True).click()
        await admin.fill_field("Event", "log_in_failed")
        await admin.press_button("Search")
        events = admin.page.locator("tbody tr")
        await expect(events.first).to_contain_text("log_in_failed")
        await admin.until_loaded()
        for line in await events.all_inner_texts():
            assert "log_in_failed" in line
        await admin.press_button("All events")
        await expect(events.filter(has_not_text="log_in_failed").first).to_be_visible()
