"""`gateway import`, `gateway export`."""

import asyncio
import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from gateway.billing.hours.publishing import Publisher
from gateway.cli.common import fail
from gateway.cli.runtime import with_runtime
from gateway.csv_export.service import CsvExporter
from gateway.csv_export.tables import Table
from gateway.csv_export.writing import Form, write_table
from gateway.domain.direction import Direction
from gateway.imports.comparing import DayOutcome
from gateway.imports.files import LARGEST_FILE
from gateway.imports.schemas import UploadedFile
from gateway.imports.service import ImportService
from gateway.kit import paris
from gateway.problems import ProblemError
from gateway.runtime import Runtime
from gateway.usage_points import repository as points

PointIdArgument = Annotated[str, typer.Argument(help="The usage point's id, as `gateway history` shows it")]


def import_file(
    usage_point: PointIdArgument,
    file: Annotated[Path, typer.Argument(help="A file from Enedis, EDF, SGE, Conso Downloader or this gateway")],
    accept: Annotated[bool, typer.Option("--accept", help="Use its readings; by default, they are only shown")] = False,
    direction: Annotated[Direction, typer.Option(help="The direction, if the file does not say")] = (
        Direction.CONSUMPTION
    ),
) -> None:
    """Show what a file of readings would add to a usage point; with --accept, add it."""
    if not file.is_file():
        fail(f"There is no file {file}.", 2)
    if file.stat().st_size > LARGEST_FILE:
        fail(f"{file} is larger than {LARGEST_FILE // 1024 // 1024} MB. Split it by year.", 2)

    async def work(runtime: Runtime) -> UploadedFile:
        account_id = await _find_account(runtime, usage_point)
        imports = ImportService(runtime.database, runtime.clock, runtime.keyring)
        content = await asyncio.to_thread(file.read_bytes)
        shown = await imports.preview_file(account_id, usage_point, content, file.name, direction)
        return await imports.accept_file(account_id, usage_point, shown.id) if accept else shown

    try:
        found = with_runtime(work)
    except ProblemError as problem:
        fail(problem.detail)
    for line in _describe(found):
        print(line)
    print("Its readings are used now." if accept else "Nothing is used yet: run this again with --accept.")


def export_table(
    usage_point: PointIdArgument,
    table: Annotated[Table, typer.Option(help="What to write")] = Table.LOAD_CURVE,
    form: Annotated[Form, typer.Option(help="For spreadsheets in English or in French")] = Form.ENGLISH,
    start: Annotated[str, typer.Option(help="First day, of Paris")] = str(paris.EARLIEST),
    end: Annotated[str, typer.Option(help="First day after the last one")] = str(paris.LATEST),
) -> None:
    """Write a table of a usage point to standard output, as CSV."""
    try:
        first, after = date.fromisoformat(start), date.fromisoformat(end)
    except ValueError:
        fail("Days are YYYY-MM-DD, such as 2026-11-03.", 2)

    async def work(runtime: Runtime) -> None:
        account_id = await _find_account(runtime, usage_point)
        publisher = Publisher(runtime.database, runtime.clock, runtime.keyring)
        exporter = CsvExporter(runtime.database, publisher)
        exported = await exporter.open_table(account_id, usage_point, table, first, after)
        async for some in write_table(exported, form):
            sys.stdout.buffer.write(some)
        sys.stdout.buffer.flush()

    with_runtime(work)


async def _find_account(runtime: Runtime, point_id: str) -> str:
    async with runtime.database.read() as session:
        account_id = await points.find_account_of(session, point_id)
    if account_id is None:
        fail("There is no usage point with this id; `gateway history` shows the ids.", 2)
    return account_id


def _describe(found: UploadedFile) -> list[str]:
    new, agreeing, different = (found.report.days[outcome] for outcome in DayOutcome)
    lines = [f"{found.report.format}: {new} new days, {agreeing} that agree, {different} that differ"]
    lines += [
        f"  {span.kind}, {span.direction}: {span.start} to {span.end - paris.DAY}, {span.outcome}"
        for span in found.report.spans
    ]
    lines += [
        f"  {one.date}: the file has {one.file} {one.unit}, the archive {one.archive}: the archive's stays"
        for one in found.report.differences
    ]
    lines += [
        f"  {one.count} rows are not used ({one.reason}), the first is {one.rows[0]}" for one in found.report.rejected
    ]
    return lines
