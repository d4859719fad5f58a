"""The calls to RTE's APIs, each made once: the caller decides when to retry. Methods may raise StoreError too."""

from datetime import date, timedelta

from gateway.kit import paris
from gateway.kit.http import HttpResponse, Upstream
from gateway.rte.asking import parse_response, request
from gateway.rte.errors import RteError, RteErrorReason, parse_error
from gateway.rte.wire import EcowattAnswer, EcowattSignal, RteToken, TempoAnswer, TempoValue
from gateway.store import Store
from gateway.store.token import drop_token, get_shared_token

_TOKEN_PATH = "/token/oauth/"  # noqa: S105 - an address
_TEMPO = "/open_api/tempo_like_supply_contract/v1/tempo_like_calendars"
_ECOWATT = "/open_api/ecowatt/v5/signals"
_TOKEN_KEY = "rte:token"  # noqa: S105 - a name
_RENEW_BEFORE = 10 * 60
"""Seconds before its expiry at which a token is renewed."""
BETWEEN_ECOWATTS = timedelta(minutes=15)
"""RTE refuses a second call within this time."""
_BEFORE_THE_NEXT = (BETWEEN_ECOWATTS + timedelta(seconds=30)).total_seconds()


class Rte:
    """A client for RTE's APIs; all replicas share one token."""

    def __init__(self, upstream: Upstream, client_id: str, client_secret: str, store: Store) -> None:
        self._upstream = upstream
        self._credentials = (client_id, client_secret)
        self._store = store

    async def sign_in(self) -> None:
        """Request a token to check the credentials. Raises RteError."""
        await self._new_token()

    async def fetch_tempo_calendar(self, start: date, end: date) -> list[TempoValue]:
        """Fetch the colours of the days `[start, end[`, at most 366, in RTE's order.

        Raises RteError, with NOT_PUBLISHED if the last day is not known yet.
        """
        params = {"start_date": _format_midnight(start), "end_date": _format_midnight(end), "fallback_status": "true"}
        answer = parse_response(TempoAnswer, await self._get_path(_TEMPO, params))
        return [value for calendar in answer.tempo_like_calendars for value in calendar.values]

    async def fetch_ecowatt(self) -> list[EcowattSignal]:
        """Fetch the signals of the next days, unordered. Raises RteError: QUOTA within 15 minutes of the last call.

        The store measures the 15 minutes too, since times in the database are wrong after a change of the clock.
        """
        if wait := await self._store.take_turn("rte:ecowatt", _BEFORE_THE_NEXT):
            raise RteError(RteErrorReason.QUOTA, "too_soon", wait)
        signals = parse_response(EcowattAnswer, await self._get_path(_ECOWATT, {})).signals
        if not signals:
            raise RteError(RteErrorReason.DOWN, "empty_answer")
        return signals

    async def _get_path(self, path: str, params: dict[str, str]) -> HttpResponse:
        """Send a GET request with the token. A rejected token is dropped, so that the next attempt gets a new one."""
        token = await get_shared_token(self._store, _TOKEN_KEY, self._new_token, renew_before=_RENEW_BEFORE)
        answer = await request(self._upstream, "GET", path, params=params, headers={"Authorization": f"Bearer {token}"})
        if answer.status == 200:
            return answer
        refusal = parse_error(answer)
        if refusal.reason is RteErrorReason.UNAUTHORIZED:
            await drop_token(self._store, _TOKEN_KEY, token)
        raise refusal

    async def _new_token(self) -> tuple[str, float]:
        answer = await request(self._upstream, "POST", _TOKEN_PATH, auth=self._credentials)
        if answer.status in {400, 401, 403}:
            raise RteError(RteErrorReason.CREDENTIALS, str(answer.status))
        if answer.status != 200:
            raise parse_error(answer)
        token = parse_response(RteToken, answer)
        return token.access_token, token.expires_in


def _format_midnight(day: date) -> str:
    return paris.midnight(day).astimezone(paris.PARIS).isoformat()
