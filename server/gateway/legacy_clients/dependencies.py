"""What the routes of older clients receive by type."""

from typing import Annotated

from fastapi import Depends

from gateway.dependencies import part
from gateway.legacy_clients.service import LegacyClients

LegacyClientsDep = Annotated[LegacyClients, Depends(part(LegacyClients))]
