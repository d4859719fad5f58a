"""Database model of the outbox."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.database import Base


class MailKind(StrEnum):
    """The kind of a mail, which determines its texts."""

    VERIFY_EMAIL = "verify_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - a kind
    ALREADY_SIGNED_UP = "already_signed_up"
    CHANGE_EMAIL = "change_email"
    EMAIL_CHANGE_ASKED = "email_change_asked"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a kind
    CONSENT_ENDS = "consent_ends"


class OutboxMail(Base):
    """A queued mail. Its text, with a new code if it needs one, is written when it is sent, and is not stored.

    `details` has values for the text (of a consent that ends: the meter's name and the day), and `to`, the recipient,
    if it is not the address that the account has when the mail is sent.

    A mail without an account is not sent. It exists so that an unknown address causes the same work as a known one.
    """

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    kind: Mapped[MailKind]
    details: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime]
    next_at: Mapped[datetime] = mapped_column(index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None]
