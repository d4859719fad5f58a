"""Whether everything answers that the gateway needs."""

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from gateway.kit.database import Database
from gateway.problems import ProblemError
from gateway.store import Store, StoreError


class HealthService:
    """Asks the database and the store for a sign of life."""

    def __init__(self, database: Database, store: Store) -> None:
        self._database = database
        self._store = store

    async def check_health(self) -> None:
        """Raise a 503 problem that names what does not answer."""
        try:
            async with self._database.read() as session:
                await session.execute(text("SELECT 1"))
        except (SQLAlchemyError, OSError) as error:
            raise ProblemError(503, "not_ready", "The database does not answer.", retry_after=5) from error
        try:
            await self._store.get("ready")
        except StoreError as error:
            raise ProblemError(503, "not_ready", "The store of REDIS_URL does not answer.", retry_after=5) from error
