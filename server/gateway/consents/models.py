"""Database models of consents, their authorization states and the claimed services."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.database import Base


class ConsentStatus(StrEnum):
    """The status of a consent."""

    PENDING = "pending"
    GRANTED = "granted"
    REFUSED = "refused"
    EXPIRED = "expired"


class Consent(Base):
    """An account's request to read a meter, until `expires_at`. `id` cannot be guessed, so it is used in URLs.

    `authorisation` is Enedis' number from the callback, which came at `returned_at`. `check_at` is when it is checked
    next, `checks` how often it was. `other_browser_on` is the last day of a callback in another browser.
    """

    __tablename__ = "consents"
    __table_args__ = (Index(None, "created_at", "point_id"), Index(None, "status", "created_at", "point_id"))

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    point_id: Mapped[str]
    prm_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), index=True)
    prm_sealed: Mapped[bytes]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    status: Mapped[ConsentStatus]
    reason: Mapped[str | None]
    authorisation: Mapped[int | None] = mapped_column(BigInteger)
    asked_on: Mapped[date | None]
    returned_at: Mapped[datetime | None]
    check_at: Mapped[datetime | None] = mapped_column(index=True)
    checks: Mapped[int] = mapped_column(default=0)
    other_browser_on: Mapped[date | None] = mapped_column("strayed_on")


class ConsentState(Base):
    """The random state of one attempt at Enedis, for one use in the browser with the cookie."""

    __tablename__ = "consent_states"

    state_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    consent_id: Mapped[str] = mapped_column(ForeignKey("consents.id", ondelete="CASCADE"), index=True)
    browser_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ClaimedService(Base):
    """A service of Enedis that no other account can claim: its usage point was deleted, or two accounts claimed it.

    `opened_on` is the day from Enedis. `point_id` is the usage point that had it, None if both accounts were refused.
    It outlives the account.
    """

    __tablename__ = "claimed_services"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    prm_hash: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    point_id: Mapped[str | None]
    opened_on: Mapped[date] = mapped_column(index=True)


class ConsentReminder(Base):
    """A reminder that was queued `days_before` days before a consent ends on `expires_on`."""

    __tablename__ = "consent_reminders"

    point_id: Mapped[str] = mapped_column(ForeignKey("usage_points.id", ondelete="CASCADE"), primary_key=True)
    expires_on: Mapped[date] = mapped_column(primary_key=True)
    days_before: Mapped[int] = mapped_column(primary_key=True)
