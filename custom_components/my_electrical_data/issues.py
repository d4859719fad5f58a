"""What is wrong, as repairs: raised while it is so, and taken back when it is over."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.const import CONF_URL
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.issue_registry import IssueSeverity
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from .api import GatewayError, IncompatibleError, RateLimitedError
from .api.models import UsagePoint
from .const import CONF_DASHBOARD, DOCS, DOMAIN
from .coordinator import GatewayConfigEntry, Meter, RuntimeData
from .dashboard import async_may_offer as async_may_offer_dashboard
from .energy import async_may_offer
from .feed import FeedCoordinator

DOWN_AFTER: Final = timedelta(hours=1)
ENDS_SOON = timedelta(days=15)
CONSENT_RENEWALS: Final = {"consent_ends", "consent_ends_soon", "consent_ended"}

# Notices of the gateway that are a repair as they are; those that a person can do something about have a flow.
_NOTICES: Final = {
    "curve_not_collected": False,
    "prices_outdated": True,
    "off_peak_unreadable": True,
    "off_peak_changes": False,
    "consent_moved": False,
}
_DOWN_SINCE: HassKey[dict[str, datetime]] = HassKey(f"{DOMAIN}_down_since")


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Something to repair: its words, whose it is, and what fills them in."""

    key: str
    owner: str
    severity: IssueSeverity = IssueSeverity.WARNING
    fixable: bool = False
    placeholders: dict[str, str] = field(default_factory=dict)

    @property
    def issue_id(self) -> str:
        """Name it, so that it can be ignored and taken back."""
        return f"{self.key}_{self.owner}"


@callback
def async_review(hass: HomeAssistant, entry: GatewayConfigEntry) -> None:
    """Raise what is wrong now, and take back what was."""
    feeds = entry.runtime_data
    problems = [*_of_the_gateway(hass, entry, feeds.usage_points.problem)]
    if CONF_DASHBOARD not in entry.options and async_may_offer_dashboard(hass):
        problems.append(Problem(key="dashboard", owner=entry.entry_id, fixable=True))
    if feeds.usage_points.problem is None:
        for meter in feeds.meters.values():
            problems += _of_a_meter(hass, meter, feeds)
    _show(hass, entry, problems, keep_meters=feeds.usage_points.problem is not None)


@callback
def async_review_failure(hass: HomeAssistant, entry: GatewayConfigEntry, problem: GatewayError | None) -> None:
    """Raise what keeps an entry from being set up. What is known of its meters stays."""
    _show(hass, entry, [*_of_the_gateway(hass, entry, problem)], keep_meters=True)


@callback
def async_forget(hass: HomeAssistant, entry: GatewayConfigEntry) -> None:
    """Take back everything of an entry that is removed."""
    hass.data.get(_DOWN_SINCE, {}).pop(entry.entry_id, None)
    _show(hass, entry, [], keep_meters=False)


@callback
def async_forget_meter(hass: HomeAssistant, usage_point_id: str) -> None:
    """Take back everything of a meter that is removed."""
    for domain, issue_id in list(ir.async_get(hass).issues):
        if domain == DOMAIN and issue_id.endswith(f"_{usage_point_id}"):
            ir.async_delete_issue(hass, domain, issue_id)


@callback
def async_offer_to_delete(hass: HomeAssistant, entry: GatewayConfigEntry, usage_point_id: str, name: str) -> None:
    """Ask what becomes of the statistics of a meter that was removed."""
    left = Problem(key="statistics_left", owner=usage_point_id, fixable=True, placeholders={"meter": name})
    _raise(hass, entry, left)


def _show(hass: HomeAssistant, entry: GatewayConfigEntry, problems: list[Problem], *, keep_meters: bool) -> None:
    present = {problem.issue_id: problem for problem in problems}
    for domain, issue_id in list(ir.async_get(hass).issues):
        ours = issue_id.endswith(f"_{entry.entry_id}")
        if not keep_meters:
            ours |= any(issue_id.endswith(f"_{subentry.unique_id}") for subentry in entry.subentries.values())
        if domain == DOMAIN and ours and issue_id not in present:
            ir.async_delete_issue(hass, domain, issue_id)
    for problem in problems:
        _raise(hass, entry, problem)


