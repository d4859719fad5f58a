"""Database table of Tempo days."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy.orm import Mapped, mapped_column

from gateway.domain.tempo_days import Color
from gateway.kit.database import Base, Instant


class ColorSource(StrEnum):
    """The source of a colour: RTE's API, or its open-data calendar."""

    RTE = "rte"
    OPEN_DATA = "open_data"


class TempoDay(Base):
    """The colour of a day, `unknown` if the answer had none; `told_at` is when the answer was requested.

    `revision` is that of the shared data (billing/hours/models.py) at the last change of the colour, set by triggers.
    """

    __tablename__ = "tempo_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    color: Mapped[Color]
    confirmed: Mapped[bool]
    source: Mapped[ColorSource]
    told_at: Mapped[datetime] = mapped_column(Instant, index=True)
    revision: Mapped[int] = mapped_column(default=0, index=True)


class TempoForecast(Base):
    """How likely a forecast of ours made a day red or white, and what the quota alone let one deduce; never changed.

    `made_on` is the Tempo day on which it was made, `made_at` the instant.
    """

    __tablename__ = "tempo_forecasts"

    made_on: Mapped[date] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    white: Mapped[float]
    red: Mapped[float]
    deduced_white: Mapped[float]
    deduced_red: Mapped[float]
    made_at: Mapped[datetime] = mapped_column(Instant)
