"""How Alembic reaches the database: by the connection, and inside the transaction, of whoever calls."""

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

import gateway.models  # noqa: F401 - every table
from gateway.kit.database import Base, Instant


def _render_type(kind: str, item: object, _: AutogenContext) -> str | Literal[False]:
    """Write a migration with SQLAlchemy's own types only, so that it does not change when the gateway's do."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, Instant) else False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=_render_type,
)
with context.begin_transaction():
    context.run_migrations()
