"""`GET /ping` and `/ready`."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from gateway import API_VERSION, __version__
from gateway.dependencies import DatabaseDep, InstanceDep, StoreDep
from gateway.problems import ProblemError, documented
from gateway.store import StoreError

router = APIRouter(tags=["health"])


class Ping(BaseModel):
    """Who answers, and which API it speaks."""

    status: Literal["ok"] = "ok"
    name: Literal["MyElectricalData"] = "MyElectricalData"
    version: str = __version__
    api: str = API_VERSION
    instance_id: str


class Ready(BaseModel):
    """Everything the gateway needs answers."""

    status: Literal["ready"] = "ready"


@router.get("/ping")
async def ping(instance: InstanceDep) -> Ping:
    """Tell that the gateway is alive, without touching the database."""
    return Ping(instance_id=instance.id)


@router.get("/ready", responses=documented(503))
async def ready(database: DatabaseDep, store: StoreDep) -> Ready:
    """Tell whether the database and the store answer. While the store does not, readings are served all the same."""
    try:
        async with database.read() as session:
            await session.execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError) as error:
        raise ProblemError(503, "not_ready", "The database does not answer.", retry_after=5) from error
    try:
        await store.get("ready")
    except StoreError as error:
        raise ProblemError(503, "not_ready", "The store of REDIS_URL does not answer.", retry_after=5) from error
    return Ready()
