"""Answers older clients from the archive: who asks, for which meter, and what is known."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date

from fastapi import Request, Response

from gateway.accounts.parts import AccountParts
from gateway.accounts.reading_tokens import load_legacy_reader
from gateway.accounts.service import Caller
from gateway.enedis.customer import Address
from gateway.legacy_clients.measures import LegacyMeasure, MeasuredRange, read_range
from gateway.metering.service import Readings
from gateway.quotas.concurrency import ConcurrencyLimiter
from gateway.quotas.day import DailyQuota, Use
from gateway.quotas.dependencies import enforce_quota
from gateway.usage_points import repository
from gateway.usage_points.contract import Contract
from gateway.usage_points.contracts import CustomerData
from gateway.usage_points.models import UsagePoint
from gateway.usage_points.service import compute_point_id


class NotTheirMeterError(Exception):
    """The account of the token has no such meter."""


@dataclass(frozen=True, repr=False)
class OwnMeter:
    """A meter of the account whose token was sent; `prm` is its number as the client knows it."""

    prm: str
    point: UsagePoint


class LegacyClients:
    """What older clients may ask for."""

    def __init__(
        self,
        parts: AccountParts,
        readings: Readings,
        customer_data: CustomerData,
        day: DailyQuota,
        concurrency: ConcurrencyLimiter,
    ) -> None:
        """Store the parts."""
        self._parts = parts
        self._readings = readings
        self._customer_data = customer_data
        self._day = day
        self._concurrency = concurrency

    async def open_meter(self, token: str, prm: str) -> OwnMeter:
        """Return a meter of the token's account. Raises InvalidTokenError and NotTheirMeterError."""
        caller = await load_legacy_reader(self._parts, token)
        async with self._parts.database.read() as session:
            point_id = compute_point_id(self._parts.instance, caller.account_id, prm)
            point = await repository.find_point(session, caller.account_id, point_id)
        if point is None:
            raise NotTheirMeterError
        return OwnMeter(prm, point)

    @asynccontextmanager
    async def count_answer(self, request: Request, meter: OwnMeter) -> AsyncIterator[None]:
        """Count an answer against the account's quota, like any other answer about a meter. Raises ProblemError."""
        counting = asynccontextmanager(enforce_quota)
        caller = Caller(meter.point.account_id)
        async with counting(request, self._day, self._concurrency, self._parts.clock, caller):
            yield

    async def read_measures(
        self,
        request: Request,
        meter: OwnMeter,
        measure: LegacyMeasure,
        days: tuple[date, date],
        build_response: Callable[[MeasuredRange], Response],
    ) -> Response:
        """Respond with the readings of the days `[start, end[`. Raises RefusedError and ProblemError."""
        async with self.count_answer(request, meter):
            found = await read_range(self._readings, self._parts.clock, meter.point, meter.prm, measure, *days)
            # maybe years of them: in a thread, and within the account's slot, so that few are built at a time
            return await asyncio.to_thread(build_response, found)

    async def load_contract(self, request: Request, meter: OwnMeter) -> Contract:
        """Return the contract. Raises ProblemError."""
        async with self.count_answer(request, meter):
            return (await self._customer_data.load_with_contract(meter.point)).contract

    async def fetch_address(self, request: Request, meter: OwnMeter) -> Address:
        """Return the address. Raises ProblemError."""
        async with self.count_answer(request, meter):
            return await self._customer_data.fetch_address(meter.point)

    async def load_answers(self, meter: OwnMeter) -> Use:
        """Return how many answers the account has used today."""
        return await self._day.load_answers(meter.point.account_id)
