"""The hours of the CSV export: what is not known is an empty cell, and never 0."""

import csv
import io
from datetime import date

from gateway.csv_export.service import CsvExporter
from gateway.csv_export.tables import Table
from gateway.csv_export.writing import Form, write_table
from gateway.domain.direction import Direction
from gateway.metering.schedule import Kind, State
from gateway.usage_points.contract import Contract
from tests.server.billing.answered import write_curve
from tests.server.billing.homes import TEMPO, StoredHome, whole_curve
from tests.server.paris import PARIS

DAY, NEXT = date(2026, 10, 30), date(2026, 10, 31)


async def export_hours(home: StoredHome) -> list[dict[str, str]]:
    exporter = CsvExporter(home.database, home.publisher)
    opened = await exporter.open_table(home.account_id, home.point_id, Table.HOURS, DAY, NEXT)
    content = b"".join([chunk async for chunk in write_table(opened, Form.ENGLISH)])
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


async def test_an_hour_of_an_unknown_color_has_no_cost(home: StoredHome) -> None:
    """The colour of the day before is known, which holds until 06:00."""
    await home.change_point(tariffs=TEMPO)
    await write_curve(home, date(2026, 9, 4))
    await home.write_colors({date(2026, 10, 29): "blue"})
    rows = await export_hours(home)
    assert [row["cost_eur"] for row in rows] == ["0.1356"] * 6 + [""] * 18
    assert {row["consumption_wh"] for row in rows} == {"1000"}


async def test_an_hour_without_a_reading_of_production_has_none(home: StoredHome) -> None:
    await home.change_point(
        tariffs=[{"option": "base", "power_kva": 6, "production_eur_per_kwh": 0.1}],
        contract=Contract(produces=True, power_kva=6),
    )
    await write_curve(home, date(2026, 9, 4))
    known = [one for one in whole_curve(DAY, [500]) if one.start.astimezone(PARIS).hour < 20]
    await home.write_days(Kind.CURVE, {DAY: known}, Direction.PRODUCTION, state=State.PARTIAL)
    rows = await export_hours(home)
    assert [row["production_wh"] for row in rows] == ["500"] * 20 + [""] * 4
    assert [row["revenue_eur"] for row in rows] == ["0.05"] * 20 + [""] * 4
    assert [row["production_quality"] for row in rows] == ["measured"] * 20 + ["unknown"] * 4