def _raise(hass: HomeAssistant, entry: GatewayConfigEntry, problem: Problem) -> None:
    ir.async_create_issue(
        hass,
        DOMAIN,
        problem.issue_id,
        data={"key": problem.key, "owner": problem.owner, "entry_id": entry.entry_id, **problem.placeholders},
        is_fixable=problem.fixable,
        learn_more_url=None if problem.fixable else DOCS,
        severity=problem.severity,
        translation_key=problem.key,
        translation_placeholders=problem.placeholders,
    )


def _of_the_gateway(hass: HomeAssistant, entry: GatewayConfigEntry, problem: GatewayError | None) -> Iterator[Problem]:
    down_since = hass.data.setdefault(_DOWN_SINCE, {})
    address = {"address": entry.data[CONF_URL]}
    answers = problem is None or isinstance(problem, IncompatibleError | RateLimitedError)
    if answers:
        down_since.pop(entry.entry_id, None)
    if isinstance(problem, IncompatibleError):
        yield Problem(
            key=problem.code,
            owner=entry.entry_id,
            severity=IssueSeverity.ERROR,
            placeholders=address | {"api": problem.version},
        )
    elif not answers:
        since = down_since.setdefault(entry.entry_id, dt_util.utcnow())
        if dt_util.utcnow() - since >= DOWN_AFTER:
            yield Problem(
                key="gateway_down",
                owner=entry.entry_id,
                severity=IssueSeverity.ERROR,
                placeholders=address | {"since": _moment(since), "reason": str(problem)},
            )


def _of_a_meter(hass: HomeAssistant, meter: Meter, feeds: RuntimeData) -> Iterator[Problem]:
    owner, named = meter.point_id, {"meter": meter.name}
    if (point := feeds.usage_points.data.get(owner)) is None:
        yield Problem(key="meter_gone", owner=owner, fixable=True, placeholders=named)
        return
    yield from _of_its_consent(point, named)
    for notice in point.notices:
        if notice.code in _NOTICES:
            yield Problem(
                key=notice.code,
                owner=owner,
                fixable=_NOTICES[notice.code],
                placeholders=named | {"since": _moment(notice.since), "date": str(notice.day or "?")},
            )
    if any(_is_out_of_quota(feed) for feed in (meter.daily, meter.hours)):
        yield Problem(key="quota_reached", owner=owner, placeholders=named)
    imported = meter.hours.data
    if imported is not None and async_may_offer(hass, owner, imported.statistic_ids):
        yield Problem(key="energy_dashboard", owner=owner, fixable=True, placeholders=named)


def _of_its_consent(point: UsagePoint, named: dict[str, str]) -> Iterator[Problem]:
    """Say what the gateway gives notice of; in the last days more urgently."""
    for notice in point.notices:
        if notice.code == "consent_ended":
            yield Problem(
                key=notice.code, owner=point.id, severity=IssueSeverity.ERROR, fixable=True, placeholders=named
            )
        elif notice.code == "consent_ends" and notice.until is not None:
            left = notice.until - dt_util.utcnow()
            soon = left <= ENDS_SOON
            yield Problem(
                key="consent_ends_soon" if soon else notice.code,
                owner=point.id,
                severity=IssueSeverity.ERROR if soon else IssueSeverity.WARNING,
                fixable=True,
                placeholders=named | {"until": _moment(notice.until), "days": str(max(left.days, 0))},
            )


def _is_out_of_quota(feed: FeedCoordinator[Any]) -> bool:
    return isinstance(feed.problem, RateLimitedError) and "quota" in feed.problem.problem


def _moment(moment: datetime | None) -> str:
    return dt_util.as_local(moment).strftime("%Y-%m-%d") if moment else "?"
