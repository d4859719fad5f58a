"""What a caller is told while the database is away or full: whose fault it is, and when to come back."""

import httpx2
import pytest
from fastapi import FastAPI

from gateway import error_handlers
from gateway.kit.outage import DatabaseDownError, DatabaseFullError


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [(DatabaseDownError("away"), 503, "database_down"), (DatabaseFullError("full"), 507, "storage_full")],
)
async def test_it_is_a_problem_with_a_time_to_come_back(error: Exception, status: int, code: str) -> None:
    app = FastAPI()
    error_handlers.install_handlers(app)

    @app.get("/")
    async def raise_outage() -> None:
        raise error

    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://gateway") as http:
        answer = await http.get("/")
    assert answer.status_code == status
    assert answer.json()["code"] == code
    assert int(answer.headers["Retry-After"]) > 0
