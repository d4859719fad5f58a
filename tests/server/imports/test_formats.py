"""What files of each form tell: every watt in its interval, every odd row refused with its reason."""

import io
import zipfile
from datetime import UTC, date, datetime, timedelta

import pytest

from gateway.domain.direction import Direction
from gateway.domain.readings import Quality, Reading
from gateway.imports.points import Format, RowFault
from gateway.imports.reading import FileContent, read_file
from gateway.metering import payloads
from gateway.metering.schedule import Kind
from gateway.problems import ProblemError
from tests.server.imports import files
from tests.server.imports.files import OTHER, PRM
from tests.server.paris import PARIS, midnight

DAY = date(2023, 12, 12)
SPRING, AUTUMN = date(2021, 3, 28), date(2021, 10, 31)
ONE = timedelta(days=1)
STAMP_LIKE = "22121212121212"
"""Another meter's number that could be an instant of the year 2212."""
WATTS = [100 + 7 * number for number in range(48)]


def read(content: bytes, name: str = "", direction: Direction = Direction.CONSUMPTION) -> FileContent:
    return read_file(content, name, PRM, direction, date(2026, 11, 3), 100_000)


def curve(content: FileContent, day: date, direction: Direction = Direction.CONSUMPTION) -> list[Reading]:
    return payloads.read_curve(day, content.placed.feeds[Kind.CURVE, direction][day])


def watts(readings: list[Reading]) -> list[int]:
    return [reading.watts for reading in readings]


def faults(content: FileContent) -> list[tuple[int, RowFault]]:
    return [(row.row, row.fault) for row in content.placed.rejected]


def refusal(content: bytes, name: str = "") -> str:
    with pytest.raises(ProblemError) as refused:
        read(content, name)
    assert refused.value.status == 422
    return refused.value.code


def test_conso_downloader_names_both_ends_and_writes_kilowatts() -> None:
    found = read(files.conso_downloader(files.half_hours(DAY, WATTS)), f"historique_conso_{PRM}.csv")
    assert found.format is Format.CONSO_DOWNLOADER
    readings = curve(found, DAY)
    assert readings[0] == Reading(midnight(DAY), 30, 100, Quality.IMPORTED)
    assert watts(readings) == WATTS
    assert not faults(found)


def test_null_is_unknown_and_zero_is_nothing_used() -> None:
    rows = files.half_hours(DAY, WATTS)
    rows[3], rows[4] = rows[3].rsplit(";", 1)[0] + ";null", rows[4].rsplit(";", 1)[0] + ";0"
    readings = curve(read(files.conso_downloader(rows)), DAY)
    assert watts(readings) == [*WATTS[:3], 0, *WATTS[5:]]
    assert readings[3].start == midnight(DAY) + timedelta(hours=2)


def test_energy_of_an_interval_becomes_its_power() -> None:
    found = read(files.conso_downloader(["2023-12-12T00:00;2023-12-12T00:30;0,348"], "DEBUT;FIN;KWH"))
    assert watts(curve(found, DAY)) == [696]


def test_production_is_told_by_the_name_or_by_who_asks() -> None:
    content = files.conso_downloader(files.half_hours(DAY, WATTS))
    for found in (read(content, "historique_prod_1.csv"), read(content, direction=Direction.PRODUCTION)):
        assert list(found.placed.feeds) == [(Kind.CURVE, Direction.PRODUCTION)]


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
@pytest.mark.parametrize("newest_first", [False, True])
def test_both_odd_days_without_an_offset_by_start(day: date, *, newest_first: bool) -> None:
    start, end = midnight(day), midnight(day + ONE)
    rows: list[str] = []
    values: list[int] = []
    at = start
    while at < end:
        values.append(100 + 10 * len(values))
        local, after = (paris_clock(instant) for instant in (at, at + timedelta(minutes=30)))
        rows.append(f"{local:%d/%m/%Y %H:%M:%S};{after:%d/%m/%Y %H:%M:%S};{values[-1] / 1000}")
        at += timedelta(minutes=30)
    found = read(files.conso_downloader(rows[::-1] if newest_first else rows, "Début;Fin;Valeur (en Kw)"))
    assert found.format is Format.ENEDIS_XLSX
    assert not faults(found)
    assert watts(curve(found, day)) == values
    assert len(values) == (46 if day == SPRING else 50)


