"""`gateway tariffs`."""

from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.common import fail
from gateway.cli.runtime import with_runtime
from gateway.kit import paris
from gateway.runtime import Runtime
from gateway.tariffs import repository
from gateway.tariffs.cre import UnreadableGridError, read_grids, summarize_grids
from gateway.tariffs.prices import Grid

app = typer.Typer(no_args_is_help=True, help="Regulated prices.")


@app.callback()
def _group() -> None:
    """Make Typer keep `update` as a subcommand, though it is the only one."""


@app.command()
def update(
    files: Annotated[
        list[Path],
        typer.Argument(help="CRE's Option_Base.csv, Option_HPHC.csv or Option_Tempo.csv", exists=True, dir_okay=False),
    ],
) -> None:
    """Add newer prices from the regulator's open data. Adds none if any line is invalid."""

    async def work(runtime: Runtime) -> list[Grid]:
        now = runtime.clock.now()
        async with runtime.database.write() as session:
            added: list[Grid] = []
            for file in files:
                try:
                    new, known = read_grids(_text(file), await repository.load_price_book(session), paris.day_of(now))
                except UnreadableGridError as error:
                    fail(f"{file}, {error}. Nothing was added.")
                print(f"{file}: {len(new)} new, {known} known already or older")
                repository.add_grids(session, new, now)
                await session.flush()
                added += new
            return added

    for line in summarize_grids(with_runtime(work)):
        print(line)


def _text(file: Path) -> str:
    content = file.read_bytes()
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252")
