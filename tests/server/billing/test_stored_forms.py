"""Published figures that this version cannot read are published again, instead of ending each request in an error."""

import zlib
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import update

from gateway.billing.days import figures
from gateway.billing.hours import publishing
from gateway.billing.hours.models import PublishedDay
from gateway.kit.crypto import seal
from gateway.metering.schedule import Kind
from tests.server.billing.homes import BASE, StoredHome, list_past_days, sqlite_url, whole_curve
from tests.server.conftest import NOW, SetClock


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[StoredHome]:
    made = await StoredHome.create(sqlite_url(tmp_path), SetClock(NOW), tariffs=BASE)
    await write_days(made, list_past_days(60))
    yield made
    await made.database.close()


async def write_days(home: StoredHome, days: list[date], watts: int = 600) -> None:
    await home.write_days(Kind.CURVE, {day: whole_curve(day, [watts]) for day in days})


async def test_an_old_and_a_new_version_run_side_by_side(home: StoredHome, monkeypatch: pytest.MonkeyPatch) -> None:
    """As while replicas are replaced: each publishes in its own form, over what the other has published."""
    told = await home.load_hours()
    forms, formats = (figures.FORM + 1, figures.FORM), (publishing.FORMAT + 1, publishing.FORMAT)
    for form, rules in zip(forms, formats, strict=True):
        monkeypatch.setattr(figures, "FORM", form)
        monkeypatch.setattr(publishing, "FORMAT", rules)
        again = await home.load_hours()
        assert again["epoch"] != told["epoch"], "a client starts from the beginning"
        assert (again["start"], again["sum"]) == (told["start"], told["sum"])
        told = again


async def test_figures_that_nobody_can_read_are_published_again(home: StoredHome) -> None:
    told = await home.load_hours()
    [yesterday] = list_past_days(1)
    spoiled = seal(
        home.secrets.data_key, zlib.compress(b'{"v":1}'), f"published_days.figures:{home.point_id}:{yesterday}"
    )
    async with home.database.write() as session:
        await session.execute(update(PublishedDay).where(PublishedDay.day == yesterday).values(figures=spoiled))
    await write_days(home, [yesterday], watts=700)
    again = await home.load_hours()
    assert again["epoch"] != told["epoch"]
    assert len(again["start"]) == len(told["start"])