def test_an_hour_that_comes_twice_and_stands_once_is_not_guessed() -> None:
    rows = files.half_hours(AUTUMN, WATTS)
    found = read(files.conso_downloader(rows))
    assert faults(found) == [(6, RowFault.AMBIGUOUS), (7, RowFault.AMBIGUOUS)]
    assert watts(curve(found, AUTUMN)) == [*WATTS[:4], *WATTS[6:]]


def test_edf_names_ends_newest_first_and_its_first_midnight_is_the_days_end() -> None:
    clock = [f"{minute // 60:02}:{minute % 60:02}:00" for minute in range(30, 1440, 30)]
    rows = [f"{at};{value};Réelle" for at, value in zip([*clock, "00:00:00"], WATTS, strict=True)][::-1]
    found = read(files.edf_powers([(DAY, rows)]))
    assert found.format is Format.EDF
    assert watts(curve(found, DAY)) == WATTS
    assert not faults(found)


def test_edf_autumn_newest_first_keeps_both_hours_apart() -> None:
    ends = [midnight(AUTUMN) + timedelta(minutes=30 * number) for number in range(1, 51)]
    values = [100 + 10 * number for number in range(50)]
    rows = [f"{paris_clock(at):%H:%M:%S};{value};Réelle" for at, value in zip(ends, values, strict=True)][::-1]
    found = read(files.edf_powers([(AUTUMN, rows)]))
    assert watts(curve(found, AUTUMN)) == values


def test_an_odd_time_among_half_hours_names_no_interval() -> None:
    rows = ["00:00:00;1122;Réelle", "03:00:00;760;Réelle", "02:30:00;854;Réelle", "02:40:00;1314;Réelle"]
    found = read(files.edf_powers([(date(2025, 1, 18), rows)]))
    assert faults(found) == [(8, RowFault.STAMP)]
    assert watts(curve(found, date(2025, 1, 18))) == [854, 760, 1122]
    assert curve(found, date(2025, 1, 18))[-1].end == midnight(date(2025, 1, 19))


def test_edf_repeats_rows_and_contradicts_itself() -> None:
    rows = ["03:00:00;760;Réelle", "03:00:00;760;Réelle", "02:30:00;854;Réelle", "02:30:00;900;Réelle"]
    found = read(files.edf_powers([(DAY, rows)]))
    assert watts(curve(found, DAY)) == [760]
    assert {fault for _, fault in faults(found)} == {RowFault.CONTRADICTORY}


def test_edf_daily_values_have_spaces_for_thousands_and_subtotals() -> None:
    content = (
        "Ma consommation quotidienne\n\nDate de consommation;Consommation (kWh);Nature de la donnée\n"
        "12/12/2023;1\u00a0016,5;Réelle\nAnnée 2023;9\u00a0999;\n11/12/2023;12;Estimée\n"
    ).encode("cp1252")
    found = read(content)
    days = found.placed.feeds[Kind.DAILY, Direction.CONSUMPTION]
    assert {day: payloads.read_value(day, payload) for day, payload in days.items()} == {
        DAY: 1_016_500,
        DAY - ONE: 12_000,
    }
    assert not faults(found)


def test_edf_index_in_kilowatt_hours() -> None:
    content = (
        "Mes index\n\nDate de relevé de l'index;Type d'index;Index Heures pleines (kWh);Index Heures creuses (kWh)\n"
        "12/12/2023;Réel;12 345;6 789\n11/11/2023;Estimé;1;1\n"
    ).encode("cp1252")
    days = read(content).placed.feeds[Kind.INDEX, Direction.CONSUMPTION]
    assert {day: payloads.read_registers(day, payload) for day, payload in days.items()} == {
        DAY: {"hc": 6_789_000, "hp": 12_345_000, "total": 19_134_000}
    }


