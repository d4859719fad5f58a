"""Request and response bodies for consents."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from gateway.consents import authorization
from gateway.consents.models import Consent, ConsentStatus
from gateway.kit.wire import Utc


class ConsentRequest(BaseModel):
    """The 14-digit number of the meter to read, from the bill or the meter."""

    model_config = ConfigDict(extra="forbid")

    prm: Annotated[str, Field(max_length=40)]


class ConsentStarted(BaseModel):
    """The page on which the customer gives consent, valid until `expires_at`."""

    id: str
    authorize_url: str
    expires_at: Utc


class ConsentView(BaseModel):
    """The status of a consent; `reason` says why it failed.

    `may_retry`: it was refused, and the customer can still give the same consent on the page where it started.
    """

    id: str
    status: ConsentStatus
    reason: str | None
    may_retry: bool
    usage_points: list[str]

    @classmethod
    def of(cls, consent: Consent, now: datetime) -> ConsentView:
        """Return the response for a consent at `now`."""
        status = authorization.get_status(consent, now)
        granted = status is ConsentStatus.GRANTED
        return cls(
            id=consent.id,
            status=status,
            reason=None if granted or status is ConsentStatus.PENDING else authorization.get_outcome(consent, now),
            may_retry=authorization.may_retry(consent, now),
            usage_points=[consent.point_id] if granted else [],
        )
