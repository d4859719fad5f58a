"""Finds the cheapest window of a given length among known spans, in one piece or in parts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

_NOTHING = timedelta(0)


@dataclass(frozen=True, slots=True)
class Span:
    """A span of time with one `value`, None if unknown; `label` names the span."""

    start: datetime
    end: datetime
    value: float | None
    label: str
    certain: bool = True


@dataclass(frozen=True, slots=True)
class CheapestWindow:
    """A window, its mean value, and the spans it consists of, cut to the window."""

    start: datetime
    end: datetime
    mean: float
    parts: tuple[Span, ...]

    @property
    def certain(self) -> bool:
        """Whether no part of it can still change."""
        return all(part.certain for part in self.parts)


def find_cheapest(
    spans: Sequence[Span], length: timedelta, *, earliest: datetime, latest: datetime
) -> CheapestWindow | None:
    """Return the first of the cheapest windows that lie wholly in known spans, or None.

    The cost of a window is linear in its start between the points where one of its ends meets the end of a span, so
    it is enough to try these. Example: 3 h among 2 h at 0.10, 2 h at 0.30, 4 h at 0.20: the candidates are the
    windows that start or end at 0, 2, 4 or 8 h; the cheapest is from 0 to 3 h (0.167).
    """
    crossings = {edge for span in spans for edge in (span.start, span.end)}
    starts = {earliest, latest - length, *crossings, *(edge - length for edge in crossings)}
    found = (
        window
        for start in sorted(starts)
        if earliest <= start and start + length <= latest and (window := _at(spans, start, start + length))
    )
    # Rounded, so that sums of the same prices in another order are equal.
    return min(found, key=lambda window: round(window.mean, 9), default=None)


def find_cheapest_parts(
    spans: Iterable[Span], length: timedelta, *, earliest: datetime, latest: datetime
) -> CheapestWindow | None:
    """Return the cheapest times that come to `length` together, or None if less than that is known.

    Of equal ones the first are taken. Example: 3 h among 2 h at 0.20, 2 h at 0.10, 2 h at 0.20: the two at 0.10 and the
    first hour at 0.20; `start` and `end` are those of the first and the last part.
    """
    known = [
        replace(span, start=max(span.start, earliest), end=min(span.end, latest))
        for span in spans
        if span.value is not None and span.start < latest and span.end > earliest
    ]
    parts: list[Span] = []
    left = length
    for span in sorted(known, key=lambda span: (round(span.value or 0.0, 9), span.start)):
        if left > _NOTHING:
            taken = min(span.end - span.start, left)
            parts.append(replace(span, end=span.start + taken))
            left -= taken
    if left > _NOTHING:
        return None
    parts.sort(key=lambda part: part.start)
    return CheapestWindow(parts[0].start, parts[-1].end, _get_mean(parts), tuple(parts))


def find_first_unknown(spans: Sequence[Span], *, earliest: datetime, latest: datetime) -> datetime | None:
    """Return the first unknown moment, or None if all is known until `latest`."""
    for span in spans:
        if span.end > earliest >= span.start and span.value is not None:
            earliest = span.end
    return earliest if earliest < latest else None


def _at(spans: Iterable[Span], start: datetime, end: datetime) -> CheapestWindow | None:
    """Return the window `[start, end[` if all of it is known."""
    parts = tuple(
        Span(max(span.start, start), min(span.end, end), span.value, span.label, span.certain)
        for span in spans
        if span.start < end and span.end > start
    )
    known = sum((part.end - part.start for part in parts if part.value is not None), _NOTHING)
    return CheapestWindow(start, end, _get_mean(parts), parts) if known == end - start else None


def _get_mean(parts: Sequence[Span]) -> float:
    """Return the mean of known spans, weighted by their lengths."""
    total = sum((part.value or 0.0) * (part.end - part.start).total_seconds() for part in parts)
    return total / sum((part.end - part.start).total_seconds() for part in parts)
