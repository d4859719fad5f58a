"""Database table of usage points."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.database import Base
from gateway.kit.wire import JsonObject
from gateway.usage_points.contract import Contract, ContractColumn


class PointStatus(StrEnum):
    """Whether the gateway may read a usage point."""

    GRANTED = "granted"
    ENDED = "ended"
    MOVED = "moved"


class UsagePoint(Base):
    """A meter of an account. Pages list an account's meters by `position`, without those that are `hidden`.

    `id` is public and opaque; the number is encrypted with the account's key, and hashed for lookups. `authorisation`
    is the number of the consent that opened it, if any, and `opened_on` is when Enedis opened it. `doubted`: one sign
    was seen that the consent ended. `services` are the open kinds of measures (CDC, IDX, PMAX, ENERGIE); they and
    `contract` are fetched again at `details_at`, and off-peak hours alone at `off_peak_at` (null: never). `wanted_from`
    is the oldest recent day; recent days are due at `next_work_at`, older ones at `history_at` (null: all were
    requested). `tariffs` and `off_peak` are parsed by stored_settings.py, `refusals` of Enedis by refusals.py. `wants`
    are the kinds that clients requested, and when. `revision` counts the publications of its hours in `epoch`.
    `data_revision` and `data_version` change with every write of data in answers: its days, and here its account,
    status, services, contract, refusals, tariffs and off-peak hours. Database triggers change them. The revision
    counts, but a restored database counts again; a version never repeats.
    """

    __tablename__ = "usage_points"
    __table_args__ = (
        # Only one account may read a meter: unique where status is 'granted', as the migration defines it. Stating this
        # condition here would load the dialects of both databases.
        Index("uq_usage_points_holder", "prm_hash", unique=True),
        # the jobs ask for what is due of the usage points that may be read, however many others there are
        Index(None, "status", "next_work_at"),
        Index(None, "status", "details_at"),
        Index(None, "status", "off_peak_at"),
        Index(None, "status", "history_at"),
        Index(None, "status", "ended_at"),
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
    details_at: Mapped[datetime]
    off_peak_at: Mapped[datetime | None]
    tariffs: Mapped[list[JsonObject]] = mapped_column(JSON)
    off_peak: Mapped[list[JsonObject]] = mapped_column(JSON)
    wanted_from: Mapped[date]
    next_work_at: Mapped[datetime]
    history_at: Mapped[datetime | None]
    wants: Mapped[dict[str, str]] = mapped_column(JSON)
    refusals: Mapped[JsonObject] = mapped_column(JSON, default=dict)
    epoch: Mapped[str]
    revision: Mapped[int] = mapped_column(default=0)
    data_revision: Mapped[int] = mapped_column(default=0)
    data_version: Mapped[str] = mapped_column(default="")
