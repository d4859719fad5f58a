"""What is changed on a meter's page stays so, what is downloaded is the API's, and what is deleted is gone."""

import re

import pytest
from playwright.async_api import expect

from scripts.lib.freshness import has_newest_days
from scripts.lib.stack import Stack, UsagePoint
from tests.e2e.conftest import OWNER
from tests.e2e.figures import read_table
from tests.e2e.polling import wait_until
from tests.e2e.site import PASSWORD
from tests.e2e.visitor import Visitor, open_visitor

KEEPER = "keeper@example.org"
AFTERNOON = UsagePoint("30001000000011", "base", 9)
"""Its off-peak hours are those that Enedis tells: from 01:28 and from 13:58."""
SPARE = UsagePoint("30009000000103", "base", 6)


@pytest.fixture(scope="module")
async def keeper(pages: Stack) -> str:
    """An account with two meters that only these tests change."""
    await pages.add_usage_point(AFTERNOON, "Afternoon", email=KEEPER)
    await pages.add_usage_point(SPARE, "Spare", email=KEEPER)
    await pages.command("reset-password", "--email", KEEPER, given=PASSWORD)
    return KEEPER


async def wait_for_off_peak_hours(person: Visitor) -> None:
    async def has_hours() -> bool:
        meters = (await person.fetch_json("/v1/usage-points"))["items"]
        first = next(meter for meter in meters if meter["name"] == "Afternoon")
        return bool(first["off_peak"]) and has_newest_days(first)

    await wait_until(has_hours, "the contract and the newest sixty days")


async def test_a_meter_is_changed_downloaded_and_deleted(pages: Stack, keeper: str) -> None:
    async with open_visitor(pages.gateway_url) as person:
        await person.log_in(keeper)
        await wait_for_off_peak_hours(person)
        await person.visit("meter")
        await rename(person)
        await enter_off_peak_hours(person)
        await change_prices(person)
        await ask_again(person)
        await download(person)
        await delete_other_meter(person)


async def rename(person: Visitor) -> None:
    form = person.card("Name")
    await form.get_by_label("Name", exact=True).fill("Atelier")
    await form.get_by_role("button", name="Rename", exact=True).click()
    await person.wait_for_text("Saved.")
    await person.visit("meter")
    await expect(person.page.get_by_role("heading", level=1)).to_have_text("Atelier")
    await expect(person.page.get_by_role("banner").get_by_role("option")).to_have_text(["Atelier", "Spare"])


async def enter_off_peak_hours(person: Visitor) -> None:
    hours, dialog = person.card("Off-peak hours"), person.page.get_by_role("dialog")
    await expect(hours).to_contain_text("According to Enedis")
    await expect(hours.get_by_role("listitem")).to_contain_text("01:28 – 06:58, 13:58 – 16:28")

    await hours.get_by_role("button", name="Change", exact=True).click()
    await dialog.get_by_label("As on the bill", exact=True).fill("22h-6h, week-end et jours fériés 0h-24h")
    await dialog.get_by_role("button", name="Fill in", exact=True).click()
    await expect(dialog.get_by_role("group", name=re.compile("^Off-peak hours"))).to_have_count(2)
    await dialog.get_by_role("button", name="Save", exact=True).click()
    await expect(dialog).to_have_count(0)
    await person.visit("meter")
    await expect(hours).to_contain_text("Entered by you")
    await expect(hours).to_contain_text("22:00 – 06:00")
    await expect(hours).to_contain_text("Sat, Sun")

    await hours.get_by_role("button", name="Change", exact=True).click()
    await dialog.get_by_role("button", name="Use those from Enedis again", exact=True).click()
    await expect(dialog).to_have_count(0)
    await person.visit("meter")
    await expect(hours).to_contain_text("According to Enedis")
    await expect(hours.get_by_role("listitem")).to_contain_text("01:28 – 06:58, 13:58 – 16:28")


async def change_prices(person: Visitor) -> None:
    tariffs, dialog = person.card("Tariffs and prices"), person.page.get_by_role("dialog")
    await tariffs.get_by_role("button", name="Change", exact=True).click()
    await dialog.get_by_label(re.compile("^Option")).select_option("hp_hc")
    await dialog.get_by_label("Your own prices", exact=True).check()
    await dialog.get_by_label("Peak, €/kWh", exact=True).fill("0.31")
    await dialog.get_by_label("Off-peak, €/kWh", exact=True).fill("0,21")
    await dialog.get_by_role("button", name="Save", exact=True).click()
    await expect(dialog).to_have_count(0)
    await person.visit("meter")
    await expect(tariffs.locator("dd")).to_contain_text(["0.3100\xa0€/kWh", "0.2100\xa0€/kWh"])
    await person.visit("overview")
    table = (await read_table(person.page.locator("main table").first))[1:]
    prices = {"0.3100\xa0€/kWh": "Peak", "0.2100\xa0€/kWh": "Off-peak"}
    assert table
    assert [bucket for _, _, bucket in table] == [prices[price] for _, price, _ in table]
    await person.visit("meter")


