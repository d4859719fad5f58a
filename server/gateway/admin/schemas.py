"""Request and response bodies of the administration routes."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from gateway.accounts.schemas import RequestBody
from gateway.consents.models import ConsentStatus
from gateway.enedis.circuit_breaker import CircuitState
from gateway.kit.wire import Utc


class AccountSearchRequest(RequestBody):
    """A part of an address. It is in the body because URLs must not contain addresses."""

    part: Annotated[str, Field(min_length=1, max_length=320)]
    after: Annotated[str | None, Field(max_length=32)] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class UserView(BaseModel):
    """An account, with its usage points and API clients, and its calls to Enedis today and their limit."""

    id: str
    email: str
    created_at: Utc
    verified: bool
    admin: bool
    activated_at: Utc | None
    deactivated_at: Utc | None
    usage_points: int
    api_clients: int
    last_used_at: Utc | None
    quota_used: int
    quota_limit: int


class Users(BaseModel):
    """A page of accounts; `next` is the `after` of the following page, null on the last."""

    items: list[UserView]
    next: str | None


class ConsentRow(BaseModel):
    """A consent; `usage_point_id` is the public id of its meter."""

    account_id: str
    usage_point_id: str
    status: ConsentStatus
    reason: str | None
    created_at: Utc
    expires_at: Utc


class ConsentPage(BaseModel):
    """A page of consents, and the numbers of all consents and usage points by status."""

    items: list[ConsentRow]
    next: str | None
    consents: dict[str, int]
    usage_points: dict[str, int]


class EnedisApi(BaseModel):
    """One of Enedis' APIs: calls used and left this hour, the last error of the past day, the end of a stop.

    The circuit is open while the API does not answer, and probing while one call at a time tests it.
    """

    api: str
    used: int
    left: int
    last_error: str | None
    last_error_at: Utc | None
    circuit: CircuitState
    stopped_until: Utc | None


class RteFeed(BaseModel):
    """One of RTE's feeds: calls used and left today, the results of the last calls, and the time of the next.

    After a failure the circuit is open until `next_at`. Feeds that share a budget show the same calls.
    """

    feed: str
    used: int
    left: int
    circuit: CircuitState
    last_error: str | None
    failures: int
    asked_at: Utc
    answered_at: Utc | None
    next_at: Utc


class Upstreams(BaseModel):
    """The state of Enedis and RTE, and how many mails wait after a failure."""

    enedis: list[EnedisApi]
    rte: list[RteFeed]
    mails_waiting: int


class DayOfUse(BaseModel):
    """The calls of a day: to Enedis by API, to RTE by feed, and those that accounts caused (`by_accounts`).

    `accounts` is how many accounts caused any, `busiest` the highest number that one account caused.
    """

    date: date
    enedis: dict[str, int]
    rte: dict[str, int]
    by_accounts: int
    accounts: int
    busiest: int


class UseByDay(BaseModel):
    """The last 31 days, oldest first, with today. Calls to Enedis are by UTC day, those of accounts by day in Paris."""

    enedis_limit_an_hour: int
    account_limit_a_day: int
    items: list[DayOfUse]


class EventView(BaseModel):
    """An event of the audit log."""

    id: int
    at: Utc
    event: str
    account_id: str | None
    detail: dict[str, str | int]


class Events(BaseModel):
    """A page of events, newest first; `next` is the `before` of the following page, null on the last."""

    items: list[EventView]
    next: int | None
