"""A file dropped on a meter's page: shown, accepted, in the curve, and taken back."""

from pathlib import Path

from playwright.async_api import expect

from scripts.lib.stack import Stack
from tests.e2e.conftest import OWNER
from tests.e2e.visitor import Visitor, open_visitor

DAY = "2021-12-12"
ROWS = ["2021-12-12T00:00;2021-12-12T00:30;0,696", "2021-12-12T00:30;2021-12-12T01:00;0,28"]


async def fetch_curve(person: Visitor) -> list[tuple[int, str]]:
    point = (await person.fetch_json("/v1/usage-points"))["items"][0]["id"]
    found = await person.fetch_json(f"/v1/usage-points/{point}/load-curve?start={DAY}&end=2021-12-13")
    return [(reading["watts"], reading["quality"]) for reading in found["readings"]]


async def test_a_file_is_previewed_accepted_and_taken_back(pages: Stack, tmp_path: Path) -> None:
    file = tmp_path / "historique_conso.csv"
    file.write_text("\n".join(["debut;fin;kW", *ROWS, "2021-12-12T01:00;2021-12-12T01:30;one"]))
    async with open_visitor(pages.gateway_url) as person:
        await person.log_in(OWNER)
        await person.visit("meter")
        page = person.page
        await page.get_by_label("Drop a file here").set_input_files(file)
        await expect(page.get_by_text("new days: 1; in agreement: 0; different: 0")).to_be_visible()
        await expect(page.get_by_text("Rows not used: 1,")).to_be_visible()
        assert await fetch_curve(person) == []
        await person.press_button("Accept")
        await expect(page.get_by_role("button", name="Undo this import")).to_be_visible()
        assert await fetch_curve(person) == [(696, "imported"), (280, "imported")]
        await person.press_button("Undo this import")
        await expect(page.get_by_role("button", name="Undo this import")).to_have_count(0)
        assert await fetch_curve(person) == []
