"""Accounts and their credentials, as stored."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.database import Base


class Account(Base):
    """Somebody with homes. `data_key` encrypts what is theirs and is itself wrapped by ENCRYPTION_KEYS.

    `email` is the address as it is compared, `address` as its owner writes it, and where mail goes; `pending_address`
    is to replace it once its owner showed to have it. An account is
    active from `activated_at` on and not after `deactivated_at`; `verified_at` is when its owner showed to have the
    address. `token_version` moves on when every token ends.
    """

    __tablename__ = "accounts"

    id: Mapped[str] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    address: Mapped[str]
    created_at: Mapped[datetime]
    pending_address: Mapped[str | None]
    language: Mapped[str] = mapped_column(default="fr")
    password_hash: Mapped[str | None]
    verified_at: Mapped[datetime | None]
    activated_at: Mapped[datetime | None]
    deactivated_at: Mapped[datetime | None]
    token_version: Mapped[int] = mapped_column(default=0)
    data_key: Mapped[bytes]

    @property
    def is_active(self) -> bool:
        """Whether it may be used."""
        return self.activated_at is not None and self.deactivated_at is None


class ApiClient(Base):
    """A client of OAuth 2.0 client credentials; the secret is kept as its SHA-256.

    `token_version` moves on with each new secret.
    """

    __tablename__ = "api_clients"

    client_id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    token_version: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class ReadingToken(Base):
    """A token that reads and changes nothing, for as long as its owner lets it; kept as its SHA-256."""

    __tablename__ = "reading_tokens"

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    created_at: Mapped[datetime]
    last_used_on: Mapped[date | None]


class BrowserSession(Base):
    """A browser that is logged in; what its cookie holds is kept as a hash keyed by SECRET_KEY; `browser` names it."""

    __tablename__ = "sessions"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    token_version: Mapped[int]
    created_at: Mapped[datetime]
    browser: Mapped[str | None]


class FamiliarOrigin(Base):
    """Where somebody has logged in to an account from, as a keyed hash: other people's failures do not bar it."""

    __tablename__ = "familiar_origins"

    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    origin_hash: Mapped[str] = mapped_column(primary_key=True)
    first_seen_at: Mapped[datetime]


class Purpose(StrEnum):
    """What a code from a mail is good for."""

    VERIFY_EMAIL = "verify_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - a purpose
    CHANGE_EMAIL = "change_email"


class MailCode(Base):
    """A code that was sent by mail, kept as its SHA-256; it is used once."""

    __tablename__ = "mail_codes"

    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[Purpose]
    expires_at: Mapped[datetime]
