"""A person and an administrator use the site in a browser, from the first page to the deletion of the account.

The policy of the pages is enforced all along: whatever it blocks, and whatever is asked of another site, is counted.
"""

import re

from playwright.async_api import expect

from tests.e2e.conftest import ADMIN
from tests.e2e.polling import wait_until
from tests.e2e.site import PASSWORD, Site
from tests.e2e.visitor import Visitor, open_visitor

PERSON = "person@example.org"
METER = "30001000000015"


async def test_a_person_from_the_first_page_to_the_last(whole_site: Site) -> None:
    async with open_visitor(whole_site.url) as person:
        await sign_up(person, whole_site)
        await add_meter(person)
        await change_tariff(person)
        await wait_for_readings(person)
        await look_around(person)
        await take_away(person)
        await use_reading_token(person)
        await log_out_everywhere(person)
        await delete_account(person)


async def sign_up(person: Visitor, site: Site) -> None:
    await person.open("")
    await person.page.get_by_role("link", name="Create an account").first.click()
    await person.fill_field("E-mail address", PERSON)
    await person.fill_field("Password", PASSWORD)
    await person.press_button("Create an account")
    await person.wait_for_text("Check your e-mail")
    link = await site.mail.wait_for_link(PERSON)
    assert link.startswith(f"{person.url}/verify-email#code=")
    await person.page.goto(link)
    await person.fill_field("Password", PASSWORD)
    await person.press_button("Confirm")
    await person.wait_for_text("Your address is confirmed.")
    await person.log_in_by_form(PERSON)


async def add_meter(person: Visitor) -> None:
    await person.open("add-meter")
    await person.fill_field("Number of the meter (PRM or PDL)", METER)
    await person.press_button("Go to Enedis")
    await person.page.get_by_role("link", name="Continue to Enedis").click()
    await person.page.get_by_label("Compteur").select_option(METER)
    await person.page.get_by_role("button", name="Accepter").click()
    await person.wait_for_text("Done: Enedis shares the meter’s data.")
    assert METER not in person.page.url


async def change_tariff(person: Visitor) -> None:
    await person.page.get_by_role("link", name="Choose the tariff").click()
    card = person.page.get_by_role("heading", name=re.compile("Tariff")).first.locator("xpath=ancestor::section[1]")
    await card.get_by_role("button", name="Add", exact=True).click()
    dialog = person.page.get_by_role("dialog")
    await dialog.get_by_label(re.compile("^Option")).select_option("hp_hc")
    await dialog.get_by_label(re.compile("^Subscribed power")).select_option("9")
    await dialog.get_by_role("button", name="Save", exact=True).click()
    await expect(dialog).to_be_hidden()
    await person.wait_for_text(re.compile(r"9 kVA"))
    await card.get_by_role("button", name="Add", exact=True).click()
    await dialog.get_by_role("button", name="Save", exact=True).click()
    tariffs = card.get_by_role("heading", level=3)
    await expect(tariffs).to_have_count(2)
    for answer, count in (("Cancel", 2), ("Remove", 1)):
        await card.get_by_role("button", name="Remove", exact=True).last.click()
        await dialog.get_by_role("button", name=answer, exact=True).click()
        await expect(dialog).to_be_hidden()
        await expect(tariffs).to_have_count(count)


async def wait_for_readings(person: Visitor) -> None:
    async def has_readings() -> bool:
        listed = await person.page.request.get(f"{person.url}/api/v1/usage-points")
        return (await listed.json())["items"][0]["freshness"]["complete_until"] is not None

    await wait_until(has_readings, "the first readings")


async def look_around(person: Visitor) -> None:
    page = person.page

    async def shows_hours() -> bool:
        async with page.expect_response(re.compile("/series")) as answered:
            await person.open("consumption")
        answer = await (await answered.value).json()
        return any(answer["current"]["consumption"])

    await wait_until(shows_hours, "hours of the newest month")
    await expect(page.locator("main svg").first).to_be_visible()
    async with page.expect_response(re.compile("/comparison")) as answered:
        await person.open("compare")
    assert (await (await answered.value).json())["open_to_new"]["base"] is False, "9 kVA"
    for name in ("overview", "habits", "tempo", "ecowatt", "docs"):
        await person.open(name)
        await expect(page.get_by_role("heading", level=1).first).to_be_visible()
        await page.wait_for_load_state("networkidle")


