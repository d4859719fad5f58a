"""What there is to say of Tempo at a moment."""

from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.domain.tempo_days import Color, begins, in_force
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
    """Answers about Tempo, from what is stored."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read_now(self, now: datetime) -> schemas.Tempo:
        """Return what is known of today, tomorrow and the season."""
        async with self._database.read() as session:
            return await signal(session, now)

    async def read_days(self, start: date, end: date, now: datetime) -> schemas.Days:
        """List the days `[start, end[`. Raises a 400 problem for a range that is empty or longer than 366 days."""
        async with self._database.read() as session:
            return await days(session, start, end, now)


async def signal(session: AsyncSession, now: datetime) -> schemas.Tempo:
    """Return what is known of today, tomorrow and the season."""
    today = in_force(now)
    tomorrow = today + paris.DAY
    season = Season.of(today)
    stored = await repository.told(session, season.start, Season.of(tomorrow).end)
    colors = resolve_colors(stored, {*paris.days(season.start, season.end), tomorrow}, today)
    known = {day: color.color for day, color in colors.items() if color.color is not Color.UNKNOWN}
    current, *coming = periods.ahead(known, now)
    freshness = await _freshness(session, now)
    ahead = [(day, colors[day]) for day in paris.days(tomorrow, season.end)]
    return schemas.Tempo(
        today=_sourced(today, colors[today]),
        tomorrow=_sourced(tomorrow, colors[tomorrow]),
        period=schemas.Period.model_validate(current),
        coming=[schemas.ComingPeriod.model_validate(period) for period in coming],
        season=schemas.Season(
            start=season.start,
            end=season.end,
            days={
                color: schemas.Count.model_validate(count) for color, count in count_days(season, known, today).items()
            },
            certain_red=[day for day, color in ahead if color.certain and color.color is Color.RED],
            expected_red=[day for day, color in ahead if color.expected and color.expected.color is Color.RED],
        ),
        next_change=min([current.until, *(feed.next_change for feed in freshness)]),
        as_of=freshness[0].as_of,
    )


async def days(session: AsyncSession, start: date, end: date, now: datetime) -> schemas.Days:
    """List the days `[start, end[`. Raises a 400 problem for a range that is empty or longer than 366 days."""
    check_range(start, end, LONGEST_RANGE)
    stored = await repository.told(session, Season.of(start).start, Season.of(end - paris.DAY).end)
    colors = resolve_colors(stored, paris.days(start, end), in_force(now))
    listed = [_day(day, color) for day, color in colors.items()]
    if all(day.confirmed for day in listed):
        return schemas.Days(days=listed, next_change=paris.midnight(paris.day_of(now) + paris.DAY))
    return schemas.Days(days=listed, next_change=min(feed.next_change for feed in await _freshness(session, now)))


async def _freshness(session: AsyncSession, now: datetime) -> list[feeds.Freshness]:
    return [await feeds.freshness(session, calls, now, asked=True) for calls in (CURRENT, HISTORY)]


def _day(day: date, color: DayColor) -> schemas.Day:
    return schemas.Day(
        date=day,
        start=begins(day),
        until=begins(day + paris.DAY),
        color=color.color,
        confirmed=color.certain,
        possible=list(color.possible),
        expected_color=color.expected.color if color.expected else None,
        expected_reason=color.expected.reason if color.expected else None,
    )


def _sourced(day: date, color: DayColor) -> schemas.SourcedDay:
    return schemas.SourcedDay(**_day(day, color).model_dump(), source=color.source)