def test_an_archive_of_edf_is_read_whole() -> None:
    powers = files.edf_powers([(DAY, ["00:00:00;500;Réelle", "23:30:00;400;Réelle"])])
    daily = "\n\nDate de consommation;Consommation (kWh)\n11/12/2023;12\n".encode("cp1252")
    content = files.zip_file(mes__puissances=powers, ma__conso=daily, readme=b"nothing here")
    found = read(content, "edf.zip")
    assert found.format is Format.EDF
    assert watts(curve(found, DAY)) == [400, 500]
    assert list(found.placed.feeds[Kind.DAILY, Direction.CONSUMPTION]) == [DAY - ONE]


def test_enedis_text_names_ends_with_offsets_and_no_length() -> None:
    rows = [f"2021-03-28T{clock};{value}" for clock, value in zip(SPRING_ENDS, SPRING_WATTS, strict=True)]
    found = read(files.enedis_csv(rows[::-1]))
    assert found.format is Format.ENEDIS_CSV
    assert watts(curve(found, SPRING))[: len(SPRING_WATTS)] == SPRING_WATTS
    assert curve(found, SPRING)[0].start == midnight(SPRING)
    assert not faults(found)


SPRING_ENDS = ["00:30:00+01:00", "01:00:00+01:00", "01:30:00+01:00", "03:00:00+02:00", "03:30:00+02:00"]
SPRING_WATTS = [250, 260, 270, 280, 290]


def test_enedis_text_of_what_is_fed_in_and_of_days() -> None:
    rows = ["2021-03-27T00:30:00+01:00;270", "2021-03-27T01:00:00+01:00;300", "2021-03-27T01:30:00+01:00;"]
    found = read(files.enedis_csv(rows, metier="Production"))
    assert watts(curve(found, SPRING - ONE, Direction.PRODUCTION)) == [270, 300]
    days = read(files.enedis_csv(["2021-03-27T00:00:00+01:00;12345"], unit="Wh")).placed.feeds
    (payload,) = days[Kind.DAILY, Direction.CONSUMPTION].values()
    assert payload == b"12345"


def test_sge_has_a_meter_a_unit_and_a_step_in_each_row() -> None:
    row = f"{PRM};2021-10-31;2021-11-01;{{}};CONS;BRUT;{{}};{{}};{{}};B;PT30M;0;0"
    ends = ["2021-10-31T02:00:00+02:00", "2021-10-31T02:30:00+02:00", "2021-10-31T02:00:00+01:00"]
    content = files.sge(
        [row.format("PA", "W", end, value) for end, value in zip(ends, (100, 200, 300), strict=True)]
        + [row.format("ER", "VAr", ends[0], 9)]
    )
    found = read(content)
    assert found.format is Format.SGE
    assert watts(curve(found, AUTUMN)) == [100, 200, 300]
    assert curve(found, AUTUMN)[0].start == datetime(2021, 10, 30, 23, 30, tzinfo=UTC)


def test_a_spreadsheet_of_enedis() -> None:
    start = datetime(2026, 3, 2)  # noqa: DTZ001 - a cell of a spreadsheet knows no zone
    rows = [[start + timedelta(minutes=30 * n), start + timedelta(minutes=30 * (n + 1)), 4.03] for n in range(48)]
    content = files.xlsx([["Données", PRM], [], ["Début", "Fin", "Valeur (en kW)"], *rows])
    found = read(content, f"{PRM}_Export_courbe_de_charge_Consommation_02032026-03032026.xlsx")
    assert found.format is Format.ENEDIS_XLSX
    assert watts(curve(found, date(2026, 3, 2))) == [4030] * 48


def test_formulas_are_not_computed() -> None:
    content = files.xlsx([["Début", "Fin", "Valeur (en kW)"], ["02/03/2026 00:00", "02/03/2026 00:30", "=1+1"]])
    assert faults(read(content)) == [(2, RowFault.FORMULA)]


