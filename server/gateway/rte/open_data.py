"""RTE's public Tempo calendar without credentials, a substitute for the API: one season per call, unofficial."""

from contextlib import suppress
from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, TypeAdapter, ValidationError

from gateway.domain.tempo_season import Season
from gateway.kit import paris
from gateway.kit.http import Upstream
from gateway.rte.asking import parse_response, request
from gateway.rte.errors import parse_error
from gateway.rte.wire import TempoValue

_PATH = "/cms/open_data/v1/tempo"


_DAY = TypeAdapter(date)


def _read_days(value: object) -> object:
    """Return the valid days and their colours; an empty array means no days. Raises ValueError if none is valid."""
    if not isinstance(value, dict):
        return {} if value == [] else value
    days: dict[date, str] = {}
    for text, color in value.items():
        with suppress(ValidationError):
            if isinstance(color, str):
                days[_DAY.validate_python(text)] = color
    if value and not days:
        raise ValueError("no day can be read")
    return days


class _Days(BaseModel):
    values: Annotated[dict[date, str], BeforeValidator(_read_days)]


class OpenData:
    """A client for RTE's open data."""

    def __init__(self, upstream: Upstream, user_agent: str) -> None:
        """The site refuses a `user_agent` that does not look like a browser's."""
        self._upstream = upstream
        self._headers = {"User-Agent": user_agent, "Accept-Language": "fr-FR,fr;q=0.9"}

    async def fetch_tempo_calendar(self, start: date, end: date) -> list[TempoValue]:
        """Fetch the colours of the days `[start, end[` of one season; unknown ones are left out. Raises RteError."""
        season = Season.of(start)
        params = {"season": f"{season.start.year}-{season.end.year}"}
        answer = await request(self._upstream, "GET", _PATH, params=params, headers=self._headers)
        if answer.status != 200:
            raise parse_error(answer)
        return [
            TempoValue(start_date=paris.midnight(day), value=color)
            for day, color in parse_response(_Days, answer).values.items()
            if start <= day < end
        ]
