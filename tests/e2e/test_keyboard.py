"""Everything can be done with the keyboard alone: pages, menu, dialogs, forms and charts."""

import re

import pytest
from playwright.async_api import Locator, expect

from scripts.lib.stack import Stack, UsagePoint
from tests.e2e.conftest import OWNER
from tests.e2e.keyboard import Keyboard
from tests.e2e.site import PASSWORD
from tests.e2e.visitor import Visitor, open_visitor

TYPIST = "typist@example.org"
METERS = {"First": UsagePoint("30009000000101", "base", 6), "Second": UsagePoint("30009000000102", "base", 6)}
PHONE = 390


@pytest.fixture(scope="module")
async def typist(pages: Stack) -> str:
    """An account with two meters that only these tests change."""
    for name, point in METERS.items():
        await pages.add_usage_point(point, name, email=TYPIST)
    await pages.command("reset-password", "--email", TYPIST, given=PASSWORD)
    return TYPIST


async def expect_page(person: Visitor, title: str) -> None:
    """A page is shown, and its heading has the focus: a screen reader says where it is."""
    heading = person.page.get_by_role("heading", level=1)
    await expect(heading).to_have_text(title)
    await expect(heading).to_be_focused()
    await person.until_loaded()


async def test_pages_are_reached_by_keyboard(pages: Stack) -> None:
    async with open_visitor(pages.gateway_url) as person:
        keys, page = Keyboard(person.page), person.page
        await person.visit("log-in")
        await keys.go_to(page.get_by_label("E-mail address", exact=True))
        await keys.type(OWNER)
        await keys.go_to(page.get_by_label("Password", exact=True))
        await keys.type("not the password at all")
        await keys.press("Enter")
        await expect(page.get_by_role("alert")).to_be_visible()
        await expect(page.get_by_label("Password", exact=True)).to_be_focused()
        await keys.type(PASSWORD)
        await keys.press("Enter")
        await person.page.wait_for_url("**/overview")
        await person.choose_language("en")
        await person.visit("overview")
        await keys.go_to(page.get_by_role("link", name="Skip to the content"), backwards=True)
        await expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
        await keys.press("Enter")
        await expect(page.locator("main")).to_be_focused()
        await keys.activate(page.get_by_role("link", name="Consumption", exact=True), backwards=True)
        await expect_page(person, "Consumption")
        await page.go_back()
        await expect_page(person, "Overview")

        await page.set_viewport_size({"width": PHONE, "height": 800})
        more, menu = page.get_by_role("button", name="More"), page.locator("#more-pages")
        await keys.activate(more, backwards=True)
        await expect(menu).to_be_visible()
        await keys.press("Escape")
        await expect(menu).to_be_hidden()
        await expect(more).to_be_focused()
        await keys.press("Space")
        await keys.activate(page.get_by_role("link", name="Compare", exact=True))
        await expect_page(person, "Compare tariffs")
        await expect(menu).to_be_hidden()
        await keys.activate(more, backwards=True)
        await keys.activate(page.get_by_role("button", name="Log out", exact=True))
        await page.wait_for_url(f"{pages.gateway_url}/")
        await expect(page.get_by_role("heading", level=1)).to_be_visible()


_READ_CHART = "chart => [chart.ariaValueText, chart.nextElementSibling.textContent.trim(), chart.ariaLabel]"


async def read_chart(chart: Locator) -> str:
    """What a screen reader says of the place that the keys have come to, as the sentence below the chart does."""
    # at once: newer data may come at any time
    said, written, _ = await chart.evaluate(_READ_CHART)
    assert said == written
    return str(said)


async def walk_chart(keys: Keyboard, chart: Locator, *steps: str, backwards: bool = False) -> list[str]:
    """Go to a chart and press keys; what is said after each. Escape then leaves its places."""
    await keys.go_to(chart, backwards=backwards)
    said = []
    for key in steps:
        await keys.press(key)
        said.append(await read_chart(chart))
    await keys.press("Escape")
    name, _, label = await chart.evaluate(_READ_CHART)
    assert name == label
    return said


