"""What a person does in Home Assistant's pages, done over its REST API and its websocket."""

from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Any, override

import aiohttp


class HomeAssistantError(Exception):
    """Home Assistant refused; the message says what and with which words."""


class HomeAssistantClient(AbstractAsyncContextManager["HomeAssistantClient"]):
    """One session with the owner's token. REST by `get` and `post`, websocket commands by `command`."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._token = token
        self._session = aiohttp.ClientSession(url, headers={"Authorization": f"Bearer {token}"})

    @override
    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        await self.close()

    async def close(self) -> None:
        """End the session."""
        await self._session.close()

    async def is_running(self) -> bool:
        """Whether Home Assistant has started whole."""
        try:
            async with self._session.get("/api/config") as answer:
                return answer.status == 200 and (await answer.json())["state"] == "RUNNING"
        except aiohttp.ClientConnectionError:
            return False

    async def get(self, path: str) -> Any:
        """The answer of `GET path`."""
        return await self._send_request("GET", path)

    async def post(self, path: str, body: Any) -> Any:
        """The answer of `POST path`."""
        return await self._send_request("POST", path, body)

    async def delete(self, path: str) -> Any:
        """The answer of `DELETE path`."""
        return await self._send_request("DELETE", path)

    async def post_for_text(self, path: str, body: Any) -> str:
        """The answer of `POST path`, which is no JSON."""
        async with self._session.post(path, json=body) as answer:
            text: str = await answer.text()
            return text

    async def add_integration(
        self, domain: str, answers: Iterable[dict[str, Any]], *, entry_id: str | None = None
    ) -> None:
        """Answer the forms and menus of an integration in turn, anew or, for an entry, to configure it again.

        Raises:
            HomeAssistantError: a form was refused, with its errors, or there are more of them than answers.
        """
        start = {"handler": domain} | ({"entry_id": entry_id} if entry_id else {})
        step = await self.post("/api/config/config_entries/flow", start)
        for answer in answers:
            step = await self.post(f"/api/config/config_entries/flow/{step['flow_id']}", answer)
            if step.get("errors"):
                break
        done = step["type"] == "create_entry" or step.get("reason") == "reconfigure_successful"
        if not done:
            what = step.get("errors") or step.get("reason") or step.get("step_id")
            raise HomeAssistantError(f"{domain}'s form was refused: {what}")

    async def list_entries(self, domain: str) -> list[dict[str, Any]]:
        """The config entries of an integration."""
        entries: list[dict[str, Any]] = await self.get(f"/api/config/config_entries/entry?domain={domain}")
        return entries

    async def command(self, kind: str, **fields: Any) -> Any:
        """The result of a websocket command, such as `recorder/list_statistic_ids`.

        Raises:
            HomeAssistantError: it was refused.
        """
        # A socket of its own: one that is kept has to answer Home Assistant's pings, or is closed.
        async with self._session.ws_connect("/api/websocket", max_msg_size=0) as socket:
            await socket.receive_json()
            await socket.send_json({"type": "auth", "access_token": self._token})
            if (welcome := await socket.receive_json())["type"] != "auth_ok":
                raise HomeAssistantError(f"the websocket refused the token: {welcome.get('message')}")
            await socket.send_json({"id": 1, "type": kind, **fields})
            answer = await socket.receive_json()
        if not answer["success"]:
            raise HomeAssistantError(f"{kind}: {answer['error']['message']}")
        return answer["result"]

    async def _send_request(self, method: str, path: str, body: Any = None) -> Any:
        async with self._session.request(method, path, json=body) as answer:
            if not answer.ok:
                raise HomeAssistantError(f"{method} {path}: {answer.status} {await answer.text()}")
            return await answer.json()
