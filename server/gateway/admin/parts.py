"""The dependencies of the administration services."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from gateway.dependencies import part
from gateway.kit.clock import Clock
from gateway.kit.database import Database
from gateway.settings import Settings
from gateway.store import Store


@dataclass(frozen=True, repr=False)
class AdminParts:
    """The parts of the gateway that administration needs."""

    settings: Settings
    clock: Clock
    database: Database
    store: Store


AdminPartsDep = Annotated[AdminParts, Depends(part(AdminParts))]
