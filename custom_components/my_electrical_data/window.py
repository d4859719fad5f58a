"""The best time for something that runs a while: among what is known, and never by a guess."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

_NOTHING = timedelta(0)


@dataclass(frozen=True, slots=True)
class Span:
    """A time that costs `value` throughout, None when that is not known; `label` says what it is."""

    start: datetime
    end: datetime
    value: float | None
    label: str
    certain: bool = True


@dataclass(frozen=True, slots=True)
class CheapestWindow:
    """The time that was found, its mean value, and the spans that it is made of, cut to it."""

    start: datetime
    end: datetime
    mean: float
    parts: tuple[Span, ...]

    @property
    def certain(self) -> bool:
        """Whether none of it may still become something else."""
        return all(part.certain for part in self.parts)


def find_cheapest(
    spans: Sequence[Span], length: timedelta, *, earliest: datetime, latest: datetime
) -> CheapestWindow | None:
    """Return the first of the cheapest windows that lie whole in known spans; None when there is none.

    What a window costs bends only where one of its ends crosses from a span to the next: one of these is the cheapest.
    """
    crossings = {edge for span in spans for edge in (span.start, span.end)}
    starts = {earliest, latest - length, *crossings, *(edge - length for edge in crossings)}
    found = (
        window
        for start in sorted(starts)
        if earliest <= start and start + length <= latest and (window := _at(spans, start, start + length))
    )
    # Rounded, so that the sums of the same prices in another order are no difference.
    return min(found, key=lambda window: round(window.mean, 9), default=None)


def find_first_unknown(spans: Sequence[Span], *, earliest: datetime, latest: datetime) -> datetime | None:
    """Return the first moment of which nothing is known; None when all is known until `latest`."""
    for span in spans:
        if span.end > earliest >= span.start and span.value is not None:
            earliest = span.end
    return earliest if earliest < latest else None


def _at(spans: Iterable[Span], start: datetime, end: datetime) -> CheapestWindow | None:
    """Return the window from `start` to `end`, if all of it is known."""
    parts = tuple(
        Span(max(span.start, start), min(span.end, end), span.value, span.label, span.certain)
        for span in spans
        if span.start < end and span.end > start
    )
    known = sum((part.end - part.start for part in parts if part.value is not None), _NOTHING)
    if known != end - start:
        return None
    total = sum((part.value or 0.0) * (part.end - part.start).total_seconds() for part in parts)
    return CheapestWindow(start, end, total / known.total_seconds(), parts)