async def take_away(person: Visitor) -> None:
    await person.open("meter")
    async with person.page.expect_download() as downloading:
        await person.page.get_by_role("link", name="Download as CSV").click()
    file = await (await downloading.value).path()
    lines = file.read_text("utf-8-sig").splitlines()
    assert lines[0].startswith("start,utc_offset,consumption_wh")
    assert len(lines) > 24


async def use_reading_token(person: Visitor) -> None:
    await person.visit("account")
    meter = (await person.fetch_json("/v1/usage-points"))["items"][0]["id"]
    card = person.page.locator("section", has=person.page.get_by_role("heading", name="Reading tokens", exact=True))
    await card.get_by_label("Name", exact=True).fill("evcc")
    await card.get_by_role("button", name="Create a token").click()
    dialog = person.page.get_by_role("dialog")
    token = await dialog.get_by_label("Token", exact=True).input_value()
    await dialog.get_by_role("button", name="Close", exact=True).click()
    await card.get_by_role("button", name="Calendars", exact=True).click()
    calendar = await dialog.locator("input").input_value()
    await dialog.get_by_role("button", name="Close", exact=True).click()
    assert METER not in calendar

    rates = f"{person.url}/api/v1/usage-points/{meter}/rates"
    async with open_visitor(person.url) as program:
        reading = {"Authorization": f"Bearer {token}"}
        assert (await program.page.request.get(rates, headers=reading)).status == 200
        assert "BEGIN:VCALENDAR" in await (await program.page.request.get(calendar)).text()

        await card.get_by_role("button", name="Revoke", exact=True).click()
        await dialog.get_by_role("button", name="Cancel", exact=True).click()
        await expect(card.get_by_text("evcc", exact=True)).to_be_visible()
        await card.get_by_role("button", name="Revoke", exact=True).click()
        await dialog.get_by_role("button", name="Revoke", exact=True).click()
        await expect(card.get_by_text("There are none yet.")).to_be_visible()
        for address, headers in ((rates, reading), (calendar, {})):
            assert (await program.page.request.get(address, headers=headers)).status == 401


async def log_out_everywhere(person: Visitor) -> None:
    await person.open("account")
    await person.press_button("Log out everywhere")
    await person.page.wait_for_url(f"{person.url}/")
    state = await person.page.request.get(f"{person.url}/api/v1/session")
    assert (await state.json())["account"] is None


async def delete_account(person: Visitor) -> None:
    await person.log_in_by_form(PERSON)
    await person.open("account")
    await person.press_button("Delete the account")
    dialog = person.page.get_by_role("dialog")
    await dialog.get_by_label("Current password", exact=True).fill(PASSWORD)
    await dialog.get_by_role("button", name="Delete everything permanently", exact=True).click()
    await person.page.wait_for_url(f"{person.url}/")
    again = {"email": PERSON, "password": PASSWORD}
    answer = await person.page.request.post(f"{person.url}/api/v1/session", data=again)
    assert answer.status == 401


async def test_an_administrator_at_work(whole_site: Site) -> None:
    site = whole_site
    async with open_visitor(site.url) as admin:
        somebody = {"email": "somebody@example.org", "password": PASSWORD}
        made = await admin.page.request.post(f"{site.url}/api/v1/accounts", data=somebody)
        assert made.status == 201
        own = {"email": ADMIN, "password": PASSWORD}
        assert (await admin.page.request.post(f"{site.url}/api/v1/session", data=own)).status == 204
        english = await admin.page.request.patch(f"{site.url}/api/v1/accounts/me", data={"language": "en"})
        assert english.status == 200
        await admin.open("administration")
        await admin.fill_field("Search by part of the address", "somebody")
        await admin.press_button("Search")
        row = admin.page.get_by_role("row", name=re.compile("somebody@example.org"))
        await row.get_by_role("button", name="Deactivate", exact=True).click()
        await expect(row.get_by_text("deactivated", exact=True)).to_be_visible()
        await row.get_by_role("button", name="Delete", exact=True).click()
        dialog = admin.page.get_by_role("dialog")
        await dialog.get_by_label("Your password", exact=True).fill(PASSWORD)
        await dialog.get_by_role("button", name="Delete permanently", exact=True).click()
        await expect(row).to_have_count(0)
        for address in (await (await admin.page.request.get(f"{site.url}/api/v1/admin/users")).json())["items"]:
            assert address["email"] != "somebody@example.org"
