"""Which days are compared to which, a year before."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.billing.totals.totals import Span, Unit, list_spans

DAY = timedelta(days=1)
LEAP_DAY = date(2028, 2, 29)


def count_days(span: Span) -> int:
    return (span.end - span.start).days


@pytest.mark.parametrize(
    ("today", "day", "year_before"),
    [
        (LEAP_DAY, date(2028, 2, 28), date(2027, 2, 28)),
        (date(2028, 3, 1), LEAP_DAY, date(2027, 2, 28)),
        (date(2028, 3, 2), date(2028, 3, 1), date(2027, 3, 1)),
        (date(2029, 3, 1), date(2029, 2, 28), date(2028, 2, 28)),
        (date(2029, 3, 2), date(2029, 3, 1), date(2028, 3, 1)),
    ],
)
def test_the_last_day_and_the_leap_day(today: date, day: date, year_before: date) -> None:
    found = list_spans(Unit.DAY, today, today)
    assert found["last"] == Span(day, day + DAY)
    assert found["year_ago"] == Span(year_before, year_before + DAY)


def test_the_leap_days_february() -> None:
    known = list_spans(Unit.MONTH, LEAP_DAY, LEAP_DAY)
    assert known["running_year_ago"] == Span(date(2027, 2, 1), date(2027, 3, 1)), "28 days are known of both"
    over = list_spans(Unit.MONTH, date(2028, 3, 1), date(2028, 3, 1))
    assert over["year_ago"] == Span(date(2027, 2, 1), date(2027, 3, 1))
    after = list_spans(Unit.MONTH, date(2029, 3, 1), date(2029, 3, 1))
    assert after["year_ago"] == Span(date(2028, 2, 1), date(2028, 3, 1)), "a month is compared to the whole of it"


some_days = st.one_of(
    st.dates(date(2024, 1, 1), date(2034, 1, 1)),
    st.builds(lambda year, offset: date(year, 3, 1) + offset * DAY, st.integers(2024, 2033), st.integers(-3, 3)),
    st.builds(lambda year, offset: date(year, 1, 1) + offset * DAY, st.integers(2024, 2033), st.integers(-3, 3)),
)


@given(st.sampled_from(Unit), some_days, st.integers(0, 20))
def test_what_is_compared_is_as_long(unit: Unit, today: date, late: int) -> None:
    known_until = today - late * DAY
    found = list_spans(unit, today, known_until)
    running, ago = found["running"], found["running_year_ago"]
    assert running.start <= today < running.end
    assert found["last"].end <= known_until < list_spans(unit, known_until, known_until)["running"].end
    known = max(0, (known_until - running.start).days)
    assert abs(count_days(ago) - known) <= (unit is Unit.YEAR), "only a year may have a day more, of 29 February"
    before, last = found["year_ago"], found["last"]
    assert before == list_spans(unit, before.end, before.end)["last"], "one whole day, week, month or year"
    assert 358 <= (last.start - before.start).days <= 366
