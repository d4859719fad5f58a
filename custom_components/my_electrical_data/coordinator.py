"""The coordinators, one for each feed, and the runtime data of an entry."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, override

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.const import CONF_CLIENT_ID, CONF_CLIENT_SECRET, CONF_URL
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryError, HomeAssistantError
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.util import dt as dt_util

from .api import GatewayClient, Response
from .api.figures import DailyReadings, MaxPower, Periods, Totals
from .api.models import Ping, Quota, UsagePoint
from .api.on_demand import Comparison
from .api.signals import Ecowatt, Tempo, TempoDays, TempoForecast
from .appliance import ApplianceCoordinator
from .const import CONF_BUCKETS, DOMAIN
from .earlier_statistics import EarlierStatistics
from .feed import FeedCoordinator
from .pacing import Pace
from .paris import DAY, find_next_midnight, paris_day
from .statistics import HoursImporter, ImportResult

DAYS_ASKED = timedelta(days=7)
PERIODS_BACK, PERIODS_AHEAD = timedelta(days=7), timedelta(days=8)
MOST_DAYS = timedelta(days=366)
COMPARED_MONTHS = 12


@dataclass(slots=True)
class Meter:
    """A usage point: its public id, its subentry and name, its coordinators, and what other programs have of it."""

    point_id: str
    subentry_id: str
    name: str
    daily: DailyCoordinator
    hours: HoursCoordinator
    totals: TotalsCoordinator
    periods: PeriodsCoordinator
    max_power: MaxPowerCoordinator
    comparison: ComparisonCoordinator
    prices: PricesCoordinator
    others: list[EarlierStatistics] = field(default_factory=list)
    """What other programs have of the meter."""
    earlier: list[EarlierStatistics] = field(default_factory=list)
    """Those of it that begin before ours."""

    @property
    def feeds(self) -> dict[str, MeterCoordinator[Any]]:
        """All feeds of the meter by name, in the order in which they are first fetched."""
        return {
            "periods": self.periods,
            "daily": self.daily,
            "totals": self.totals,
            "hours": self.hours,
            "max_power": self.max_power,
            "comparison": self.comparison,
            "prices": self.prices,
        }


@dataclass(slots=True)
class RuntimeData:
    """The runtime data of an entry; `meters` is keyed by the usage point's public id."""

    client: GatewayClient
    usage_points: UsagePointsCoordinator
    quota: QuotaCoordinator
    tempo: TempoCoordinator
    tempo_days: TempoDaysCoordinator
    ecowatt: EcowattCoordinator
    meters: dict[str, Meter]
    appliances: tuple[ApplianceCoordinator, ...] = ()
    tempo_forecast: TempoForecastCoordinator | None = None

    @property
    def gateway_feeds(self) -> dict[str, FeedCoordinator[Any]]:
        """The feeds of the account by name."""
        return {"usage_points": self.usage_points, "quota": self.quota}

    @property
    def grid_feeds(self) -> dict[str, FeedCoordinator[Any]]:
        """The feeds of the French grid by name."""
        feeds: dict[str, FeedCoordinator[Any] | None] = {
            "tempo": self.tempo,
            "tempo_days": self.tempo_days,
            "tempo_forecast": self.tempo_forecast,
            "ecowatt": self.ecowatt,
        }
        return {name: feed for name, feed in feeds.items() if feed is not None}


type GatewayConfigEntry = ConfigEntry[RuntimeData]


class UsagePointsCoordinator(FeedCoordinator[dict[str, UsagePoint]]):
    """The account's meters by id. It also checks the gateway's identity and version."""

    pace = Pace(usual=timedelta(minutes=30), most=timedelta(minutes=30))
    ping: Ping

    @override
    async def _fetch(self) -> tuple[Response[dict[str, UsagePoint]], datetime | None]:
        self.ping = await self.client.ping()
        if self.ping.instance_id != self.config_entry.unique_id:
            raise ConfigEntryError(translation_domain=DOMAIN, translation_key="wrong_gateway")
        answer = await self.client.fetch_usage_points()
        points = {point.id: point for point in answer.data.items}
        return Response(points), answer.data.next_change

    @override
    def _list_change_times(self) -> Iterable[datetime]:
        return [*(point.freshness.late_at for point in self.data.values()), find_next_midnight(dt_util.utcnow())]

    @callback
    @override
    def _async_refresh_finished(self) -> None:
        """Notify listeners of every failure, so that a gateway that stays away becomes a repair."""
        super()._async_refresh_finished()
        if self.last_error is not None:
            self.async_update_listeners()


