"""A gateway that answers what a test tells it to, over real HTTP on 127.0.0.1."""

import json
from base64 import b64encode
from collections import defaultdict
from collections.abc import Awaitable, Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

FIXTURES = Path(__file__).parent / "fixtures"
CLIENT_ID, CLIENT_SECRET = "home-assistant", "a-secret-of-high-entropy"
INSTANCE_ID = "k3v9q2m7x1c8b5n4"
POINT_ID = "a1b2c3d4e5f6g7h8"

PING, TOKEN, POINTS = "/ping", "/v1/oauth/token", "/v1/usage-points"
TEMPO, ECOWATT = "/v1/tempo", "/v1/ecowatt"
DAILY, HOURS = f"{POINTS}/{POINT_ID}/daily", f"{POINTS}/{POINT_ID}/hours"


type Script = Callable[[web.Request], Awaitable[web.Response]]


def body(name: str) -> Any:
    """Return the answer body of that name."""
    return json.loads((FIXTURES / f"{name}.json").read_text())


def _problem(status: int, code: str, headers: dict[str, str] | None = None) -> web.Response:
    """Return an error as the gateway words it (RFC 9457)."""
    text = json.dumps({"type": "about:blank", "title": code, "status": status, "detail": "…", "code": code})
    return web.Response(status=status, text=text, content_type="application/problem+json", headers=headers)


def problem(status: int, code: str, **headers: str) -> Script:
    """Answer with an error each time."""

    async def answer(request: web.Request) -> web.Response:
        return _problem(status, code, headers)

    return answer


def raw(status: int, text: str, content_type: str = "text/html", **headers: str) -> Script:
    """Answer with anything at all."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=status, text=text, content_type=content_type, headers=headers)

    return answer


class ScriptedGateway:
    """`answers` maps a path to its body, or to a function of the request; `requests` is what was asked."""

    def __init__(self) -> None:
        self.prefix = ""
        self.answers: dict[str, Any] = {
            PING: body("ping"),
            TOKEN: self._token,
            POINTS: body("usage_points"),
            DAILY: body("daily"),
            HOURS: self._hours,
            TEMPO: body("tempo"),
            ECOWATT: body("ecowatt"),
        }
        self.headers: dict[str, dict[str, str]] = defaultdict(dict)
        self.requests: list[web.Request] = []
        self.hours: list[Any] = [body("hours")]
        self.accepted_secret = CLIENT_SECRET
        self.accepted_tokens: set[str] = set()
        self.expires_in = 900
        self._issued = 0
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self.server = TestServer(app, host="127.0.0.1")

    @property
    def url(self) -> str:
        return str(self.server.make_url(self.prefix or "/")).rstrip("/")

    def asked(self, path: str) -> list[web.Request]:
        """Return the requests for `path`, oldest first."""
        return [request for request in self.requests if request.path == self.prefix + path]

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        path = request.path.removeprefix(self.prefix)
        if not request.path.startswith(self.prefix) or path not in self.answers:
            return web.Response(status=404, text="<html>Nothing here</html>", content_type="text/html")
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if path not in {PING, TOKEN} and bearer not in self.accepted_tokens:
            return _problem(401, "invalid_token")
        answer = self.answers[path]
        if callable(answer):
            answer = await answer(request)
        if isinstance(answer, web.StreamResponse):
            return answer
        headers = self.headers[path]
        if headers.get("ETag") and request.headers.get("If-None-Match") == headers["ETag"]:
            return web.Response(status=304, headers=headers)
        return web.json_response(answer, headers=headers)

    async def _token(self, request: web.Request) -> Any:
        expected = b64encode(f"{CLIENT_ID}:{self.accepted_secret}".encode()).decode()
        form = await request.post()
        if request.headers.get("Authorization") != f"Basic {expected}":
            return _problem(401, "invalid_client")
        if form["grant_type"] != "client_credentials":
            return _problem(400, "unsupported_grant_type")
        self._issued += 1
        token = f"token-{self._issued}"
        self.accepted_tokens.add(token)
        return body("token") | {"access_token": token, "expires_in": self.expires_in}

    async def _hours(self, request: web.Request) -> Any:
        """Answer as the gateway would: all rows of the newest state, or those that changed since the cursor.

        `hours` are successive states; the cursor names the one that was read before.
        """
        newest = deepcopy(self.hours[-1])
        cursor = request.query.get("cursor")
        if cursor == newest["cursor"]:
            return newest | {"from": None, "start": [], "sum": {key: [] for key in newest["sum"]}}
        if cursor in {state["cursor"] for state in self.hours} and "changed_from" in newest:
            first = newest["start"].index(newest["changed_from"])
            newest["from"] = newest["changed_from"]
            newest["start"] = newest["start"][first:]
            newest["sum"] = {key: sums[first:] for key, sums in newest["sum"].items()}
        newest.pop("changed_from", None)
        return newest
