"""`GET /v1/usage-points/{id}/export.csv`."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from gateway.accounts.dependencies import CallerDep
from gateway.csv_export.service import CsvExporter
from gateway.csv_export.tables import Table
from gateway.csv_export.writing import Form, write_table
from gateway.dependencies import END_DAY, START_DAY, ClockDep, PointId, part
from gateway.kit import paris
from gateway.kit.wire import KnownDay
from gateway.problems import check_range, describe_responses
from gateway.quotas.dependencies import enforce_quota

CsvExporterDep = Annotated[CsvExporter, Depends(part(CsvExporter))]

router = APIRouter(tags=["billing"], responses=describe_responses(400, 401, 404, 422, 429))
_LONGEST = timedelta(days=36525)


@router.get(
    "/export.csv",
    response_class=StreamingResponse,
    responses={200: {"description": "The file", "content": {"text/csv": {}}}},
    dependencies=[Depends(enforce_quota)],
)
async def export_csv(
    exporter: CsvExporterDep,
    clock: ClockDep,
    caller: CallerDep,
    point_id: PointId,
    table: Table = Table.HOURS,
    start: Annotated[KnownDay, START_DAY] = paris.EARLIEST,
    end: Annotated[KnownDay, END_DAY] = paris.LATEST,
    form: Annotated[Form, Query(description="For spreadsheets in English or in French")] = Form.ENGLISH,
) -> StreamingResponse:
    """Export readings, or hours with energy and EUR by bucket, as a CSV file. Unknown values are left out."""
    check_range(start, end, _LONGEST)
    exported = await exporter.open_table(caller.account_id, point_id, table, start, end)
    name = f"myelectricaldata-{table.replace('_', '-')}-{paris.day_of(clock.now())}.csv"
    return StreamingResponse(
        write_table(exported, form),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