async def test_charts_are_read_by_keyboard(pages: Stack) -> None:
    async with open_visitor(pages.gateway_url) as person:
        keys, page = Keyboard(person.page), person.page
        await person.log_in(OWNER)
        await person.wait_for_days()
        await person.visit("consumption?span=month&on=2026-10-15")
        bars = page.get_by_role("slider").first
        said = await walk_chart(keys, bars, "Home", "ArrowRight", "End", "ArrowLeft", "PageDown")
        days = ["Thursday 1", "Friday 2", "Saturday 31", "Friday 30", "Tuesday 20"]
        assert [line.replace(",", "").partition(" October")[0] for line in said] == days
        # Enter opens the day, whose bars are hours
        await keys.press("Home", "Enter")
        await person.wait_for_text(re.compile("Energy used, Thursday,? 1 October 2026"))
        await expect(page).to_have_url(re.compile("span=day&on=2026-10-01|on=2026-10-01&span=day"))

        await keys.go_to(page.get_by_role("radio", name="Day", exact=True), backwards=True)
        await keys.press("ArrowRight")
        await expect(page.get_by_role("radio", name="Week", exact=True)).to_be_focused()
        await person.wait_for_text(re.compile(r"Energy used, 28 Sept? – 4 Oct 2026"))
        later = page.get_by_role("button", name="Later", exact=True)
        await keys.activate(later, "Space")
        await person.wait_for_text(re.compile(r"Energy used, 5 – 11 Oct 2026"))
        await expect(later).to_be_focused()
        await keys.press("Enter")
        await person.wait_for_text(re.compile(r"Energy used, 12 – 18 Oct 2026"))
        await person.until_loaded()
        table = page.locator("main table").first
        await expect(table).to_be_hidden()
        await keys.activate(page.get_by_text("Show as a table").first)
        await expect(table).to_be_visible()

        await person.visit("habits")
        week = page.get_by_role("slider", name="The week", exact=True)
        said = await walk_chart(keys, week, "Home", "ArrowRight", "ArrowDown", "ArrowUp")
        cells = [("Monday", "00:00"), ("Monday", "01:00"), ("Tuesday", "01:00"), ("Monday", "01:00")]
        for sentence, (day, hour) in zip(said, cells, strict=True):
            assert sentence.startswith(f"{day}, {hour} to ")
        carpet = page.get_by_role("slider", name="The year, hour by hour", exact=True)
        said = await walk_chart(keys, carpet, "End", "ArrowUp", "ArrowLeft", backwards=True)
        hours = ["23:00 to 24:00", "22:00 to 23:00", "22:00 to 23:00"]
        assert [sentence.partition(", ")[2].partition(": ")[0] for sentence in said] == hours
        days = [sentence.partition(", ")[0] for sentence in said]
        assert days[0] == days[1] != days[2]
        await person.visit("tempo")
        strip = page.get_by_role("slider")
        said = await walk_chart(keys, strip, "Home", "ArrowDown", "ArrowRight", "ArrowUp", "ArrowLeft")
        days = ["Tuesday 1", "Wednesday 2", "Wednesday 9", "Tuesday 8", "Tuesday 1"]
        assert [line.replace(",", "").partition(" September")[0] for line in said] == days


async def test_a_pointer_that_rests_on_a_chart_does_not_undo_what_the_keys_chose(pages: Stack) -> None:
    async with open_visitor(pages.gateway_url) as person:
        keys, page = Keyboard(person.page), person.page
        await person.log_in(OWNER)
        await person.wait_for_days()
        await page.set_viewport_size({"width": 1280, "height": 500})
        await person.visit("consumption?span=month&on=2026-10-15")
        bars = page.get_by_role("slider").first
        await keys.go_to(bars)
        await bars.hover()
        await keys.press("Home")
        said = await read_chart(bars)
        assert said.startswith("Thursday")
        await page.evaluate("scrollBy(0, 10_000)")
        await expect(page.locator("[role=slider]:hover")).to_have_count(0)
        assert await read_chart(bars) == said


async def test_a_meter_is_managed_by_keyboard(pages: Stack, typist: str) -> None:
    async with open_visitor(pages.gateway_url) as person:
        keys, page = Keyboard(person.page), person.page
        await person.log_in(typist)
        await person.visit("meter")
        name = person.card("Name").get_by_label("Name", exact=True)
        await keys.go_to(name)
        await keys.type("Cellar")
        await keys.press("Enter")
        await person.wait_for_text("Saved.")
        await expect(page.get_by_role("heading", level=1)).to_have_text("Cellar")
        await expect(name).to_be_focused()

        await change_tariffs(person, keys)
        await change_off_peak_hours(person, keys)
        await keys.go_to(page.get_by_label("Drop a file here"))
        await change_order(person, keys)
        delete = person.card("Delete this meter").get_by_role("button")
        await keys.open_dialog(delete)
        await keys.leave_dialog(delete)
        await keys.press("Enter")
        await keys.activate(page.get_by_role("dialog").get_by_role("button", name="Cancel", exact=True))
        await expect(delete).to_be_focused()


