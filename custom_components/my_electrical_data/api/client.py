"""The HTTP client of the gateway, for whoever has an API client."""

import asyncio
from base64 import b64encode
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Any

from aiohttp import ClientSession

from .decode import Decoder
from .figures import DailyReadings, Hours, MaxPower, Periods, Totals
from .models import ConsentAsked, ConsentRequest, Ping, Token, UsagePoint, UsagePoints
from .on_demand import Comparison, Curve, Refresh
from .signals import Ecowatt, Tempo, TempoDays
from .transport import Reply, Wire

_RENEW_BEFORE = 60.0

_TOKEN = Decoder(Token)
_USAGE_POINTS, _USAGE_POINT = Decoder(UsagePoints), Decoder(UsagePoint)
_CONSENT_ASKED, _CONSENT = Decoder(ConsentAsked), Decoder(ConsentRequest)
_DAILY, _HOURS, _MAX_POWER = Decoder(DailyReadings), Decoder(Hours), Decoder(MaxPower)
_TOTALS, _PERIODS = Decoder(Totals), Decoder(Periods)
_CURVE, _COMPARISON, _REFRESH = Decoder(Curve), Decoder(Comparison), Decoder(Refresh)
_TEMPO, _TEMPO_DAYS, _ECOWATT = Decoder(Tempo), Decoder(TempoDays), Decoder(Ecowatt)


@dataclass(frozen=True, slots=True)
class Answer[DataT]:
    """What the gateway said, and how many seconds it holds when the gateway knows."""

    data: DataT
    max_age: float | None = None


