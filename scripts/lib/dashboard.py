"""The integration's ready dashboard: its offer accepted, as a person would."""

import asyncio

from scripts.lib.home_assistant_client import HomeAssistantClient
from scripts.lib.stack import DOMAIN

URL_PATH = "my-electricity"


async def show_dashboard(client: HomeAssistantClient, *, seconds: float = 300) -> None:
    """Accept the repair that offers it, wait until it is in the sidebar, and let Home Assistant open on it.

    Accepted once, it stays. Raises TimeoutError where it is neither there nor offered, as somebody declined it.
    """
    async with asyncio.timeout(seconds):
        while URL_PATH not in await client.command("get_panels"):
            await _accept_offer(client)
            await asyncio.sleep(1)
    await client.command("frontend/set_system_data", key="core", value={"default_panel": URL_PATH})


async def _accept_offer(client: HomeAssistantClient) -> None:
    issues = (await client.command("repairs/list_issues"))["issues"]
    for issue in issues:
        if issue["domain"] == DOMAIN and issue["translation_key"] == "dashboard":
            fix = {"handler": DOMAIN, "issue_id": issue["issue_id"]}
            step = await client.post("/api/repairs/issues/fix", fix)
            await client.post(f"/api/repairs/issues/fix/{step['flow_id']}", {"next_step_id": "show"})
