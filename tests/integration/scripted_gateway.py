"""A gateway that answers what a test tells it to, over real HTTP on 127.0.0.1."""

import hashlib
import hmac
import json
import re
from base64 import b64decode, b64encode
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
QUOTA = "/v1/quota"
TEMPO, TEMPO_DAYS, ECOWATT = "/v1/tempo", "/v1/tempo/days", "/v1/ecowatt"
TEMPO_FORECAST = "/v1/tempo/forecast"
POINT, DAILY, HOURS = (f"{POINTS}/{POINT_ID}{path}" for path in ("", "/daily", "/hours"))
TOTALS, PERIODS, MAX_POWER = (f"{POINTS}/{POINT_ID}{path}" for path in ("/totals", "/periods", "/max-power"))
CURVE, COMPARISON, REFRESH = (f"{POINT}/{path}" for path in ("load-curve", "comparison", "refresh"))
SERIES = f"{POINT}/series"
ACCOUNTS, CLIENTS, CONSENTS = "/v1/accounts", "/v1/api-clients", "/v1/consents"
EMAIL, PASSWORD = "someone@example.org", "correct horse: battery"
NUMBER = "12345678900017"
PROOF = f"{CLIENTS}/{CLIENT_ID}/proof"
CONSENT = f"{CONSENTS}/{'c' * 32}"


type Script = Callable[[web.Request], Awaitable[web.Response]]


def load_body(name: str) -> Any:
    """Return the answer body of that name."""
    return json.loads((FIXTURES / f"{name}.json").read_text())


def _build_problem(status: int, code: str, headers: dict[str, str] | None = None) -> web.Response:
    """Return an error as the gateway words it (RFC 9457)."""
    text = json.dumps({"type": "about:blank", "title": code, "status": status, "detail": "…", "code": code})
    return web.Response(status=status, text=text, content_type="application/problem+json", headers=headers)


def answer_problem(status: int, code: str, **headers: str) -> Script:
    """Answer with an error each time."""

    async def answer(request: web.Request) -> web.Response:
        return _build_problem(status, code, headers)

    return answer