class QuotaCoordinator(FeedCoordinator[Quota]):
    """The account's daily limits. Fetched only if an entity shows them."""

    pace = Pace(usual=timedelta(hours=1))
    always = False

    @override
    async def _fetch(self) -> tuple[Response[Quota], datetime | None]:
        return await self.client.fetch_quota(), None


class TempoCoordinator(FeedCoordinator[Tempo]):
    """The Tempo colours."""

    @override
    async def _fetch(self) -> tuple[Response[Tempo], datetime | None]:
        answer = await self.client.fetch_tempo()
        return answer, answer.data.next_change

    @override
    def _list_change_times(self) -> Iterable[datetime]:
        return self.data.edges


class TempoDaysCoordinator(FeedCoordinator[TempoDays]):
    """The colours of the season by day: past days, tomorrow, and later days whose colour is certain."""

    pace = Pace(usual=timedelta(hours=1))

    def __init__(
        self, hass: HomeAssistant, entry: GatewayConfigEntry, client: GatewayClient, tempo: TempoCoordinator
    ) -> None:
        super().__init__(hass, entry, client, name="Tempo days")
        self._tempo = tempo

    @override
    async def _fetch(self) -> tuple[Response[TempoDays], datetime | None]:
        tomorrow = paris_day(dt_util.utcnow()) + DAY
        season = self._tempo.data.season if self._tempo.data else None
        end = max(season.end if season else tomorrow, tomorrow + DAY)
        start = max(season.start if season else end - MOST_DAYS, end - MOST_DAYS)
        answer = await self.client.fetch_tempo_days(start=start, end=end)
        return answer, answer.data.next_change


class TempoForecastCoordinator(FeedCoordinator[TempoForecast]):
    """The gateway's forecast of the days after tomorrow, if the option for it is on."""

    pace = Pace(usual=timedelta(hours=1))

    @override
    async def _fetch(self) -> tuple[Response[TempoForecast], datetime | None]:
        answer = await self.client.fetch_tempo_forecast()
        return answer, answer.data.next_change

    @override
    def _list_change_times(self) -> Iterable[datetime]:
        return [find_next_midnight(dt_util.utcnow())]


class EcowattCoordinator(FeedCoordinator[Ecowatt]):
    """The Ecowatt signal."""

    @override
    async def _fetch(self) -> tuple[Response[Ecowatt], datetime | None]:
        answer = await self.client.fetch_ecowatt()
        return answer, answer.data.next_change

    @override
    def _list_change_times(self) -> Iterable[datetime]:
        return [*(hour.start for hour in self.data.hours), find_next_midnight(dt_util.utcnow())]


class MeterCoordinator[DataT](FeedCoordinator[DataT]):
    """A feed of one usage point."""

    pace = Pace(usual=timedelta(hours=1))

    def __init__(
        self, hass: HomeAssistant, entry: GatewayConfigEntry, client: GatewayClient, point_id: str, name: str
    ) -> None:
        super().__init__(hass, entry, client, name)
        self._point_id = point_id


class DailyCoordinator(MeterCoordinator[DailyReadings]):
    """The latest days of one usage point."""

    @override
    async def _fetch(self) -> tuple[Response[DailyReadings], datetime | None]:
        today = paris_day(dt_util.utcnow())
        answer = await self.client.fetch_daily_values(self._point_id, start=today - DAYS_ASKED, end=today)
        return answer, answer.data.next_change


class MaxPowerCoordinator(MeterCoordinator[MaxPower]):
    """The maximum power of the last days. It costs a call to Enedis a day: fetched only if an entity shows it."""

    always = False

    @override
    async def _fetch(self) -> tuple[Response[MaxPower], datetime | None]:
        today = paris_day(dt_util.utcnow())
        answer = await self.client.fetch_max_power(self._point_id, start=today - DAYS_ASKED, end=today)
        return answer, answer.data.next_change


class ComparisonCoordinator(MeterCoordinator[Comparison]):
    """The bill under each option, of whole months. Fetched only if an entity shows it."""

    pace = Pace(usual=timedelta(hours=6), least=timedelta(hours=1))
    always = False

    @override
    async def _fetch(self) -> tuple[Response[Comparison], datetime | None]:
        comparison = await self.client.fetch_comparison(self._point_id, months=COMPARED_MONTHS)
        return Response(comparison), comparison.next_change


