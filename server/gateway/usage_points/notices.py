"""Notices about a usage point for users."""

import datetime as dt
from collections.abc import Iterator
from datetime import datetime, timedelta

from pydantic import BaseModel

from gateway.kit import paris
from gateway.kit.wire import Utc
from gateway.usage_points.models import PointStatus, UsagePoint
from gateway.usage_points.refusals import Refusals
from gateway.usage_points.service import is_curve_collected

WARN_BEFORE = timedelta(days=60)
_ENDED = {PointStatus.ENDED: "consent_ended", PointStatus.MOVED: "consent_moved"}


class Notice(BaseModel):
    """Something its owner should know: its code, and since and until when; for a change its day, for text its words."""

    code: str
    since: Utc
    until: Utc | None
    date: dt.date | None = None
    text: str | None = None


def list_notices(point: UsagePoint, now: datetime) -> list[Notice]:
    """Return the current notices of a usage point."""
    return list(_yield_notices(point, now))


def _yield_notices(point: UsagePoint, now: datetime) -> Iterator[Notice]:
    if code := _ENDED.get(point.status):
        yield Notice(code=code, since=point.ended_at or point.created_at, until=None)
        return
    if point.consent_expires_on is not None:
        ends = paris.midnight(point.consent_expires_on)
        if now >= ends - WARN_BEFORE:
            yield Notice(code="consent_ends", since=ends - WARN_BEFORE, until=ends)
    if refusal := Refusals.of(point).meter:
        state = point.contract.connection_state
        if state and not is_supplied(state):
            yield Notice(code="meter_not_supplied", since=refusal.since, until=refusal.again_at, text=state)
        else:
            yield Notice(code="meter_refused", since=refusal.since, until=refusal.again_at, text=refusal.code)
    if is_curve_collected(point) is False:
        yield Notice(code="curve_not_collected", since=point.created_at, until=None)


def is_supplied(state: str) -> bool:
    """Tell whether a connection state of Enedis (`Alimenté`) means that the usage point is supplied."""
    return state.strip().casefold().startswith("aliment")
