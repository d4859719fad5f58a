"""The calls of Data Connect 2026."""

import json
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from pydantic import ValidationError

from gateway.enedis.errors import EnedisError, Meaning, understand
from gateway.enedis.wire import Measure
from gateway.kit.http import Answer, UnreachableError, Upstream
from gateway.store import Store

_TOKEN_PATH = "/oauth2/v3/token"  # noqa: S105 - an address
_MEASURES = "/mesure_synchrone_auto/v2/"
_TOKEN_KEY = "enedis:token"  # noqa: S105 - a name
_RENEW_BEFORE = timedelta(minutes=20)
_SHORTEST_TOKEN = timedelta(minutes=1)


class Api(StrEnum):
    """Enedis counts its quotas by API."""

    MEASURES = "measures"


class Direction(StrEnum):
    """Which way the energy goes, seen from the home."""

    CONSUMPTION = "consumption"
    PRODUCTION = "production"


_SUFFIX = {Direction.CONSUMPTION: "consommation", Direction.PRODUCTION: "production"}


class Pace(Protocol):
    """Who may call when."""

    async def wait(self, api: Api, payer: str) -> None:
        """Wait for a call's turn and count it for `payer`. Raises EnedisError(QUOTA) when none is left."""
        ...

    async def stop(self, api: Api, until: datetime | None) -> None:
        """Enedis refused for its quota: nobody calls before `until`, or for a while."""
        ...


class Enedis:
    """A client with one token for all replicas."""

    def __init__(self, upstream: Upstream, client_id: str, client_secret: str, store: Store, pace: Pace) -> None:
        """Prepare, without connecting."""
        self._upstream = upstream
        self._credentials = (client_id, client_secret)
        self._store = store
        self._pace = pace

    async def load_curve(self, payer: str, prm: str, direction: Direction, start: date, end: date) -> Measure:
        """Ask for average power by interval, in W, of the days `[start, end[`: at most 7."""
        return await self._measure(payer, f"courbe_de_charge_{_SUFFIX[direction]}", prm, start, end)

    async def daily(self, payer: str, prm: str, direction: Direction, start: date, end: date) -> Measure:
        """Ask for energy by day, in Wh, of the days `[start, end[`."""
        return await self._measure(payer, f"{_SUFFIX[direction]}_quotidienne", prm, start, end)

    async def max_power(self, payer: str, prm: str, start: date, end: date) -> Measure:
        """Ask for the greatest power of each day of `[start, end[`, in VA, with its moment."""
        return await self._measure(
            payer, "puissance_conso_max_quotidienne", prm, start, end, mesuresPas="P1D", grandeurPhysique="PMA"
        )

    async def _measure(self, payer: str, resource: str, prm: str, start: date, end: date, **more: str) -> Measure:
        params = {"pointId": prm, "dateDebut": start.isoformat(), "dateFin": end.isoformat(), **more}
        answer = await self._get(payer, Api.MEASURES, _MEASURES + resource, params)
        try:
            return Measure.model_validate_json(answer.body)
        except ValidationError:
            # the words of a validation error quote the answer, which names the meter
            raise EnedisError(Meaning.DOWN, "unreadable_answer") from None

    async def _get(self, payer: str, api: Api, path: str, params: dict[str, str]) -> Answer:
        """Ask, renewing the token once if Enedis no longer takes it. Raises EnedisError."""
        for attempt in (1, 2):
            token = await self._token()
            await self._pace.wait(api, payer)
            try:
                answer = await self._upstream.ask(
                    "GET", path, params=params, headers={"Authorization": f"Bearer {token}"}
                )
            except UnreachableError as error:
                raise EnedisError(Meaning.DOWN, "unreachable") from error
            if answer.status == 200:
                return answer
            refusal = understand(answer)
            if refusal.meaning is Meaning.QUOTA:
                await self._pace.stop(api, refusal.retry_at)
            if refusal.meaning is not Meaning.UNAUTHORIZED or attempt == 2:
                raise refusal
            await self._store.delete(_TOKEN_KEY)
        raise AssertionError("unreachable")

    async def _token(self) -> str:
        if token := await self._store.get(_TOKEN_KEY):
            return token
        async with self._store.lease(_TOKEN_KEY):
            if token := await self._store.get(_TOKEN_KEY):
                return token
            token, seconds = await self._new_token()
            await self._store.set(_TOKEN_KEY, token, seconds)
            return token

    async def _new_token(self) -> tuple[str, float]:
        try:
            answer = await self._upstream.ask(
                "POST", _TOKEN_PATH, form={"grant_type": "client_credentials"}, auth=self._credentials
            )
        except UnreachableError as error:
            raise EnedisError(Meaning.DOWN, "unreachable") from error
        if answer.status != 200:
            raise understand(answer)
        try:
            body = json.loads(answer.body)
            token, seconds = str(body["access_token"]), float(body["expires_in"])
        except (ValueError, KeyError, TypeError) as error:
            raise EnedisError(Meaning.DOWN, "unreadable_answer") from error
        early = _RENEW_BEFORE.total_seconds()
        return token, max(seconds - early, _SHORTEST_TOKEN.total_seconds())
