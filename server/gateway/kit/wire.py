"""Types for the gateway's JSON."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field, PlainSerializer

from gateway.kit.paris import EARLIEST, LATEST, format_instant

type Json = bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None
"""What JSON can hold."""

type JsonObject = dict[str, Json]
"""A JSON object in the form of another program or of a stored model."""

type OpenApiResponses = dict[int | str, dict[str, Any]]
"""The responses of a route for the OpenAPI document by status, as FastAPI takes them."""

type Utc = Annotated[datetime, PlainSerializer(format_instant, return_type=str)]
"""An instant, formatted as `2026-11-03T08:30:00Z`."""

KnownDay = Annotated[date, Field(ge=EARLIEST, le=LATEST)]
"""A day in a request, far enough from the limits of `date` for calculations."""
