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


class Ready(BaseModel):
    """Everything the gateway needs answers."""

    status: Literal["ready"] = "ready"


@router.get("/ping")
async def ping(instance: InstanceDep) -> Ping:
    """Tell that the gateway is alive, without touching the database."""
    return Ping(instance_id=instance.id)


@router.get("/ready", responses=describe_responses(503))
async def check_readiness(health: HealthServiceDep) -> Ready:
    """Tell whether the database and the store answer. While the store does not, readings are served all the same."""
    await health.check_health()
    return Ready()
