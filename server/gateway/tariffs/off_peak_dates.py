"""Off-peak hours over time: Enedis' own, each from its day, and those of the user, which win on the days they hold."""

from collections.abc import Iterator, Sequence
from datetime import date

from gateway.tariffs.off_peak import OffPeakPeriod
from gateway.tariffs.off_peak_text import parse_off_peak


def select_effective(periods: Sequence[OffPeakPeriod]) -> list[OffPeakPeriod]:
    """Return those that count: the user's, and Enedis' on the days on which none of these holds."""
    own = [period for period in periods if period.source == "user"]
    left = [period for period in periods if period.source == "enedis"]
    for one in own:
        left = [piece for period in left for piece in _subtract_dates(period, one)]
    return left + own


def _subtract_dates(period: OffPeakPeriod, other: OffPeakPeriod) -> Iterator[OffPeakPeriod]:
    """Yield what is left of a period before and after the dates of another."""
    start, end = period.valid_from or date.min, period.valid_to or date.max
    until, since = other.valid_from or date.min, other.valid_to or date.max
    if until >= end or since <= start:
        yield period
        return
    if start < until:
        yield period.model_copy(update={"valid_to": until})
    if since < end:
        yield period.model_copy(update={"valid_from": since})


def apply_choice(periods: Sequence[OffPeakPeriod], chosen: Sequence[OffPeakPeriod] | None) -> list[OffPeakPeriod]:
    """Return all periods after the user stated theirs; None gives Enedis' back, which are kept meanwhile."""
    enedis = [period for period in periods if period.source == "enedis"]
    return enedis + [period.model_copy(update={"source": "user"}) for period in chosen or ()]


def apply_enedis_text(periods: Sequence[OffPeakPeriod], text: str | None, today: date) -> list[OffPeakPeriod]:
    """Return all periods after Enedis told its text: other hours than before begin today, the past keeps its own.

    The first hours told hold always. Hours that cannot be read are nobody's guess: from today on there are none.
    """
    if not text:
        return list(periods)
    told = parse_off_peak(text) or []
    enedis = [period for period in periods if period.source == "enedis"]
    open_ones = [period for period in enedis if period.valid_to is None]
    if {_get_meaning(period) for period in told} == {_get_meaning(period) for period in open_ones}:
        return list(periods)
    past = [
        period.model_copy(update={"valid_to": period.valid_to or today})
        for period in enedis
        if period.valid_from is None or period.valid_from < today
    ]
    begins = today if past else None
    fresh = [period.model_copy(update={"valid_from": begins}) for period in told]
    return past + fresh + [period for period in periods if period.source == "user"]


def _get_meaning(period: OffPeakPeriod) -> tuple[object, ...]:
    return period.season, period.weekdays, frozenset(period.slots)
