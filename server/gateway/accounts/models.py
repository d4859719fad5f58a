"""Accounts and API clients as stored."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.database import Base


class Account(Base):
    """Somebody with homes. `data_key` encrypts what is theirs and is itself wrapped by ENCRYPTION_KEYS."""

    __tablename__ = "accounts"

    id: Mapped[str] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    token_version: Mapped[int] = mapped_column(default=0)
    data_key: Mapped[bytes]


class ApiClient(Base):
    """A client of OAuth 2.0 client credentials; the secret is kept as its SHA-256."""

    __tablename__ = "api_clients"

    client_id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
