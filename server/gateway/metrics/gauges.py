"""Gauges from the database and the store, which all replicas share."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily

from gateway.counters import service as counters
from gateway.ecowatt.service import FEED as ECOWATT
from gateway.enedis.client import Api
from gateway.kit import paris
from gateway.kit.clock import Clock
from gateway.kit.database import Database
from gateway.metrics import repository
from gateway.metrics.counts import Counts, load_counts
from gateway.quotas import budgets
from gateway.rte.feeds import count_left_today
from gateway.store import Store, StoreError
from gateway.tempo.forecast.schemas import HorizonView
from gateway.tempo.service import CURRENT as TEMPO


class Gauges:
    """Computes the gauges."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        store: Store | None = None,
        find_newest_backup: Callable[[], datetime | None] = lambda: None,
    ) -> None:
        """`find_newest_backup` returns when the newest backup was made, or None."""
        self._store = store
        self._find_newest_backup = find_newest_backup
        self._database = database
        self._clock = clock

    async def gather_gauges(self) -> Iterable[GaugeMetricFamily]:
        """Return all gauges."""
        now = self._clock.now()
        hours = {api: budgets.enedis_hour(api, now) for api in Api}
        async with self._database.read() as session:
            work = await repository.count_due_work(session, now)
            calls = await counters.load_all_used(session, hours.values())
            rte = {calls.name: await count_left_today(session, calls, now) for calls in (TEMPO, ECOWATT)}
            ending = await repository.count_ending_consents(session, paris.day_of(now))
        counts = await self._load_counts()
        newest = self._find_newest_backup()
        backup_age: dict[tuple[str, ...], float] = {} if newest is None else {(): (now - newest).total_seconds()}
        return [
            _build_family("backup_age_seconds", "Since the newest backup that was tried", [], backup_age),
            _build_family("consents_ending", "Meters whose consent ends within 30 days", [], {(): ending}),
            _build_family("store_up", "Whether the shared store answers", [], {(): counts is not None}),
            _build_family("work_waiting", "Work that is due", ["task"], {(job.name,): job.count for job in work}),
            _build_family(
                "work_oldest_seconds",
                "How long the oldest of it is due",
                ["task"],
                {(job.name,): (now - job.oldest).total_seconds() if job.oldest else 0 for job in work},
            ),
            _build_family(
                "enedis_hour_used", "Calls in this hour", ["api"], {(api,): calls[hour] for api, hour in hours.items()}
            ),
            _build_family(
                "enedis_hour_left",
                "Calls that Enedis allows in the rest of this hour",
                ["api"],
                {(api,): hour.limit - calls[hour] for api, hour in hours.items()},
            ),
            _build_family(
                "rte_day_left",
                "Calls to RTE that a feed has left today",
                ["feed"],
                {(feed,): count for feed, count in rte.items()},
            ),
            *(_build_counted_families(counts) if counts and counts.counted_at else []),
        ]

    async def _load_counts(self) -> Counts | None:
        """Return the last counts, None while the store does not answer."""
        if self._store is None:
            return Counts()
        try:
            return await load_counts(self._store)
        except StoreError:
            return None


def _build_counted_families(counts: Counts) -> list[GaugeMetricFamily]:
    """Return what is counted every hour: no sample is better than a zero for what nobody counted."""
    return [
        _build_family(
            "usage_points",
            "Meters, counted every hour",
            ["status"],
            {(status,): count for status, count in counts.usage_points.items()},
        ),
        _build_family(
            "archive_days",
            "Days that are known, counted once a day",
            ["kind", "state"],
            {(kind, state): count for kind, state, count in counts.days},
        ),
        _build_family(
            "quota_accounts",
            "Accounts that caused calls today, counted every hour",
            [],
            {(): counts.accounts_calling},
        ),
        _build_family(
            "quota_used", "Calls that accounts caused today, counted every hour", [], {(): counts.calls_of_accounts}
        ),
        *_build_forecast_families(counts.horizons),
    ]


def _build_forecast_families(horizons: Sequence[HorizonView]) -> list[GaugeMetricFamily]:
    """Return what the forecast of Tempo was worth, so far as days that were forecast have come."""
    scores = [score for horizon in horizons for score in horizon.recorded]
    keys = {(str(score.horizon), score.measure.value): score for score in scores}
    by = ("forecast", "climatology", "deduction")
    return [
        _build_family(
            "tempo_forecast_brier",
            "Brier score of kept forecasts and of both baselines, counted every hour; smaller is better",
            ["horizon", "measure", "by"],
            {(*key, name): getattr(score, name) for key, score in keys.items() for name in by},
        ),
        _build_family(
            "tempo_forecast_scored_days",
            "Forecast days whose colour has come",
            ["horizon", "measure"],
            {key: score.days for key, score in keys.items()},
        ),
        _build_family(
            "tempo_forecast_published",
            "Whether a horizon is published",
            ["horizon"],
            {(str(horizon.horizon),): horizon.is_published for horizon in horizons},
        ),
    ]


def _build_family(name: str, words: str, labels: list[str], values: dict[tuple[str, ...], float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"gateway_{name}", words, labels=labels)
    for label_values, value in values.items():
        family.add_metric(label_values, value)
    return family
