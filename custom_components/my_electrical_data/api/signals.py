"""The national signals, Tempo and Ecowatt. Datetimes are aware and in UTC, dates are days of Paris."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum, StrEnum

HOUR = timedelta(hours=1)


class TempoColor(StrEnum):
    """The colour of a Tempo day."""

    BLUE = "blue"
    WHITE = "white"
    RED = "red"
    UNKNOWN = "unknown"


TEMPO_COLORS = (TempoColor.BLUE, TempoColor.WHITE, TempoColor.RED)
"""Those that a day can have, from the cheapest."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TempoDay:
    """A Tempo day, `[start, until[`, 06:00 to 06:00 in Paris, and the colours it can still get.

    `expected_color` is not announced: it follows from the usual number of days of the season, for `expected_reason`.
    """

    date: date
    start: datetime
    until: datetime
    color: TempoColor
    confirmed: bool
    possible: tuple[TempoColor, ...]
    expected_color: TempoColor | None
    expected_reason: str | None

    @property
    def sure_color(self) -> TempoColor:
        """The colour, announced or the only one still possible."""
        if self.color is TempoColor.UNKNOWN and len(self.possible) == 1:
            return self.possible[0]
        return self.color


@dataclass(frozen=True, kw_only=True, slots=True)
class TempoDays:
    """The days of a range, oldest first, including unknown ones."""

    days: tuple[TempoDay, ...]
    next_change: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class TempoProbabilities:
    """How likely each colour of a day is; they sum to one."""

    blue: float
    white: float
    red: float


@dataclass(frozen=True, kw_only=True, slots=True)
class ForecastDay:
    """A day that the gateway forecast `horizon` days before."""

    date: date
    horizon: int
    probabilities: TempoProbabilities


@dataclass(frozen=True, kw_only=True, slots=True)
class ForecastScore:
    """Brier scores of the forecast and of two baselines over `days`; smaller is better. `measure`: `red`, `total` …

    `baseline` is the better of the two.
    """

    horizon: int
    measure: str
    days: int
    forecast: float
    climatology: float
    deduction: float
    baseline: float


@dataclass(frozen=True, kw_only=True, slots=True)
class ForecastHorizon:
    """How good forecasts so many days ahead were, since 2014 and as this gateway recorded them."""

    horizon: int
    is_published: bool
    backtest: tuple[ForecastScore, ...]
    recorded: tuple[ForecastScore, ...]

    def find_red_score(self) -> ForecastScore | None:
        """Return the score about red days in the back-test, or None."""
        return next((score for score in self.backtest if score.measure == "red"), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class TempoForecast:
    """The gateway's own forecast of the days after tomorrow, which RTE has not announced; empty out of winter."""

    made_at: datetime | None
    days: tuple[ForecastDay, ...]
    horizons: tuple[ForecastHorizon, ...]
    next_change: datetime

    def list_days_after(self, day: date) -> list[ForecastDay]:
        """Return the days of the forecast after `day`."""
        return [each for each in self.days if each.date > day]


@dataclass(frozen=True, kw_only=True, slots=True)
class TempoCount:
    """The number of days of a colour in the season and how many are left; None while unknown days could change it."""

    total: int
    used_through_today: int | None
    left_after_today: int | None
    left_after_tomorrow: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class TempoSeason:
    """The season `[start, end[`, 1 September to 1 September.

    `certain_red` are later days that are announced as red, `expected_red` those that usually would be.
    """

    start: date
    end: date
    days: dict[TempoColor, TempoCount]
    certain_red: tuple[date, ...]
    expected_red: tuple[date, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class TempoPeriod:
    """The bucket in force, such as `red_hp`, and its end."""

    key: str
    until: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ComingTempoPeriod:
    """A later bucket, `[start, until[`."""

    key: str
    start: datetime
    until: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class TempoNow:
    """The state at a moment; None where the response does not reach that far."""

    today: TempoDay | None
    tomorrow: TempoDay | None
    period: TempoPeriod | None
    left: dict[TempoColor, int | None]
    next_red: date | None
    next_expected_red: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Tempo:
    """The colours of today and tomorrow when the response was sent."""

    today: TempoDay
    tomorrow: TempoDay
    period: TempoPeriod
    coming: tuple[ComingTempoPeriod, ...]
    season: TempoSeason
    next_change: datetime
    as_of: datetime | None

    @property
    def edges(self) -> list[datetime]:
        """The moments at which the state changes without a new response."""
        return [self.tomorrow.start, self.tomorrow.until, self.period.until, *(period.until for period in self.coming)]

    def at(self, moment: datetime) -> TempoNow:
        """Return the state at `moment`: at 06:00 tomorrow becomes today."""
        turned = moment >= self.tomorrow.start
        today = self.tomorrow if turned else self.today
        if moment >= today.until:
            return TempoNow(today=None, tomorrow=None, period=None, left={}, next_red=None, next_expected_red=None)
        in_season = today.date < self.season.end
        return TempoNow(
            today=today,
            tomorrow=None if turned else self.tomorrow,
            period=self._find_period(moment),
            left={
                color: count.left_after_tomorrow if turned else count.left_after_today
                for color, count in self.season.days.items()
                if in_season
            },
            next_red=next((day for day in self.season.certain_red if day > today.date), None),
            next_expected_red=next((day for day in self.season.expected_red if day > today.date), None),
        )

    def _find_period(self, moment: datetime) -> TempoPeriod | None:
        ahead = (self.period, *(TempoPeriod(key=period.key, until=period.until) for period in self.coming))
        return next((period for period in ahead if moment < period.until), None)


class EcowattLevel(IntEnum):
    """How tense the French grid is."""

    LOW_CARBON = 0
    NORMAL = 1
    TENSE = 2
    VERY_TENSE = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class EcowattSpan:
    """A level during `[since, until[`."""

    level: EcowattLevel
    since: datetime
    until: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class EcowattHour:
    """The level of one hour."""

    start: datetime
    level: EcowattLevel


@dataclass(frozen=True, kw_only=True, slots=True)
class EcowattDay:
    """A day's hours, with RTE's message in French."""

    date: date
    worst: EcowattLevel
    message: str | None
    hours: tuple[EcowattHour, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ecowatt:
    """The signal of today and the next days; `tense` are the current and later hours of the two high levels."""

    now: EcowattSpan | None
    tense: tuple[EcowattSpan, ...]
    next_change: datetime
    days: tuple[EcowattDay, ...]
    as_of: datetime | None

    @property
    def hours(self) -> list[EcowattHour]:
        """All hours, oldest first."""
        return [hour for day in self.days for hour in day.hours]

    def at(self, moment: datetime) -> EcowattSpan | None:
        """Return the level at `moment` and how long it lasts, as far as known."""
        if self.now is not None and self.now.since <= moment < self.now.until:
            return self.now
        for span in self._spans():
            if span.since <= moment < span.until:
                return span
        return None

    def alert(self, moment: datetime) -> EcowattSpan | None:
        """Return the tense span that contains `moment`."""
        return next((span for span in self.tense if span.since <= moment < span.until), None)

    def on(self, day: date) -> EcowattDay | None:
        """Return what is known of a day."""
        return next((known for known in self.days if known.date == day), None)

    def _spans(self) -> list[EcowattSpan]:
        spans: list[EcowattSpan] = []
        for hour in self.hours:
            since, end = hour.start, hour.start + HOUR
            if spans and spans[-1].level == hour.level and spans[-1].until == since:
                since = spans.pop().since
            spans.append(EcowattSpan(level=hour.level, since=since, until=end))
        return spans
