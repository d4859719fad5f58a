"""Consents, and the states of their way to Enedis and back, as stored."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.database import Base


class ConsentStatus(StrEnum):
    """How far a consent has come."""

    PENDING = "pending"
    GRANTED = "granted"
    REFUSED = "refused"
    EXPIRED = "expired"


class Consent(Base):
    """An account's request to read a meter. `id` is secret enough to be an address; `expires_at` ends the request.

    `authorisation` is Enedis' number once it came back; it is checked again at `check_at`, `checks` times so far.
    `strayed_on` is the last day on which it came back in another browser.
    """

    __tablename__ = "consents"

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    point_id: Mapped[str]
    prm_sealed: Mapped[bytes]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    status: Mapped[ConsentStatus]
    reason: Mapped[str | None]
    authorisation: Mapped[int | None] = mapped_column(BigInteger)
    asked_on: Mapped[date | None]
    check_at: Mapped[datetime | None] = mapped_column(index=True)
    checks: Mapped[int] = mapped_column(default=0)
    strayed_on: Mapped[date | None]


class ConsentState(Base):
    """One way to Enedis and back: a random state, used once, in the browser that holds the cookie."""

    __tablename__ = "consent_states"

    state_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    consent_id: Mapped[str] = mapped_column(ForeignKey("consents.id", ondelete="CASCADE"), index=True)
    browser_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