class PricesCoordinator(MeterCoordinator[dict[str, float]]):
    """The prices of the tariff in force, in EUR/kWh by bucket. Fetched only if an entity shows one."""

    pace = Pace(usual=timedelta(hours=6))
    always = False

    @override
    async def _fetch(self) -> tuple[Response[dict[str, float]], datetime | None]:
        now = dt_util.utcnow()
        tariff = (await self.client.fetch_usage_point(self._point_id)).find_tariff(paris_day(now))
        if tariff is None:
            prices = {}
        elif isinstance(tariff.prices, str):
            prices = await self.client.fetch_regulated_prices(tariff.option, tariff.power_kva)
        else:
            prices = {price.bucket: price.eur_per_kwh for price in tariff.prices}
        return Response(prices), find_next_midnight(now)


class TotalsCoordinator(MeterCoordinator[Totals]):
    """Energy and cost of day, week, month and year."""

    pace = Pace(usual=timedelta(hours=1), least=timedelta(minutes=1))

    @override
    async def _fetch(self) -> tuple[Response[Totals], datetime | None]:
        answer = await self.client.fetch_totals(self._point_id)
        return answer, answer.data.next_change


class PeriodsCoordinator(MeterCoordinator[Periods]):
    """The tariff periods, from last week (for windows that began then) as far ahead as they are known."""

    @override
    async def _fetch(self) -> tuple[Response[Periods], datetime | None]:
        today = paris_day(dt_util.utcnow())
        answer = await self.client.fetch_periods(self._point_id, start=today - PERIODS_BACK, end=today + PERIODS_AHEAD)
        return answer, answer.data.next_change

    @override
    def _list_change_times(self) -> Iterable[datetime]:
        return [*(item.start for item in self.data.items), find_next_midnight(dt_util.utcnow())]


class HoursCoordinator(MeterCoordinator[ImportResult]):
    """Imports the hours of one usage point into the recorder."""

    def __init__(
        self, hass: HomeAssistant, entry: GatewayConfigEntry, client: GatewayClient, point_id: str, meter: str
    ) -> None:
        super().__init__(hass, entry, client, point_id, "hours")
        buckets: bool = entry.options.get(CONF_BUCKETS, True)
        self._importer = HoursImporter(hass, client, point_id, meter, buckets=buckets)

    async def async_reimport(self) -> ImportResult:
        """Import all hours again and return the result. Raises the error of the import.

        Raises HomeAssistantError if the entry was unloaded meanwhile, which ends the import: the entry may be loaded
        again, and two imports at once would delete rows of each other.
        """
        entry = self.config_entry
        task = entry.async_create_background_task(self.hass, self._reimport(), f"{self.name}: import again")
        await asyncio.wait([task])
        if task.cancelled():
            raise _create_unloaded_error()
        return task.result()

    async def _reimport(self) -> ImportResult:
        await self._importer.reset()
        await self.async_refresh()
        if self._shutdown_requested:
            raise _create_unloaded_error()
        if not self.last_update_success and self.last_exception is not None:  # it stays after a success
            raise self.last_exception
        return self.data

    @override
    async def _fetch(self) -> tuple[Response[ImportResult], datetime | None]:
        imported = await self._importer.import_changes()
        return Response(imported), imported.next_change


def _create_unloaded_error() -> HomeAssistantError:
    return HomeAssistantError(translation_domain=DOMAIN, translation_key="entry_not_loaded")


def create_meter(
    hass: HomeAssistant, entry: GatewayConfigEntry, client: GatewayClient, subentry: ConfigSubentry
) -> Meter:
    """Create the meter of a subentry."""
    point_id = subentry.unique_id or ""
    return Meter(
        point_id=point_id,
        subentry_id=subentry.subentry_id,
        name=subentry.title,
        daily=DailyCoordinator(hass, entry, client, point_id, "daily energy"),
        hours=HoursCoordinator(hass, entry, client, point_id, subentry.title),
        totals=TotalsCoordinator(hass, entry, client, point_id, "totals"),
        periods=PeriodsCoordinator(hass, entry, client, point_id, "tariff periods"),
        max_power=MaxPowerCoordinator(hass, entry, client, point_id, "maximum power"),
        comparison=ComparisonCoordinator(hass, entry, client, point_id, "comparison of options"),
        prices=PricesCoordinator(hass, entry, client, point_id, "prices"),
    )


def create_client(hass: HomeAssistant, entry: GatewayConfigEntry) -> GatewayClient:
    """Create a client for an entry's gateway."""
    return GatewayClient(
        async_get_clientsession(hass), entry.data[CONF_URL], entry.data[CONF_CLIENT_ID], entry.data[CONF_CLIENT_SECRET]
    )
