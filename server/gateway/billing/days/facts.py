"""Loads the readings and Tempo colours of days for billing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.billing.days.billed_point import BilledPoint
from gateway.billing.days.counting import Facts
from gateway.domain.direction import Direction
from gateway.enedis.registers import TOTAL, Registers
from gateway.kit import paris
from gateway.metering import payloads
from gateway.metering import repository as metering
from gateway.metering.packing import Run, unpack_runs
from gateway.metering.planner import get_history_start
from gateway.metering.repository import NOT_ASKED, OpenedDay
from gateway.metering.schedule import Feed, Kind, State, is_over
from gateway.tempo import repository as tempo
from gateway.usage_points.models import UsagePoint
from gateway.usage_points.service import is_curve_collected

_KINDS = (Kind.CURVE, Kind.DAILY, Kind.INDEX)

type _OpenedDays = Mapping[date, OpenedDay]


class Alignment(StrEnum):
    """What the date of an index value means: the register at the beginning of that day, or at its end."""

    DAY_BEGUN = "day_begun"
    DAY_ENDED = "day_ended"


@dataclass(frozen=True)
class KnownDays:
    """The readings and colours of a usage point's days. Enedis has no curves before `curves_since`."""

    feeds: Mapping[Feed, _OpenedDays]
    point: UsagePoint
    colors: Mapping[date, str]
    curves_since: date

    def get_facts(self, day: date, direction: Direction, *, as_day: bool = False) -> Facts:
        """Return the facts of one direction of a day.

        Its value counts once no curve will come, or when it counted before (`as_day`), until the curve is complete.
        Where it counts, a part of the curve that only files tell does not: the rest of the energy would be lost.
        """
        curve, daily = self._find_day(Kind.CURVE, direction, day), self._find_day(Kind.DAILY, direction, day)
        value = None if daily is None or daily.payload is None else payloads.read_value(day, daily.payload)
        stays = as_day and value is not None
        feed = Feed(self.point.id, Kind.CURVE, direction)
        entry = NOT_ASKED if curve is None else curve.entry
        given_up = day < self.curves_since if entry is NOT_ASKED else is_over(feed, day, entry)
        is_imported = daily is not None and daily.is_imported  # its curve would have come with it
        counts = value is not None and (given_up or stays or is_imported or is_curve_collected(self.point) is False)
        if curve is not None and curve.payload is not None:
            runs = tuple(unpack_runs(curve.payload))
            is_sure = curve.entry.state is not State.FILLED and _is_whole(day, runs)
            if is_sure or not counts or not (stays or curve.is_imported):
                return Facts(curve=runs)
        if value is None or not counts:
            return Facts()
        advances = [self.get_register_advances(day, alignment, direction) for alignment in Alignment]
        registers = min(advances, key=lambda advance: abs(sum(advance.values()) - value))
        return Facts(value=value, registers=registers)

    def get_register_advances(
        self, day: date, alignment: Alignment, direction: Direction = Direction.CONSUMPTION
    ) -> dict[str, int]:
        """Return by how many Wh each register advanced during a day; empty if that is not known.

        The only key is `total` if only the meter's total is known.
        """
        begins = day if alignment is Alignment.DAY_BEGUN else day - paris.DAY
        first, last = self._get_registers(direction, begins), self._get_registers(direction, begins + paris.DAY)
        names = (first.keys() | last.keys()) - {TOTAL} or first.keys() & last.keys()
        if names - first.keys() or names - last.keys():
            return {}
        advance = {name: last[name] - first[name] for name in names}
        return advance if all(wh >= 0 for wh in advance.values()) else {}

    def _get_registers(self, direction: Direction, day: date) -> Registers:
        known = self._find_day(Kind.INDEX, direction, day)
        return {} if known is None or known.payload is None else payloads.read_registers(day, known.payload)

    def _find_day(self, kind: Kind, direction: Direction, day: date) -> OpenedDay | None:
        return self.feeds.get(Feed(self.point.id, kind, direction), {}).get(day)


def _is_whole(day: date, runs: Sequence[Run]) -> bool:
    return sum(run.step * len(run.watts) for run in runs) == paris.minutes_in(day)


async def load_known(
    session: AsyncSession, point: BilledPoint, start: date, end: date, today: date, *, by_color: bool = False
) -> KnownDays:
    """Load what is known of the days `[start, end[` and the day on either side; the colours only if `by_color`."""
    feeds = await metering.load_days(
        session, point.public_id, _KINDS, point.secrets, start - paris.DAY, end + paris.DAY
    )
    colors = await tempo.load_colors(session, start - paris.DAY, end) if by_color else {}
    return KnownDays(feeds, point.row, colors, get_history_start(Kind.CURVE, today))
