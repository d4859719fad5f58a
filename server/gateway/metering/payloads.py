"""The payload of a day as bytes, in a form of its own for each kind. `repository.py` encrypts it."""

import json
from collections.abc import Sequence
from datetime import date

from gateway.domain.readings import Peak, Reading
from gateway.enedis.registers import Registers
from gateway.kit import paris
from gateway.metering.packing import pack_readings, unpack_readings


def pack_curve(day: date, readings: Sequence[Reading]) -> bytes:
    """Encode the readings of a day."""
    return pack_readings(readings, paris.midnight(day))


def pack_value(wh: int) -> bytes:
    """Encode the energy of a day, in Wh."""
    return str(wh).encode()


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
