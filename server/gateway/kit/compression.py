"""Large answers are compressed for whoever can read that."""

import gzip

from fastapi import Request, Response

_FAST = 1
_WORTH_COMPRESSING = 2000


def compress(request: Request, response: Response) -> Response:
    """Compress the body of a response where it is large and the caller takes gzip.

    The ETag becomes weak: the same answer in other bytes (RFC 9110, 8.8.1).
    """
    body = bytes(response.body)
    if len(body) < _WORTH_COMPRESSING:
        return response
    headers = response.headers
    headers.add_vary_header("Accept-Encoding")
    if "gzip" in request.headers.get("accept-encoding", ""):
        response.body = gzip.compress(body, _FAST)
        headers["Content-Length"] = str(len(response.body))
        headers["Content-Encoding"] = "gzip"
        if (etag := headers.get("etag")) and not etag.startswith("W/"):
            headers["ETag"] = f"W/{etag}"
    return response
