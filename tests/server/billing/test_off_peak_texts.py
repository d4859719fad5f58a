"""Off-peak hours as Enedis spells them and people write them, and what becomes of them over time."""

from datetime import date, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.tariffs.off_peak import OffPeakPeriod, list_slots_on
from gateway.tariffs.off_peak_dates import apply_choice, apply_enedis_text, parse_announcement, select_effective
from gateway.tariffs.off_peak_text import parse_off_peak

FIRST, SECOND, THIRD = date(2026, 11, 2), date(2026, 12, 1), date(2027, 4, 1)
NIGHT = [("22:00", "06:00")]
TWO = [("02:00", "07:00"), ("13:00", "16:00")]


def list_slots(periods: list[OffPeakPeriod] | None) -> list[tuple[str, ...]] | None:
    return (
        None if periods is None else [tuple(slot) for one in periods for slot in one.model_dump(mode="json")["slots"]]
    )


WORKDAYS, WEEKEND = (0, 1, 2, 3, 4), (5, 6)
DAY = [("00:00", "24:00")]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("lun-ven 22h-6h ; sam-dim 0h-24h", [("all", WORKDAYS, NIGHT), ("all", WEEKEND, DAY)]),
        (
            "du lundi au vendredi de 22h à 6h, le week-end de 0h à 24h",
            [("all", WORKDAYS, NIGHT), ("all", WEEKEND, DAY)],
        ),
        ("22h-6h, week-end 0H00-23H59", [("all", WORKDAYS, NIGHT), ("all", WEEKEND, DAY)]),
        ("Mon-Fri 22:00-06:00; weekend 00:00-24:00", [("all", WORKDAYS, NIGHT), ("all", WEEKEND, DAY)]),
        ("semaine : 2h-7h et 13h-16h ; samedi et dimanche : 0h-0h", [("all", WORKDAYS, TWO), ("all", WEEKEND, DAY)]),
        ("mercredi, samedi, dimanche 0h-24h", [("all", (2, 5, 6), DAY)]),
        ("sam-lun 0h-24h", [("all", (0, 5, 6), DAY)]),
        (
            "Summer: 22:00-06:00; Winter: Mon-Fri, Sun 02:00-07:00 13:00-16:00, Sat 00:00-24:00",
            [("summer", tuple(range(7)), NIGHT), ("winter", (0, 1, 2, 3, 4, 6), TWO), ("winter", (5,), DAY)],
        ),
        (
            "été: 22:00-06:00; hiver: lun-ven, dim 02:00-07:00 13:00-16:00, sam 00:00-24:00",
            [("summer", tuple(range(7)), NIGHT), ("winter", (0, 1, 2, 3, 4, 6), TWO), ("winter", (5,), DAY)],
        ),
        (
            "été : 22h-6h, dimanche 0h-24h ; hiver : 2h-7h 13h-16h",
            [("summer", (0, 1, 2, 3, 4, 5), NIGHT), ("summer", (6,), DAY), ("winter", (0, 1, 2, 3, 4, 5, 6), TWO)],
        ),
    ],
)
def test_hours_of_some_days(text: str, meant: list[tuple[str, tuple[int, ...], list[tuple[str, str]]]]) -> None:
    periods = parse_off_peak(text)
    assert periods is not None
    assert [(period.season, tuple(sorted(period.weekdays)), list_slots([period])) for period in periods] == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        (
            "lun-ven 22h-6h ; week-end et jours fériés 0h-24h",
            [(WORKDAYS, "excluded", NIGHT), (WEEKEND, "included", DAY)],
        ),
        ("22h-6h, jours fériés 0h-24h", [(tuple(range(7)), "excluded", NIGHT), ((), "included", DAY)]),
        (
            "Mon-Fri 22:00-06:00; Sat, Sun, public holidays 00:00-24:00",
            [(WORKDAYS, "excluded", NIGHT), (WEEKEND, "included", DAY)],
        ),
        ("samedi, dimanche et les jours fériés : 0H00-0H00", [(WEEKEND, "included", DAY)]),
        ("jours fériés 0H00-23H59", [((), "included", DAY)]),
    ],
)
def test_public_holidays(text: str, meant: list[tuple[tuple[int, ...], str, list[tuple[str, str]]]]) -> None:
    periods = parse_off_peak(text)
    assert periods is not None
    read = [(tuple(sorted(one.weekdays)), str(one.public_holidays), list_slots([one])) for one in periods]
    assert read == meant