async def ask_again(person: Visitor) -> None:
    missing = person.card("Missing days")
    await missing.get_by_label("First day", exact=True).fill("2026-10-30")
    await missing.get_by_label("Last day", exact=True).fill("2026-11-01")
    await missing.get_by_role("button", name="Ask Enedis again", exact=True).click()
    await expect(missing.get_by_role("status")).to_contain_text(re.compile(r"^\s*Days requested again: 3; calls: \d+"))


async def download(person: Visitor) -> None:
    form = person.card("Download")
    await form.get_by_label(re.compile("^What")).select_option("Load curve")
    await form.get_by_label("First day", exact=True).fill("2026-10-25")
    await form.get_by_label("Last day", exact=True).fill("2026-10-25")
    async with person.page.expect_download() as downloading:
        await form.get_by_role("link", name="Download as CSV").click()
    text = (await (await downloading.value).path()).read_text("utf-8-sig")
    head, *lines = text.splitlines()
    meter = next(one for one in (await person.fetch_json("/v1/usage-points"))["items"] if one["name"] == "Atelier")
    path = f"/v1/usage-points/{meter['id']}/load-curve?start=2026-10-25&end=2026-10-26"
    readings = (await person.fetch_json(path))["readings"]
    assert "watts" in head
    assert len(lines) == len(readings) == 50, "a day of 25 hours"
    column = head.split(",").index("watts")
    assert [float(line.split(",")[column]) for line in lines] == [reading["watts"] for reading in readings]


async def delete_other_meter(person: Visitor) -> None:
    await person.page.get_by_role("banner").locator("select").select_option("Spare")
    await expect(person.page.get_by_role("heading", level=1)).to_have_text("Spare")
    await person.press_button("Delete this meter")
    dialog = person.page.get_by_role("dialog")
    await expect(dialog).to_contain_text("Spare")
    await dialog.get_by_role("button", name="Delete permanently", exact=True).click()
    await expect(person.page.get_by_role("heading", level=1)).to_have_text("Overview")
    await expect(person.page.get_by_role("banner")).to_contain_text("Atelier")
    await expect(person.page.get_by_role("banner").get_by_role("option")).to_have_count(0)
    assert [meter["name"] for meter in (await person.fetch_json("/v1/usage-points"))["items"]] == ["Atelier"]


async def test_periods_and_seasons_are_stepped_through(pages: Stack) -> None:
    async with open_visitor(pages.gateway_url) as person:
        await person.log_in(OWNER)
        await person.wait_for_days()
        await person.visit("consumption?span=week&on=2026-10-25")
        shown = person.page.locator("main strong[aria-live]")
        for button, week in (
            ("Earlier", "12 – 18 Oct 2026"),
            ("Later", "19 – 25 Oct 2026"),
            ("Later", "26 Oct – 1 Nov 2026"),
        ):
            await person.press_button(button)
            await expect(shown).to_have_text(week)
            await person.until_loaded()
            first, *days = await read_table(person.page.locator("main table").first)
            assert first[0] == "When"
            assert len(days) == 7
        await person.page.get_by_label("Go to a day", exact=True).fill("2026-09-30")
        await expect(shown).to_have_text("28 Sept – 4 Oct 2026")
        await person.page.get_by_text("Month", exact=True).click()
        await expect(shown).to_have_text("September 2026")
        await person.page.reload()
        await expect(shown).to_have_text("September 2026")

        await person.visit("tempo")
        season = person.page.get_by_role("heading", name=re.compile("^Season "))
        earlier, later = (person.page.get_by_role("button", name=f"{way} season") for way in ("Previous", "Next"))
        await expect(later).to_be_disabled()
        for years in ("2025–2026", "2024–2025"):
            days = await person.read_answer("/v1/tempo/days", earlier.click())
            await expect(season).to_have_text(f"Season {years}")
            await person.until_loaded()
            table = (await read_table(person.page.locator("main table").first))[1:]
            assert len(table) == len(days["days"]) in {365, 366}
            told = {"blue": 0, "white": 0, "red": 0}
            for day in days["days"]:
                told[day["color"]] += 1
            assert {color: sum(shown == color for _, shown in table) for color in told} == told
            assert told["red"] == 22
        await later.click()
        await expect(season).to_have_text("Season 2025–2026")
