"""The state of Tempo at an instant."""

from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.domain.tempo_days import Color, find_tempo_day, get_start
from gateway.domain.tempo_season import Season, count_days
from gateway.kit import paris
from gateway.kit.database import Database
from gateway.problems import check_range
from gateway.rte import feeds
from gateway.tempo import periods, repository, schemas
from gateway.tempo.colors import DayColor, resolve_colors
from gateway.tempo.service import CURRENT, HISTORY

LONGEST_RANGE = timedelta(days=366)


class TempoOutlook:
    """Returns answers about Tempo from the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read_outlook(self, now: datetime) -> schemas.Tempo:
        """Return the state of today, tomorrow and the season at `now`."""
        async with self._database.read() as session:
            return await load_outlook(session, now)

    async def read_days(self, start: date, end: date, now: datetime) -> schemas.Days:
        """List the days `[start, end[`. Raises a 400 problem for a range that is empty or longer than 366 days."""
        async with self._database.read() as session:
            return await list_days(session, start, end, now)


async def load_outlook(session: AsyncSession, now: datetime) -> schemas.Tempo:
    """Return what is known of today, tomorrow and the season."""
    today = find_tempo_day(now)
    tomorrow = today + paris.DAY
    season = Season.of(today)
    freshness = await _load_freshness(session, now)
    stored = await repository.list_days(session, season.start, Season.of(tomorrow).end)
    colors = resolve_colors(stored, {*paris.iterate_days(season.start, season.end), tomorrow}, today)
    known = {day: color.color for day, color in colors.items() if color.color is not Color.UNKNOWN}
    current, *coming = periods.list_periods_ahead(known, now)
    ahead = [(day, colors[day]) for day in paris.iterate_days(tomorrow, season.end)]
    return schemas.Tempo(
        today=_build_sourced_day(today, colors[today]),
        tomorrow=_build_sourced_day(tomorrow, colors[tomorrow]),
        period=schemas.TempoPeriodView.model_validate(current),
        coming=[schemas.ComingPeriod.model_validate(period) for period in coming],
        season=schemas.TempoSeasonView(
            start=season.start,
            end=season.end,
            days={
                color: schemas.ColorCountView.model_validate(count)
                for color, count in count_days(season, known, today).items()
            },
            certain_red=[day for day, color in ahead if color.certain and color.color is Color.RED],
            expected_red=[day for day, color in ahead if color.expected and color.expected.color is Color.RED],
        ),
        next_change=min([current.until, *(feed.next_change for feed in freshness)]),
        as_of=freshness[0].as_of,
    )


async def list_days(session: AsyncSession, start: date, end: date, now: datetime) -> schemas.Days:
    """List the days `[start, end[`. Raises a 400 problem for a range that is empty or longer than 366 days."""
    check_range(start, end, LONGEST_RANGE)
    freshness = await _load_freshness(session, now)
    stored = await repository.list_days(session, Season.of(start).start, Season.of(end - paris.DAY).end)
    colors = resolve_colors(stored, paris.iterate_days(start, end), find_tempo_day(now))
    listed = [_build_day(day, color) for day, color in colors.items()]
    if all(day.confirmed for day in listed):
        return schemas.Days(days=listed, next_change=paris.midnight(paris.day_of(now) + paris.DAY))
    return schemas.Days(days=listed, next_change=min(feed.next_change for feed in freshness))


async def _load_freshness(session: AsyncSession, now: datetime) -> list[feeds.FeedFreshness]:
    return [await feeds.load_freshness(session, calls, now, asked=True) for calls in (CURRENT, HISTORY)]


def _build_day(day: date, color: DayColor) -> schemas.TempoDayView:
    return schemas.TempoDayView(
        date=day,
        start=get_start(day),
        until=get_start(day + paris.DAY),
        color=color.color,
        confirmed=color.certain,
        possible=list(color.possible),
        expected_color=color.expected.color if color.expected else None,
        expected_reason=color.expected.reason if color.expected else None,
    )


def _build_sourced_day(day: date, color: DayColor) -> schemas.SourcedDay:
    return schemas.SourcedDay(**_build_day(day, color).model_dump(), source=color.source)
