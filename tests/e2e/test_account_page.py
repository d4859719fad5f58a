"""Everything on the account's page works, by mail where it has to: for the browser, other browsers, and programs."""

import io
import json
import re
import zipfile
from pathlib import Path

from playwright.async_api import expect

from scripts.lib.stack import USAGE_POINTS
from tests.e2e.site import PASSWORD, Site
from tests.e2e.visitor import Visitor, open_visitor

RESIDENT, MOVED = "resident@example.org", "moved@example.org"
SECOND_PASSWORD, THIRD_PASSWORD = "eight blue whales below a roof", "nine red foxes behind a roof"


async def can_log_in(person: Visitor, email: str, password: str) -> bool:
    """Whether the gateway opens a session, which is another browser's and not this one's."""
    async with open_visitor(person.url) as other:
        answer = await other.page.request.post(
            f"{person.url}/api/v1/session", data={"email": email, "password": password}
        )
        return answer.status == 204


async def test_an_account_is_made_used_and_recovered(whole_site: Site) -> None:
    async with open_visitor(whole_site.url) as person:
        await sign_up_with_a_second_mail(person, whole_site)
        await change_language(person)
        await use_api_client(person)
        await end_another_session(person)
        await change_password(person, whole_site)
        await change_address(person, whole_site)
        await export_account(person, whole_site)
        await recover_by_mail(person, whole_site)


async def sign_up_with_a_second_mail(person: Visitor, site: Site) -> None:
    await person.visit("sign-up")
    await person.fill_field("E-mail address", RESIDENT)
    await person.fill_field("Password", PASSWORD)
    await person.press_button("Create an account")
    await person.wait_for_text("Check your e-mail")
    await site.mail.wait_for_mail(RESIDENT)
    seen = len(site.mail.mails)
    await person.page.get_by_role("link", name="No e-mail? Send it again").click()
    await person.fill_field("E-mail address", RESIDENT)
    await person.press_button("Send the e-mail")
    await person.wait_for_text(f"If {RESIDENT} can be used, we have sent it an e-mail")
    await person.page.goto(await site.mail.wait_for_link(RESIDENT, after=seen))
    await person.fill_field("Password", PASSWORD)
    await person.press_button("Confirm")
    await person.wait_for_text("Your address is confirmed.")
    await person.log_in(RESIDENT)
    await person.visit("account")
    await expect(person.card("You")).to_contain_text(RESIDENT)


async def change_language(person: Visitor) -> None:
    for label, language, title in (
        ("Language of the site and its e-mails", "fr", "Compte"),
        ("Langue du site et des courriels", "en", "Account"),
    ):
        async with person.page.expect_response(re.compile("/accounts/me$")) as changed:
            await person.page.get_by_label(re.compile(f"^{label}")).select_option(language)
        assert (await changed.value).status == 200
        await expect(person.page.get_by_role("heading", level=1)).to_have_text(title)
        await person.visit("account")
        await expect(person.page.get_by_role("heading", level=1)).to_have_text(title)
        await expect(person.page.locator("html")).to_have_attribute("lang", language)


async def use_api_client(person: Visitor) -> None:
    clients, dialog = person.card("API clients"), person.page.get_by_role("dialog")

    async def take_secret() -> dict[str, str]:
        names = {"client_id": "Client id", "client_secret": "Client secret"}
        client = {name: await dialog.get_by_label(label, exact=True).input_value() for name, label in names.items()}
        await dialog.get_by_role("button", name="Close", exact=True).click()
        return {"grant_type": "client_credentials", **client}

    async def ask_for_token(client: dict[str, str]) -> int:
        return (await person.page.request.post(f"{person.url}/api/v1/oauth/token", form=dict(client))).status

    await clients.get_by_label("Name", exact=True).fill("Night script")
    await clients.get_by_role("button", name="Create an API client").click()
    first = await take_secret()
    await expect(clients.get_by_text("Night script", exact=True)).to_be_visible()
    assert await ask_for_token(first) == 200
    await clients.get_by_role("button", name="New secret", exact=True).click()
    await dialog.get_by_role("button", name="New secret", exact=True).click()
    await expect(dialog.get_by_label("Client secret", exact=True)).to_be_visible()
    second = await take_secret()
    assert [await ask_for_token(client) for client in (first, second)] == [401, 200]
    await clients.get_by_role("button", name="Revoke", exact=True).click()
    await dialog.get_by_role("button", name="Revoke", exact=True).click()
    await expect(clients.get_by_text("There are none yet.")).to_be_visible()
    assert await ask_for_token(second) == 401
    await person.visit("account")
    await expect(clients.get_by_text("There are none yet.")).to_be_visible()