class GatewayClient:
    """Talks to one gateway as one API client, in a session that its owner opens and closes."""

    def __init__(self, session: ClientSession, address: str, client_id: str, client_secret: str) -> None:
        """Take the base `address`, without a slash at the end, and the API client."""
        self._wire = Wire(session, address)
        self._client_id = client_id
        self._basic = b64encode(f"{client_id}:{client_secret}".encode()).decode()
        self._token: str | None = None
        self._token_ends = 0.0
        self._token_lock = asyncio.Lock()
        self._held: dict[str, tuple[str, Any]] = {}

    async def ping(self) -> Ping:
        """Ask who is there, and check that it can be talked to."""
        return await self._wire.ping()

    async def authenticate(self) -> None:
        """Get a token. Raises AuthenticationFailedError when the API client is unknown."""
        async with self._token_lock:
            await self._renew_token()

    async def usage_points(self) -> Answer[UsagePoints]:
        """Return the meters of the account."""
        return await self._get(_USAGE_POINTS, "/v1/usage-points")

    async def usage_point(self, usage_point_id: str) -> UsagePoint:
        """Return one meter of the account."""
        return (await self._get(_USAGE_POINT, f"/v1/usage-points/{usage_point_id}")).data

    async def change_usage_point(self, usage_point_id: str, changes: dict[str, Any]) -> UsagePoint:
        """Change name, tariffs or off-peak hours, and return the meter as it is then."""
        reply = await self._authorized("PATCH", f"/v1/usage-points/{usage_point_id}", json=changes)
        reply.check()
        return _USAGE_POINT(reply.body)

    async def ask_consent(self, number: str) -> ConsentAsked:
        """Begin to share the meter of that number; its holder goes on at the address that comes back."""
        reply = await self._authorized("POST", "/v1/consents", json={"prm": number})
        reply.check()
        return _CONSENT_ASKED(reply.body)

    async def consent(self, consent_id: str) -> ConsentRequest:
        """Return how a consent stands."""
        return (await self._get(_CONSENT, f"/v1/consents/{consent_id}")).data

    async def delete_api_client(self) -> None:
        """Delete the API client that this is: nothing can be asked with it afterwards."""
        (await self._authorized("DELETE", f"/v1/api-clients/{self._client_id}")).check()

    async def daily(
        self, usage_point_id: str, *, start: date, end: date, direction: str = "consumption"
    ) -> Answer[DailyReadings]:
        """Return the energy of the days from `start` to before `end`, and what is missing."""
        return await self._get(_DAILY, f"/v1/usage-points/{usage_point_id}/daily", _range(start, end, direction))

    async def max_power(self, usage_point_id: str, *, start: date, end: date) -> Answer[MaxPower]:
        """Return the greatest power of the days from `start` to before `end`. Asking has Enedis asked, each day."""
        return await self._get(_MAX_POWER, f"/v1/usage-points/{usage_point_id}/max-power", _range(start, end))

    async def totals(self, usage_point_id: str) -> Answer[Totals]:
        """Return energy and money of day, week, month and year."""
        return await self._get(_TOTALS, f"/v1/usage-points/{usage_point_id}/totals")

    async def periods(self, usage_point_id: str, *, start: date, end: date) -> Answer[Periods]:
        """Return the buckets by time of the days from `start` to before `end`, at most 366 of them."""
        return await self._get(_PERIODS, f"/v1/usage-points/{usage_point_id}/periods", _range(start, end))

    async def hours(self, usage_point_id: str, *, cursor: str | None, limit: int) -> Answer[Hours]:
        """Return at most `limit` hours of sums that changed since `cursor`, or of all without one; and a new cursor."""
        query = {"limit": str(limit)} | ({"cursor": cursor} if cursor else {})
        return await self._get(_HOURS, f"/v1/usage-points/{usage_point_id}/hours", query)

    async def load_curve(self, usage_point_id: str, *, start: date, end: date, direction: str) -> Answer[Curve]:
        """Return the load curve of the days from `start` to before `end`, and what is missing."""
        return await self._get(_CURVE, f"/v1/usage-points/{usage_point_id}/load-curve", _range(start, end, direction))

    async def comparison(self, usage_point_id: str, *, months: int) -> Comparison:
        """Return what the last whole months would have cost under each option."""
        path = f"/v1/usage-points/{usage_point_id}/comparison"
        return (await self._get(_COMPARISON, path, {"months": str(months)})).data

    async def refresh(self, usage_point_id: str, *, start: date, end: date) -> Refresh:
        """Have Enedis asked again for the days from `start` to before `end`."""
        reply = await self._authorized("POST", f"/v1/usage-points/{usage_point_id}/refresh", json=_range(start, end))
        reply.check()
        return _REFRESH(reply.body)

    async def tempo(self) -> Answer[Tempo]:
        """Return the Tempo colours."""
        return await self._get(_TEMPO, "/v1/tempo")

    async def tempo_days(self, *, start: date, end: date) -> Answer[TempoDays]:
        """Return the colours of the days from `start` to before `end`, at most 366 of them."""
        return await self._get(_TEMPO_DAYS, "/v1/tempo/days", _range(start, end))

    async def ecowatt(self) -> Answer[Ecowatt]:
        """Return the Ecowatt signal."""
        return await self._get(_ECOWATT, "/v1/ecowatt")

    async def _get[DataT](
        self, decoder: Decoder[DataT], path: str, query: dict[str, str] | None = None
    ) -> Answer[DataT]:
        """Ask for `path`. What has no query is small and asked often: it is held, and asked for by its ETag."""
        held = self._held.get(path) if query is None else None
        conditional = {"If-None-Match": held[0]} if held else {}
        reply = await self._authorized("GET", path, params=query or {}, headers=conditional)
        if held and reply.status == HTTPStatus.NOT_MODIFIED:
            return Answer(held[1], reply.max_age)
        reply.check()
        # A thousand hours of ten series are a hundred kilobytes: read beside the event loop.
        data = await asyncio.to_thread(decoder, reply.body)
        if query is None and (etag := reply.headers.get("etag")):
            self._held[path] = (etag, data)
        return Answer(data, reply.max_age)

    async def _authorized(self, method: str, path: str, headers: dict[str, str] | None = None, **options: Any) -> Reply:
        """Send with a valid token; a token refused before its end is renewed once."""
        refused: str | None = None
        while True:
            token = await self._valid_token(refused)
            bearer = {"Authorization": f"Bearer {token}"}
            reply = await self._wire.send(method, path, headers=bearer | (headers or {}), **options)
            if reply.status != HTTPStatus.UNAUTHORIZED or refused:
                return reply
            refused = token

    async def _valid_token(self, refused: str | None) -> str:
        async with self._token_lock:
            too_late = asyncio.get_running_loop().time() >= self._token_ends
            if self._token is None or self._token == refused or too_late:
                return await self._renew_token()
            return self._token

    async def _renew_token(self) -> str:
        now = asyncio.get_running_loop().time()
        reply = await self._wire.send(
            "POST",
            "/v1/oauth/token",
            data={"grant_type": "client_credentials"},
            headers={"Authorization": f"Basic {self._basic}"},
        )
        reply.check()
        token = _TOKEN(reply.body)
        self._token = token.access_token
        self._token_ends = now + token.expires_in - min(_RENEW_BEFORE, token.expires_in / 2)
        return self._token


def _range(start: date, end: date, direction: str | None = None) -> dict[str, str]:
    days = {"start": start.isoformat(), "end": end.isoformat()}
    return days | ({"direction": direction} if direction else {})
