"""The payload of a day as bytes: each kind has its own form, and is encrypted with the key of the account."""

import json
from collections.abc import Sequence
from datetime import date

from gateway.domain.readings import Peak, Reading
from gateway.enedis.registers import Registers
from gateway.kit import paris
from gateway.kit.crypto import seal, unseal
from gateway.metering.packing import pack_readings, unpack_readings
from gateway.metering.schedule import Feed
from gateway.usage_points.service import Secrets


def seal_payload(feed: Feed, secrets: Secrets, day: date, payload: bytes) -> bytes:
    """Encrypt the payload of a day."""
    return seal(secrets.data_key, payload, feed.build_seal_context(day))


def unseal_payload(feed: Feed, secrets: Secrets, day: date, payload: bytes) -> bytes:
    """Decrypt a payload that `seal_payload` encrypted."""
    return unseal(secrets.data_key, payload, feed.build_seal_context(day))


def seal_curve(feed: Feed, secrets: Secrets, day: date, readings: Sequence[Reading]) -> bytes:
    """Pack and encrypt a day's readings."""
    return seal_payload(feed, secrets, day, pack_readings(readings, paris.midnight(day)))


def pack_registers(registers: Registers) -> bytes:
    """Encode the registers at the beginning of a day, in Wh, as JSON."""
    return json.dumps(registers).encode()


def read_packed(_day: date, payload: bytes) -> bytes:
    """Return a curve in the packed form of `packing`."""
    return payload


def read_curve(day: date, payload: bytes) -> list[Reading]:
    """Decode a load curve into readings."""
    return unpack_readings(payload, paris.midnight(day))


def read_value(_day: date, payload: bytes) -> int:
    """Decode the energy of a day, in Wh."""
    return int(payload)


def read_peak(_day: date, payload: bytes) -> Peak:
    """Decode the maximum power of a day."""
    return Peak.unpack(payload)


def read_registers(_day: date, payload: bytes) -> Registers:
    """Decode the registers at the beginning of a day, in Wh."""
    registers: Registers = json.loads(payload)
    return registers