@pytest.mark.parametrize(
    ("text", "day", "slots"),
    [
        ("HC (2H00-7H00;13H00-16H00) à partir du 01/12/2026", date(2026, 12, 1), TWO),
        ("à compter du 1/12/2026 : 22h-6h", date(2026, 12, 1), NIGHT),
        ("HC (22H00-6H00); 2026-12-01", date(2026, 12, 1), NIGHT),
        ("2026-12-01T00:00:00+01:00; HC (22H00-6H00)", date(2026, 12, 1), NIGHT),
    ],
)
def test_announced_hours_with_their_day(text: str, day: date, slots: list[tuple[str, str]]) -> None:
    read = parse_announcement(text)
    assert read is not None
    assert (read.day, list_slots(read.periods)) == (day, slots)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "HC (22H00-6H00)",
        "HC (22H00-6H00) du 01/12/2026 au 01/04/2027",
        "HC (22H00-6H00) 32/12/2026",
        "à partir du 01/12/2026",
    ],
)
def test_announced_hours_without_one_day(text: str) -> None:
    assert parse_announcement(text) is None


def test_announced_hours_hold_from_their_day_while_they_are_announced() -> None:
    before = apply_enedis_text([], "22h-6h", FIRST)
    told = apply_enedis_text(before, "22h-6h", FIRST, "2h-7h 13h-16h; 01/12/2026")
    assert [(one.valid_from, one.valid_to) for one in told] == [(None, SECOND), (SECOND, None)]
    assert apply_enedis_text(told, "22h-6h", FIRST, "2h-7h 13h-16h; 01/12/2026") == told
    assert apply_enedis_text(told, "2h-7h 13h-16h", SECOND) == told, "on the day Enedis tells what was announced"
    assert apply_enedis_text(told, "22h-6h", FIRST) == before, "an announcement that is taken back"
    late = SECOND + timedelta(days=1)
    for known in (told, before):
        assert apply_enedis_text(known, "22h-6h", late, "2h-7h 13h-16h; 01/12/2026") == told, "the text changes late"
    assert apply_enedis_text([], "22h-6h", late, "2h-7h 13h-16h; 01/12/2026") == told, "a new usage point"
    never = SECOND + timedelta(days=14)
    back = apply_enedis_text(told, "22h-6h", never, "2h-7h 13h-16h; 01/12/2026")
    assert [(one.valid_from, one.valid_to) for one in back] == [(None, SECOND), (SECOND, never), (never, None)]
    postponed = apply_enedis_text(told, "22h-6h", FIRST, "2h-7h 13h-16h; 01/04/2027")
    assert [(one.valid_from, one.valid_to) for one in postponed] == [(None, THIRD), (THIRD, None)]


