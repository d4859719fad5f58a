"""The registers compared with the load curve, of a home that is filled by hand."""

from datetime import date, timedelta

from gateway.metering.schedule import Kind
from tests.server.billing.answered import check_index, write_curve
from tests.server.billing.homes import HP_HC, NIGHT, StoredHome, whole_curve
from tests.server.paris import midnight

FIRST = date(2026, 10, 1)


async def count_by_registers(home: StoredHome, *slots: tuple[int, int]) -> None:
    """Ten days of which the meter's own off-peak hours are these minutes of the clock."""
    await write_curve(home, date(2026, 9, 4), 300)
    shown: dict[date, dict[str, int]] = {}
    peak = off_peak = 0
    for number in range(11):
        day = FIRST + timedelta(days=number)
        curve = whole_curve(day, [500] * 13 + [900 + 90 * number] * 14 + [1700] * 17 + [4000] * 4)
        await home.write_days(Kind.CURVE, {day: curve})
        shown[day] = {"hp": peak, "hc": off_peak}
        for reading in curve:
            minute = (reading.start - midnight(day)) // timedelta(minutes=1)
            if any(start <= minute < end for start, end in slots):
                off_peak += reading.watts // 2
            else:
                peak += reading.watts // 2
    await home.write_days(Kind.INDEX, shown)


async def test_the_registers_tell_off_peak_hours_that_are_wrong(home: StoredHome) -> None:
    """The meter's own hours begin at 22:00; 22:30 was stated."""
    await home.change_point(tariffs=HP_HC, off_peak=NIGHT)
    await count_by_registers(home, (0, 360), (1320, 1440))
    found = await check_index(home, FIRST, FIRST + timedelta(days=10))
    assert len(found["items"]) == 10
    assert found["items"][0]["difference"] == {"hc": 4000 // 2 - 500 // 2, "hp": 500 // 2 - 4000 // 2}
    better = found["better_off_peak"]
    assert (better["minutes"], better["slots"]) == (-30, [["22:00", "06:00"]])
    assert better["difference_after"] == 0
    await home.change_point(off_peak=[{"slots": [["22:00", "06:00"]]}])
    right = await check_index(home, FIRST, FIRST + timedelta(days=10))
    assert right["better_off_peak"] is None
    assert all(set(item["difference"].values()) == {0} for item in right["items"])


async def test_the_registers_of_a_new_meter_are_not_what_was_used_that_day(home: StoredHome) -> None:
    await home.change_point(tariffs=HP_HC, off_peak=NIGHT)
    await write_curve(home, date(2026, 9, 4))
    swapped = FIRST + timedelta(days=4)
    shown = {}
    for number in range(9):
        day = FIRST + timedelta(days=number)
        before = {"hp": 0, "hc": 0} if day <= swapped else {"hp": 900_000, "hc": 700_000}
        shown[day] = {"hp": before["hp"] + 16_000 * number, "hc": before["hc"] + 8_000 * number}
    await home.write_days(Kind.INDEX, shown)
    found = await check_index(home, FIRST, FIRST + timedelta(days=8))
    assert [item["date"] for item in found["items"]] == [
        (FIRST + timedelta(days=number)).isoformat() for number in range(8) if number != 4
    ]
    assert {value for item in found["items"] for value in item["difference"].values()} == {0}


async def test_the_registers_tell_which_slot_is_wrong(home: StoredHome) -> None:
    await home.change_point(tariffs=HP_HC, off_peak=[{"slots": [["02:00", "07:00"], ["12:30", "15:30"]]}])
    await count_by_registers(home, (120, 420), (780, 960))
    better = (await check_index(home, FIRST, FIRST + timedelta(days=10)))["better_off_peak"]
    assert (better["minutes"], better["slots"]) == (30, [["02:00", "07:00"], ["13:00", "16:00"]])


async def test_the_registers_tell_that_enedis_hours_are_the_right_ones(home: StoredHome) -> None:
    told = {"slots": [["02:00", "07:00"], ["13:00", "16:00"]], "source": "enedis"}
    await home.change_point(tariffs=HP_HC, off_peak=[told, *NIGHT])
    await count_by_registers(home, (120, 420), (780, 960))
    better = (await check_index(home, FIRST, FIRST + timedelta(days=10)))["better_off_peak"]
    assert (better["minutes"], better["slots"], better["difference_after"]) == (None, told["slots"], 0)


async def test_an_index_of_the_end_of_the_day_shows_no_false_difference(home: StoredHome) -> None:
    """Each day uses more than the one before; an index value is dated by the day that it ends."""
    await home.change_point(tariffs=HP_HC, off_peak=NIGHT)
    await write_curve(home, date(2026, 9, 4), 300)
    shown, peak, off_peak = {}, 0, 0
    for number in range(12):
        day = FIRST + timedelta(days=number)
        watts = 500 + 40 * number
        await home.write_days(Kind.CURVE, {day: whole_curve(day, [watts])})
        peak, off_peak = peak + 16 * watts, off_peak + 8 * watts
        shown[day] = {"hp": peak, "hc": off_peak}
    await home.write_days(Kind.INDEX, shown)
    found = await check_index(home, FIRST, FIRST + timedelta(days=12))
    assert found["aligned_by"] == "day_ended"
    assert len(found["items"]) == 11
    assert all(set(item["difference"].values()) == {0} for item in found["items"])
    assert found["better_off_peak"] is None


async def test_registers_without_known_names_still_give_the_total(home: StoredHome) -> None:
    await write_curve(home, date(2026, 9, 4))
    shown = {FIRST + timedelta(days=number): {"total": 24_100 * number} for number in range(5)}
    await home.write_days(Kind.INDEX, shown)
    found = await check_index(home, FIRST, FIRST + timedelta(days=4))
    assert [item["difference"] for item in found["items"]] == [{"total": 100}] * 4


async def test_a_meter_whose_clock_is_hours_off_is_found(home: StoredHome) -> None:
    """22:30-06:30 by the contract; the meter's clock is five hours late, so that its night begins at 03:30."""
    await home.change_point(tariffs=HP_HC, off_peak=NIGHT)
    await count_by_registers(home, (210, 690))
    better = (await check_index(home, FIRST, FIRST + timedelta(days=10)))["better_off_peak"]
    assert (better["minutes"], better["slots"], better["difference_after"]) == (300, [["03:30", "11:30"]], 0)
