"""The back-test of the Tempo forecast: the tables in docs/ are those of the calibrated file, and that file is current.

`UPDATE_DOCS=1 pytest …/test_forecast_backtest.py` writes the tables anew.
"""

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli import app
from gateway.tempo.forecast.backtest import CalibrationResult, format_tables, load_calibrated
from gateway.tempo.forecast.scores import ForecastMeasure

DOCS = Path(__file__).parents[3] / "docs"
MARK = "<!-- backtest -->\n"


@pytest.mark.parametrize("page", ["tempo-forecast.md", "tempo-forecast.fr.md"])
def test_the_tables_of_the_documentation(page: str) -> None:
    written = (DOCS / page).read_text("utf-8")
    current = written[: written.index(MARK)] + MARK + "\n" + format_tables(load_calibrated())
    if os.environ.get("UPDATE_DOCS"):
        (DOCS / page).write_text(current, "utf-8")
    assert written == current


def test_every_horizon_was_tested_on_every_season() -> None:
    calibrated = load_calibrated()
    assert len(calibrated.seasons) == 12
    # 12 winters of 103 to 107 days that can be red, each forecast at every horizon
    assert {score.days for score in calibrated.backtest if score.measure is ForecastMeasure.RED} == {1260}
    assert {score.horizon for score in calibrated.backtest} == set(range(2, 10))


@pytest.mark.long
def test_the_backtest_gives_what_the_gateway_uses(tmp_path: Path) -> None:
    file = tmp_path / "calibrated.json"
    printed = CliRunner().invoke(app, ["tempo-forecast", "backtest", "--save", str(file)])
    assert printed.exit_code == 0, printed.output
    assert printed.output == format_tables(load_calibrated())
    assert CalibrationResult.model_validate_json(file.read_text("utf-8")) == load_calibrated()
