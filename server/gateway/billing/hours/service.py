"""The published hours of a usage point that are new to a client, according to its cursor.

A cursor contains an epoch and a revision: everything with a later revision is new to the client. If the response was
limited, the cursor also contains the hour at which the rest begins.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from gateway.billing.days.billed_point import BilledPoint
from gateway.billing.days.figures import MadeOf, to_units
from gateway.billing.hours import repository
from gateway.billing.hours.publishing import NOTHING_HELD, Publisher, over_days
from gateway.billing.hours.repository import PublishedFigures
from gateway.billing.hours.series import sum_columns
from gateway.billing.notices import find_outdated_prices
from gateway.kit import paris
from gateway.kit.clock import Clock
from gateway.kit.database import Database
from gateway.metering.freshness import find_next_change
from gateway.usage_points.models import UsagePoint


@dataclass(frozen=True)
class HourRows:
    """Columns of rows from the first that is new to the holder of a cursor; `more` if some are left out at the end.

    `start` is in hours since 1970, `sums` are running sums in Wh or EUR, by series key. `unpriced` tells the rows in
    which a sum of money does not change only because no price is known, for each series that has any.
    """

    epoch: str
    cursor: str
    more: bool
    series: list[str]
    start: list[int]
    sums: dict[str, list[float]]
    unpriced: dict[str, list[bool]]
    used_made_of: list[MadeOf]
    gave_made_of: list[MadeOf]
    prices_outdated: date | None
    next_change: datetime


@dataclass(frozen=True)
class _Cursor:
    """What a client has: everything of a revision, or only the hours before `until` (hours since 1970) if given."""

    revision: int = NOTHING_HELD
    until: int | None = None

    @classmethod
    def parse_cursor(cls, text: str | None, point: UsagePoint) -> _Cursor:
        """Parse a cursor. If it is malformed, of another epoch or ahead of the revision, nothing is held."""
        epoch, *numbers = (text or "").split(".")
        if epoch != point.epoch or not 1 <= len(numbers) <= 2 or not all(_is_number(number) for number in numbers):
            return cls()
        revision, *until = map(int, numbers)
        if revision > point.revision:
            return cls()
        return cls(revision, until[0] if until else None)


class HoursService:
    """Finds the published hours that are new to a client."""

    def __init__(self, database: Database, clock: Clock, publisher: Publisher) -> None:
        self._database = database
        self._clock = clock
        self._publisher = publisher

    async def load_rows_since(
        self, account_id: str, point_id: str, cursor: str | None, limit: int | None = None
    ) -> HourRows:
        """Return up to `limit` rows from the first that is new to a client with `cursor`. Raises `not_found`."""
        if (unchanged := await self._find_nothing_new(account_id, point_id, cursor)) is not None:
            return unchanged
        published = await self._publisher.publish_hours(account_id, point_id)
        point, series = published.point, published.series
        held = _Cursor.parse_cursor(cursor, point.row)
        if any(came > held.revision for came in series.values()):
            held = _Cursor()
        most = None if limit is None else limit + 1
        days = published.to_send[:most]
        if held.until is not None or held.revision < published.since:
            unread = None if held.until is None else paris.day_of(paris.hour_at(held.until))
            async with self._database.read() as session:
                days = await repository.list_days_to_send(
                    session, point.public_id, point.secrets.data_key, held.revision, unread, most
                )
        return await over_days(len(days), partial(self._build_rows, point, sorted(series), days, held, limit))

    async def _find_nothing_new(self, account_id: str, point_id: str, cursor: str | None) -> HourRows | None:
        """Return an empty answer if one query shows that the client has everything; else None."""
        if cursor is None or (found := await self._publisher.find_up_to_date_hours(account_id, point_id)) is None:
            return None
        state, series = found.state, found.series
        if cursor != f"{state.epoch}.{state.revision}":
            return None
        return HourRows(
            epoch=state.epoch,
            cursor=cursor,
            more=False,
            series=list(series),
            start=[],
            sums={key: [] for key in series},
            unpriced={},
            used_made_of=[],
            gave_made_of=[],
            prices_outdated=None,
            next_change=find_next_change(state, self._clock.now()),
        )

    def _build_rows(
        self, point: BilledPoint, series: list[str], days: Sequence[PublishedFigures], held: _Cursor, limit: int | None
    ) -> HourRows:
        sums: dict[str, list[float]] = {key: [] for key in series}
        unpriced: dict[str, list[bool]] = {}
        start: list[int] = []
        used_made_of: list[MadeOf] = []
        gave_made_of: list[MadeOf] = []
        gives = "production" in series
        for day in days:
            midnight = _find_midnight(day.day)
            rows = len(day.figures.hours)
            start += [midnight + number for number in day.figures.hours]
            used_made_of += day.figures.used_made_of
            gave_made_of += day.figures.gave_made_of or ([MadeOf.UNKNOWN] * rows if gives else [])
            for key, column in sum_columns(day.figures, day.before, series).items():
                sums[key] += to_units(key, column)
            unpriced_today = day.figures.find_unpriced_rows()
            for key in unpriced_today.keys() & sums.keys():
                unpriced.setdefault(key, [False] * (len(start) - rows))
            for key, flags in unpriced.items():
                flags.extend(unpriced_today.get(key) or [False] * rows)
        new_from = [] if held.until is None else [held.until]
        if days and days[0].revision > held.revision:
            new_from.append(_find_midnight(days[0].day) + days[0].find_first_changed_hour(held.revision))
        skipped = sum(at < min(new_from) for at in start[:25]) if new_from else 0
        shown = slice(skipped, None if limit is None else skipped + limit)
        more = limit is not None and len(start) > skipped + limit
        cursor = f"{point.row.epoch}.{point.row.revision}"
        if more and limit is not None:
            cursor += f".{start[skipped + limit]}"
        return HourRows(
            epoch=point.row.epoch,
            cursor=cursor,
            more=more,
            series=series,
            start=start[shown],
            sums={key: column[shown] for key, column in sums.items()},
            unpriced={key: flags[shown] for key, flags in unpriced.items() if any(flags[shown])},
            used_made_of=used_made_of[shown],
            gave_made_of=gave_made_of[shown],
            prices_outdated=find_outdated_prices(point.book, point.tariffs, days[0].day, days[-1].day)
            if days
            else None,
            next_change=find_next_change(point.row, self._clock.now()),
        )


def _find_midnight(day: date) -> int:
    return paris.hour_number(paris.midnight(day))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 8
