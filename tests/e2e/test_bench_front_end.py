"""`scripts/bench front_end` fails if a score is too low, or a carpet takes too long to draw."""

from typing import Any

import pytest

from scripts.lib.stack import USAGE_POINTS
from tests.e2e import bench_front_end as bench
from tests.e2e.site import PASSWORD, Site

DRAWER = "drawer@example.org"


def make_report(score: float | None) -> dict[str, Any]:
    """A report whose performance has a score, because of one audit; all else is perfect."""
    categories: dict[str, Any] = {name: {"score": 1, "auditRefs": []} for name in bench.CATEGORIES}
    categories["performance"] = {"score": score, "auditRefs": [{"id": "paint", "weight": 25}]}
    return {"categories": categories, "audits": {"paint": {"title": "Paint", "displayValue": "4 s", "score": 0.5}}}


@pytest.mark.parametrize(
    ("score", "low"),
    [(1, []), (0.95, []), (0.94, ["performance: Paint (4 s)"]), (None, ["performance: Paint (4 s)"])],
)
def test_scores_below_the_least_are_told(score: float | None, low: list[str]) -> None:
    assert bench.list_low_scores(make_report(score)) == low


def test_a_low_score_without_a_fault_is_told() -> None:
    report = make_report(0.9)
    report["audits"]["paint"]["score"] = 1
    assert bench.list_low_scores(report) == ["performance: no single fault"]


@pytest.mark.parametrize(("step", "rows", "first"), [("hour", 25, "2026-10-24T22:00:00Z"), ("day", 1, "2026-10-25")])
def test_invented_rows_are_those_of_the_step(step: str, rows: int, first: str) -> None:
    amounts = bench.invent_amounts(step, "2026-10-25", "2026-10-26")
    assert (len(amounts), next(iter(amounts))) == (rows, first)
    assert sum(amounts.values()) == sum(hour * 37 for hour in range(25))


async def test_a_carpet_that_takes_too_long_is_told(
    whole_site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    await whole_site.stack.add_usage_point(USAGE_POINTS["tempo"], "Home", email=DRAWER)
    await whole_site.stack.command("reset-password", "--email", DRAWER, given=PASSWORD)
    cookie = await bench.log_in(whole_site, DRAWER)
    monkeypatch.setattr(bench, "LONGEST_DRAWING", -1)
    [low] = await bench.draw_carpet(whole_site, cookie, 1)
    assert low.startswith("carpet: drawn in ")
    assert "a year's carpet, 87" in capsys.readouterr().out, "8,760 hours, or 8,784"
    monkeypatch.setattr(bench, "LONGEST_DRAWING", float("inf"))
    assert await bench.draw_carpet(whole_site, cookie, 1) == []
