"""A home that is filled by hand."""

from pathlib import Path
from typing import Any

import pytest

from tests.server.billing.homes import BASE, StoredHome, sqlite_url
from tests.server.conftest import NOW, SetClock

pytest.register_assert_rewrite("tests.server.billing.figure_checks")


@pytest.fixture
async def home(tmp_path: Path) -> Any:
    made = await StoredHome.create(sqlite_url(tmp_path), SetClock(NOW), tariffs=BASE)
    yield made
    await made.database.close()
