"""Database models of accounts and their credentials."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.database import Base


class Account(Base):
    """An account. `data_key` encrypts its data and is itself wrapped by ENCRYPTION_KEYS.

    `email` is the normalized address, for comparison. `address` is the address as its owner writes it, to which mail is
    sent. `pending_address` replaces it once it is verified. `verified_at` is when the address was verified. An account
    is active once `activated_at` is set, while `deactivated_at` is None. Increasing `token_version` ends all tokens.
    """

    __tablename__ = "accounts"
    __table_args__ = (Index(None, "created_at", "id"), Index(None, "activated_at", "created_at"))

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
        """Whether the account may be used."""
        return self.activated_at is not None and self.deactivated_at is None


class ApiClient(Base):
    """An OAuth 2.0 client that uses client credentials. `secret_hash` is the SHA-256 of its secret.

    Each new secret increases `token_version`.
    """

    __tablename__ = "api_clients"

    client_id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    token_version: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class TokenKind(StrEnum):
    """Which addresses a read-only token opens: those of this API, or those that older clients know."""

    READING = "reading"
    LEGACY = "legacy"


class ReadingToken(Base):
    """A read-only token, valid until it is revoked. `token_hash` is its SHA-256."""

    __tablename__ = "reading_tokens"

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    kind: Mapped[TokenKind] = mapped_column(default=TokenKind.READING)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    created_at: Mapped[datetime]
    last_used_on: Mapped[date | None]


class BrowserSession(Base):
    """A browser that is logged in. `token_hash` is a hash of its cookie, keyed by SECRET_KEY; `browser` is its name."""

    __tablename__ = "sessions"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    token_version: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(index=True)
    browser: Mapped[str | None]


class FamiliarOrigin(Base):
    """An origin that somebody logged in to an account from, as a keyed hash. Failures elsewhere do not block it."""

    __tablename__ = "familiar_origins"

    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    origin_hash: Mapped[str] = mapped_column(primary_key=True)
    first_seen_at: Mapped[datetime] = mapped_column(index=True)


class Purpose(StrEnum):
    """What a code from a mail may be used for."""

    VERIFY_EMAIL = "verify_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - a purpose
    CHANGE_EMAIL = "change_email"


class MailCode(Base):
    """A code that was sent by mail, for one use. `code_hash` is its SHA-256."""

    __tablename__ = "mail_codes"

    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[Purpose]
    expires_at: Mapped[datetime] = mapped_column(index=True)
