"""Encrypted files that only ENCRYPTION_KEYS can open: sequential writes, random reads, detection of any change.

A file starts with its own key, wrapped by the newest of ENCRYPTION_KEYS. Pieces of 64 KiB follow (the last may be
shorter). The encryption binds each piece to its number and to whether it is the last.
"""

import io
import os
from typing import IO, override

from gateway.kit.crypto import Keyring, generate_random_key, seal, unseal

MAGIC = b"MyElectricalData, sealed 1\n"
_CONTEXT = "backup"
_PIECE = 64 * 1024
_SEALED_PIECE = _PIECE + 12 + 16


def _build_piece_context(number: int, *, last: bool) -> str:
    return f"{_CONTEXT}:{number}:{last}"


class SealedWriter(io.RawIOBase):
    """Encrypts the bytes written to it. `close` writes the last piece and leaves the underlying file open."""

    def __init__(self, file: IO[bytes], keyring: Keyring) -> None:
        self._file = file
        self._key = generate_random_key()
        self._waiting = bytearray()
        self._pieces = 0
        wrapped = keyring.wrap(self._key, _CONTEXT)
        file.write(MAGIC + len(wrapped).to_bytes(2) + wrapped)

    @override
    def writable(self) -> bool:
        return True

    @override
    def write(self, data: object) -> int:
        view = memoryview(data)  # type: ignore[arg-type]  # whatever holds bytes, as io has it
        self._waiting += view
        while len(self._waiting) > _PIECE:
            self._write_piece(bytes(self._waiting[:_PIECE]), last=False)
            del self._waiting[:_PIECE]
        return view.nbytes

    @override
    def close(self) -> None:
        if not self.closed:
            self._write_piece(bytes(self._waiting), last=True)
            self._waiting.clear()
            super().close()

    def _write_piece(self, piece: bytes, *, last: bool) -> None:
        self._file.write(seal(self._key, piece, _build_piece_context(self._pieces, last=last)))
        self._pieces += 1


class SealedReader(io.RawIOBase):
    """Decrypts the bytes read from it. Raises UndecipherableError if a piece was changed or is missing."""

    def __init__(self, file: IO[bytes], keyring: Keyring) -> None:
        """Read the header and check the last piece. `file` must be seekable. Raises UndecipherableError."""
        self._file = file
        file.seek(len(MAGIC))
        self._key = keyring.unwrap(file.read(int.from_bytes(file.read(2))), _CONTEXT)
        self._start = file.tell()
        sealed = file.seek(0, os.SEEK_END) - self._start
        self._last = max(-(-sealed // _SEALED_PIECE) - 1, 0)
        self._length = sealed - (self._last + 1) * (_SEALED_PIECE - _PIECE)
        self._at = 0
        self._held: tuple[int, bytes] = (-1, b"")
        self._read_piece(self._last)

    @override
    def readable(self) -> bool:
        return True

    @override
    def seekable(self) -> bool:
        return True

    @override
    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        self._at = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._length}[whence]
        return self._at

    @override
    def readinto(self, buffer: object, /) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]  # whatever holds bytes, as io has it
        if self._at >= self._length:
            return 0
        number, offset = divmod(self._at, _PIECE)
        piece = self._read_piece(number)[offset : offset + len(view)]
        view[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def _read_piece(self, number: int) -> bytes:
        if self._held[0] != number:
            self._file.seek(self._start + number * _SEALED_PIECE)
            sealed = self._file.read(_SEALED_PIECE)
            self._held = (number, unseal(self._key, sealed, _build_piece_context(number, last=number == self._last)))
        return self._held[1]
