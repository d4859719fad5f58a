"""Creates and deletes repair issues so that they match the present state."""

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
from .dashboard import async_can_offer_dashboard
from .energy import async_can_add_meter, async_shows_any
from .feed import FeedCoordinator
from .formatting import async_format_day, async_get_text
from .paris import paris_day

DOWN_AFTER: Final = timedelta(hours=1)
ENDS_SOON = timedelta(days=15)
CONSENT_RENEWALS: Final = {"consent_ends", "consent_ends_soon", "consent_ended"}

# Notices of the gateway that become repairs unchanged; those that the user can fix have a flow.
_NOTICES: Final = {
    "curve_not_collected": False,
    "prices_outdated": True,
    "off_peak_unreadable": True,
    "off_peak_announced": False,
    "off_peak_changes": False,
    "base_ends": False,
    "consent_moved": False,
    "meter_refused": False,
    "meter_not_supplied": False,
}
_ANNOUNCED_AT: HassKey[dict[str, str]] = HassKey(f"{DOMAIN}_announced_at")
_DOWN_SINCE: HassKey[dict[str, datetime]] = HassKey(f"{DOMAIN}_down_since")


@dataclass(frozen=True, kw_only=True)
class Issue:
    """A repair issue: its translation key, its owner (entry or usage point) and its placeholders."""

    key: str
    owner: str
    severity: IssueSeverity = IssueSeverity.WARNING
    fixable: bool = False
    placeholders: dict[str, str] = field(default_factory=dict)

    @property
    def issue_id(self) -> str:
        """Return its id in the issue registry."""
        return f"{self.key}_{self.owner}"


@callback
def async_update_issues(hass: HomeAssistant, entry: GatewayConfigEntry) -> None:
    """Create the issues of the present state and delete all others."""
    feeds = entry.runtime_data
    issues = [*_find_gateway_issues(hass, entry, feeds.usage_points.last_error)]
    if CONF_DASHBOARD not in entry.options and async_can_offer_dashboard(hass):
        issues.append(Issue(key="dashboard", owner=entry.entry_id, fixable=True))
    if feeds.usage_points.last_error is None:
        for meter in feeds.meters.values():
            issues += _find_meter_issues(hass, meter, feeds)
    _sync_issues(hass, entry, issues, keep_meters=feeds.usage_points.last_error is not None)


@callback
def async_update_setup_issues(hass: HomeAssistant, entry: GatewayConfigEntry, error: GatewayError | None) -> None:
    """Create the issues of an entry that cannot be set up. Issues of its meters stay."""
    _sync_issues(hass, entry, [*_find_gateway_issues(hass, entry, error)], keep_meters=True)


@callback
def async_offer_address(hass: HomeAssistant, entry: GatewayConfigEntry, address: str) -> None:
    """Ask the user whether the entry's gateway moved to an address that could not prove its identity."""
    hass.data.setdefault(_ANNOUNCED_AT, {})[entry.entry_id] = address
    _create_issue(hass, entry, _build_moved_issue(entry, address))


@callback
def async_delete_issues(hass: HomeAssistant, entry: GatewayConfigEntry) -> None:
    """Delete the issues of a removed entry."""
    hass.data.get(_ANNOUNCED_AT, {}).pop(entry.entry_id, None)
    hass.data.get(_DOWN_SINCE, {}).pop(entry.entry_id, None)
    _sync_issues(hass, entry, [], keep_meters=False)


@callback
def async_delete_meter_issues(hass: HomeAssistant, usage_point_id: str) -> None:
    """Delete the issues of a removed meter."""
    for domain, issue_id in list(ir.async_get(hass).issues):
        if domain == DOMAIN and issue_id.endswith(f"_{usage_point_id}"):
            ir.async_delete_issue(hass, domain, issue_id)


@callback
def async_offer_to_delete_statistics(
    hass: HomeAssistant, entry: GatewayConfigEntry, usage_point_id: str, name: str
) -> None:
    """Ask whether to keep the statistics of a removed meter."""
    left = Issue(key="statistics_left", owner=usage_point_id, fixable=True, placeholders={"meter": name})
    _create_issue(hass, entry, left)


def _sync_issues(hass: HomeAssistant, entry: GatewayConfigEntry, issues: list[Issue], *, keep_meters: bool) -> None:
    present = {issue.issue_id: issue for issue in issues}
    for domain, issue_id in list(ir.async_get(hass).issues):
        ours = issue_id.endswith(f"_{entry.entry_id}")
        if not keep_meters:
            ours |= any(issue_id.endswith(f"_{subentry.unique_id}") for subentry in entry.subentries.values())
        if domain == DOMAIN and ours and issue_id not in present:
            ir.async_delete_issue(hass, domain, issue_id)
    for issue in issues:
        _create_issue(hass, entry, issue)


