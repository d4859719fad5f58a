"""A grid and a home whose days a test writes down, and what a gateway would say of them: an outside view."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web
from homeassistant.util import dt as dt_util
from scripted_gateway import ECOWATT, PERIODS, TEMPO, TEMPO_DAYS, ScriptedGateway

PARIS = ZoneInfo("Europe/Paris")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
COLORS = ("blue", "white", "red")
TOTALS_OF_A_SEASON = {"blue": 300, "white": 43, "red": 22}


def parse_paris(text: str) -> datetime:
    """Read what a clock in Paris shows; of an hour that comes twice, the first."""
    return datetime.fromisoformat(text).replace(tzinfo=PARIS).astimezone(UTC)


def at_clock(day: date, clock: str) -> datetime:
    """Return when the clocks of Paris show `clock` on a day."""
    return datetime.combine(day, time.fromisoformat(clock), PARIS).astimezone(UTC)


def format_instant(moment: datetime) -> str:
    """Write a moment as the gateway does."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def season_of(day: date) -> tuple[date, date]:
    """Return 1 September and the next."""
    year = day.year if day.month >= 9 else day.year - 1
    return date(year, 9, 1), date(year + 1, 9, 1)


@dataclass
class World:
    """`colors` of Tempo days that are not blue, "unknown" ones included; `levels` of hours that are not normal.

    `slots` are the off-peak hours of the home, clock times. An answer says that it will hold for hours: whatever
    changes before then, changes without asking.
    """

    colors: dict[date, str] = field(default_factory=dict)
    provisional: set[date] = field(default_factory=set)
    levels: dict[datetime, int] = field(default_factory=dict)
    slots: tuple[tuple[str, str], ...] = (("22:00", "06:00"),)
    on_tempo: bool = False
    holds: timedelta = timedelta(hours=3)

    def script_gateway(self, gateway: ScriptedGateway) -> None:
        """Have a gateway tell of this world."""
        gateway.answers |= {
            TEMPO: self._answer_tempo,
            TEMPO_DAYS: self._tempo_days,
            PERIODS: self._answer_periods,
            ECOWATT: self._answer_ecowatt,
        }

    def tempo_day(self, moment: datetime) -> date:
        """Return the Tempo day at a moment."""
        local = moment.astimezone(PARIS)
        return local.date() if local.hour >= 6 else local.date() - DAY

    def get_color(self, day: date) -> str:
        """Return the colour of a day."""
        return self.colors.get(day, "blue")

    def tempo_period(self, moment: datetime) -> str:
        """Return colour and hours at a moment."""
        hours = "hp" if 6 <= moment.astimezone(PARIS).hour < 22 else "hc"
        return f"{self.get_color(self.tempo_day(moment))}_{hours}"

    def is_off_peak(self, moment: datetime) -> bool:
        """Tell whether the home's clock is in a slot."""
        clock = f"{moment.astimezone(PARIS):%H:%M}"
        return any(start <= clock < end if start < end else clock >= start or clock < end for start, end in self.slots)

    def get_bucket(self, moment: datetime) -> str:
        """Return what a kWh is billed as at a moment."""
        if self.on_tempo:
            period = self.tempo_period(moment)
            return "unknown" if period.startswith("unknown") else period
        return "hc" if self.is_off_peak(moment) else "hp"

    def get_level(self, moment: datetime) -> int:
        """Return the Ecowatt level at a moment."""
        return self.levels.get(moment.replace(minute=0, second=0, microsecond=0), 1)

    def describe_day(self, day: date) -> dict[str, Any]:
        """Show a Tempo day."""
        color = self.get_color(day)
        return {
            "date": day.isoformat(),
            "start": format_instant(at_clock(day, "06:00")),
            "until": format_instant(at_clock(day + DAY, "06:00")),
            "color": color,
            "confirmed": color != "unknown" and day not in self.provisional,
            "possible": list(COLORS) if color == "unknown" else [color],
            "expected_color": None,
            "expected_reason": None,
        }

    async def _answer_tempo(self, _request: web.Request) -> dict[str, Any]:
        now = dt_util.utcnow()
        today = self.tempo_day(now)
        edges = [at_clock(day, clock) for day in (today, today + DAY) for clock in ("06:00", "22:00")]
        edges.append(at_clock(today + 2 * DAY, "06:00"))
        spans = [
            {"key": self.tempo_period(start), "start": format_instant(start), "until": format_instant(until)}
            for start, until in pairwise(edges)
            if until > now
        ]
        start, end = season_of(today)
        return {
            "today": self.describe_day(today) | {"source": "rte"},
            "tomorrow": self.describe_day(today + DAY) | {"source": "rte"},
            "period": {"key": spans[0]["key"], "until": spans[0]["until"]},
            "coming": spans[1:],
            "season": {
                "start": start.isoformat(),
                "end": end.isoformat(),
                "days": {color: self._count_days_left(color, start, end, today) for color in COLORS},
                "certain_red": [
                    day.isoformat() for day, color in sorted(self.colors.items()) if color == "red" and day > today
                ],
                "expected_red": [],
            },
            "next_change": format_instant(now + self.holds),
            "as_of": format_instant(now),
        }

    def _count_days_left(self, color: str, start: date, end: date, today: date) -> dict[str, int]:
        used = sum(self.get_color(start + number * DAY) == color for number in range((today - start).days + 1))
        left = TOTALS_OF_A_SEASON[color] - used
        tomorrow = today + DAY < end and self.get_color(today + DAY) == color
        return {
            "total": TOTALS_OF_A_SEASON[color],
            "used_through_today": used,
            "left_after_today": left,
            "left_after_tomorrow": left - tomorrow,
        }

    async def _tempo_days(self, request: web.Request) -> dict[str, Any]:
        start, end = (date.fromisoformat(request.query[name]) for name in ("start", "end"))
        assert start < end <= start + 366 * DAY
        known_until = self.tempo_day(dt_util.utcnow()) + 2 * DAY
        days = [start + number * DAY for number in range((end - start).days)]
        unknown: dict[str, Any] = {"color": "unknown", "confirmed": False, "possible": list(COLORS)}
        return {
            "days": [self.describe_day(day) | (unknown if day >= known_until else {}) for day in days],
            "next_change": format_instant(dt_util.utcnow() + self.holds),
        }

    async def _answer_periods(self, request: web.Request) -> dict[str, Any]:
        start, end = (date.fromisoformat(request.query[name]) for name in ("start", "end"))
        items: list[dict[str, Any]] = []
        for first, last in self._iterate_periods(start, end):
            bucket = self.get_bucket(first)
            price = {"hp": 0.2065, "hc": 0.1579}.get(bucket[-2:])
            shown = {
                "bucket": bucket,
                "off_peak": self.is_billed_off_peak(first),
                "price": price,
                "certain": price is not None,
                "expected": False,
                "expected_reason": None,
            }
            if items and items[-1] | shown == items[-1]:
                items[-1]["end"] = format_instant(last)
            else:
                items.append({"start": format_instant(first), "end": format_instant(last), **shown})
        return {"items": items, "prices_outdated": None, "next_change": format_instant(dt_util.utcnow() + self.holds)}

    def is_billed_off_peak(self, moment: datetime) -> bool:
        """Tell whether a moment is billed at an off-peak price: Tempo has off-peak hours of its own."""
        return self.tempo_period(moment).endswith("hc") if self.on_tempo else self.is_off_peak(moment)

    def _iterate_periods(self, start: date, end: date) -> Iterator[tuple[datetime, datetime]]:
        clocks = {"00:00", "06:00", "22:00", *(clock for slot in self.slots for clock in slot)}
        days = [start + number * DAY for number in range((end - start).days)]
        edges = sorted({at_clock(day, clock) for day in days for clock in clocks} | {at_clock(end, "00:00")})
        return pairwise(edges)

    async def _answer_ecowatt(self, _request: web.Request) -> dict[str, Any]:
        now = dt_util.utcnow()
        today = now.astimezone(PARIS).date()
        days = [self._describe_hours(today + number * DAY) for number in range(4)]
        return {
            "now": None,
            "next": None,
            "tense": [run for run in self._list_alerts() if run["until"] > format_instant(now)],
            "low_carbon": [],
            "days": days,
            "next_change": format_instant(now + self.holds),
            "as_of": format_instant(now),
        }

    def _describe_hours(self, day: date) -> dict[str, Any]:
        first, last = at_clock(day, "00:00"), at_clock(day + DAY, "00:00")
        hours = [first + number * HOUR for number in range((last - first) // HOUR)]
        return {
            "date": day.isoformat(),
            "worst": max(1, *(self.get_level(hour) for hour in hours)),
            "message": "Pas d'alerte.",
            "hours": [{"start": format_instant(hour), "level": self.get_level(hour)} for hour in hours],
        }

    def _list_alerts(self) -> list[dict[str, Any]]:
        runs: list[dict[str, Any]] = []
        for hour, level in sorted(self.levels.items()):
            if level < 2:
                continue
            if runs and (runs[-1]["until"], runs[-1]["level"]) == (format_instant(hour), level):
                runs[-1]["until"] = format_instant(hour + HOUR)
            else:
                runs.append({"level": level, "since": format_instant(hour), "until": format_instant(hour + HOUR)})
        return runs


def make_red_days(*days: str) -> Mapping[date, str]:
    """Return these days as red ones."""
    return {date.fromisoformat(day): "red" for day in days}
