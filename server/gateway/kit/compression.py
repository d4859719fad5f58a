"""Compression of large responses for clients that accept gzip."""

import gzip
import re
from collections.abc import Mapping

_FAST = 1
_WORTH_COMPRESSING = 2000
_REFUSED = re.compile(r"\s*q\s*=\s*0(\.0*)?\s*")


def is_worth_compressing(content: bytes) -> bool:
    """Tell whether content is large enough to be sent compressed to clients that accept gzip."""
    return len(content) >= _WORTH_COMPRESSING


def accepts_gzip(headers: Mapping[str, str]) -> bool:
    """Tell whether the client that sent these headers accepts gzip: `gzip;q=0` refuses it (RFC 9110, 12.5.3)."""
    weights = {}
    for coding in headers.get("accept-encoding", "").lower().split(","):
        name, _, weight = coding.partition(";")
        weights[name.strip()] = weight
    told = weights.get("gzip", weights.get("*"))
    return told is not None and not _REFUSED.fullmatch(told)


def compress(content: bytes) -> bytes:
    """Compress content with gzip at its fastest level."""
    return gzip.compress(content, _FAST)


def decompress(content: bytes) -> bytes:
    """Return the content that `compress` compressed."""
    return gzip.decompress(content)
