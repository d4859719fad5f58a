"""Large answers are compressed for whoever can read that."""

import gzip

from fastapi import Request

_FAST = 1
_WORTH_COMPRESSING = 2000


def is_worth_compressing(content: bytes) -> bool:
    """Tell whether content is so large that a caller who takes gzip gets it compressed."""
    return len(content) >= _WORTH_COMPRESSING


def accepts_gzip(request: Request) -> bool:
    """Tell whether a caller can read gzip."""
    return "gzip" in request.headers.get("accept-encoding", "")


def compress(content: bytes) -> bytes:
    """Compress content fast."""
    return gzip.compress(content, _FAST)


def decompress(content: bytes) -> bytes:
    """Return what was compressed."""
    return gzip.decompress(content)
