"""`GET /ping` and `/ready`."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from gateway import API_VERSION, __version__
from gateway.dependencies import InstanceDep, part
from gateway.health.service import HealthService
from gateway.problems import describe_responses

HealthServiceDep = Annotated[HealthService, Depends(part(HealthService))]

router = APIRouter(tags=["health"])


class Ping(BaseModel):
    """Who answers, and which API it speaks."""

    status: Literal["ok"] = "ok"
    name: Literal["MyElectricalData"] = "MyElectricalData"
    version: str = __version__
    api: str = API_VERSION
    instance_id: str


class Readiness(BaseModel):
    """Requests are served. Without the store (`down`), known readings are, and nothing is asked of Enedis or RTE."""

    status: Literal["ready"] = "ready"
    store: Literal["up", "down"]


@router.get("/ping")
async def ping(instance: InstanceDep) -> Ping:
    """Tell that the gateway is alive, without touching the database."""
    return Ping(instance_id=instance.id)


@router.get("/ready", responses=describe_responses(503))
async def check_readiness(health: HealthServiceDep) -> Readiness:
    """Tell whether requests can be served: the database answers, and its disk can be written."""
    return Readiness(store="up" if await health.check_health() else "down")
