"""Usage points as stored."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.database import Base
from gateway.usage_points.contract import Contract, ContractColumn


class PointStatus(StrEnum):
    """Whether Enedis lets us read a usage point."""

    GRANTED = "granted"
    ENDED = "ended"
    MOVED = "moved"


class UsagePoint(Base):
    """A meter of an account. Pages list an account's by `position`, and leave out those that are `hidden`.

    `id` is public and opaque; the number is sealed with the account's key, and hashed to look it up. `authorisation` is
    the number that opened it, where a consent did, and `opened_on` the day on which Enedis says it was opened;
    `doubted` says that one sign of its end was seen. `services` are the kinds of measures that are open (CDC, IDX,
    PMAX, ENERGIE) and `contract` what Enedis told of it, both asked again at `details_at`. `wanted_from` is the oldest
    day that the archive keeps up, `next_work_at` when it next has something to ask, `history_at` when what is older
    next wants a call (null: all of it was asked). `wants` are the kinds that clients asked for, and when they last did.
    `refusals` is what Enedis refused of it (refusals.py). `revision` counts what was published of its hours in `epoch`.
    `data_revision` moves with every write of what answers are made of: its days, and here who reads it, its status,
    services, contract, refusals, tariffs and off-peak hours. Triggers of the database move it.
    """

    __tablename__ = "usage_points"
    __table_args__ = (
        # Whatever happens at once, a meter is read by one account: unique where status is 'granted', as the migration
        # has it. To say so here would load the dialects of both databases.
        Index("uq_usage_points_holder", "prm_hash", unique=True),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    prm_sealed: Mapped[bytes]
    prm_hash: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    name: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)
    hidden: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    status: Mapped[PointStatus]
    authorisation: Mapped[int | None] = mapped_column(BigInteger)
    opened_on: Mapped[date | None]
    ended_at: Mapped[datetime | None]
    consent_expires_on: Mapped[date | None] = mapped_column(index=True)
    doubted: Mapped[bool] = mapped_column(default=False)
    services: Mapped[list[str]] = mapped_column(JSON)
    contract: Mapped[Contract] = mapped_column(ContractColumn)
    details_at: Mapped[datetime] = mapped_column(index=True)
    tariffs: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    off_peak: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    wanted_from: Mapped[date]
    next_work_at: Mapped[datetime] = mapped_column(index=True)
    history_at: Mapped[datetime | None] = mapped_column(index=True)
    wants: Mapped[dict[str, str]] = mapped_column(JSON)
    refusals: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    epoch: Mapped[str]
    revision: Mapped[int] = mapped_column(default=0)
    data_revision: Mapped[int] = mapped_column(default=0)