async def change_tariffs(person: Visitor, keys: Keyboard) -> None:
    tariffs = person.card("Tariffs and prices")
    add = tariffs.get_by_role("button", name="Add", exact=True)
    dialog = await keys.open_dialog(add)
    await keys.leave_dialog(add)
    await keys.press("Enter")
    await keys.go_to(dialog.get_by_label(re.compile("^Option")))
    await keys.press("ArrowDown")
    await keys.activate(dialog.get_by_label("Your own prices", exact=True), "Space")
    for bucket, price in (("Peak", "cheap"), ("Off-peak", "0,21")):
        await keys.go_to(dialog.get_by_label(f"{bucket}, €/kWh", exact=True))
        await keys.type(price)
    # what is wrong keeps the dialog open, and is told beside its field
    await keys.press("Enter")
    await expect(dialog.get_by_text("This is not a number.")).to_be_visible()
    await keys.go_to(dialog.get_by_label("Peak, €/kWh", exact=True), backwards=True)
    await keys.type("0.31")
    await keys.activate(dialog.get_by_role("button", name="Save", exact=True))
    await expect(dialog).to_have_count(0)
    await expect(add).to_be_focused()
    await expect(tariffs.locator("dd")).to_contain_text(["0.3100\xa0€/kWh", "0.2100\xa0€/kWh"])

    remove = tariffs.get_by_role("button", name="Remove", exact=True)
    dialog = await keys.open_dialog(remove.last)
    await keys.activate(dialog.get_by_role("button", name="Remove", exact=True))
    await expect(dialog).to_have_count(0)
    await expect(remove).to_have_count(0)
    # what opened the dialog is gone: the page's heading has the focus, and not nothing
    await expect(person.page.get_by_role("heading", level=1)).to_be_focused()


async def change_off_peak_hours(person: Visitor, keys: Keyboard) -> None:
    off_peak = person.card("Off-peak hours")
    change = off_peak.get_by_role("button", name="Change", exact=True)
    dialog = await keys.open_dialog(change)
    await keys.go_to(dialog.get_by_label("As on the bill", exact=True))
    await keys.type("22h-6h")
    await keys.press("Enter")
    await expect(dialog.get_by_label("From", exact=True)).to_have_value("22:00")
    await keys.activate(dialog.get_by_role("button", name="Save", exact=True))
    await expect(dialog).to_have_count(0)
    await expect(change).to_be_focused()
    await expect(off_peak.get_by_role("listitem")).to_contain_text("22:00 – 06:00")


async def change_order(person: Visitor, keys: Keyboard) -> None:
    rows = person.card("Order and display").get_by_role("listitem")
    up, down = (rows.get_by_role("button", name=f"Move {way}: Second") for way in ("up", "down"))
    await keys.activate(up)
    await expect(rows.first).to_contain_text("Second")
    # it is the first now and cannot go further up: the next button of its row has the focus
    await expect(down).to_be_focused()
    await keys.press("Enter")
    await expect(rows.last).to_contain_text("Second")
    await expect(up).to_be_focused()


async def test_credentials_are_managed_by_keyboard(pages: Stack, typist: str) -> None:
    async with open_visitor(pages.gateway_url) as person:
        keys, page = Keyboard(person.page), person.page
        await person.log_in(typist)
        await person.visit("account")
        dialog = page.get_by_role("dialog")
        for title, action, is_asked in (("API clients", "New secret", True), ("Reading tokens", "Calendars", False)):
            cards = person.card(title)
            name = cards.get_by_label("Name", exact=True)
            await keys.go_to(name)
            await keys.type("Script")
            await keys.press("Enter")
            await expect(dialog.get_by_role("heading", name="The secret")).to_be_visible()
            await keys.leave_dialog(name)
            act = cards.get_by_role("button", name=action, exact=True)
            await keys.activate(act, backwards=True)
            if is_asked:
                await keys.activate(dialog.get_by_role("button", name=action, exact=True))
            await expect(dialog.get_by_role("textbox").first).to_be_visible()
            await keys.leave_dialog(act)
            await keys.activate(cards.get_by_role("button", name="Revoke", exact=True))
            await keys.activate(dialog.get_by_role("button", name="Revoke", exact=True))
            await expect(dialog).to_have_count(0)
            await expect(page.get_by_role("heading", level=1)).to_be_focused()
            await expect(cards.get_by_text("There are none yet.")).to_be_visible()
        await keys.activate(page.get_by_text("Change the password", exact=True).first)
        await keys.go_to(page.get_by_label("New password", exact=True))
        delete = person.card("Delete the account").get_by_role("button")
        dialog = await keys.open_dialog(delete)
        await keys.go_to(dialog.get_by_label("Current password", exact=True))
        await keys.leave_dialog(delete)
