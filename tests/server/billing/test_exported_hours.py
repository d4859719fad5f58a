"""The hours of the CSV export: what is not known is an empty cell, and never 0."""

import csv
import io
from collections import defaultdict
from datetime import date

import pytest

from gateway.csv_export.service import CsvExporter
from gateway.csv_export.tables import Table
from gateway.csv_export.writing import Form, write_table
from gateway.domain.direction import Direction
from gateway.metering.schedule import Kind, State
from gateway.usage_points.contract import Contract
from tests.server.billing.answered import write_curve
from tests.server.billing.homes import TEMPO, StoredHome, whole_curve
from tests.server.conftest import Gateway, Simulator
from tests.server.paris import PARIS

METER = "30001000000001"
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


async def test_an_hour_that_is_priced_in_part_has_no_cost_but_the_part_of_its_bucket(
    gateway: Gateway, simulator: Simulator
) -> None:
    """The night begins and ends at half past, and nobody has said which nights are dear."""
    who = await gateway.sign_in()
    point = await gateway.add_meter(METER)
    path = f"/v1/usage-points/{point}"
    night = {"bucket": "dear", "eur_per_kwh": 0.5, "slots": [["22:30", "06:30"]], "on": "dear_nights"}
    offer = {
        "option": "custom",
        "power_kva": 6,
        "prices": [night, {"bucket": "rest", "eur_per_kwh": 0.25}],
        "special_days": {"dear_nights": {"days": [], "known_until": "2020-01-01"}},
    }
    changed = await gateway.http.patch(path, headers=who, json={"tariff": offer})
    assert changed.status_code == 200, changed.text
    await gateway.at_rest(who, point)

    async def fetch_table(table: str) -> list[dict[str, str]]:
        answer = await gateway.http.get(f"{path}/export.csv", headers=who, params={"table": table})
        return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))

    curve: dict[str, dict[str, float]] = defaultdict(dict)
    for row in await fetch_table("load_curve"):
        curve[f"{row['start'][:-2]}00{row['utc_offset']}"][row["start"][-2:]] = int(row["watts"]) / 2000
    hours = await fetch_table("hours")
    assert {row["start"][11:13] for row in hours} >= {"22", "06"}
    for row in hours:
        first, second = (curve[row["start"] + row["utc_offset"]][half] for half in ("00", "30"))
        match row["start"][11:13]:
            case "22":
                priced, unpriced = first, second
            case "06":
                priced, unpriced = second, first
            case "23" | "00" | "01" | "02" | "03" | "04" | "05":
                priced, unpriced = 0.0, first + second
            case _:
                priced, unpriced = first + second, 0.0
        assert float(row["consumption_wh"]) == pytest.approx((priced + unpriced) * 1000, abs=0.01)
        assert float(row["consumption_unknown_wh"]) == pytest.approx(unpriced * 1000, abs=0.01)
        assert float(row["cost_rest_eur"] or 0) == pytest.approx(priced * 0.25, abs=1e-5)
        assert row["cost_eur"] == ("" if unpriced else row["cost_rest_eur"]), row
        assert not row.get("cost_unknown_eur")
