"""A day in few bytes comes back as it was."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain.readings import Quality, Reading
from gateway.kit.crypto import generate_random_key, seal, unseal
from gateway.metering.packing import pack_readings, unpack_readings
from tests.server.paris import midnight


@st.composite
def any_days(draw: st.DrawFn) -> tuple[datetime, list[Reading]]:
    """Readings of any steps, powers and qualities, with holes, on any day."""
    day = draw(
        st.sampled_from([date(2026, 3, 29), date(2026, 10, 25)]) | st.dates(date(2020, 1, 1), date(2030, 12, 31))
    )
    start, end = midnight(day), midnight(day + timedelta(days=1))
    readings, position = [], start
    for _ in range(draw(st.integers(0, 60))):
        position += timedelta(minutes=draw(st.sampled_from([0, 0, 0, 5, 30, 95])))
        minutes = draw(st.integers(1, 60) | st.sampled_from([5, 10, 15, 30, 60]))
        if position + timedelta(minutes=minutes) > end:
            break
        watts = draw(st.integers(0, 9000) | st.sampled_from([0, 65_535, 65_536, 4_294_967_295]))
        readings.append(Reading(position, minutes, watts, draw(st.sampled_from(Quality))))
        position += timedelta(minutes=minutes)
    return start, readings


@given(any_days())
@settings(max_examples=300, deadline=None)
def test_any_day_comes_back_as_it_was(day: tuple[datetime, list[Reading]]) -> None:
    start, readings = day
    assert unpack_readings(pack_readings(readings, start), start) == readings


def half_hours(start: datetime, step: int = 30) -> list[Reading]:
    return [Reading(start + timedelta(minutes=step * number), step, 300 + number) for number in range(24 * 60 // step)]


@pytest.mark.parametrize("step", [10, 30])
def test_a_year_of_a_home_takes_less_than_200_kib_encrypted(step: int) -> None:
    key, size = generate_random_key(), 0
    for number in range(365):
        start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number)
        sealed = seal(key, pack_readings(half_hours(start, step), start), "days.payload")
        assert unpack_readings(unseal(key, sealed, "days.payload"), start) == half_hours(start, step)
        size += len(sealed)
    row = 16 + 11 + 11 + 10 + 8 + 26 + 2 + 12  # the other columns, and what a database adds
    assert size + 365 * row < 200 * 1024


def test_a_format_of_the_future_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="older than its database"):
        unpack_readings(b"\x02anything", datetime(2026, 1, 1, tzinfo=UTC))
    with pytest.raises(ValueError, match="older than its database"):
        unpack_readings(b"", datetime(2026, 1, 1, tzinfo=UTC))
