"""Builds the summary of a usage point from several rooms."""

from datetime import timedelta

from gateway.billing.days.billed_point import BilledPoint
from gateway.billing.notices import list_notices as billing_notices
from gateway.consents.service import delete_usage_point
from gateway.kit import paris
from gateway.kit.clock import Clock
from gateway.kit.crypto import Keyring
from gateway.kit.database import Database
from gateway.metering import freshness, history
from gateway.metering import repository as archive
from gateway.metering.metered_point import MeteredPoint
from gateway.metering.notices import find_notices
from gateway.metering.schemas import History, Hole
from gateway.tariffs.off_peak_dates import find_undated_hours
from gateway.tariffs.repository import load_offers, load_price_book
from gateway.usage_point_summary.schemas import Freshness, PointConsent, UsagePoints, UsagePointView
from gateway.usage_point_summary.settings import UsagePointChanges
from gateway.usage_points import repository, service
from gateway.usage_points.models import UsagePoint
from gateway.usage_points.notices import list_notices

_VALID_FOR = timedelta(minutes=30)
"""How long a client may keep the list: owners change their meters elsewhere too."""


class SummaryService:
    """Summarizes usage points, changes their settings, and deletes them."""

    def __init__(self, database: Database, clock: Clock, keyring: Keyring) -> None:
        self._database = database
        self._clock = clock
        self._keyring = keyring

    async def list_points(self, account_id: str) -> UsagePoints:
        """Return the summary of each of an account's usage points."""
        now = self._clock.now()
        async with self._database.read() as session:
            points = await repository.list_of_account(session, account_id)
        # the contract of a new usage point comes before its readings: it is there when these are expected
        changes = [freshness.find_next_change(point, now) for point in points if point.contract.told_at is None]
        items = [await self.summarize_point(point) for point in points]
        return UsagePoints(items=items, next_change=min([*changes, now + _VALID_FOR]))

    async def change_settings(self, account_id: str, point_id: str, choices: UsagePointChanges) -> UsagePointView:
        """Change the settings of an account's usage point; return its summary. Raises ProblemError."""
        async with self._database.write() as session:
            point = await service.get_usage_point(session, account_id, point_id, to_change=True)
            choices.apply_choices(point, await load_offers(session))
        return await self.summarize_point(point)

    async def delete_point(self, account_id: str, point_id: str) -> None:
        """Delete a usage point and its readings. Raises ProblemError (`not_found`)."""
        async with self._database.write() as session:
            await delete_usage_point(session, account_id, point_id, self._clock.now())

    async def summarize_point(self, point: UsagePoint) -> UsagePointView:
        """Return the summary of a usage point."""
        now = self._clock.now()
        async with self._database.read() as session:
            opened = await service.open_secrets(session, point, self._keyring)
            metered_point = MeteredPoint.of(point, opened, now)
            complete_until = await archive.find_complete_until(
                session, metered_point.get_main_feed(metered_point.first_direction)
            )
            progress = await history.measure_progress(session, metered_point, paris.day_of(now))
            holes = await freshness.list_holes(session, metered_point, now)
            metering_notices = await find_notices(session, metered_point, now)
            billed_point = BilledPoint(point, opened, await load_price_book(session), await load_offers(session))
        return UsagePointView(
            id=point.id,
            masked_number=service.mask_number(opened.prm),
            name=point.name,
            position=point.position,
            hidden=point.hidden,
            consent=PointConsent(
                status=point.status,
                expires_at=paris.midnight(point.consent_expires_on) if point.consent_expires_on else None,
                ended_at=point.ended_at,
            ),
            contract=point.contract,
            services=point.services,
            curve_collected=service.is_curve_collected(point),
            tariffs=billed_point.chosen_tariffs,
            off_peak=billed_point.off_peak,
            announced_off_peak=find_undated_hours(point.contract.off_peak, point.contract.future_off_peak),
            freshness=Freshness(
                complete_until=complete_until,
                late_at=freshness.get_late_time(complete_until, point.created_at),
                next_expected_at=max(point.next_work_at, now),
            ),
            history=History.of(progress, point.history_at),
            holes=[Hole.model_validate(hole, from_attributes=True) for hole in holes],
            notices=[*list_notices(point, now), *metering_notices, *billing_notices(billed_point, now)],
        )
