"""The HTTP client of a gateway. It signs in with an API client and renews its token."""

import asyncio
import time
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from email.message import Message
from http import HTTPStatus
from typing import Any

from aiohttp import ClientSession

from .decode import Decoder
from .figures import DailyReadings, Hours, MaxPower, Periods, Totals
from .file_imports import FileImport, FileImports
from .models import (
    ConsentRequest,
    Offers,
    OffPeakHours,
    Ping,
    Quota,
    RawOffPeak,
    RegulatedGrids,
    StartedConsent,
    Token,
    UsagePoint,
    UsagePointChanges,
    UsagePoints,
)
from .on_demand import Comparison, LoadCurve, Refresh
from .signals import Ecowatt, Tempo, TempoDays, TempoForecast
from .transport import RawResponse, Transport

type Query = dict[str, str] | list[tuple[str, str]]

_RENEW_BEFORE = 60.0

_TOKEN = Decoder(Token)
_USAGE_POINTS, _USAGE_POINT = Decoder(UsagePoints), Decoder(UsagePoint)
_OFF_PEAK_HOURS = Decoder(OffPeakHours)
_QUOTA = Decoder(Quota)
_STARTED_CONSENT, _CONSENT = Decoder(StartedConsent), Decoder(ConsentRequest)
_DAILY, _HOURS, _MAX_POWER = Decoder(DailyReadings), Decoder(Hours), Decoder(MaxPower)
_TOTALS, _PERIODS = Decoder(Totals), Decoder(Periods)
_LOAD_CURVE, _COMPARISON, _REFRESH = Decoder(LoadCurve), Decoder(Comparison), Decoder(Refresh)
_REGULATED = Decoder(RegulatedGrids)
_IMPORT, _IMPORTS = Decoder(FileImport), Decoder(FileImports)
_OFFERS = Decoder(Offers)
type Series = dict[str, Any]
"""Energy and cost for a chart. It is passed on to a card as the gateway sends it."""

_SERIES = Decoder(dict[str, Any])
_TEMPO, _TEMPO_DAYS, _ECOWATT = Decoder(Tempo), Decoder(TempoDays), Decoder(Ecowatt)
_TEMPO_FORECAST = Decoder(TempoForecast)


@dataclass(frozen=True, slots=True)
class Response[DataT]:
    """Data of the gateway, and for how many seconds they are valid, if the gateway said so."""

    data: DataT
    max_age: float | None = None


