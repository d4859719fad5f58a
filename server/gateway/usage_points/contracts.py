"""The contract and the address of a usage point from Enedis, cached for CACHE_TTL_SECONDS."""

import base64
from datetime import datetime, timedelta

from gateway.enedis.client import Enedis
from gateway.enedis.customer import Address
from gateway.enedis.errors import EnedisError, ErrorReason
from gateway.kit.clock import Clock
from gateway.kit.crypto import Keyring, seal, unseal
from gateway.kit.database import Database
from gateway.problems import ProblemError
from gateway.store import Store
from gateway.store.cache import write_cached
from gateway.usage_points import service
from gateway.usage_points.models import PointStatus, UsagePoint
from gateway.usage_points.upkeep import UsagePointKeeper

_TRY_AGAIN = timedelta(minutes=10)


class CustomerData:
    """Returns cached contracts and addresses, or fetches them from Enedis."""

    def __init__(
        self,
        database: Database,
        store: Store,
        clock: Clock,
        keyring: Keyring,
        enedis: Enedis,
        keeper: UsagePointKeeper,
        seconds: int,
    ) -> None:
        """`seconds` is how long an answer is cached."""
        self._database = database
        self._store = store
        self._clock = clock
        self._keyring = keyring
        self._enedis = enedis
        self._keeper = keeper
        self._kept = timedelta(seconds=seconds)

    async def find_point(self, account_id: str, point_id: str) -> UsagePoint:
        """Return one of an account's usage points. Raises ProblemError (`not_found`)."""
        async with self._database.read() as session:
            return await service.get_usage_point(session, account_id, point_id)

    async def load_with_contract(self, point: UsagePoint) -> UsagePoint:
        """Return the usage point with its contract, refreshed if outdated. Raises ProblemError (503) if it has none."""
        if self._is_fresh(point) or point.status is not PointStatus.GRANTED:
            return point
        async with self._store.lease(f"contract:{point.id}"):
            point = await self._reload_point(point)
            if not self._is_fresh(point):
                await self._keeper.refresh_point(point)
                point = await self._reload_point(point)
        if point.contract.told_at is None:
            raise _build_unavailable_problem(self._clock.now() + _TRY_AGAIN, self._clock.now())
        return point

    async def fetch_address(self, point: UsagePoint) -> Address:
        """Return the address of a usage point. Raises ProblemError if Enedis does not provide it."""
        async with self._database.read() as session:
            secrets = await service.open_secrets(session, point, self._keyring)
        key = f"address:{point.id}"
        async with self._store.lease(key):
            if kept := await self._store.get(key):
                return Address.model_validate_json(unseal(secrets.data_key, base64.b64decode(kept), key))
            if point.status is not PointStatus.GRANTED:
                raise ProblemError(409, "no_consent", "There is no consent for this meter: share it again first.")
            try:
                address = await self._enedis.fetch_address(point.account_id, secrets.prm)
            except EnedisError as error:
                now = self._clock.now()
                if _withholds_address(error.reason):
                    raise ProblemError(404, error.reason, "Enedis does not give this address.") from error
                raise _build_unavailable_problem(error.retry_at or now + _TRY_AGAIN, now) from error
            sealed = seal(secrets.data_key, address.model_dump_json().encode(), key)
            await write_cached(self._store, key, base64.b64encode(sealed).decode(), self._kept.total_seconds())
            return address

    def _is_fresh(self, point: UsagePoint) -> bool:
        told_at = point.contract.told_at
        return told_at is not None and self._clock.now() - told_at < self._kept

    async def _reload_point(self, point: UsagePoint) -> UsagePoint:
        async with self._database.read() as session:
            return await service.get_usage_point(session, point.account_id, point.id)


def _withholds_address(reason: ErrorReason) -> bool:
    """Tell whether Enedis has refused to give an address, or has none; after other errors it may give it later."""
    match reason:
        case ErrorReason.NO_CONSENT | ErrorReason.NOT_HOLDER | ErrorReason.NOT_SUBSCRIBED | ErrorReason.ABSENT:
            return True
        case (
            ErrorReason.NOT_PUBLISHED
            | ErrorReason.BEFORE_ACTIVATION
            | ErrorReason.HISTORY_LIMIT
            | ErrorReason.TOO_LONG
            | ErrorReason.WRONG_DIRECTION
            | ErrorReason.METER_REFUSED
            | ErrorReason.NOTHING_OPEN
            | ErrorReason.QUOTA
            | ErrorReason.UNAUTHORIZED
            | ErrorReason.OUR_FAULT
            | ErrorReason.DOWN
        ):
            return False


def _build_unavailable_problem(until: datetime, now: datetime) -> ProblemError:
    wait = (until - now).total_seconds()
    return ProblemError(503, "upstream_down", "Enedis does not answer at the moment.", retry_after=wait)
