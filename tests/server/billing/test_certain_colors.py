"""What follows from the colours that are told, for prices to come."""

from datetime import date, timedelta

from gateway.billing.periods import certain_colors

DAY = timedelta(days=1)
WORKDAYS = [day for day in (date(2025, 11, 3) + number * DAY for number in range(140)) if day.weekday() < 5]
REDS, WHITES = WORKDAYS[:22], WORKDAYS[22:65]
LATER = date(2026, 6, 1)


def told(*, last_is_confirmed: bool) -> dict[date, tuple[str, bool]]:
    colors = dict.fromkeys(REDS, ("red", True)) | dict.fromkeys(WHITES, ("white", True))
    return colors | {WHITES[-1]: ("white", last_is_confirmed)}


def test_when_all_red_and_white_days_are_placed_the_others_are_blue() -> None:
    assert certain_colors(told(last_is_confirmed=True), LATER, LATER + DAY)[LATER] == ("blue", True)


def test_nothing_follows_from_a_color_that_can_still_change() -> None:
    found = certain_colors(told(last_is_confirmed=False), LATER, LATER + DAY)
    assert LATER not in found
    assert found[WHITES[-1]] == ("white", False)