async def end_another_session(person: Visitor) -> None:
    async with open_visitor(person.url) as other:
        await other.log_in(RESIDENT)
        await other.visit("account")
        await person.visit("account")
        sessions = person.card("Browsers that are logged in").get_by_role("listitem")
        await expect(sessions).to_have_count(2)
        another = sessions.filter(has_not_text="this browser")
        await another.get_by_role("button", name="Log out", exact=True).click()
        await expect(sessions).to_have_count(1)
        await expect(sessions).to_contain_text("this browser")
        await other.page.get_by_role("link", name="Tempo", exact=True).click()
        await other.wait_for_text("Your session has ended. Log in to continue.")
    await person.visit("account")
    await expect(sessions).to_have_count(1)


async def change_password(person: Visitor, site: Site) -> None:
    async with open_visitor(person.url) as other:
        await other.log_in(RESIDENT)
        seen = len(site.mail.mails)
        you = person.card("You")
        await you.locator("summary", has_text="Change the password").click()
        form = you.locator("form", has=person.page.get_by_label("New password", exact=True))
        await form.get_by_label("Current password", exact=True).fill(PASSWORD)
        await form.get_by_label("New password", exact=True).fill(SECOND_PASSWORD)
        await form.get_by_role("button", name="Change the password").click()
        await expect(form.get_by_role("status")).to_contain_text("The password is changed.")
        mail = await site.mail.wait_for_mail(RESIDENT, after=seen)
        assert mail["subject"] == "Your password was changed"
        await other.open("account")
        await expect(other.page.locator("input[type=password]")).to_be_visible()
    await person.visit("account")
    await expect(you).to_contain_text(RESIDENT)
    assert not await can_log_in(person, RESIDENT, PASSWORD)
    assert await can_log_in(person, RESIDENT, SECOND_PASSWORD)


async def change_address(person: Visitor, site: Site) -> None:
    seen = len(site.mail.mails)
    you = person.card("You")
    await you.locator("summary", has_text="Change the address").click()
    form = you.locator("form", has=person.page.get_by_label("New address", exact=True))
    await form.get_by_label("New address", exact=True).fill(MOVED)
    await form.get_by_label("Current password", exact=True).fill(SECOND_PASSWORD)
    await form.get_by_role("button", name="Change the address").click()
    await expect(form.get_by_role("status")).to_contain_text("We sent an e-mail to the new address.")
    await expect(you).to_contain_text(f"{MOVED} will replace it once you open the link in our e-mail.")
    notice = await site.mail.wait_for_mail(RESIDENT, after=seen)
    assert notice["subject"] == "Your address is about to change"
    await person.page.goto(await site.mail.wait_for_link(MOVED, after=seen))
    await person.fill_field("Password", SECOND_PASSWORD)
    await person.press_button("Confirm")
    await person.wait_for_text("Your address is confirmed.")
    await person.visit("account")
    await expect(you.locator("strong")).to_have_text(MOVED)
    await expect(you).not_to_contain_text(RESIDENT)
    assert not await can_log_in(person, RESIDENT, SECOND_PASSWORD)
    assert await can_log_in(person, MOVED, SECOND_PASSWORD)


async def export_account(person: Visitor, site: Site) -> None:
    await site.stack.add_usage_point(USAGE_POINTS["base"], "Flat", email=MOVED)
    await person.visit("account")

    async def save(name: str) -> Path:
        async with person.page.expect_download() as downloading:
            await person.page.get_by_role("link", name=name, exact=True).click()
        return await (await downloading.value).path()

    everything = json.loads((await save("As JSON")).read_text())
    assert [account["email"] for account in everything["account"]] == [MOVED]
    assert [point["name"] for point in everything["usage_points"]] == ["Flat"]
    with zipfile.ZipFile(io.BytesIO((await save("As ZIP of CSV files")).read_bytes())) as archive:
        tables = {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}
    assert MOVED in tables["account.csv"]
    assert "Flat" in tables["usage_points.csv"]


async def recover_by_mail(person: Visitor, site: Site) -> None:
    async with open_visitor(site.url) as forgetful:
        seen = len(site.mail.mails)
        await forgetful.visit("log-in")
        await forgetful.page.get_by_role("link", name="Forgotten password?").click()
        await forgetful.fill_field("E-mail address", MOVED)
        await forgetful.press_button("Send the e-mail")
        await forgetful.wait_for_text("Check your e-mail")
        link = await site.mail.wait_for_link(MOVED, after=seen)
        assert link.startswith(f"{site.url}/reset-password#code=")
        await forgetful.page.goto(link)
        await forgetful.fill_field("New password", THIRD_PASSWORD)
        await forgetful.press_button("Set the password")
        await forgetful.wait_for_text("The new password is set.")
        await forgetful.log_in_by_form(MOVED, THIRD_PASSWORD)
        await forgetful.visit("account")
        await expect(forgetful.card("You")).to_contain_text(MOVED)
    # the browser that was logged in is not any more, and may have noticed by itself
    await person.page.reload()
    await expect(person.page.locator("input[type=password]")).to_be_visible()
    assert not await can_log_in(person, MOVED, SECOND_PASSWORD)
