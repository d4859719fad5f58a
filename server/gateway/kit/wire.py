"""Types of the gateway's own JSON."""

from datetime import datetime
from typing import Annotated

from pydantic import PlainSerializer

from gateway.kit.paris import iso

type Utc = Annotated[datetime, PlainSerializer(iso, return_type=str)]
"""An instant, written `2026-11-03T08:30:00Z`."""
