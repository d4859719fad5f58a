"""Quotas on the wire."""

from datetime import date
from typing import Self

from pydantic import BaseModel

from gateway.kit.wire import Utc
from gateway.quotas.day import Use


class UseView(BaseModel):
    """How much of a limit is used, and when it is reset."""

    used: int
    left: int
    limit: int
    resets_at: Utc

    @classmethod
    def of(cls, use: Use) -> Self:
        """Show a use; more than the limit is shown as the limit."""
        left = max(0, use.limit - use.used)
        return cls(used=min(use.used, use.limit), left=left, limit=use.limit, resets_at=use.resets_at)


class Quota(BaseModel):
    """The account's day: calls to Enedis, and answers about usage points."""

    enedis: UseView
    answers: UseView


class DayUse(BaseModel):
    """The calls to Enedis of a day."""

    date: date
    used: int


class QuotaDays(BaseModel):
    """The last days, oldest first, today included."""

    items: list[DayUse]
