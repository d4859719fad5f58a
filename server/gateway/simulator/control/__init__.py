"""The control API, for tests and the demo: whatever can be seen and changed from outside, under `/control`."""

from fastapi import APIRouter

from gateway.simulator.control import homes, running, signals

router = APIRouter(prefix="/control")
for part in (running, homes, signals):
    router.include_router(part.router)