@pytest.mark.parametrize(
    "text",
    [
        "lundi",
        "lundi 22h",
        "lun-ven 22h-6h, ven 0h-24h",
        "22h-6h mars",
        "lun-ven",
        "week-end",
        "jours fériés",
        "lundi-mercredi-vendredi 22h-6h",
    ],
)
def test_days_that_cannot_be_read(text: str) -> None:
    assert parse_off_peak(text) is None


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("HC (22H00-6H00)", NIGHT),
        ("HC (2H00-7H00;13H00-16H00)", TWO),
        ("HC (1H30-8H00;12H30-14H00)", [("01:30", "08:00"), ("12:30", "14:00")]),
        ("HC (22H56-6H56)", [("22:56", "06:56")]),
        ("HC (1H28-6H58;13H58-16H28)", [("01:28", "06:58"), ("13:58", "16:28")]),
        ("hc (22h00-6h00)", NIGHT),
        ("HC (22H30-6H30), (13H00-15H00)", [("22:30", "06:30"), ("13:00", "15:00")]),
        ("22h30-06h30", [("22:30", "06:30")]),
        ("HC (02H00-07H00 + 13H00-16H00)", TWO),
        ("22:30-06:30", [("22:30", "06:30")]),
        ("22h30 à 6h30", [("22:30", "06:30")]),
        ("de 22h à 6h", NIGHT),
        ("22h-6h", NIGHT),
        ("Heures creuses : 22 h – 6 h", NIGHT),
        ("Heures creuses de 2h à 7h et de 13h à 16h", TWO),
        ("  HC(22H00/6H00)  ", NIGHT),
        ("2H00-7H00,13H00-16H00", TWO),
        ("2H00-7H00 13H00-16H00", TWO),
        ("2h00/7h00/13h00/16h00", TWO),
        ("HC (0H00-6H00;22H00-24H00)", [("00:00", "06:00"), ("22:00", "24:00")]),
        ("HC (24H00-6H00;22H00-0H00)", [("00:00", "06:00"), ("22:00", "24:00")]),
        ("0H00/24H00", [("00:00", "24:00")]),
        ("minuit à 6h ; midi-14h", [("00:00", "06:00"), ("12:00", "14:00")]),
        ("23h30 min - 7h", [("23:30", "07:00")]),
        ("23h30 - 7h30", [("23:30", "07:30")]),
        ("22H00/06H00", NIGHT),
        ("22:00\u201306:00", NIGHT),
        ("22h\u00a0\u2192\u00a06h", NIGHT),
        ("12h-14h et 0h-6h", [("12:00", "14:00"), ("00:00", "06:00")]),
        ("2h-7h 13h-16h", TWO),
        ("22h-24h, minuit-6h", [("22:00", "24:00"), ("00:00", "06:00")]),
        ("22h à minuit", [("22:00", "24:00")]),
        ("noon-2:00, midnight to 6:00", [("12:00", "02:00"), ("00:00", "06:00")]),
        ("entre 22h et 6h", NIGHT),
        ("entre 2h et 7h et entre 13h et 16h", TWO),
        ("de 22h jusqu\u2019à 6h", NIGHT),
        ("22 heures à 6 heures", NIGHT),
        ("22 heures 30 à 6 heures 30", [("22:30", "06:30")]),
        ("22h30mn-6h30mn", [("22:30", "06:30")]),
        ("22.30-6.30", [("22:30", "06:30")]),
        ("22:00:00-06:00:00", NIGHT),
        ("Tous les jours de 22h à 6h.", NIGHT),
        ("22h-6h, 7j/7", NIGHT),
        ("HC : 2h-7h / HC : 13h-16h", TWO),
        ("HC (2H00-7H00;13H00-16H00;)", TWO),
        ("Été : 2h-7h / Hiver : 22h-6h", [("02:00", "07:00"), ("22:00", "06:00")]),
    ],
)
def test_spellings(text: str, slots: list[tuple[str, str]]) -> None:
    assert list_slots(parse_off_peak(text)) == slots


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "HC",
        "HC ()",
        "néant",
        "HC (22H00)",
        "HC (22H00-6H00;13H00)",
        "HC (22H00-22H00)",
        "HC (25H00-6H00)",
        "HC (22H60-6H00)",
        "HC (22H00-6H00) le week-end",
        "sauf HC (22H00-6H00)",
        "2H00-7H00-13H00-16H00",
        "22H00;6H00",
        "22-6",
        "22h-6",
        "22h-6h ou 23h-7h",
        "HP 6h-22h, HC 22h-6h",
        "22h-6h sauf tous les jours fériés",
        "l'après-midi-15h",
        "22h-6h (8h)",
        "22.3-6.3",
        "24h30-6h",
        "10pm-6am",
        "2200-0600",
        "222H00-6H00",
        "HC été (2H00-7H00)",
        "HC (22H00-6H00) été (2H00-7H00) hiver (1H00-6H00)",
        "été 2H00-7H00 été 1H00-6H00",
    ],
)
def test_what_is_not_certain_is_not_read(text: str) -> None:
    assert parse_off_peak(text) is None


def test_two_seasons() -> None:
    periods = parse_off_peak("HC Été (2H00-7H00;13H00-16H00) Hiver (22H00-6H00)")
    assert periods is not None
    assert list_slots_on(periods, date(2026, 7, 1)) == [(120, 420), (780, 960)]
    assert list_slots_on(periods, date(2026, 12, 1)) == [(0, 360), (1320, 1440)]


@given(st.text(max_size=60))
@example("HC (\u0661H00-6H00)")
@example("١H٠٠-٢H٠٠")
@settings(deadline=None)
def test_any_text_is_read_or_not(text: str) -> None:
    parse_off_peak(text)


clocks = st.tuples(st.integers(0, 23), st.integers(0, 59))


