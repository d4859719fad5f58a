"""Consents on the wire."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from gateway.consents import authorization
from gateway.consents.models import Consent, ConsentStatus
from gateway.kit.wire import Utc


class ConsentRequest(BaseModel):
    """The meter that the account wishes to read: its 14 digits, from the bill or the meter."""

    model_config = ConfigDict(extra="forbid")

    prm: Annotated[str, Field(max_length=40)]


class ConsentStarted(BaseModel):
    """Where the holder of the meter gives the consent, until `expires_at`."""

    id: str
    authorize_url: str
    expires_at: Utc


class ConsentView(BaseModel):
    """How a consent stands; `reason` says why it failed."""

    id: str
    status: ConsentStatus
    reason: str | None
    usage_points: list[str]

    @classmethod
    def of(cls, consent: Consent, now: datetime) -> ConsentView:
        """Show a consent."""
        status = authorization.get_status(consent, now)
        granted = status is ConsentStatus.GRANTED
        return cls(
            id=consent.id,
            status=status,
            reason=None if granted or status is ConsentStatus.PENDING else authorization.get_outcome(consent, now),
            usage_points=[consent.point_id] if granted else [],
        )
