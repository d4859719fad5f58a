"""The integration's ready dashboard: its offer accepted, as a person would."""

from scripts.lib.home_assistant_client import HomeAssistantClient
from scripts.lib.stack import DOMAIN

URL_PATH = "my-electricity"


async def show_dashboard(client: HomeAssistantClient) -> None:
    """Accept the repair that offers it, and let Home Assistant open on it. Accepted once, it stays."""
    issues = (await client.command("repairs/list_issues"))["issues"]
    for issue in issues:
        if issue["domain"] == DOMAIN and issue["translation_key"] == "dashboard":
            fix = {"handler": DOMAIN, "issue_id": issue["issue_id"]}
            step = await client.post("/api/repairs/issues/fix", fix)
            await client.post(f"/api/repairs/issues/fix/{step['flow_id']}", {"next_step_id": "show"})
    await client.command("frontend/set_system_data", key="core", value={"default_panel": URL_PATH})
