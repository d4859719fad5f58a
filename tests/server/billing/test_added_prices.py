"""New regulated prices from the regulator's open data: checked, then used everywhere."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gateway.cli import app
from gateway.kit.crypto import Keyring
from gateway.tariffs.cre import UnreadableGridError, read_grids
from gateway.tariffs.options import Option
from gateway.tariffs.prices import PriceBook, find_next_revision, load_packaged_prices

TODAY = date(2026, 11, 3)
BASE = "DATE_DEBUT;DATE_FIN;P_SOUSCRITE;PART_FIXE_HT;PART_FIXE_TTC;PART_VARIABLE_HT;PART_VARIABLE_TTC"
OLDEST = "23/07/2012;31/07/2013;6;65,64;82,98;0,0828;0,1263"
OLD = "01/08/2025;;6;132,84;185,94;0,1327;0,1952"
NEW = "01/02/2027;;6;150,00;192,00;0,1350;0,2050"
HP_HC = (
    "DATE_DEBUT;DATE_FIN;P_SOUSCRITE;PART_FIXE_HT;PART_FIXE_TTC;PART_VARIABLE_HC_HT;PART_VARIABLE_HC_TTC;"
    "PART_VARIABLE_HP_HT;PART_VARIABLE_HP_TTC"
)
TEMPO = (
    "DATE_DEBUT;DATE_FIN;P_SOUSCRITE;PART_FIXE_HT;PART_FIXE_TTC;PART_VARIABLE_HCBleu_HT;PART_VARIABLE_HCBleu_TTC;"
    "PART_VARIABLE_HPBleu_HT;PART_VARIABLE_HPBleu_TTC;PART_VARIABLE_HCBlanc_HT;PART_VARIABLE_HCBlanc_TTC;"
    "PART_VARIABLE_HPBlanc_HT;PART_VARIABLE_HPBlanc_TTC;PART_VARIABLE_HCRouge_HT;PART_VARIABLE_HCRouge_TTC;"
    "PART_VARIABLE_HPRouge_HT;PART_VARIABLE_HPRouge_TTC"
)


def join_lines(*lines: str) -> str:
    return "\r\n".join(lines) + "\r\n"


def test_a_newer_grid_is_read_and_what_is_known_is_left() -> None:
    [grid], known = read_grids(
        join_lines(BASE, OLDEST, OLD, NEW, ";;;;;;", "01/08/2016;;3;;;;"), load_packaged_prices(), TODAY
    )
    assert (grid.option, grid.power_kva, grid.valid_from, known) == (Option.BASE, 6, date(2027, 2, 1), 2)
    assert dict(grid.prices) == {"base": Decimal("0.2050")}
    assert grid.subscription_month == 16
    book = PriceBook([*load_packaged_prices().iterate_grids(), grid])
    assert book.find_grid(Option.BASE, 6, date(2027, 1, 31)) == load_packaged_prices().find_grid(Option.BASE, 6, TODAY)
    assert book.find_grid(Option.BASE, 6, date(2027, 2, 1)) == grid


def test_the_other_options() -> None:
    line = "01/02/2027;;9;150,00;230,00;0,1100;0,1600;0,1500;0,2150"
    [grid], _ = read_grids(join_lines(HP_HC, line), load_packaged_prices(), TODAY)
    assert dict(grid.prices) == {"hc": Decimal("0.1600"), "hp": Decimal("0.2150")}
    line = "01/02/2027;;9;150;236;0,09;0,136;0,11;0,165;0,1;0,154;0,13;0,192;0,1;0,162;0,5;0,73"
    [grid], _ = read_grids(join_lines(TEMPO, line), load_packaged_prices(), TODAY)
    assert dict(grid.prices)["red_hp"] == Decimal("0.73")
    assert dict(grid.prices)["blue_hc"] == Decimal("0.136")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("1/2/27;;6;150,00;192,00;0,1350;0,2050", "DATE_DEBUT is not a date"),
        ("02/01/2027;;6;150,00;192,00;0,1350;0,2050", "not the first of a month"),
        ("01/02/2072;;6;150,00;192,00;0,1350;0,2050", "more than a year ahead"),
        ("01/02/2027;01/01/2027;6;150,00;192,00;0,1350;0,2050", "DATE_FIN is before DATE_DEBUT"),
        ("01/02/2027;;7;150,00;192,00;0,1350;0,2050", "never sold with"),
        ("01/02/2027;;6,5;150,00;192,00;0,1350;0,2050", "not a whole number"),
        ("01/02/2027;;6;150,00;192,00;0,1350;0,2O50", "PART_VARIABLE_TTC is not a number"),
        ("01/02/2027;;6;150,00;192,00;0,1350;", "PART_VARIABLE_TTC is not a number"),
        ("01/02/2027;;6;150,00;192,00;0,1350;20,50", "PART_VARIABLE_TTC is not between"),
        ("01/02/2027;;6;192,00;150,00;0,1350;0,2050", "PART_FIXE_TTC is not PART_FIXE_HT and a tax"),
        ("01/02/2027;;6;150,00;192,00;0,3350;0,4050", "far from the one before"),
    ],
)
def test_a_line_that_cannot_be_right_is_refused_with_its_number(line: str, words: str) -> None:
    with pytest.raises(UnreadableGridError, match=rf"^line 3: .*{words}"):
        read_grids(join_lines(BASE, OLD, line), load_packaged_prices(), TODAY)


def test_what_is_no_such_file_is_refused() -> None:
    for content in ("", "a;b\n1;2\n", BASE.replace("PART_VARIABLE_TTC", "PRIX")):
        with pytest.raises(UnreadableGridError, match="columns"):
            read_grids(content, load_packaged_prices(), TODAY)
    with pytest.raises(UnreadableGridError, match="no line with prices"):
        read_grids(join_lines(BASE, ";;;;;;"), load_packaged_prices(), TODAY)
    with pytest.raises(UnreadableGridError, match="line 3: this power has prices"):
        read_grids(join_lines(BASE, NEW, NEW), load_packaged_prices(), TODAY)


def test_peak_and_off_peak_that_are_swapped_are_refused() -> None:
    line = "01/02/2027;;9;150,00;230,00;0,1500;0,2150;0,1100;0,1600"
    with pytest.raises(UnreadableGridError, match="swapped"):
        read_grids(join_lines(HP_HC, line), load_packaged_prices(), TODAY)


@pytest.mark.parametrize(
    ("day", "revision"),
    [
        (date(2026, 1, 31), date(2026, 2, 1)),
        (date(2026, 2, 1), date(2026, 8, 1)),
        (date(2026, 8, 1), date(2027, 2, 1)),
        (date(2026, 12, 31), date(2027, 2, 1)),
    ],
)
def test_prices_are_revised_twice_a_year(day: date, revision: date) -> None:
    assert find_next_revision(day) == revision


def test_prices_are_old_from_the_day_a_newer_grid_is_due() -> None:
    book = load_packaged_prices()
    assert book.find_outdated_since(Option.BASE, 6, date(2027, 1, 31)) is None
    assert book.find_outdated_since(Option.BASE, 6, date(2027, 2, 1)) == date(2027, 2, 1)
    assert book.find_outdated_since(Option.BASE, 15, date(2026, 7, 31)) is None
    assert book.find_outdated_since(Option.BASE, 15, TODAY) == date(2026, 8, 1)
    assert book.find_outdated_since(Option.BASE, 6, date(2024, 12, 1)) is None  # nothing changed in August 2024


@pytest.fixture
def gateway_environment(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/gateway.db")
    monkeypatch.setenv("SECRET_KEY", "k" * 40)
    monkeypatch.setenv("ENCRYPTION_KEYS", Keyring.generate_key())
    monkeypatch.setenv("ENEDIS_ENVIRONMENT", "simulator")
    monkeypatch.setenv("ENEDIS_BASE_URL", "http://127.0.0.1:9")


@pytest.mark.usefixtures("gateway_environment")
def test_the_command_adds_all_or_nothing(tmp_path: Path) -> None:
    good, bad = tmp_path / "base.csv", tmp_path / "bad.csv"
    good.write_text(join_lines(BASE, NEW))
    bad.write_text(join_lines(BASE, "01/02/2027;;9;1;2;3;4"))
    refused = CliRunner().invoke(app, ["tariffs", "update", str(good), str(bad)])
    assert refused.exit_code == 1
    assert "line 2" in refused.stderr
    assert "Nothing was added" in refused.stderr
    added = CliRunner().invoke(app, ["tariffs", "update", str(good)])
    assert (added.exit_code, added.stdout.count("2027-02-01 base 6 kVA")) == (0, 1)
    again = CliRunner().invoke(app, ["tariffs", "update", str(good)])
    assert "0 new, 1 known already" in again.stdout
