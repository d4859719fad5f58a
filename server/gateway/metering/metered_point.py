"""A usage point with the secrets that decrypt its data, and the feeds that are fetched for it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from gateway.domain.direction import Direction
from gateway.enedis.daily import MOST_WATTS
from gateway.metering.schedule import Feed, Kind
from gateway.usage_points.models import PointStatus, UsagePoint
from gateway.usage_points.refusals import Refusals
from gateway.usage_points.repository import format_version
from gateway.usage_points.service import Secrets, is_curve_collected

WANTED_FOR = timedelta(days=30)
"""How long a kind is fetched regularly after the last client request for it."""
_LEAST_MOST_WATTS = 100_000
"""The lowest limit for plausible power, in W: the subscribed power may have been higher in the past."""


@dataclass(frozen=True, repr=False)
class MeteredPoint:
    """A usage point as the archive uses it.

    `activated_on` comes from the contract; `since` is the first day on which a direction was metered, from the contract
    and from refusals. Days from `recent_from` on are recent, older ones are history.

    `next_work_at` and `history_at` are when the workers fetch the newest days and older ones (None: no older ones).
    `directions` are fetched regularly; `possible` are fetched on request. `most_watts` is more power, in W, than the
    meter can measure. `version` changes with every write of data that answers contain. `wants` are the kinds that
    clients requested, and when.
    """

    id: str
    account_id: str
    secrets: Secrets
    is_open: bool
    curve_collected: bool | None
    activated_on: dict[Direction, date | None]
    since: dict[Direction, date | None]
    directions: tuple[Direction, ...]
    possible: tuple[Direction, ...]
    recent_from: date
    extras: tuple[Kind, ...]
    refusals: Refusals
    most_watts: int
    next_work_at: datetime
    history_at: datetime | None
    version: str
    wants: Mapping[str, str]

    @classmethod
    def of(cls, point: UsagePoint, secrets: Secrets, now: datetime) -> MeteredPoint:
        """Build a MeteredPoint from a usage point, its secrets and the time."""
        refusals = Refusals.of(point)
        activated_on = {direction: point.contract.activated_on(direction) for direction in Direction}
        return cls(
            id=point.id,
            account_id=point.account_id,
            secrets=secrets,
            is_open=point.status is PointStatus.GRANTED,
            curve_collected=is_curve_collected(point),
            activated_on=activated_on,
            since={
                direction: _find_start(activated_on[direction], refusals, direction, now) for direction in Direction
            },
            directions=tuple(list_directions(point)),
            possible=tuple(_find_possible(point, refusals)),
            recent_from=point.wanted_from,
            extras=tuple(kind for kind in Kind if kind.is_on_request and _is_wanted(point, kind, now)),
            refusals=refusals,
            most_watts=_find_most_watts(point),
            next_work_at=point.next_work_at,
            history_at=point.history_at,
            version=format_version(point.epoch, point.data_version),
            wants=point.wants,
        )

    def replace_refusals(self, refusals: Refusals, now: datetime) -> MeteredPoint:
        """Return a copy with these refusals, and with `since` computed from them."""
        since = {
            direction: _find_start(self.activated_on[direction], refusals, direction, now) for direction in Direction
        }
        return replace(self, refusals=refusals, since=since)

    @property
    def first_direction(self) -> Direction:
        """The direction that represents a usage point: consumption, or production if it only produces."""
        return next(iter((*self.directions, *self.possible)), Direction.CONSUMPTION)

    def get_main_feed(self, direction: Direction) -> Feed:
        """Return the feed for a direction's energy: the load curve, or daily values if the curve is not collected."""
        return Feed(self.id, Kind.DAILY if self.curve_collected is False else Kind.CURVE, direction)

    def list_refreshed_feeds(self) -> Iterator[Feed]:
        """Yield the feeds that are fetched each morning, or each week (the index)."""
        for direction in self.directions:
            yield self.get_main_feed(direction)
            if Kind.INDEX in self.extras:
                yield Feed(self.id, Kind.INDEX, direction)
        if Kind.MAX_POWER in self.extras and Direction.CONSUMPTION in self.directions:
            yield Feed(self.id, Kind.MAX_POWER)


def list_directions(point: UsagePoint) -> Iterator[Direction]:
    """Yield the directions of a usage point, from its contracts and activation dates; consumption if none is known."""
    contract, refusals = point.contract, Refusals.of(point)
    produces = bool(contract.produces or contract.production_activated_on)
    consumes = contract.consumes or contract.power_kva or contract.consumption_activated_on
    has_contract = {Direction.CONSUMPTION: bool(consumes) or not produces, Direction.PRODUCTION: produces}
    yield from (direction for direction in _find_possible(point, refusals) if has_contract[direction])


def _find_possible(point: UsagePoint, refusals: Refusals) -> Iterator[Direction]:
    """Yield the directions that Enedis did not refuse, without production if the contracts exclude it."""
    for direction in Direction:
        ruled_out = direction is Direction.PRODUCTION and point.contract.produces is False
        if not refusals.refuses(direction) and (not ruled_out or point.contract.production_activated_on):
            yield direction


def find_activation(point: UsagePoint, direction: Direction) -> date | None:
    """Return the first day of a direction that Enedis stated, by the contract or by two refusals; None if unknown."""
    refusal = Refusals.of(point).before_activation.get(direction)
    confirmed = refusal.day if refusal and refusal.is_confirmed else None
    return max((day for day in (point.contract.activated_on(direction), confirmed) if day), default=None)


def _find_start(activated: date | None, refusals: Refusals, direction: Direction, now: datetime) -> date | None:
    return max((day for day in (activated, refusals.get_first_day(direction, now)) if day), default=None)


def _find_most_watts(point: UsagePoint) -> int:
    """Return a limit for plausible power, in W: ten times the subscribed power, at least 100 kW."""
    kva = point.contract.power_kva
    return max(_LEAST_MOST_WATTS, int(kva * 10_000)) if kva else MOST_WATTS


def _is_wanted(point: UsagePoint, kind: Kind, now: datetime) -> bool:
    asked = point.wants.get(kind)
    return asked is not None and now - datetime.fromisoformat(asked) < WANTED_FOR
