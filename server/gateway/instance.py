"""The identity of this gateway, by which clients recognise it, and the key of its keyed hashes."""

import base64
import secrets
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.crypto import Keyring, compute_keyed_hash, generate_random_key
from gateway.kit.database import Base, Database

CONTEXT = "instance.hash_key"


class InstanceRow(Base):
    """The table's only row, written at the first start."""

    __tablename__ = "instance"

    id: Mapped[str] = mapped_column(primary_key=True)
    hash_key: Mapped[bytes]


@dataclass(frozen=True, repr=False)
class Instance:
    """The identity, and keyed hashes that do not depend on ENCRYPTION_KEYS."""

    id: str
    hash_key: bytes

    def hash_text(self, purpose: str, text: str) -> bytes:
        """Return the keyed hash of a text, for lookups: it is always the same, and needs the key to be computed."""
        return compute_keyed_hash(self.hash_key, purpose, text)

    def public_id(self, purpose: str, text: str) -> str:
        """Return 16 letters and digits derived from a text, which reveal nothing about it."""
        return base64.b32encode(self.hash_text(purpose, text)[:10]).decode().lower()


class KeysLostError(Exception):
    """The database has data, but its encryption keys are missing: new keys could not decrypt it."""


async def has_instance(database: Database) -> bool:
    """Tell whether a gateway has ever started on this database."""
    async with database.read() as session:
        return await session.scalar(select(InstanceRow.id)) is not None


async def load_instance(database: Database, keyring: Keyring) -> Instance:
    """Load the identity of this gateway, or create it at the first start. Raises UndecipherableError."""
    async with database.write() as session:
        row = await session.scalar(select(InstanceRow))
        if row is None:
            row = InstanceRow(
                id=base64.b32encode(secrets.token_bytes(10)).decode().lower(),
                hash_key=keyring.wrap(generate_random_key(), CONTEXT),
            )
            session.add(row)
        return Instance(row.id, keyring.unwrap(row.hash_key, CONTEXT))
