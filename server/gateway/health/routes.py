"""`GET /ping` and `/ready`."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from gateway import API_VERSION, __version__
from gateway.dependencies import InstanceDep, part
from gateway.health.service import HealthService
from gateway.kit.requests import is_proxy_untrusted
from gateway.problems import describe_responses

HealthServiceDep = Annotated[HealthService, Depends(part(HealthService))]

router = APIRouter(tags=["health"])


class Ping(BaseModel):
    """Who answers, and which API it speaks. `proxy`: whether TRUSTED_PROXIES names the proxy of this request."""

    status: Literal["ok"] = "ok"
    name: Literal["MyElectricalData"] = "MyElectricalData"
    version: str = __version__
    api: str = API_VERSION
    instance_id: str
    proxy: Literal["none_or_trusted", "not_trusted"]


class Readiness(BaseModel):
    """Whether requests are served. While the store is `down`, only known readings are: no calls are made."""

    status: Literal["ready"] = "ready"
    store: Literal["up", "down"]


@router.get("/ping")
async def ping(request: Request, instance: InstanceDep) -> Ping:
    """Report that the gateway is running, without using the database."""
    proxy = "not_trusted" if is_proxy_untrusted(request.scope) else "none_or_trusted"
    return Ping(instance_id=instance.id, proxy=proxy)


@router.get("/ready", responses=describe_responses(503))
async def check_readiness(health: HealthServiceDep) -> Readiness:
    """Tell whether requests can be served: the database answers, and its disk can be written."""
    return Readiness(store="up" if await health.check_health() else "down")
