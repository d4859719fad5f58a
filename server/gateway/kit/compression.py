"""Compression of large responses for clients that accept gzip."""

import gzip

from fastapi import Request

_FAST = 1
_WORTH_COMPRESSING = 2000


def is_worth_compressing(content: bytes) -> bool:
    """Tell whether content is large enough to be sent compressed to clients that accept gzip."""
    return len(content) >= _WORTH_COMPRESSING


def accepts_gzip(request: Request) -> bool:
    """Tell whether a caller can read gzip."""
    return "gzip" in request.headers.get("accept-encoding", "")


def compress(content: bytes) -> bytes:
    """Compress content with gzip at its fastest level."""
    return gzip.compress(content, _FAST)


def decompress(content: bytes) -> bytes:
    """Return the content that `compress` compressed."""
    return gzip.decompress(content)
