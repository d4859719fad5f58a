"""Structured logs: one JSON object per line (coloured text with DEBUG), without meter numbers, addresses and secrets.

Request lines are the most frequent by far, so they bypass the processors. Only method and route come from outside, and
these are masked once for all requests that share them.
"""

import json
import logging
import re
import sys
from collections.abc import MutableMapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, override

import structlog

_SECRET = re.compile(
    r"(?<!\d)\d{14}(?!\d)|med[skm]_[A-Za-z0-9]+|eyJ[\w-]+\.[\w-]+\.[\w-]+|[^\s\"'<>:/@]+@[^\s\"'<>:/@]+\.[^\W\d_]{2,}"
)


_REQUESTS = "gateway.requests"

log = structlog.get_logger()


class _Formatter(structlog.stdlib.ProcessorFormatter):
    """Formats records, except request lines, which are already formatted."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        return record.msg if record.name == _REQUESTS else super().format(record)


class _RequestLines(logging.Logger):
    """Writes request lines when the log is in JSON."""

    is_json = False


_requests = _RequestLines(_REQUESTS)


def log_request(request_id: str, method: str, route: str | None, status: int, milliseconds: float) -> None:
    """Write the line of a request at level INFO; `request_id` is a UUID."""
    if not logging.getLogger().isEnabledFor(logging.INFO):
        return
    if not _requests.is_json:
        log.info("request", method=method, route=route, status=status, milliseconds=milliseconds)
        return
    now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    line = (
        f'{{{_describe_request(method, route)}, "status": {status}, "milliseconds": {milliseconds}, '
        f'"event": "request", "request_id": "{request_id}", "level": "info", "timestamp": "{now}"}}'
    )
    _requests.handle(logging.LogRecord(_REQUESTS, logging.INFO, "", 0, line, None, None))


@lru_cache(maxsize=1024)
def _describe_request(method: str, route: str | None) -> str:
    """Return the JSON members with the parts of a request that the client chooses, masked."""
    members = {"method": _SECRET.sub("•••", method), "route": None if route is None else _SECRET.sub("•••", route)}
    return json.dumps(members)[1:-1]


def _mask_secrets(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: _SECRET.sub("•••", value) if isinstance(value, str) else value for key, value in event.items()}


def _names_a_migration(record: logging.LogRecord) -> bool:
    """Tell whether a record of Alembic is a warning, an error, or names a migration that runs."""
    return record.levelno > logging.INFO or record.getMessage().startswith("Running ")


def _is_news(record: logging.LogRecord) -> bool:
    """Tell whether a record of uvicorn is new: for incomplete responses, `response_cut` is logged with the reason."""
    return record.msg != "ASGI callable returned without completing response."


def configure_logging(*, debug: bool, sql: bool = False, level: str = "info") -> None:
    """Send all logs of a level and above, including those of libraries, through one set of processors.

    `debug` writes coloured text of every level. `sql` adds the database statements, without their values.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderer = structlog.dev.ConsoleRenderer() if debug else structlog.processors.JSONRenderer()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        _Formatter(
            foreign_pre_chain=[*shared, structlog.stdlib.PositionalArgumentsFormatter()],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _mask_secrets, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.DEBUG if debug else level.upper())
    _requests.parent, _requests.is_json = root, not debug
    # their records contain whole URLs
    for name in ("httpx2", "httpcore2", "uvicorn.access"):
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True
    logging.getLogger("uvicorn.error").addFilter(_is_news)
    logging.getLogger("aiosqlite").setLevel(logging.INFO)
    # at DEBUG it would write the rows of results
    logging.getLogger("sqlalchemy.engine").setLevel(logging.INFO if sql else logging.WARNING)
    logging.getLogger("alembic.runtime.plugins").setLevel(logging.WARNING)
    logging.getLogger("alembic.runtime.migration").addFilter(_names_a_migration)
