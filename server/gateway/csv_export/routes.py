"""`GET /v1/usage-points/{id}/export.csv`."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from gateway.billing.publishing import Publisher
from gateway.csv_export.tables import Table, open_table
from gateway.csv_export.writing import Form, write
from gateway.dependencies import CallerDep, PointId, RuntimeDep
from gateway.kit import paris
from gateway.problems import check_range, documented
from gateway.quotas.routes import counted

router = APIRouter(tags=["billing"], responses=documented(400, 401, 404, 422, 429))
_LONGEST = timedelta(days=36525)


@router.get(
    "/v1/usage-points/{point_id}/export.csv",
    response_class=StreamingResponse,
    responses={200: {"description": "The file", "content": {"text/csv": {}}}},
    dependencies=[Depends(counted)],
)
async def export_csv(
    runtime: RuntimeDep,
    caller: CallerDep,
    point_id: PointId,
    table: Table = Table.HOURS,
    start: Annotated[date, Query(description="First day, of Paris", ge=paris.EARLIEST)] = paris.EARLIEST,
    end: Annotated[date, Query(description="First day after the range", le=paris.LATEST)] = paris.LATEST,
    form: Annotated[Form, Query(description="For spreadsheets in English or in French")] = Form.ENGLISH,
) -> StreamingResponse:
    """Take readings, or hours with their buckets and euros, away as a file. Only what is known is in it."""
    check_range(start, end, _LONGEST)
    publisher = Publisher(runtime.database, runtime.clock, runtime.keyring)
    home = (await publisher.publish(caller.account_id, point_id)).home
    exported = await open_table(runtime.database, home, table, start, end)
    name = f"myelectricaldata-{table.replace('_', '-')}-{paris.day_of(runtime.clock.now())}.csv"
    return StreamingResponse(
        write(exported, form),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
