"""Decodes responses of the gateway into models, strictly: a value of another type than the API promises is refused.

Strings, lists and dates are limited, well above what a gateway sends, so that no response fills the memory.
"""

import json
from collections.abc import Callable
from datetime import date, datetime
from math import isfinite
from typing import Any

from mashumaro.codecs import BasicDecoder
from mashumaro.dialect import Dialect
from mashumaro.exceptions import InvalidFieldValue, MissingField

from .errors import MalformedResponseError

_MOST_CHARACTERS = 8192
_MOST_VALUES = 400_000
_MOST_CONTAINERS = 120_000
_FIRST_YEAR, _LAST_YEAR = 1900, 2199


def _find_field_path(error: InvalidFieldValue) -> str:
    """Return the path of the innermost field, such as `today.color`."""
    names, cause = [error.field_name], error.__context__
    while cause is not None:
        if isinstance(cause, InvalidFieldValue | MissingField):
            names.append(cause.field_name)
        cause = cause.__context__
    return ".".join(names)


def _require_type(kind: type) -> dict[str, str | Callable[..., Any]]:
    def check(value: Any) -> Any:
        if type(value) is not kind:
            raise TypeError
        return value

    return {"deserialize": check}


def _read_number(value: Any) -> float:
    if type(value) not in {int, float} or not isfinite(value):
        raise TypeError
    return float(value)


def _read_text(value: Any) -> str:
    if type(value) is not str or len(value) > _MOST_CHARACTERS:
        raise TypeError
    return value


def _read_day(value: Any) -> date:
    day = date.fromisoformat(value)
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise ValueError
    return day


def _read_moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None or not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise ValueError
    return moment


def _parse(body: bytes) -> Any:
    """Parse JSON. Raises ValueError, also for more values than any response has: each takes more room than its text."""
    if body.count(b",") > _MOST_VALUES or body.count(b"[") + body.count(b"{") > _MOST_CONTAINERS:
        raise ValueError("too many values")
    try:
        return json.loads(body)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


class _Strict(Dialect):
    serialization_strategy = {  # noqa: RUF012 - as mashumaro declares it
        bool: _require_type(bool),
        date: {"deserialize": _read_day},
        datetime: {"deserialize": _read_moment},
        float: {"deserialize": _read_number},
        int: _require_type(int),
        str: {"deserialize": _read_text},
    }


class Decoder[ModelT]:
    """Decodes responses into one model. Created at import, because creating it compiles the model."""

    def __init__(self, model: type[ModelT]) -> None:
        self._name = model.__name__
        self._decoder: BasicDecoder[ModelT] = BasicDecoder(model, default_dialect=_Strict)

    def __call__(self, body: bytes) -> ModelT:
        """Decode a JSON `body`. Raises MalformedResponseError, which names the field and never its value."""
        try:
            return self._decoder.decode(_parse(body))
        except MissingField as error:
            raise MalformedResponseError(f"{self._name} lacks {error.field_name}") from error
        except InvalidFieldValue as error:
            raise MalformedResponseError(f"{self._name} has an unreadable {_find_field_path(error)}") from None
        except ValueError as error:
            raise MalformedResponseError(f"{self._name} is unreadable") from error
