"""Types for the gateway's JSON."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field, PlainSerializer

from gateway.kit.paris import EARLIEST, LATEST, format_instant

type Utc = Annotated[datetime, PlainSerializer(format_instant, return_type=str)]
"""An instant, formatted as `2026-11-03T08:30:00Z`."""

KnownDay = Annotated[date, Field(ge=EARLIEST, le=LATEST)]
"""A day in a request, far enough from the limits of `date` for calculations."""