class GatewayClient:
    """Sends requests to one gateway as one API client. The session belongs to the caller."""

    def __init__(
        self,
        session: ClientSession,
        address: str,
        client_id: str,
        client_secret: str,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the base `address`, without a trailing slash, and the API client's credentials."""
        self._transport = Transport(session, address)
        self._client_id = client_id
        self._basic = b64encode(f"{client_id}:{client_secret}".encode()).decode()
        self._token: str | None = None
        self._token_ends = 0.0
        self._token_lock = asyncio.Lock()
        self._monotonic = monotonic
        self._cache: dict[str, tuple[str, Any]] = {}

    async def ping(self) -> Ping:
        """Request `/ping` and check name and API version."""
        return await self._transport.ping()

    async def authenticate(self) -> None:
        """Request a new token. Raises AuthenticationFailedError if the API client is unknown."""
        async with self._token_lock:
            await self._renew_token()

    async def fetch_usage_points(self) -> Response[UsagePoints]:
        """Return the meters of the account."""
        return await self._get(_USAGE_POINTS, "/v1/usage-points")

    async def fetch_usage_point(self, usage_point_id: str) -> UsagePoint:
        """Return one meter of the account."""
        return (await self._get(_USAGE_POINT, f"/v1/usage-points/{usage_point_id}")).data

    async def change_usage_point(self, usage_point_id: str, changes: UsagePointChanges) -> UsagePoint:
        """Change name, tariffs or off-peak hours; return the changed meter."""
        response = await self._send_authorized("PATCH", f"/v1/usage-points/{usage_point_id}", json=changes)
        response.raise_for_status()
        return _USAGE_POINT(response.body)

    async def read_off_peak_hours(self, text: str) -> list[RawOffPeak]:
        """Return the periods that a text means, as `change_usage_point` takes them.

        Raises RequestRefusedError (`off_peak_unreadable`) if it cannot be read.
        """
        response = await self._send_authorized("GET", "/v1/off-peak-hours", params={"text": text})
        response.raise_for_status()
        return _OFF_PEAK_HOURS(response.body).periods

    async def start_consent(self, number: str) -> StartedConsent:
        """Start a consent for a meter number (14 digits). Its holder continues at the returned `authorize_url`."""
        response = await self._send_authorized("POST", "/v1/consents", json={"prm": number})
        response.raise_for_status()
        return _STARTED_CONSENT(response.body)

    async def fetch_consent(self, consent_id: str) -> ConsentRequest:
        """Return the status of a consent."""
        return (await self._get(_CONSENT, f"/v1/consents/{consent_id}")).data

    async def delete_api_client(self) -> None:
        """Delete this API client at the gateway. Every later request fails."""
        (await self._send_authorized("DELETE", f"/v1/api-clients/{self._client_id}")).raise_for_status()

    async def fetch_daily_values(
        self, usage_point_id: str, *, start: date, end: date, direction: str = "consumption"
    ) -> Response[DailyReadings]:
        """Return the energy of the days `[start, end[` and what is missing of them."""
        return await self._get(_DAILY, f"/v1/usage-points/{usage_point_id}/daily", _build_query(start, end, direction))

    async def fetch_max_power(self, usage_point_id: str, *, start: date, end: date) -> Response[MaxPower]:
        """Return the maximum power of the days `[start, end[`. Each new day costs the gateway a call to Enedis."""
        return await self._get(_MAX_POWER, f"/v1/usage-points/{usage_point_id}/max-power", _build_query(start, end))

    async def fetch_totals(self, usage_point_id: str) -> Response[Totals]:
        """Return energy and cost of day, week, month and year."""
        return await self._get(_TOTALS, f"/v1/usage-points/{usage_point_id}/totals")

    async def fetch_periods(self, usage_point_id: str, *, start: date, end: date) -> Response[Periods]:
        """Return the tariff periods of the days `[start, end[`, at most 366 days."""
        return await self._get(_PERIODS, f"/v1/usage-points/{usage_point_id}/periods", _build_query(start, end))

    async def fetch_hours(self, usage_point_id: str, *, cursor: str | None, limit: int) -> Response[Hours]:
        """Return up to `limit` hours of sums that changed since `cursor` (all without one), and a new cursor."""
        query = {"limit": str(limit)} | ({"cursor": cursor} if cursor else {})
        return await self._get(_HOURS, f"/v1/usage-points/{usage_point_id}/hours", query)

    async def fetch_load_curve(
        self, usage_point_id: str, *, start: date, end: date, direction: str
    ) -> Response[LoadCurve]:
        """Return the load curve of the days `[start, end[` and what is missing of it."""
        return await self._get(
            _LOAD_CURVE, f"/v1/usage-points/{usage_point_id}/load-curve", _build_query(start, end, direction)
        )

    async def fetch_comparison(self, usage_point_id: str, *, months: int) -> Comparison:
        """Return what the last complete months would have cost under each tariff option."""
        path = f"/v1/usage-points/{usage_point_id}/comparison"
        return (await self._get(_COMPARISON, path, {"months": str(months)})).data

    async def fetch_offers(self) -> dict[str, str]:
        """Return the offers in force today, their names by id."""
        found = (await self._get(_OFFERS, "/v1/offers")).data
        return {offer.id: f"{offer.supplier}, {offer.name}" for offer in found.items}

    async def fetch_regulated_prices(self, option: str, power_kva: int) -> dict[str, float]:
        """Return the regulated prices of an option today, in EUR/kWh by bucket; empty if it is not sold."""
        query = {"option": option, "power": str(power_kva)}
        grids = (await self._get(_REGULATED, "/v1/tariffs", query)).data.items
        return grids[0].eur_per_kwh if grids else {}

    async def fetch_series(self, usage_point_id: str, *, start: date, end: date, step: str) -> Series:
        """Return energy and cost of the days `[start, end[` by `step`, as the gateway sends it, for a chart."""
        path = f"/v1/usage-points/{usage_point_id}/series"
        parts = ("buckets", "euros", "production", "quality", "year_ago")
        query = [*_build_query(start, end).items(), ("step", step), *(("include", part) for part in parts)]
        return (await self._get(_SERIES, path, query)).data

    async def request_refresh(self, usage_point_id: str, *, start: date, end: date) -> Refresh:
        """Have the gateway request the days `[start, end[` from Enedis again."""
        response = await self._send_authorized(
            "POST", f"/v1/usage-points/{usage_point_id}/refresh", json=_build_query(start, end)
        )
        response.raise_for_status()
        return _REFRESH(response.body)

    async def preview_import(self, usage_point_id: str, content: bytes, *, name: str, direction: str) -> FileImport:
        """Send a file of readings and return what it would add. Nothing of it counts before it is accepted.

        `direction` is meant where the file does not say. Raises RequestRefusedError with the gateway's reason.
        """
        response = await self._send_authorized(
            "POST",
            f"/v1/usage-points/{usage_point_id}/imports",
            data=content,
            params={"direction": direction},
            headers={
                "Content-Type": "application/octet-stream",
                "Content-Disposition": _name_attachment(name),
            },
        )
        response.raise_for_status()
        return _IMPORT(response.body)

    async def fetch_imports(self, usage_point_id: str) -> tuple[FileImport, ...]:
        """Return the files of readings that the gateway was given, newest first."""
        return (await self._get(_IMPORTS, f"/v1/usage-points/{usage_point_id}/imports")).data.items

    async def accept_import(self, usage_point_id: str, import_id: str) -> None:
        """Have a previewed file count."""
        path = f"/v1/usage-points/{usage_point_id}/imports/{import_id}/accept"
        (await self._send_authorized("POST", path)).raise_for_status()

    async def take_back_import(self, usage_point_id: str, import_id: str) -> None:
        """Delete everything that a file added."""
        path = f"/v1/usage-points/{usage_point_id}/imports/{import_id}"
        (await self._send_authorized("DELETE", path)).raise_for_status()

    async def fetch_quota(self) -> Response[Quota]:
        """Return how much of the account's daily limits is used."""
        return await self._get(_QUOTA, "/v1/quota")

    async def fetch_tempo(self) -> Response[Tempo]:
        """Return the Tempo colours."""
        return await self._get(_TEMPO, "/v1/tempo")

    async def fetch_tempo_days(self, *, start: date, end: date) -> Response[TempoDays]:
        """Return the colours of the days `[start, end[`, at most 366 days."""
        return await self._get(_TEMPO_DAYS, "/v1/tempo/days", _build_query(start, end))

    async def fetch_tempo_forecast(self) -> Response[TempoForecast]:
        """Return the gateway's forecast of the days after tomorrow."""
        return await self._get(_TEMPO_FORECAST, "/v1/tempo/forecast")

    async def fetch_ecowatt(self) -> Response[Ecowatt]:
        """Return the Ecowatt signal."""
        return await self._get(_ECOWATT, "/v1/ecowatt")

    async def _get[DataT](self, decoder: Decoder[DataT], path: str, query: Query | None = None) -> Response[DataT]:
        """Request `path`. Responses without a query are small and frequent: they are cached and revalidated by ETag."""
        held = self._cache.get(path) if query is None else None
        conditional = {"If-None-Match": held[0]} if held else {}
        response = await self._send_authorized("GET", path, params=query or {}, headers=conditional)
        if held and response.status == HTTPStatus.NOT_MODIFIED:
            return Response(held[1], response.max_age)
        response.raise_for_status()
        # A thousand hours of ten series are a hundred kilobytes: read beside the event loop.
        data = await asyncio.to_thread(decoder, response.body)
        if query is None and (etag := response.headers.get("etag")):
            self._cache[path] = (etag, data)
        return Response(data, response.max_age)

    async def _send_authorized(
        self, method: str, path: str, headers: dict[str, str] | None = None, **options: Any
    ) -> RawResponse:
        """Send a request with a valid token; renew the token once if it is refused before it expires."""
        refused: str | None = None
        while True:
            token = await self._get_valid_token(refused)
            bearer = {"Authorization": f"Bearer {token}"}
            response = await self._transport.send(method, path, headers=bearer | (headers or {}), **options)
            if response.status != HTTPStatus.UNAUTHORIZED or refused:
                return response
            refused = token

    async def _get_valid_token(self, refused: str | None) -> str:
        async with self._token_lock:
            too_late = self._monotonic() >= self._token_ends
            if self._token is None or self._token == refused or too_late:
                return await self._renew_token()
            return self._token

    async def _renew_token(self) -> str:
        now = self._monotonic()
        response = await self._transport.send(
            "POST",
            "/v1/oauth/token",
            data={"grant_type": "client_credentials"},
            headers={"Authorization": f"Basic {self._basic}"},
        )
        response.raise_for_status()
        token = _TOKEN(response.body)
        self._token = token.access_token
        self._token_ends = now + token.expires_in - min(_RENEW_BEFORE, token.expires_in / 2)
        return self._token


def _build_query(start: date, end: date, direction: str | None = None) -> dict[str, str]:
    days = {"start": start.isoformat(), "end": end.isoformat()}
    return days | ({"direction": direction} if direction else {})


def _name_attachment(name: str) -> str:
    """Return a Content-Disposition with a file's name (RFC 6266), whatever letters it has."""
    header = Message()
    header.add_header("Content-Disposition", "attachment", filename=("utf-8", "", name))
    return str(header["Content-Disposition"])