def _create_issue(hass: HomeAssistant, entry: GatewayConfigEntry, issue: Issue) -> None:
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue.issue_id,
        data={"key": issue.key, "owner": issue.owner, "entry_id": entry.entry_id, **issue.placeholders},
        is_fixable=issue.fixable,
        learn_more_url=f"{DOCS}/{async_get_text(hass, 'format', 'repairs_page')}#{issue.key}",
        severity=issue.severity,
        translation_key=issue.key,
        translation_placeholders=issue.placeholders,
    )


def _find_gateway_issues(hass: HomeAssistant, entry: GatewayConfigEntry, error: GatewayError | None) -> Iterator[Issue]:
    down_since = hass.data.setdefault(_DOWN_SINCE, {})
    address = {"address": entry.data[CONF_URL]}
    answers = error is None or isinstance(error, IncompatibleError | RateLimitedError)
    announced_at = hass.data.setdefault(_ANNOUNCED_AT, {})
    if answers:
        down_since.pop(entry.entry_id, None)
        announced_at.pop(entry.entry_id, None)
    elif elsewhere := announced_at.get(entry.entry_id):
        yield _build_moved_issue(entry, elsewhere)
    if isinstance(error, IncompatibleError):
        yield Issue(
            key=error.code,
            owner=entry.entry_id,
            severity=IssueSeverity.ERROR,
            placeholders=address | {"api": error.version},
        )
    elif not answers:
        since = down_since.setdefault(entry.entry_id, dt_util.utcnow())
        if dt_util.utcnow() - since >= DOWN_AFTER:
            yield Issue(
                key="gateway_down",
                owner=entry.entry_id,
                severity=IssueSeverity.ERROR,
                placeholders=address | {"since": _format_day(hass, since)},
            )


def _build_moved_issue(entry: GatewayConfigEntry, address: str) -> Issue:
    return Issue(
        key="gateway_moved",
        owner=entry.entry_id,
        fixable=True,
        placeholders={"known": entry.data[CONF_URL], "address": address},
    )


def _find_meter_issues(hass: HomeAssistant, meter: Meter, feeds: RuntimeData) -> Iterator[Issue]:
    owner, named = meter.point_id, {"meter": meter.name}
    if (point := feeds.usage_points.data.get(owner)) is None:
        yield Issue(key="meter_gone", owner=owner, fixable=True, placeholders=named)
        return
    yield from _find_consent_issues(hass, point, named)
    for notice in point.notices:
        if notice.code in _NOTICES:
            yield Issue(
                key=notice.code,
                owner=owner,
                fixable=_NOTICES[notice.code],
                placeholders=named
                | {
                    "since": _format_day(hass, notice.since),
                    "until": _format_day(hass, notice.until),
                    "date": async_format_day(hass, notice.day),
                    "text": notice.text or "–",
                },
            )
    if any(_has_used_quota(feed) for feed in (meter.daily, meter.hours)):
        yield Issue(key="quota_reached", owner=owner, placeholders=named)
    imported = meter.hours.data
    # Beside the statistics of another program for the same meter, each kWh would count twice.
    is_shown_by_another = any(async_shows_any(hass, each.series_by_id) for each in meter.others)
    if imported is not None and not is_shown_by_another and async_can_add_meter(hass, owner, imported.sums):
        yield Issue(key="energy_dashboard", owner=owner, fixable=True, placeholders=named)
    if meter.earlier:
        placeholders = named | {"program": meter.earlier[0].program.label}
        yield Issue(key="earlier_statistics", owner=owner, fixable=True, placeholders=placeholders)


def _find_consent_issues(hass: HomeAssistant, point: UsagePoint, named: dict[str, str]) -> Iterator[Issue]:
    """Find the issues of a consent that ends or has ended."""
    for notice in point.notices:
        if notice.code == "consent_ended":
            yield Issue(key=notice.code, owner=point.id, severity=IssueSeverity.ERROR, fixable=True, placeholders=named)
        elif notice.code == "consent_ends" and notice.until is not None:
            left = notice.until - dt_util.utcnow()
            soon = left <= ENDS_SOON
            yield Issue(
                key="consent_ends_soon" if soon else notice.code,
                owner=point.id,
                severity=IssueSeverity.ERROR if soon else IssueSeverity.WARNING,
                fixable=True,
                placeholders=named | {"until": _format_day(hass, notice.until), "days": str(max(left.days, 0))},
            )


def _has_used_quota(feed: FeedCoordinator[Any]) -> bool:
    """Whether the day's requests are used up: the rest comes after midnight.

    Enedis' hourly limit has the same code; it passes within the hour.
    """
    error, now = feed.last_error, dt_util.utcnow()
    if not isinstance(error, RateLimitedError) or "quota" not in error.problem:
        return False
    return error.retry_after is None or paris_day(now + timedelta(seconds=error.retry_after + 60)) > paris_day(now)


def _format_day(hass: HomeAssistant, moment: datetime | None) -> str:
    return async_format_day(hass, dt_util.as_local(moment).date() if moment else None)
