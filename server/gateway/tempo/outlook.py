"""What there is to say of Tempo at a moment."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.domain.tempo_days import COLORS, Color, begins, in_force
from gateway.domain.tempo_season import Season, can_be, counts
from gateway.kit import paris
from gateway.problems import check_range
from gateway.rte import feeds
from gateway.tempo import periods, repository, schemas
from gateway.tempo.models import TempoDay
from gateway.tempo.service import CURRENT, HISTORY

LONGEST_RANGE = timedelta(days=366)


async def signal(session: AsyncSession, now: datetime) -> schemas.Tempo:
    """Say what is known of today and tomorrow."""
    today = in_force(now)
    tomorrow = today + paris.DAY
    season = Season.of(today)
    told = await repository.told(session, season.start, season.end + paris.DAY)
    known = _known(told)
    possible = can_be(_settled(told), {season, Season.of(tomorrow)})
    current, *coming = periods.ahead(known, now)
    freshness = await _freshness(session, now)
    return schemas.Tempo(
        today=_sourced(told, possible, today),
        tomorrow=_sourced(told, possible, tomorrow),
        period=schemas.Period.model_validate(current),
        coming=[schemas.ComingPeriod.model_validate(period) for period in coming],
        season=schemas.Season(
            start=season.start,
            end=season.end,
            days={
                color: schemas.Count.model_validate(count)
                for color, count in counts(season, known, possible, today).items()
            },
            certain_red=[day for day in paris.days(tomorrow, season.end) if possible[day] == {Color.RED}],
        ),
        next_change=min([current.until, *(feed.next_change for feed in freshness)]),
        as_of=freshness[0].as_of,
    )


async def days(session: AsyncSession, start: date, end: date, now: datetime) -> schemas.Days:
    """List the days `[start, end[`. Raises a 400 problem for a range that is empty or longer than 366 days."""
    check_range(start, end, LONGEST_RANGE)
    first, last = Season.of(start), Season.of(end - paris.DAY)
    told = await repository.told(session, first.start, last.end)
    possible = can_be(_settled(told), {first, last})
    listed = [_day(told, possible, day) for day in paris.days(start, end)]
    if all(day.confirmed for day in listed):
        return schemas.Days(days=listed, next_change=paris.midnight(paris.day_of(now) + paris.DAY))
    return schemas.Days(days=listed, next_change=min(feed.next_change for feed in await _freshness(session, now)))


async def _freshness(session: AsyncSession, now: datetime) -> list[feeds.Freshness]:
    return [await feeds.freshness(session, calls, now, asked=True) for calls in (CURRENT, HISTORY)]


def _known(told: Mapping[date, TempoDay]) -> dict[date, Color]:
    return {day: row.color for day, row in told.items() if row.color is not Color.UNKNOWN}


def _settled(told: Mapping[date, TempoDay]) -> dict[date, Color]:
    return _known({day: row for day, row in told.items() if row.confirmed})


def _day(told: Mapping[date, TempoDay], possible: Mapping[date, frozenset[Color]], day: date) -> schemas.Day:
    row = told.get(day)
    color = row.color if row else Color.UNKNOWN
    colors = possible[day] | {color}
    return schemas.Day(
        date=day,
        start=begins(day),
        until=begins(day + paris.DAY),
        color=color,
        confirmed=row is not None and row.confirmed,
        possible=[color for color in COLORS if color in colors],
    )


def _sourced(told: Mapping[date, TempoDay], possible: Mapping[date, frozenset[Color]], day: date) -> schemas.SourcedDay:
    row = told.get(day)
    source = row.source if row and row.color is not Color.UNKNOWN else None
    return schemas.SourcedDay(**_day(told, possible, day).model_dump(), source=source)
