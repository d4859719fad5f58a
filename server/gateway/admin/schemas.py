"""What administrators see."""

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, Field

from gateway.accounts.schemas import RequestBody
from gateway.consents.models import ConsentStatus
from gateway.enedis.circuit import CircuitState
from gateway.kit.wire import Utc


class AccountSearchRequest(RequestBody):
    """A part of an address; in the body, since addresses stand in no URL."""

    part: Annotated[str, Field(min_length=1, max_length=320)]
    after: Annotated[str | None, Field(max_length=32)] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class UserView(BaseModel):
    """An account, with what it has and what it used of its day."""

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
    """A page of accounts; `next` is the `after` of the following one."""

    items: list[UserView]
    next: str | None


class ConsentRow(BaseModel):
    """A consent; its meter is named by the usage point's public id."""

    account_id: str
    usage_point_id: str
    status: ConsentStatus
    reason: str | None
    created_at: Utc
    expires_at: Utc


class ConsentPage(BaseModel):
    """A page of consents, and how many consents and usage points there are of each status."""

    items: list[ConsentRow]
    next: str | None
    consents: dict[str, int]
    usage_points: dict[str, int]


class EnedisApi(BaseModel):
    """One of Enedis' APIs: this hour's calls, the last error of the past day, until when nobody asks.

    The circuit is open while it does not answer, and probing when one call at a time is sent to see.
    """

    api: str
    used: int
    left: int
    last_error: str | None
    last_error_at: Utc | None
    circuit: CircuitState
    stopped_until: Utc | None


class RteFeed(BaseModel):
    """One of RTE's feeds: today's calls, how the last ones went, and when the next one goes.

    The circuit is open after a failure until then; feeds that share a budget show the same calls.
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
    """How Enedis and RTE stand, and how many mails wait after a failure."""

    enedis: list[EnedisApi]
    rte: list[RteFeed]
    mails_waiting: int


class DayOfUse(BaseModel):
    """A day's calls: to Enedis by API, to RTE by feed, and those that accounts caused.

    `busiest` is the most that one account caused, `accounts` how many caused any.
    """

    date: date
    enedis: dict[str, int]
    rte: dict[str, int]
    by_accounts: int
    accounts: int
    busiest: int


class UseByDay(BaseModel):
    """The last days, oldest first, today included; Enedis' hours are UTC's, what accounts use is by days of Paris."""

    enedis_limit_an_hour: int
    account_limit_a_day: int
    items: list[DayOfUse]


class EventView(BaseModel):
    """Something that happened."""

    id: int
    at: Utc
    event: str
    account_id: str | None
    detail: dict[str, Any]


class Events(BaseModel):
    """A page of events, newest first; `next` is the `before` of the following one."""

    items: list[EventView]
    next: int | None
