"""Types of the gateway's own JSON."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field, PlainSerializer

from gateway.kit.paris import EARLIEST, LATEST, format_instant

type Utc = Annotated[datetime, PlainSerializer(format_instant, return_type=str)]
"""An instant, written `2026-11-03T08:30:00Z`."""

KnownDay = Annotated[date, Field(ge=EARLIEST, le=LATEST)]
"""A day that somebody may ask about or enter: far enough from the ends of the calendar to count from."""
