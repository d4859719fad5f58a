"""Proves to a client that discovered the gateway at a new address that it is the client's gateway."""

from datetime import timedelta

from gateway.accounts import repository
from gateway.discovery.announcement import list_announced_hosts
from gateway.discovery.proof import is_own_address, sign_proof
from gateway.instance import Instance
from gateway.kit.clock import Clock
from gateway.kit.database import Database
from gateway.limits import origins
from gateway.limits import service as limits
from gateway.limits.service import RateLimit
from gateway.problems import ProblemError
from gateway.settings import Settings

_PROOFS = RateLimit("proof", 60, timedelta(hours=1))


class DiscoveryService:
    """Signs proofs for the gateway's own addresses."""

    def __init__(self, database: Database, clock: Clock, instance: Instance, settings: Settings) -> None:
        self._database = database
        self._clock = clock
        self._instance = instance
        self._settings = settings

    async def prove(self, client_id: str, nonce: str, address: str, origin: str | None) -> str:
        """Return the proof for an API client; `origin` is the requesting IP address. Raises problems: 401, 409, 429."""
        async with self._database.write() as session:
            await limits.hit(session, _PROOFS, origins.hash_client(self._instance, origin), self._clock.now())
        if not is_own_address(address, self._settings.backend_url, list_announced_hosts(self._settings)):
            raise ProblemError(
                409, "not_our_address", "This is not an address of this gateway. BACKEND_URL has its address."
            )
        async with self._database.read() as session:
            client = await repository.find_api_client(session, client_id)
        if client is None:
            raise ProblemError(401, "invalid_client", "This gateway has no such API client.")
        return sign_proof(
            client.secret_hash, instance_id=self._instance.id, client_id=client_id, nonce=nonce, address=address
        )
