"""The calls to RTE's APIs, each made once: who asks decides when to ask again."""

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
"""Seconds before a token's end."""
BETWEEN_ECOWATTS = timedelta(minutes=15)
"""RTE refuses a second call within them."""
_BEFORE_THE_NEXT = (BETWEEN_ECOWATTS + timedelta(seconds=30)).total_seconds()


class Rte:
    """A client with one token for all replicas."""

    def __init__(self, upstream: Upstream, client_id: str, client_secret: str, store: Store) -> None:
        self._upstream = upstream
        self._credentials = (client_id, client_secret)
        self._store = store

    async def sign_in(self) -> None:
        """Ask for a token, to see whether the credentials are good. Raises RteError."""
        await self._new_token()

    async def fetch_tempo_calendar(self, start: date, end: date) -> list[TempoValue]:
        """Ask for the colours of the days `[start, end[`, at most 366, in RTE's order.

        Raises RteError, with NOT_PUBLISHED when the last day is not known yet.
        """
        params = {"start_date": _format_midnight(start), "end_date": _format_midnight(end), "fallback_status": "true"}
        answer = parse_response(TempoAnswer, await self._get_path(_TEMPO, params))
        return [value for calendar in answer.tempo_like_calendars for value in calendar.values]

    async def fetch_ecowatt(self) -> list[EcowattSignal]:
        """Ask for the days ahead, in no order, unless that was done within 15 minutes. Raises RteError.

        They are measured here too, for what is written down beside a time of day misleads when clocks are set.
        """
        if wait := await self._store.take_turn("rte:ecowatt", _BEFORE_THE_NEXT):
            raise RteError(RteErrorReason.QUOTA, "too_soon", wait)
        signals = parse_response(EcowattAnswer, await self._get_path(_ECOWATT, {})).signals
        if not signals:
            raise RteError(RteErrorReason.DOWN, "empty_answer")
        return signals

    async def _get_path(self, path: str, params: dict[str, str]) -> HttpResponse:
        """Ask once. A token that RTE no longer takes is forgotten, so that the next attempt brings a new one."""
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
