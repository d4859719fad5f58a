"""`gateway tempo-forecast`."""

from pathlib import Path
from typing import Annotated

import typer

from gateway.tempo.forecast.backtest import format_tables, run_backtest

app = typer.Typer(no_args_is_help=True, help="The forecast of Tempo colours (docs/tempo-forecast.md).")


@app.callback()
def _group() -> None:
    """Keep `backtest` a subcommand, although it is the only one."""


@app.command()
def backtest(
    save: Annotated[
        Path | None, typer.Option(help="Also write the calibrated weights and the scores to this file")
    ] = None,
) -> None:
    """Test the forecast on every season since 2014-15, each with weights from the others, and print the scores."""
    result = run_backtest()
    print(format_tables(result), end="")
    if save is not None:
        save.write_text(result.model_dump_json(indent=2, exclude_computed_fields=True) + "\n", "utf-8")
