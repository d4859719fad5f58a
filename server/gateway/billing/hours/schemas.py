"""Response bodies for hours."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from gateway.billing.days.figures import MadeOf, is_money
from gateway.billing.hours.service import HourRows
from gateway.kit.paris import format_hour
from gateway.kit.wire import Utc

type WrittenUtc = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
"""An instant already formatted as text, because a response has many."""


class PublishedSeriesView(BaseModel):
    """The key of a running sum and its unit."""

    key: str
    unit: Literal["Wh", "EUR"]


class HoursView(BaseModel):
    """Hours as columns, oldest first; `sum` are running sums since the first published hour. `from` null: no change.

    `more`: the response was limited; request the rest with its cursor. `prices_outdated` is the day since which prices
    used here may be outdated, because newer ones are due. `made_of` is `unknown` where a sum does not change only
    because nothing is known of that direction. `unpriced` is true where a sum of money does not change only because no
    price is known: the cost of these rows is not known, and not 0 EUR. It has the series with any such row.
    """

    epoch: str
    cursor: str
    more: bool
    first: Annotated[WrittenUtc | None, Field(alias="from")]
    series: list[PublishedSeriesView]
    start: list[WrittenUtc]
    sum: dict[str, list[float]]
    unpriced: dict[str, list[bool]]
    made_of: dict[Literal["consumption", "production"], list[MadeOf]]
    prices_outdated: date | None
    next_change: Utc

    @classmethod
    def of(cls, rows: HourRows) -> HoursView:
        """Return the response for rows."""
        starts = [format_hour(start) for start in rows.start]
        made_of: dict[Literal["consumption", "production"], list[MadeOf]] = {
            "consumption": rows.used_made_of,
            "production": rows.gave_made_of,
        }
        return cls.model_construct(
            epoch=rows.epoch,
            cursor=rows.cursor,
            more=rows.more,
            first=starts[0] if starts else None,
            series=[PublishedSeriesView(key=key, unit="EUR" if is_money(key) else "Wh") for key in rows.series],
            start=starts,
            sum=rows.sums,
            unpriced=rows.unpriced,
            made_of={direction: made for direction, made in made_of.items() if direction in rows.series},
            prices_outdated=rows.prices_outdated,
            next_change=rows.next_change,
        )