def test_values_that_cannot_be_and_days_that_are_not_over() -> None:
    rows = [
        "2023-12-12T00:00;2023-12-12T00:30;-1",
        "2023-12-12T00:30;2023-12-12T01:00;100000,1",
        "2026-11-03T00:00;2026-11-03T00:30;1",
        "2023-12-12T03:00;2023-12-12T04:31;1",
        "2023-12-12T05:00;2023-12-12T05:30;one",
    ]
    assert faults(read(files.conso_downloader(rows))) == [
        (2, RowFault.IMPLAUSIBLE),
        (3, RowFault.IMPLAUSIBLE),
        (4, RowFault.NOT_OVER),
        (5, RowFault.STEP),
        (6, RowFault.VALUE),
    ]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (files.enedis_csv(["2021-03-28T01:30:00+01:00;270"], prm=OTHER), ""),
        (files.conso_downloader(files.half_hours(DAY, WATTS)), f"historique_conso_{OTHER}.csv"),
        (files.sge([f"{OTHER};;;PA;CONS;BRUT;W;2021-10-31T02:00:00+02:00;100;B;PT30M;0;0"]), ""),
        (files.zip_file(**{f"Enedis_{OTHER}": files.conso_downloader(files.half_hours(DAY, WATTS))}), ""),
        (files.sge([f"{STAMP_LIKE};;;PA;CONS;BRUT;W;2021-10-31T02:00:00+02:00;100;B;PT30M;0;0"]), ""),
        (files.sge(["20211031020000;;;PA;CONS;BRUT;W;2021-10-31T02:00:00+02:00;100;B;PT30M;0;0"]), ""),
        (files.conso_downloader(files.half_hours(DAY, WATTS)), f"historique_conso_{STAMP_LIKE}.csv"),
        (files.xlsx([["Données", OTHER], ["Début", "Fin", "Valeur (en kW)"]]), ""),
    ],
)
def test_another_meters_file_is_refused(content: bytes, name: str) -> None:
    assert refusal(content, name) == "another_meter"


def test_a_date_in_a_name_is_no_meter() -> None:
    assert read(files.conso_downloader(files.half_hours(DAY, WATTS)), "export_20260101120000.csv").placed.feeds


def test_what_is_no_file_of_readings() -> None:
    assert refusal(b"  \n") == "empty_file"
    assert refusal(b"name;price\nbread;3\n") == "unknown_format"
    assert refusal(b"\xff\xfe\x00") == "wrong_encoding"
    assert refusal(b"PK\x03\x04 and then nothing") == "damaged_file"
    assert refusal(files.xlsx([[1]])[:-40]) == "damaged_file"
    assert refusal(files.conso_downloader([])) == "no_readings"
    assert refusal(b"start,utc_offset,consumption_wh\n2023-12-12 00:00,+01:00,12\n") == "computed_table"


def test_what_unpacks_to_too_much() -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", b"0" * (101 * 1024 * 1024))
    assert refusal(bomb.getvalue()) == "too_large_unpacked"
    many = io.BytesIO()
    with zipfile.ZipFile(many, "w") as archive:
        for number in range(60):
            archive.writestr(f"{number}.csv", b"")
    assert refusal(many.getvalue()) == "too_many_files"


def test_millions_of_lines() -> None:
    content = files.zip_file(a=b"debut;fin;kW\n" + b";;\n" * 1_300_000)
    assert refusal(content) == "too_many_rows"


def test_a_cell_in_each_corner_of_a_sheet_costs_nothing() -> None:
    sheet = files.xlsx([["Début", "Fin", "Valeur (en kW)"]])
    found = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sheet)) as before, zipfile.ZipFile(found, "w") as after:
        for member in before.namelist():
            content = before.read(member)
            if member.startswith("xl/worksheets/"):
                content = content.replace(
                    b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
                )
            after.writestr(member, content)
    assert refusal(found.getvalue()) == "no_readings"


def paris_clock(instant: datetime) -> datetime:
    return instant.astimezone(PARIS).replace(tzinfo=None)