@given(
    st.lists(st.tuples(clocks, clocks).filter(lambda slot: slot[0] != slot[1]), min_size=1, max_size=3),
    st.sampled_from(["H", "h", ":", " h "]),
    st.sampled_from(["-", " - ", " à ", "–"]),
    st.sampled_from([";", " ; ", " + ", ", ", "), (", " et ", " "]),
    st.sampled_from([("HC (", ")"), ("", ""), ("hc ", ""), ("(", ")")]),
    st.booleans(),
)
@settings(deadline=None)
def test_any_slots_in_any_dress(
    slots: list[tuple[tuple[int, int], tuple[int, int]]],
    hour: str,
    dash: str,
    comma: str,
    around: tuple[str, str],
    wide: bool,
) -> None:
    def format_clock(at: tuple[int, int]) -> str:
        return f"{at[0]:02}{hour}{at[1]:02}" if wide else f"{at[0]}{hour}{at[1]:02}"

    text = around[0] + comma.join(f"{format_clock(start)}{dash}{format_clock(end)}" for start, end in slots) + around[1]
    expected = [
        (f"{start[0]:02}:{start[1]:02}", "24:00" if end in {(0, 0), (23, 59)} else f"{end[0]:02}:{end[1]:02}")
        for start, end in slots
    ]
    assert list_slots(parse_off_peak(text)) == expected


def test_the_first_hours_told_hold_always_and_others_begin_on_the_day_they_are_told() -> None:
    periods = apply_enedis_text([], "HC (22H00-6H00)", FIRST)
    assert [(one.valid_from, one.valid_to, one.source) for one in periods] == [(None, None, "enedis")]
    assert apply_enedis_text(periods, "hc (22:00-06:00)", SECOND) == periods  # spelled otherwise, meant alike
    moved = apply_enedis_text(periods, "HC (2H00-7H00;13H00-16H00)", SECOND)
    assert [(one.valid_from, one.valid_to) for one in moved] == [(None, SECOND), (SECOND, None)]
    assert list_slots_on(moved, date(2026, 11, 30)) == [(0, 360), (1320, 1440)]
    assert list_slots_on(moved, SECOND) == [(120, 420), (780, 960)]
    again = apply_enedis_text(moved, "HC (22H00-6H00)", THIRD)
    assert [(one.valid_from, one.valid_to) for one in again] == [(None, SECOND), (SECOND, THIRD), (THIRD, None)]


def test_a_change_told_twice_in_a_day_leaves_no_empty_period() -> None:
    periods = apply_enedis_text(apply_enedis_text([], "22h-6h", FIRST), "23h-7h", SECOND)
    corrected = apply_enedis_text(periods, "21h-5h", SECOND)
    assert [(one.valid_from, one.valid_to) for one in corrected] == [(None, SECOND), (SECOND, None)]
    assert list_slots_on(corrected, SECOND) == [(0, 300), (1260, 1440)]


def test_hours_that_cannot_be_read_end_the_old_ones_and_are_not_guessed() -> None:
    periods = apply_enedis_text(apply_enedis_text([], "22h-6h", FIRST), "selon contrat", SECOND)
    assert list_slots_on(periods, FIRST) != []
    assert list_slots_on(periods, SECOND) == []
    assert apply_enedis_text(periods, "selon contrat", THIRD) == periods
    assert list_slots_on(apply_enedis_text(periods, "22h-6h", THIRD), THIRD) == [(0, 360), (1320, 1440)]
    assert apply_enedis_text([], "selon contrat", FIRST) == []


@pytest.mark.parametrize("nothing", [None, ""])
def test_no_text_tells_nothing(nothing: str | None) -> None:
    periods = apply_enedis_text([], "22h-6h", FIRST)
    assert apply_enedis_text(periods, nothing, SECOND) == periods


def test_the_users_own_hours_win_until_they_are_given_up() -> None:
    own = OffPeakPeriod.model_validate({"slots": [["01:00", "09:00"]]})
    periods = apply_choice(apply_enedis_text([], "22h-6h", FIRST), [own])
    assert select_effective(periods) == [own]
    periods = apply_enedis_text(periods, "23h-7h", SECOND)  # Enedis' are kept up meanwhile
    assert select_effective(periods) == [own]
    ahead = own.model_copy(update={"valid_from": SECOND})
    assert select_effective(apply_choice(apply_enedis_text([], "22h-6h", FIRST), [ahead])) == [
        OffPeakPeriod.model_validate({"valid_to": SECOND, "slots": [["22:00", "06:00"]], "source": "enedis"}),
        ahead,
    ], "hours of one's own that are to come leave Enedis' until then"
    back = select_effective(apply_choice(periods, None))
    assert list_slots_on(back, FIRST) == [(0, 360), (1320, 1440)]
    assert list_slots_on(back, SECOND) == [(0, 420), (1380, 1440)]
