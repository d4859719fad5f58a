"""Off-peak hours: by date, season and weekday, at any minute, also across midnight."""

from collections.abc import Sequence
from datetime import date, time
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, model_validator

from gateway.kit.wire import KnownDay
from gateway.tariffs.public_holidays import HolidayRegion, is_public_holiday

MINUTES_A_DAY = 24 * 60


class OffPeakSeason(StrEnum):
    """When in the year a period applies; summer is 1 April to 31 October (as in the off-peak reform)."""

    ALL = "all"
    SUMMER = "summer"
    WINTER = "winter"


class HolidayRule(StrEnum):
    """Whether times apply on a public holiday: as on its weekday, always, or never."""

    BY_WEEKDAY = "by_weekday"
    INCLUDED = "included"
    EXCLUDED = "excluded"


def _parse_minute(value: object) -> object:
    """Parse `22:30`, or `24:00` for midnight at the end of a slot, into minutes. Raises ValueError."""
    if isinstance(value, str):
        if value == "24:00":
            return MINUTES_A_DAY
        try:
            read = time.fromisoformat(value)
        except ValueError:
            read = None  # its message would repeat the value
        if read is None or read.second or read.microsecond or read.tzinfo:
            raise ValueError("a time of day is HH:MM")
        return read.hour * 60 + read.minute
    return value


def _parse_slot(slot: tuple[int, int]) -> tuple[int, int]:
    start, end = slot
    if (end - start) % MINUTES_A_DAY == 0 and slot != (0, MINUTES_A_DAY):
        raise ValueError("a slot must not end when it begins; a whole day is 00:00 to 24:00")
    return slot


def format_clock(minute: int) -> str:
    """Format a minute of the day as `22:30`."""
    return f"{minute // 60:02}:{minute % 60:02}"


type MinuteOfDay = Annotated[
    int, Field(ge=0, le=MINUTES_A_DAY), BeforeValidator(_parse_minute), PlainSerializer(format_clock, return_type=str)
]

type Slot = Annotated[tuple[MinuteOfDay, MinuteOfDay], AfterValidator(_parse_slot)]
type Slots = Annotated[tuple[Slot, ...], Field(max_length=48)]


class Times(BaseModel):
    """Recurring times: `slots` are clock times of the days meant, the end excluded; a slot may cross midnight."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    season: OffPeakSeason = OffPeakSeason.ALL
    weekdays: Annotated[frozenset[Annotated[int, Field(ge=0, le=6)]], Field(max_length=7)] = frozenset(range(7))
    public_holidays: HolidayRule = HolidayRule.BY_WEEKDAY
    slots: Slots = ()

    @model_validator(mode="after")
    def _check_days(self) -> Self:
        if not self.weekdays and self.public_holidays is not HolidayRule.INCLUDED:
            raise ValueError("name at least one weekday, or set public_holidays to `included` for these alone")
        return self

    def covers_season_of(self, day: date) -> bool:
        """Tell whether `day` is in its season."""
        is_summer = 4 <= day.month <= 10
        match self.season:
            case OffPeakSeason.ALL:
                return True
            case OffPeakSeason.SUMMER:
                return is_summer
            case OffPeakSeason.WINTER:
                return not is_summer

    def is_kind_of(self, day: date, region: HolidayRegion) -> bool:
        """Tell whether `day` is one of its weekdays; on public holidays, its holiday rule may decide instead."""
        is_weekday_listed = day.weekday() in self.weekdays
        match self.public_holidays:
            case HolidayRule.BY_WEEKDAY:
                return is_weekday_listed
            case HolidayRule.INCLUDED:
                return is_weekday_listed or is_public_holiday(day, region)
            case HolidayRule.EXCLUDED:
                return is_weekday_listed and not is_public_holiday(day, region)

    def count_minutes_on(self, day: date, region: HolidayRegion = HolidayRegion.MAINLAND) -> list[tuple[int, int]]:
        """Return the slots on `day` as `[start, end[` in minutes of clock time; one across midnight is cut in two."""
        if not self.is_kind_of(day, region) or not self.covers_season_of(day):
            return []
        cut = []
        for start, end in self.slots:
            cut += [(start, end)] if start < end else [(start, MINUTES_A_DAY), (0, end)]
        return [slot for slot in cut if slot[0] < slot[1]]


class OffPeakPeriod(Times):
    """The off-peak hours from `valid_from` (null: always) to `valid_to`, the first day with other hours."""

    valid_from: KnownDay | None = None
    valid_to: KnownDay | None = None
    slots: Slots
    source: Literal["enedis", "user"] = "user"

    @model_validator(mode="after")
    def _check_duration(self) -> Self:
        if self.valid_from is not None and self.valid_to is not None and self.valid_from >= self.valid_to:
            raise ValueError("valid_to must come after valid_from; it is the first day that has other hours")
        return self

    def is_in_force_on(self, day: date) -> bool:
        """Tell whether `day` is in `[valid_from, valid_to[`."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day < self.valid_to)


def find_next_season(day: date) -> date:
    """Return the first 1 April or 1 November after `day`."""
    starts = (date(year, month, 1) for year in (day.year, day.year + 1) for month in (4, 11))
    return next(start for start in starts if start > day)


def are_stated(periods: Sequence[OffPeakPeriod], day: date) -> bool:
    """Tell whether off-peak hours are stated for `day`, even if only for other weekdays: then it has none."""
    return any(period.slots and period.is_in_force_on(day) and period.covers_season_of(day) for period in periods)


def list_slots_on(
    periods: Sequence[OffPeakPeriod], day: date, region: HolidayRegion = HolidayRegion.MAINLAND
) -> list[tuple[int, int]]:
    """Return the off-peak slots of `day` as `[start, end[` in minutes of clock time."""
    in_force = [period for period in periods if period.is_in_force_on(day)]
    return sorted(slot for period in in_force for slot in period.count_minutes_on(day, region))