def answer_text(status: int, text: str, content_type: str = "text/html", **headers: str) -> Script:
    """Answer with anything at all."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=status, text=text, content_type=content_type, headers=headers)

    return answer


class ScriptedGateway:
    """`answers` maps a path to its body, or to a function of the request; `requests` is what was asked."""

    def __init__(self) -> None:
        self.prefix = ""
        self.off_peak_texts: dict[str, list[dict[str, Any]]] = {}
        self.answers: dict[str, Any] = {
            "/v1/off-peak-hours": self._read_off_peak,
            PING: load_body("ping"),
            TOKEN: self._answer_token,
            POINTS: load_body("usage_points"),
            DAILY: load_body("daily"),
            HOURS: self._answer_hours,
            TOTALS: load_body("totals"),
            PERIODS: load_body("periods"),
            MAX_POWER: load_body("max_power"),
            TEMPO: load_body("tempo"),
            TEMPO_DAYS: load_body("tempo_days"),
            TEMPO_FORECAST: load_body("tempo_forecast"),
            ECOWATT: load_body("ecowatt"),
            QUOTA: load_body("quota"),
            POINT: self._answer_point,
            CURVE: load_body("load_curve"),
            COMPARISON: load_body("comparison"),
            SERIES: load_body("series"),
            REFRESH: self._answer_refresh,
            ACCOUNTS: self._sign_up,
            CLIENTS: self._make_client,
            f"{CLIENTS}/{CLIENT_ID}": answer_text(204, ""),
            PROOF: self._answer_proof,
            CONSENTS: self._ask_consent,
            CONSENT: load_body("consent"),
        }
        self.signed_up = "active"
        self.accounts = {EMAIL: PASSWORD}
        self.told: list[Any] = []
        self.headers: dict[str, dict[str, str]] = defaultdict(dict)
        self.requests: list[web.Request] = []
        self.hours: list[Any] = [load_body("hours")]
        self.accepted_secret = CLIENT_SECRET
        self.accepted_tokens: set[str] = set()
        self.expires_in = 900
        self._issued = 0
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._respond)
        self.server = TestServer(app, host="127.0.0.1")

    @property
    def url(self) -> str:
        return str(self.server.make_url(self.prefix or "/")).rstrip("/")

    def list_requests(self, path: str) -> list[web.Request]:
        """Return the requests for `path`, oldest first."""
        return [request for request in self.requests if request.path == self.prefix + path]

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        path = request.path.removeprefix(self.prefix)
        if not request.path.startswith(self.prefix) or path not in self.answers:
            return web.Response(status=404, text="<html>Nothing here</html>", content_type="text/html")
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if path not in {PING, TOKEN, ACCOUNTS, CLIENTS, PROOF} and bearer not in self.accepted_tokens:
            return _build_problem(401, "invalid_token")
        answer = self.answers[path]
        if callable(answer):
            answer = await answer(request)
        if isinstance(answer, web.StreamResponse):
            return answer
        headers = self.headers[path]
        if headers.get("ETag") and request.headers.get("If-None-Match") == headers["ETag"]:
            return web.Response(status=304, headers=headers)
        return web.json_response(answer, headers=headers)

    async def _answer_token(self, request: web.Request) -> Any:
        expected = b64encode(f"{CLIENT_ID}:{self.accepted_secret}".encode()).decode()
        form = await request.post()
        if request.headers.get("Authorization") != f"Basic {expected}":
            return _build_problem(401, "invalid_client")
        if form["grant_type"] != "client_credentials":
            return _build_problem(400, "unsupported_grant_type")
        self._issued += 1
        token = f"token-{self._issued}"
        self.accepted_tokens.add(token)
        return load_body("token") | {"access_token": token, "expires_in": self.expires_in}

    async def _sign_up(self, request: web.Request) -> Any:
        body = await request.json()
        self.accounts[body["email"]] = body["password"]
        return web.json_response({"status": self.signed_up}, status=201)

    async def _make_client(self, request: web.Request) -> Any:
        known = {f"{email}:{password}" for email, password in self.accounts.items()}
        basic = b64decode(request.headers["Authorization"].removeprefix("Basic ")).decode()
        self.told.append(await request.json())
        if basic not in known:
            return _build_problem(401, "invalid_credentials")
        return web.json_response({"client_id": CLIENT_ID, "client_secret": self.accepted_secret}, status=201)

    async def _answer_proof(self, request: web.Request) -> Any:
        """Sign for this gateway's own address, as the real one does."""
        asked = await request.json()
        if asked["address"] != self.url:
            return _build_problem(409, "not_our_address")
        lines = ["MyElectricalData proof 1", INSTANCE_ID, CLIENT_ID, asked["nonce"], asked["address"]]
        key = hashlib.sha256(self.accepted_secret.encode()).digest()
        return {"proof": hmac.new(key, "\n".join(lines).encode(), "sha256").hexdigest()}

    async def _ask_consent(self, request: web.Request) -> Any:
        self.told.append(await request.json())
        return web.json_response(load_body("consent_asked"), status=201)

    async def _answer_point(self, request: web.Request) -> Any:
        """Show the first meter; a change is remembered, and shown from then on."""
        point = self.answers[POINTS]["items"][0]
        if request.method == "PATCH":
            self.told.append(told := await request.json())
            point |= {name: value for name, value in told.items() if value is not None}
        return point

    async def _read_off_peak(self, request: web.Request) -> Any:
        """Read plain clock times, and what it was told to understand; the rest is unreadable."""
        text = request.query["text"]
        slots = [part.split("-") for part in re.findall(r"\d\d:\d\d-\d\d:\d\d", text)]
        always = {"valid_from": None, "valid_to": None, "season": "all", "weekdays": [*range(7)], "source": "user"}
        if text in self.off_peak_texts:
            return {"periods": self.off_peak_texts[text]}
        if slots and ", ".join("-".join(slot) for slot in slots) == text:
            return {"periods": [{**always, "slots": slots}]}
        return _build_problem(422, "off_peak_unreadable")

    async def _answer_refresh(self, request: web.Request) -> Any:
        self.told.append(await request.json())
        return web.json_response(load_body("refresh"), status=202)

    async def _answer_hours(self, request: web.Request) -> Any:
        """Answer as the gateway would: all rows of the newest state, or those that changed since the cursor.

        `hours` are successive states; the cursor names the one that was read before, and how far, as `c1+20`.
        """
        newest = deepcopy(self.hours[-1])
        asked, _, done = request.query.get("cursor", "").partition("+")
        if asked == newest["cursor"] and not done:
            empty = {"start": [], "sum": {key: [] for key in newest["sum"]}, "unpriced": {}, "made_of": {}}
            return newest | {"from": None} | empty
        changed_from, first = newest.pop("changed_from", None), int(done or 0)
        if not done and changed_from and asked in {state["cursor"] for state in self.hours}:
            first = newest["start"].index(changed_from)
        last = min(first + int(request.query["limit"]), len(newest["start"]))
        newest["more"] = last < len(newest["start"])
        if newest["more"]:
            newest["cursor"] += f"+{last}"
        newest["start"] = newest["start"][first:last]
        newest["from"] = newest["start"][0] if newest["start"] else newest["from"]
        for columns in ("sum", "unpriced", "made_of"):
            newest[columns] = {key: column[first:last] for key, column in newest[columns].items()}
        return newest


class Meter:
    """A meter of its own at the gateway, that can be changed."""

    def __init__(self, point: dict[str, Any], gateway: ScriptedGateway) -> None:
        self.point = point
        self._gateway = gateway

    async def __call__(self, request: web.Request) -> Any:
        if request.method == "PATCH":
            told = await request.json()
            self._gateway.told.append(told)
            self.point |= {name: value for name, value in told.items() if value is not None}
        return self.point
